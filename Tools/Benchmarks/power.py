#!/usr/bin/env python3
"""A function of 20 % made 10 % slower by known extra work: how often is it found, and how often is another accused?

    run power                    20 pairs of 20,000 samples a side at 499 Hz, by shares
    run power --runs             six runs of about 3 s of each side, for the same work

Beside what was found stands what independent draws of that number make possible: the chance that the function's score is
beyond what the test at 5 % over eleven functions, weighted as diff weights them, asks for.
"""
import argparse
import json
import math
import subprocess
from pathlib import Path

from measure import PERFPROF, ROOT, scratch, table

RATE = 499


def chance(samples):
    """The power of independent draws of shares, at the weighted 5 %."""
    before, after = 0.2, 0.22 / 1.02
    error = math.sqrt(before * (1 - before) / samples + after * (1 - after) / samples)
    own, other = 0.2 * 0.8, 0.08 * 0.92
    weight = 0.8 * own**4 / (own**4 + 10 * other**4) + 0.2 * own / (own + 10 * other)
    low, high = 0.0, 10.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if math.erfc(middle / math.sqrt(2)) > 0.05 * weight else (low, middle)
    return 0.5 * math.erfc((high - (after - before) / error) / math.sqrt(2))


def record(binary, extra, path, seconds, rounds=0, rate=RATE):
    words = [binary, str(extra), str(seconds)] + ([str(rounds)] if rounds else [])
    subprocess.run([PERFPROF, "record", "--quiet", "-F", str(rate), "-o", path, "--", *words], check=True)


def compare(before, after, *options):
    words = [PERFPROF, "diff", *before, "--", *after, "--json", *options]
    return json.loads(subprocess.run(words, check=True, capture_output=True).stdout)


def judge(result, truth, counts):
    for row in result["functions"]:
        if row["name"] == "parse":
            counts["found"] += row["self"]["verdict"] == "slower"
            counts["inside"] += row["self"]["low"] <= truth <= row["self"]["high"]
        elif row["self"]["verdict"] == "slower":
            counts["accused"] += 1


def main():
    parser = argparse.ArgumentParser(prog="power", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=int, default=20, help="of recordings, or of sides with --runs")
    parser.add_argument("--samples", type=int, default=20_000, help="a side")
    parser.add_argument("--frequency", type=int, default=RATE)
    parser.add_argument("--runs", action="store_true", help="six runs of each side instead of one")
    parser.add_argument("--keep", type=Path, help="the folder that recordings stay in, and are taken from if they are there")
    arguments = parser.parse_args()
    counts = {"found": 0, "inside": 0, "accused": 0}
    with scratch() as folder:
        binary = str(Path(folder) / "regressed")
        keep = arguments.keep or Path(folder)
        keep.mkdir(exist_ok=True)
        subprocess.run(["cc", "-O2", "-g", "-o", binary, ROOT / "Tools/Benchmarks/regressed.c"], check=True)

        def recorded(name, extra, seconds, rounds=0):
            path = keep / f"{name}.perfprof"
            if not arguments.keep or not path.exists():
                record(binary, extra, path, seconds, rounds, arguments.frequency)
            return path

        for pair in range(arguments.pairs):
            if arguments.runs:
                sides = [[], []]
                for run in range(6):
                    for side in (0, 1) if run % 2 == 0 else (1, 0):
                        sides[side].append(recorded(f"run-{pair}-{side}-{run}", side * 10, 3, 78_000))
                result = compare(*sides, "--work", "BEFORE=6,AFTER=6")
                judge(result, 0.02 * result["before"]["cpuSeconds"] / 6, counts)
            else:
                sides = [[recorded(f"pair-{pair}-{side}", side * 10, arguments.samples / arguments.frequency)]
                         for side in (0, 1)]
                judge(compare(*sides), 0.22 / 1.02 - 0.2, counts)
    possible = "" if arguments.runs else f"{100 * chance(arguments.samples):.0f} %"
    unit = "6 runs of 3 s" if arguments.runs else f"{arguments.samples:,} samples"
    table(["a side", "pairs", "slower", "of independent draws", "truth inside", "others accused"],
          [[unit, arguments.pairs, counts["found"], possible, counts["inside"], counts["accused"]]])


if __name__ == "__main__":
    main()
