#!/usr/bin/env python3
"""Compares programs with themselves: how often is anything called slower or faster where nothing changed?

The bar: at most 5 % of all pairs have any verdict slower or faster. PostgreSQL and the server run on between the two
recordings of a pair; the others are started anew for each.
"""
import argparse
import json
import subprocess
import time
from contextlib import ExitStack
from pathlib import Path

import rooted
from measure import PERFPROF, ROOT, scratch, table

PYTHON = """
import json, random, re, time
random.seed(); end = time.time() + float(__import__('sys').argv[1])
while time.time() < end:
    data = [{'k%d' % i: random.random(), 's': 'x' * random.randrange(200)} for i in range(300)]
    text = json.dumps(data); json.loads(text); sorted(re.findall(r'0\\.[0-9]+', text))
"""
BURSTS = """
import hashlib, random, time, zlib
random.seed(); end = time.time() + float(__import__('sys').argv[1])
while time.time() < end:
    kind, until = random.randrange(3), time.time() + random.expovariate(10)
    while time.time() < until:
        if kind == 0: hashlib.sha256(b'x' * 20000).digest()
        elif kind == 1: zlib.compress(b'abc' * 3000)
        else: sum(i * i for i in range(3000))
    time.sleep(random.expovariate(50))
"""
PHASES = """
import hashlib, sys, time, zlib
seconds = float(sys.argv[1]); start = time.time()
def until(share, step):
    while time.time() < start + share * seconds: step()
until(0.3, lambda: zlib.compress(b'abc' * 3000))
until(0.7, lambda: hashlib.sha256(b'x' * 20000).digest())
until(1.0, lambda: sorted(str(i) for i in range(2000)))
"""


# Serves until it is killed; recorded by PID.
SERVING = {"postgres": rooted.postgres, "server": rooted.swift_server}


def started(folder, seconds):
    """The commands of programs that are started anew for each recording."""
    binary = folder / "regressed"
    subprocess.run(["cc", "-O2", "-g", "-o", binary, ROOT / "Tools/Benchmarks/regressed.c"], check=True)
    # A file that takes the compiler about a second, again and again.
    unit = folder / "unit.cpp"
    unit.write_text("#include <algorithm>\n#include <map>\n#include <regex>\n#include <string>\n#include <vector>\n"
                    "bool f(std::string s) { return std::regex_match(s, std::regex(\"a+\")); }\n")
    loop = f"end=$(($(date +%s)+{int(seconds)})); while [ $(date +%s) -lt $end ]; do c++ -O1 -c {unit} -o /dev/null; done"
    return {
        "steady": [str(binary), "0", str(seconds)],
        "compiler": ["sh", "-c", loop],
        "python": ["python3", "-c", PYTHON, str(seconds)],
        "bursts": ["python3", "-c", BURSTS, str(seconds)],
        "phases": ["python3", "-c", PHASES, str(seconds)],
    }


def record(target, path):
    subprocess.run([PERFPROF, "record", "--quiet", "-F", "499", "-o", path, *target], check=True,
                   stdout=subprocess.DEVNULL)


def verdicts(before, after):
    """What diff calls slower or faster."""
    result = json.loads(subprocess.run([PERFPROF, "diff", before, after, "--json"], check=True,
                                       capture_output=True).stdout)
    called = ("slower", "faster")
    names = {f"{measure}({row['name']})" for row in result["functions"] for measure in ("self", "total")
             if row[measure]["verdict"] in called}
    return sorted(names | {f"module({row['name']})" for row in result["modules"] if row["verdict"] in called})


def main():
    parser = argparse.ArgumentParser(prog="equal_pairs", description=__doc__)
    parser.add_argument("--pairs", type=int, default=10, help="of each program")
    parser.add_argument("--seconds", type=float, default=10, help="of each recording")
    parser.add_argument("--only", action="append", help="this program, which may be repeated")
    parser.add_argument("--keep", type=Path, help="the folder that recordings stay in, and are taken from if they are there")
    arguments = parser.parse_args()
    rows = []
    with scratch() as folder:
        folder = Path(folder)
        commands = started(folder, arguments.seconds)
        keep = arguments.keep or folder
        keep.mkdir(exist_ok=True)
        for name in arguments.only or [*commands, *SERVING]:
            called = []
            with ExitStack() as stack:
                target = ["--", *commands[name]] if name in commands else None
                for pair in range(arguments.pairs):
                    number = pair if arguments.keep else 0
                    paths = [keep / f"{name}-{number}-{side}.perfprof" for side in ("before", "after")]
                    for path in paths:
                        if arguments.keep and path.exists():
                            continue
                        if target is None:
                            pid = stack.enter_context(SERVING[name](stack.enter_context(scratch())))
                            time.sleep(2)  # past the program's start
                            target = ["-d", str(arguments.seconds), "-p", str(pid)]
                        record(target, path)
                    called.append(verdicts(*paths))
            bad = [names for names in called if names]
            rows.append([name, arguments.pairs, len(bad), "; ".join(", ".join(names[:3]) for names in bad[:3])])
    pairs, wrong = sum(row[1] for row in rows), sum(row[2] for row in rows)
    rows.append(["all", pairs, wrong, f"{100 * wrong / max(1, pairs):.1f} %, the bar is 5 %"])
    table(["program", "equal pairs", "with a verdict", ""], rows)


if __name__ == "__main__":
    main()
