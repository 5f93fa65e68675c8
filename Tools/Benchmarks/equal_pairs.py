#!/usr/bin/env python3
"""Compares programs with themselves: how often is anything called slower or faster where nothing changed?

    run equal_pairs [PAIRS] [SECONDS]       default: 10 pairs of 10 s of each program

The bar: at most 5 % of all pairs have any verdict slower or faster.
"""
import json
import subprocess
import sys
import tempfile
from pathlib import Path

from measure import PERFPROF, ROOT

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


def programs(folder, seconds):
    source = ROOT / "Tools/Benchmarks/regressed.c"
    binary = Path(folder) / "regressed"
    subprocess.run(["cc", "-O2", "-g", "-o", binary, source], check=True)
    # A file that takes the compiler about a second, again and again.
    unit = Path(folder) / "unit.cpp"
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


def record(command, path):
    subprocess.run([PERFPROF, "record", "--quiet", "-F", "499", "-o", path, "--", *command], check=True,
                   stdout=subprocess.DEVNULL)


def main():
    pairs = int(sys.argv[1]) if len(sys.argv) > 1 else 10
    seconds = float(sys.argv[2]) if len(sys.argv) > 2 else 10
    total = wrong = 0
    with tempfile.TemporaryDirectory() as folder:
        for name, command in programs(folder, seconds).items():
            called = []
            for pair in range(pairs):
                before, after = f"{folder}/before.perfprof", f"{folder}/after.perfprof"
                record(command, before)
                record(command, after)
                result = json.loads(subprocess.run([PERFPROF, "diff", before, after, "--json"], check=True,
                                                   capture_output=True).stdout)
                names = {row["name"] for row in result["functions"] for measure in ("self", "total")
                         if row[measure]["verdict"] in ("slower", "faster")}
                names |= {row["name"] for row in result["modules"] if row["verdict"] in ("slower", "faster")}
                called.append(sorted(names))
            bad = [names for names in called if names]
            total += pairs
            wrong += len(bad)
            print(f"{name:10} {len(bad)} of {pairs} pairs with a verdict  {bad[:3]}", flush=True)
    print(f"all        {wrong} of {total}: {100 * wrong / total:.1f} %, the bar is 5 %")


if __name__ == "__main__":
    main()
