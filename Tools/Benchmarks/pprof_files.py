#!/usr/bin/env python3
"""How many pprof files give the same self and total for every function as `go tool pprof` gives.

    pprof_files.py FOLDER [PERFPROF]

FOLDER is searched for files that `go tool pprof` reads, such as those that google/pprof, speedscope and Pyroscope
publish among their tests; none of them is kept here. Functions are compared by name, in the unit of the file's value
type that perfprof shows. What has no name is left out on both sides, because both make up names of their own for it.
"""
import collections
import json
import pathlib
import re
import subprocess
import sys


def output(*command):
    result = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    return result.returncode, result.stdout.decode(errors="replace"), result.stderr.decode(errors="replace")


UNITS = {"nanoseconds": "ns", "microseconds": "us", "milliseconds": "ms", "seconds": "s", "bytes": "B"}


def judged(path, value, unit):
    """Self and total of each function by go tool pprof; None for what it doesn't read."""
    status, text, _ = output("go", "tool", "pprof", "-symbolize=none", f"-sample_index={value}", "-top",
                             "-nodecount=1000000", "-nodefraction=0", "-edgefraction=0",
                             f"-unit={UNITS.get(unit, unit)}", path)
    if status != 0:
        return None
    rows, started = collections.Counter(), False
    totals = collections.Counter()
    for line in text.splitlines():
        if line.split()[:2] == ["flat", "flat%"]:
            started = True
            continue
        match = re.match(r"\s*(\S+)\s+\S+%\s+\S+%\s+(\S+)\s+\S+%\s+(.*)$", line) if started else None
        if match:
            name = match[3].replace(" (inline)", "").replace(" (partial-inline)", "")
            rows[name] += number(match[1])
            totals[name] += number(match[2])
    return rows, totals


def number(text):
    return float(re.match(r"-?[0-9.]+", text)[0])


def shown(perfprof, path):
    status, text, error = output(perfprof, "report", path, "--json", "--limit", "0")
    if status != 0:
        return None, error.strip()
    report = json.loads(text)
    rows, totals = collections.Counter(), collections.Counter()
    for row in report["functions"]:
        rows[row["name"]] += row["self"]
        totals[row["name"]] += row["total"]
    return ((report["value"], report["unit"]), rows, totals), ""


def has_name(name):
    return not re.search(r"\+0x[0-9a-f]+$|^0x|^\[|^<unknown>|^$", name)


def main():
    perfprof = sys.argv[2] if len(sys.argv) > 2 else "perfprof"
    equal = seen = 0
    for path in sorted(pathlib.Path(sys.argv[1]).rglob("*")):
        if not path.is_file():
            continue
        mine, error = shown(perfprof, str(path))
        theirs = judged(str(path), *(mine[0] if mine else ("", "")))
        if theirs is None:
            continue
        seen += 1
        if mine is None:
            print(f"{path}: {error}")
            continue
        differences = []
        for what, left, right in [("self", mine[1], theirs[0]), ("total", mine[2], theirs[1])]:
            for name in left.keys() | right.keys():
                # The judge prints five digits of large amounts.
                if has_name(name) and abs(left[name] - right[name]) > max(abs(right[name]) * 1e-4, 0.5):
                    differences.append(f"{what} of {name}: {left[name]}, go tool pprof {right[name]}")
        if differences:
            print(f"{path}: {len(differences)} differ, {differences[0]}")
        else:
            equal += 1
    print(f"{equal} of {seen} files equal")


main()
