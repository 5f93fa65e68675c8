"""What profiling costs the target: its user and system time under each profiler against alone, in one run.

Each round runs all of them in another order, so that drifts of the machine fall on all alike; the median is over the
rounds' ratios. "timer" is a bare sampling event without ring, registers or reader (`bare_event.py`): what the interrupts
alone cost on this machine, which no profiler of that rate can go below.
"""
import argparse
import random
import sys
from pathlib import Path

from against_perf import attached
from measure import PERFPROF, median, need, progress, run, scratch, table
from workload import command


def profilers(folder, frequency):
    """For each name the command line that profiles a PID."""
    rate = str(frequency)
    perf = need("perf", "linux-perf")
    bare = str(Path(__file__).with_name("bare_event.py"))
    recording, data = f"{folder}/out.perfprof", f"{folder}/perf.data"
    perf_record = [perf, "record", "-q", "-e", "cpu-clock", "-F", rate, "-o", data]
    return {
        "timer": lambda pid: [sys.executable, bare, str(pid), rate],
        "perf, frame pointers": lambda pid: [*perf_record, "-g", "-p", str(pid)],
        "perf, 65,528-byte dumps": lambda pid: [*perf_record, "--call-graph", "dwarf,65528", "-p", str(pid)],
        "perfprof": lambda pid: [PERFPROF, "record", "--quiet", "-F", rate, "-o", recording, "-p", str(pid)],
    }


def main():
    parser = argparse.ArgumentParser(prog="slowdown", description=__doc__)
    parser.add_argument("--pairs", type=int, default=9, help="rounds")
    parser.add_argument("--frequency", type=int, default=999)
    parser.add_argument("--structs", type=int, default=60)
    parser.add_argument("--only", nargs="*", help="profilers to run, all by default")
    arguments = parser.parse_args()
    with scratch() as folder:
        target = command(folder, arguments.structs)
        chosen = {
            name: profiler for name, profiler in profilers(folder, arguments.frequency).items()
            if not arguments.only or name in arguments.only
        }
        def seconds(name):
            if name not in chosen:
                return run(target).cpu_seconds
            return attached(chosen[name], target)[0].cpu_seconds
        run(target)
        # Alone twice: the difference between the two is what chance does.
        names = ["alone", "alone again", *chosen]
        taken = {name: [] for name in names}
        order = random.Random(1)
        for turn in range(arguments.pairs):
            progress(f"round {turn + 1}/{arguments.pairs}")
            for name in order.sample(names, len(names)):
                taken[name].append(seconds(name))
    alone = [(one + other) / 2 for one, other in zip(taken["alone"], taken["alone again"])]
    rows = []
    for name in names:
        changes = sorted(100 * (with_it / without - 1) for with_it, without in zip(taken[name], alone))
        rows.append([
            name, f"{median(taken[name]):.3f} s", f"{median(changes):+.2f} %",
            f"{changes[0]:+.2f} to {changes[-1]:+.2f} %",
        ])
    table(["", "user + system time", f"slowdown at {arguments.frequency} Hz, median", "range"], rows)


if __name__ == "__main__":
    main()
