#!/usr/bin/env python3
"""A function of 20 % made 10 % slower by known extra work: how often is it found, and how often is another accused?

    run power [PAIRS] [SAMPLES] [HZ]        default: 20 pairs of 20,000 samples a side at 499 Hz, by shares
    run power --runs [TRIALS]               six runs of about 3 s of each side, for the same work

Beside what was found stands what independent draws of that number make possible: the chance that the function's score is
beyond what the test at 5 % over eleven functions, weighted by the variances of their shares, asks for.
"""
import json
import math
import subprocess
import sys
import tempfile
from pathlib import Path

from measure import PERFPROF, ROOT

RATE = 499


def possible(samples):
    """The power of independent draws of shares, at the weighted 5 %."""
    before, after = 0.2, 0.22 / 1.02
    error = math.sqrt(before * (1 - before) / samples + after * (1 - after) / samples)
    weight = 0.2 * 0.8 / (0.2 * 0.8 + 10 * 0.08 * 0.92)
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
    words = [word for word in sys.argv[1:] if word != "--runs"]
    counts = {"found": 0, "inside": 0, "accused": 0}
    with tempfile.TemporaryDirectory() as folder:
        binary = str(Path(folder) / "regressed")
        subprocess.run(["cc", "-O2", "-g", "-o", binary, ROOT / "Tools/Benchmarks/regressed.c"], check=True)
        if "--runs" in sys.argv:
            trials = int(words[0]) if words else 10
            rounds = 78_000
            for _ in range(trials):
                sides = [[], []]
                for run in range(6):
                    for side, extra in ((0, 0), (1, 10)) if run % 2 == 0 else ((1, 10), (0, 0)):
                        sides[side].append(f"{folder}/{side}-{run}.perfprof")
                        record(binary, extra, sides[side][-1], 3, rounds)
                result = compare(*sides, "--work", "BEFORE=6,AFTER=6")
                whole = result["before"]["cpuSeconds"] / 6
                judge(result, 0.02 * whole, counts)
            print(f"by runs    found {counts['found']} of {trials}, truth inside {counts['inside']}, "
                  f"others accused {counts['accused']}")
            return
        pairs = int(words[0]) if words else 20
        samples = int(words[1]) if len(words) > 1 else 20_000
        rate = int(words[2]) if len(words) > 2 else RATE
        for _ in range(pairs):
            paths = [f"{folder}/before.perfprof", f"{folder}/after.perfprof"]
            for path, extra in zip(paths, (0, 10)):
                record(binary, extra, path, samples / rate, rate=rate)
            judge(compare(paths[:1], paths[1:]), 0.22 / 1.02 - 0.2, counts)
        print(f"{samples} samples a side: found {counts['found']} of {pairs} (independent draws: "
              f"{100 * possible(samples):.0f} %), truth inside {counts['inside']}, others accused {counts['accused']}")


if __name__ == "__main__":
    main()
