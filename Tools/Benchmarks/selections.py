#!/usr/bin/env python3
"""Holds `report` with --focus, --ignore and --hide to `go tool pprof` with the options of these names.

Self and total of every function, for random selections, once by perfprof on the recording and once by pprof on the file
that perfprof converts it to. Functions of one name in several modules, whose totals can't be added up, are left out.

usage: selections.py [--count N] [--seed N] RECORDING...      (needs Debian's golang-go)
"""
import argparse
import collections
import json
import os
import pathlib
import random
import re
import subprocess
import sys
import tempfile

PERFPROF = os.environ.get("PERFPROF", "perfprof")
CHOICES = [["focus"], ["ignore"], ["hide"], ["focus", "hide"], ["ignore", "hide"], ["focus", "ignore"],
           ["focus", "ignore", "hide"]]
ROW = re.compile(r"\s*(\d+)\s+[\d.]+%\s+[\d.]+%\s+(\d+)\s+[\d.]+%\s+(.*?)(?: \(inline\)| \(partial-inline\))?$")


def run(*words):
    return subprocess.run(words, capture_output=True, text=True)


def by_perfprof(recording, options, doubled):
    done = run(PERFPROF, "report", recording, "--json", *options)
    assert done.returncode == 0, done.stderr
    rows = json.loads(done.stdout)["functions"]
    names = collections.Counter(row["name"] for row in rows)
    doubled.update(name for name, count in names.items() if count > 1)
    return {row["name"]: (row["self"], row["total"]) for row in rows}


def by_pprof(profile, options):
    done = run("go", "tool", "pprof", "-top", "-nodefraction=0", "-edgefraction=0", "-nodecount=1000000", "-sample_index=0",
               *options, profile)
    rows = [ROW.match(line) for line in done.stdout.splitlines()]
    if "no matches" in done.stderr:
        return {}
    return {row[3]: (int(row[1]), int(row[2])) for row in rows
            if row and not re.match(r"\[truncated|\[\d+ frames elided", row[3])}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=6, help="selections of each recording")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("recordings", nargs="+")
    arguments = parser.parse_args()
    random.seed(arguments.seed)
    compared = different = 0
    with tempfile.TemporaryDirectory() as folder:
        for recording in arguments.recordings:
            profile = str(pathlib.Path(folder) / "profile.pb.gz")
            subprocess.run([PERFPROF, "convert", recording, "-o", profile], check=True)
            doubled = set()
            names = [name for name in by_perfprof(recording, [], doubled) if len(name) > 2]
            for _ in range(arguments.count):
                ours, theirs = [], []
                for option in random.choice(CHOICES):
                    text = re.escape(random.choice(names)).replace("\\ ", " ").replace("\\-", "-")
                    ours += ["--" + option, text]
                    theirs.append(f"-{option}={text}")
                known, judged = by_perfprof(recording, ours, doubled), by_pprof(profile, theirs)
                rows = [(name, known.get(name), judged.get(name)) for name in (set(known) | set(judged)) - doubled]
                wrong = [row for row in rows if row[1] != row[2]]
                compared += 1
                if wrong:
                    different += 1
                    print(f"{recording} {' '.join(ours)}: {len(wrong)} functions differ, {wrong[0]}")
    print(f"{compared} selections compared, {different} differ")
    sys.exit(1 if different or not compared else 0)


if __name__ == "__main__":
    main()
