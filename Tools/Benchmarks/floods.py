"""Files of 100 MB that are made to cost: CPU seconds and memory of every view, or the limit that refuses them."""
import argparse
import sys
from pathlib import Path

from flood_files import KINDS, SUFFIXES
from measure import PERFPROF, megabytes, progress, run, scratch, table

VIEWS = {
    "info": ["info", "IN"],
    "report": ["report", "IN"],
    "report --json": ["report", "--json", "IN"],
    "flamegraph .svg": ["flamegraph", "IN", "-o", "out.svg"],
    "flamegraph .html": ["flamegraph", "IN", "-o", "out.html"],
    "convert .folded": ["convert", "IN", "-o", "out.folded"],
    "convert .speedscope.json": ["convert", "IN", "-o", "out.speedscope.json"],
    "convert .pb.gz": ["convert", "IN", "-o", "out.pb.gz"],
    "convert .firefox.json": ["convert", "IN", "-o", "out.firefox.json"],
    "diff": ["diff", "IN", "IN"],
}
MOST_SECONDS, MOST_BYTES = 10, 1_000_000_000
# Where a whole file is refused, the most samples that a reader takes of the kind: what costs most is just below a limit.
FITTING = {
    "script-names": 990_000, "folded-stacks": 4_800_000, "folded-functions": 990_000, "speedscope-frames": 990_000,
    "speedscope-stacks": 4_800_000, "pprof-functions": 990_000, "pprof-stacks": 4_800_000,
}


def measured(source, name, folder):
    """Cost of a view, whether it held the limits, and what it said when it refused."""
    errors = folder / "errors"
    with open(errors, "w") as file:
        cost = run([PERFPROF, *(source if part == "IN" else part for part in VIEWS[name])], cwd=folder, stderr=file)
    said = errors.read_text(errors="replace").strip().splitlines()
    for written in folder.glob("out.*"):
        written.unlink()
    held = cost.status in (0, 65) and cost.cpu_seconds <= MOST_SECONDS and cost.peak_bytes <= MOST_BYTES
    return cost, held, said[0][-120:] if cost.status and said else ""


def main():
    parser = argparse.ArgumentParser(prog="floods", description=__doc__)
    parser.add_argument("--kind", action="append", choices=KINDS, help="only this one; may be repeated")
    parser.add_argument("--view", action="append", choices=VIEWS, help="only this one; may be repeated")
    parser.add_argument("--megabytes", type=int, default=98)
    arguments = parser.parse_args()
    rows = []
    with scratch() as folder:
        folder = Path(folder)
        for kind in arguments.kind or KINDS:
            source = folder / f"flood{SUFFIXES[kind.split('-')[0]]}"
            for samples in (None, FITTING.get(kind)):
                progress(f"writing {kind}")
                # By a process of its own: a child's peak memory counts from what its parent had when it was started.
                with open(source, "w") as file:
                    writer = [sys.executable, Path(__file__).parent / "flood_files.py", kind, arguments.megabytes]
                    run(writer + [samples] * (samples is not None), stdout=file)
                size = megabytes(source.stat().st_size)
                for name in arguments.view or VIEWS:
                    progress(f"{kind}: {name}")
                    cost, held, said = measured(source, name, folder)
                    rows.append([kind, size, name, cost.status, f"{cost.cpu_seconds:.1f} s",
                                 megabytes(cost.peak_bytes), "" if held else "MISSED", said])
                source.unlink()
                if all(row[3] == 0 for row in rows if row[:2] == [kind, size]) or kind not in FITTING:
                    break
    table(["file", "size", "view", "status", "CPU", "peak memory", "", "said"], rows)
    sys.exit(any(row[-2] for row in rows))


if __name__ == "__main__":
    main()
