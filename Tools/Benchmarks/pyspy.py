"""perfprof's ptrace sampler beside py-spy --native, on the same Python program.

The program measures its own pauses, so both are judged by the same clock: gaps above 100 µs in a loop that only reads
the time. A run without a profiler shows what the machine itself adds.
"""
import argparse
import statistics
import subprocess
import sys
from pathlib import Path

from measure import PERFPROF, need, output, progress, rooted_percent, run, scratch, table

TARGET = Path(__file__).parent / "pauses_target.py"


def gaps_under(profiler, seconds):
    """The target's gaps while a profiler (a function of its PID, or None) runs, in µs, and the profiler's cost."""
    target = subprocess.Popen(
        ["/usr/bin/python3", str(TARGET), str(seconds + 2)], stdout=subprocess.PIPE, text=True)
    assert target.stdout.readline() == "READY\n"
    cost = run(profiler(target.pid)) if profiler else None
    gaps = [float(line) for line in target.stdout.read().split()]
    target.wait()
    return gaps, cost


def folded_rooted(path):
    """Share of py-spy's stacks that go down to the program's module, below which it names nothing; and their number."""
    count = rooted = 0
    for line in Path(path).read_text().splitlines():
        stack, weight = line.rsplit(" ", 1)
        count += int(weight)
        rooted += int(weight) * any(frame.startswith("<module>") for frame in stack.split(";")[:4])
    return 100 * rooted / max(1, count), count


def main():
    parser = argparse.ArgumentParser(prog="pyspy", description=__doc__)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--frequency", type=int, default=100)
    arguments = parser.parse_args()
    pyspy = need("py-spy", "py-spy from PyPI")
    rows = []

    def row(name, gaps, cost, rooted, samples):
        ordered = sorted(gaps)
        rows.append([
            name, samples, f"{rooted:.1f} %" if rooted is not None else "", len(gaps),
            f"{statistics.median(ordered):.0f} µs" if ordered else "",
            f"{ordered[int(0.99 * (len(ordered) - 1))]:.0f} µs" if ordered else "",
            f"{ordered[-1]:.0f} µs" if ordered else "", f"{cost.cpu_seconds:.2f} s" if cost else "",
        ])

    with scratch() as folder:
        progress("without a profiler")
        gaps, _ = gaps_under(None, arguments.seconds)
        row("none", gaps, None, None, "")
        progress("py-spy --native")
        raw = Path(folder) / "raw"
        gaps, cost = gaps_under(
            lambda pid: [pyspy, "record", "--native", "-r", str(arguments.frequency), "-d",
                         str(int(arguments.seconds)), "-f", "raw", "-o", str(raw), "-p", str(pid)], arguments.seconds)
        row("py-spy --native", gaps, cost, *folded_rooted(raw))
        for sampler in ("ptrace", "perf"):
            progress(f"perfprof --sampler {sampler}")
            recording = Path(folder) / f"{sampler}.perfprof"
            gaps, cost = gaps_under(
                lambda pid: [PERFPROF, "record", "--quiet", "--sampler", sampler, "-F", str(arguments.frequency), "-d",
                             str(arguments.seconds), "-o", str(recording), "-p", str(pid)], arguments.seconds)
            told = __import__("json").loads(output([PERFPROF, "info", "--json", recording]))
            row(f"perfprof --sampler {sampler}", gaps, cost, rooted_percent(recording), told["samples"])
    table(["profiler", "samples", "rooted", "gaps > 100 µs", "p50", "p99", "max", "profiler's CPU"], rows)


if __name__ == "__main__":
    sys.exit(main())
