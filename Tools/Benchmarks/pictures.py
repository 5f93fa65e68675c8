"""A flame graph and a report from very many folded stacks: seconds, memory, size."""
import argparse
import sys
from pathlib import Path

from measure import PERFPROF, megabytes, progress, run, scratch, table


def main():
    parser = argparse.ArgumentParser(prog="pictures", description=__doc__)
    parser.add_argument("--stacks", type=int, default=300_000, help="300000 make 380 MB of text")
    arguments = parser.parse_args()
    rows = []
    with scratch() as folder:
        source = Path(folder) / "stacks.folded"
        progress("writing the stacks")
        # By a process of its own: a child's peak memory counts from what its parent had when it was started.
        with open(source, "w") as file:
            run([sys.executable, Path(__file__).parent / "folded_stacks.py", arguments.stacks], stdout=file)
        for name, command in {
            "flamegraph": ["flamegraph", source, "-o", Path(folder) / "out.svg"],
            "report": ["report", source, "--json"],
            "convert to speedscope": ["convert", source, "-o", Path(folder) / "out.speedscope.json"],
        }.items():
            progress(name)
            cost = run([PERFPROF, *command])
            written = Path(command[-1]) if "-o" in map(str, command) else None
            rows.append([name, cost.status, f"{cost.seconds:.2f} s", megabytes(cost.peak_bytes),
                         megabytes(written.stat().st_size) if written and written.exists() else ""])
        size = source.stat().st_size
    print(f"{arguments.stacks} stacks, {megabytes(size)} of text\n")
    table(["view", "status", "time", "peak memory", "written"], rows)


if __name__ == "__main__":
    main()
