#!/usr/bin/env python3
"""Async functions whose leaf tells the only path that leads to it, with short and long calls, beside a loaded machine and not:
how many samples carry the true callers, how many wrong ones, and what a sample costs the profiler and the target."""

import argparse
import collections
import json
import os
import re
import statistics
import subprocess
import tempfile

PERFPROF = os.environ["PERFPROF"]
SAMPLES = os.environ.get("PERFPROF_SAMPLES", ".build/samples")
# Steps of about two nanoseconds.
STEPS = {"0.4 µs": 200, "4 µs": 2_000, "40 µs": 20_000, "0.4 ms": 200_000, "4 ms": 2_000_000}


def known_paths(program):
    """What the program says of its functions."""
    paths = {}
    for line in subprocess.run([program, "paths"], capture_output=True, text=True, check=True).stdout.splitlines():
        leaf, found, path = line.partition(":")
        if not found:
            continue
        words = []
        for word in path.split():
            several = re.fullmatch(r"(.+)\*(\d+)", word)
            words += [several[1]] * int(several[2]) if several else [word]
        paths[leaf.strip()] = words
    return paths


def plain(frame):
    """A name without suffix, arguments and types; `*` for closures."""
    frame = re.sub(r"_\[.\]$", "", frame)
    if re.match(r"(implicit )?closure #", frame):
        return "*"
    return re.split(r"[(<]", frame)[0].split(".")[-1]


def matches(names, path):
    """Whether names are those of a path, in which `*` stands for any number of them."""
    if not path:
        return not names
    if path[0] == "*":
        return any(matches(names[start:], path[1:]) for start in range(len(names) + 1))
    return bool(names) and names[0] == path[0].split(".")[-1] and matches(names[1:], path[1:])


def judge(folded, paths):
    """Counts of samples by verdict."""
    verdicts = collections.Counter()
    for line in folded.splitlines():
        stack, _, count = line.rpartition(" ")
        frames = stack.split(";")
        names = [plain(frame) for frame in frames]
        leaf = next((index for index, name in enumerate(names) if name in paths), None)
        if leaf is None:
            continue
        path = paths[names[leaf]]
        begin = next(
            (index for index in reversed(range(leaf)) if re.match(r"\[(Swift task|main actor)", frames[index])), None
        )
        if any(re.match(r"\[(async|truncated): ", frame) for frame in frames[:leaf]):
            verdict = "marked"
        elif begin is None:
            verdict = "wrong"
        else:
            callers = names[begin + 1 : leaf]
            if path[0] == "main" and "main" in callers:
                callers = callers[callers.index("main") :]
            child = path[path.index("+") + 1 :] if "+" in path else None
            right = matches(callers, [word for word in path if word != "+"])
            verdict = "right" if right or child is not None and matches(callers, child) else "wrong"
        verdicts[verdict] += int(count)
    return verdicts


def cost(info):
    """Microseconds of the profiler's CPU time a sample."""
    return 1e6 * info["profiler"]["cpuSeconds"] / max(1, info["samples"])


def run(program, steps, seconds, sampler, load, perfprof=PERFPROF):
    """One recording: verdicts, and what `info` says."""
    hogs = [subprocess.Popen(["sh", "-c", "while :; do :; done"]) for _ in range(load)]
    try:
        with tempfile.TemporaryDirectory() as folder:
            files = [f"{folder}/a.perfprof", f"{folder}/a.folded"]
            subprocess.run(
                [perfprof, "record", "-F", "999", "--sampler", sampler, "-o", files[0], "-o", files[1], "--"]
                + [program, str(steps), str(seconds)],
                check=True, capture_output=True,
            )
            with open(files[1], encoding="utf8") as file:
                verdicts = judge(file.read(), known_paths(program))
            info = json.loads(
                subprocess.run([perfprof, "info", "--json", files[0]], check=True, capture_output=True).stdout
            )
            return verdicts, info
    finally:
        for hog in hogs:
            hog.kill()
            hog.wait()


def compare(options):
    """What a sample costs this build and another one, of which each pair is recorded in turn."""
    print("| program | call | other, µs a sample | this, µs a sample | median ratio of pairs |")
    print("| --- | --- | --- | --- | --- |")
    for name in options.programs:
        program = os.path.join(SAMPLES, name)
        for label, steps in STEPS.items():
            costs = {options.beside: [], PERFPROF: []}
            for pair in range(options.pairs):
                for perfprof in list(costs) if pair % 2 else list(costs)[::-1]:
                    costs[perfprof].append(cost(run(program, steps, options.seconds, options.sampler, 0, perfprof)[1]))
            other, this = costs[options.beside], costs[PERFPROF]
            ratio = statistics.median(b / a for a, b in zip(other, this))
            print(
                f"| {name} | {label} | {statistics.median(other):.0f} | {statistics.median(this):.0f} | {ratio:.2f} |",
                flush=True,
            )


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--sampler", default="perf", choices=["perf", "ptrace"])
    parser.add_argument(
        "--programs", nargs="+", default=["awaits", "awaits-onone", "awaits-static", "awaits-stripped"]
    )
    parser.add_argument(
        "--beside", metavar="PERFPROF", help="another build of perfprof, to compare what a sample costs, in pairs"
    )
    parser.add_argument("--pairs", type=int, default=4)
    options = parser.parse_args()
    if options.beside:
        return compare(options)
    print("| program | call | machine | samples | true | wrong | marked | in time | perfprof, µs a sample |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- | --- |")
    for name in options.programs:
        for label, steps in STEPS.items():
            for load in (0, 2 * (os.cpu_count() or 1)):
                program = os.path.join(SAMPLES, name)
                verdicts, info = run(program, steps, options.seconds, options.sampler, load)
                found = sum(verdicts.values())
                total = max(1, found)
                facts = [fact for fact in info.get("facts", []) if fact.get("fact") == "asyncStacks"]
                in_time = f"{facts[0]['inTime']} of {facts[0]['samples']}" if facts else "-"
                print(
                    f"| {name} | {label} | {'loaded' if load else 'idle'} | {found}"
                    f" | {100 * verdicts['right'] / total:.2f} % | {100 * verdicts['wrong'] / total:.2f} %"
                    f" | {100 * verdicts['marked'] / total:.2f} % | {in_time} | {cost(info):.0f} |",
                    flush=True,
                )


if __name__ == "__main__":
    main()
