"""What profiling costs the target: its user and system time with perfprof against without, in pairs.

Each pair is run in alternating order, so that drifts of the machine fall on both sides alike.
"""
import argparse

from against_perf import attached
from measure import PERFPROF, median, progress, run, scratch, table
from workload import command


def main():
    parser = argparse.ArgumentParser(prog="slowdown", description=__doc__)
    parser.add_argument("--pairs", type=int, default=9)
    parser.add_argument("--frequency", type=int, default=999)
    parser.add_argument("--structs", type=int, default=60)
    arguments = parser.parse_args()
    with scratch() as folder:
        target = command(folder, arguments.structs)
        def without():
            return run(target).cpu_seconds
        def with_perfprof():
            return attached(
                lambda pid: [PERFPROF, "record", "--quiet", "-F", str(arguments.frequency), "-o",
                             f"{folder}/out.perfprof", "-p", str(pid)], target)[0].cpu_seconds
        run(target)
        rows, ratios = [], []
        for pair in range(arguments.pairs):
            progress(f"pair {pair + 1}/{arguments.pairs}")
            if pair % 2 == 0:
                alone, watched = without(), with_perfprof()
            else:
                watched, alone = with_perfprof(), without()
            ratios.append(watched / alone)
            rows.append([pair + 1, f"{alone:.3f} s", f"{watched:.3f} s", f"{100 * (watched / alone - 1):+.2f} %"])
    rows.append(["median", "", "", f"{100 * (median(ratios) - 1):+.2f} %"])
    table(["pair", "alone", f"at {arguments.frequency} Hz", "slowdown"], rows)


if __name__ == "__main__":
    main()
