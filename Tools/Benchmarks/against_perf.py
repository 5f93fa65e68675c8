"""perfprof beside perf: the same compilation, attached to by PID before its first instruction.

Prints, for each profiler, the share of rooted stacks, bytes on disk, the profiler's own CPU seconds, the seconds from
the target's end until stacks with names are there, and peak memory; then the self shares of the twenty functions that
perf finds heaviest beside perfprof's.
"""
import argparse
import os
from collections import Counter
from pathlib import Path

from measure import (
    PERFPROF, Process, info, is_rooted, megabytes, median, need, output, perf_script_stacks, progress, rooted_percent,
    run, scratch, table, wait_for_descriptors,
)
from workload import command


def attached(profiler, target_command, **options):
    """Runs a target under a profiler; gives the costs of both."""
    target = Process(target_command, stopped=True)
    recorder = Process(profiler(target.pid), **options)
    if not wait_for_descriptors(recorder.pid, "perf_event"):
        target.signal(9)
        target.wait()
        recorder.wait()
        raise SystemExit(f"the profiler did not attach: {profiler(target.pid)}")
    target.resume()
    ended = target.wait()
    return ended, recorder.wait()


def with_perf(folder, target_command, frequency, dump):
    """perf record and perf script."""
    data, text = Path(folder) / "perf.data", Path(folder) / "perf.txt"
    perf = need("perf", "linux-perf")
    target, recorder = attached(
        lambda pid: [perf, "record", "-q", "-e", "cpu-clock", "-F", str(frequency), "--call-graph", f"dwarf,{dump}",
                     "-m", "8M", "-o", str(data), "-p", str(pid)], target_command)
    with open(text, "w") as stdout:
        script = run([perf, "script", "--no-inline", "--no-demangle", "-i", str(data), "-F", "comm,ip,sym,dso"],
                     stdout=stdout)
    count = rooted = 0
    leaves = Counter()
    for stack in perf_script_stacks(text):
        count += 1
        rooted += is_rooted(stack)
        leaves[stack[0].split("@")[0] if stack else "?"] += 1
    size = os.path.getsize(data)
    os.remove(data)
    os.remove(text)
    return {
        "samples": count, "rooted": 100 * rooted / max(1, count), "bytes": size,
        "cpu": recorder.cpu_seconds + script.cpu_seconds, "after": script.ended - target.ended,
        "peak": max(recorder.peak_bytes, script.peak_bytes), "leaves": leaves, "lost": "",
    }


def with_perfprof(folder, target_command, frequency):
    """perfprof record, with a flame graph."""
    recording, picture = Path(folder) / "out.perfprof", Path(folder) / "out.svg"
    target, recorder = attached(
        lambda pid: [PERFPROF, "record", "--quiet", "-F", str(frequency), "-o", str(recording), "-o", str(picture),
                     "-p", str(pid)], target_command)
    if recorder.status != 0:
        raise SystemExit(f"perfprof ended with {recorder.status}")
    told = info(recording)
    leaves = Counter()
    for line in output([PERFPROF, "convert", recording, "-o", "-", "--format", "folded", "--names",
                        "mangled"]).splitlines():
        stack, count = line.rsplit(" ", 1)
        # perf was told to leave inlined calls out.
        physical = [frame for frame in stack.split(";") if not frame.endswith("_[i]")]
        leaves[physical[-1].removesuffix("_[k]")] += int(count)
    result = {
        "samples": told["samples"], "rooted": rooted_percent(recording), "bytes": os.path.getsize(recording),
        "cpu": recorder.cpu_seconds, "after": recorder.ended - target.ended, "peak": recorder.peak_bytes,
        "leaves": leaves, "lost": told["lost"],
    }
    os.remove(recording)
    os.remove(picture)
    return result


def main():
    parser = argparse.ArgumentParser(prog="against_perf", description=__doc__)
    parser.add_argument("--structs", type=int, default=60, help="size of the compilation (60 take about 4 s)")
    parser.add_argument("--frequency", type=int, default=499)
    parser.add_argument("--repeat", type=int, default=3, help="runs of each; medians are shown")
    arguments = parser.parse_args()
    with scratch() as folder:
        target = command(folder, arguments.structs)
        run(target)  # once for the file cache
        ways = {
            "perf record, 8,192-byte dumps": lambda: with_perf(folder, target, arguments.frequency, 8192),
            "perf record, 65,528-byte dumps": lambda: with_perf(folder, target, arguments.frequency, 65528),
            "perfprof": lambda: with_perfprof(folder, target, arguments.frequency),
        }
        results = {name: [] for name in ways}
        for turn in range(arguments.repeat):
            for name, way in ways.items():
                progress(f"{turn + 1}/{arguments.repeat} {name}")
                results[name].append(way())
    def middle(name, key):
        return median([result[key] for result in results[name]])
    table(
        ["", "samples", "rooted", "lost", "on disk", "profiler's CPU", "a sample", "end to stacks", "peak memory"],
        [[name, round(middle(name, "samples")), f"{middle(name, 'rooted'):.1f} %", results[name][-1]["lost"],
          megabytes(middle(name, "bytes")), f"{middle(name, 'cpu'):.2f} s",
          f"{1e6 * middle(name, 'cpu') / max(1, middle(name, 'samples')):.0f} µs", f"{middle(name, 'after'):.2f} s",
          megabytes(middle(name, "peak"))] for name in ways])

    summed = {name: sum((result["leaves"] for result in results[name]), Counter()) for name in ways}
    judge, ours = summed["perf record, 65,528-byte dumps"], summed["perfprof"]
    rows = []
    for name, count in judge.most_common(20):
        theirs, mine = 100 * count / judge.total(), 100 * ours[name] / max(1, ours.total())
        rows.append([f"`{name[:70]}`", f"{theirs:.2f} %", f"{mine:.2f} %", f"{mine - theirs:+.2f}"])
    table(["self share of", "perf", "perfprof", "points"], rows)


if __name__ == "__main__":
    main()
