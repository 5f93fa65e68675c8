"""ELF files read by perfprof's own module and by libelf: processor time and memory, and whether both find the same.

For the question whether libelf should take the module's place. The last table is of changed copies of a small file,
each of which libelf reads in a process of its own.
"""
import argparse
import os
from pathlib import Path

from measure import ROOT, built, megabytes, need, output, progress, run, scratch, table


READERS = {"own": "own", "mapped": "libelf, ELF_C_READ_MMAP", "read": "libelf, ELF_C_READ", "memory": "elf_memory"}


def compressed(folder, method):
    """A copy of perfprof's debug build whose debug sections are compressed."""
    original = ROOT / ".build/debug/perfprof"
    if not original.exists() and run(["swift", "build", "--package-path", ROOT, "--product", "perfprof"]).status != 0:
        raise SystemExit("perfprof does not build")
    copy = Path(folder) / method
    if run([need("objcopy", "binutils"), f"--compress-debug-sections={method}", original, copy]).status != 0:
        raise SystemExit(f"objcopy does not know {method}")
    return copy


def main():
    parser = argparse.ArgumentParser(prog="elf_reading", description=__doc__)
    parser.add_argument("--times", type=int, default=20, help="what a reader does one after the other in a process")
    parser.add_argument("--changed", type=int, default=3_000, help="copies of a small file that are changed")
    arguments = parser.parse_args()
    program = built("ELFReadingBenchmark")
    compiler = Path(os.path.realpath(need("swift-frontend", "a Swift toolchain")))
    with scratch() as folder:
        rows = []
        for task, label, file in [
                ("headers", "the compiler", compiler), ("symbols", "the compiler", compiler),
                ("debug", "perfprof, zlib", compressed(folder, "zlib")),
                ("debug", "perfprof, zstd", compressed(folder, "zstd"))]:
            first = None
            for reader, name in READERS.items():
                progress(f"{task} of {label}: {name}")
                times = 2 if reader == "memory" else arguments.times
                microseconds, peak, found = output([program, reader, task, file, times]).rstrip("\n").split("\t")
                first = first or found
                rows.append([task, label, name, f"{int(microseconds):,} µs", megabytes(1024 * int(peak)),
                             "yes" if found == first else "no"])
        table(["what", "file", "reader", "processor time", "peak memory", "same as perfprof's own"], rows)
        changed = output([program, "own", "changed", ROOT / ".build/samples/shares", arguments.changed])
        table(["copies", "outcome"], [line.split("\t") for line in changed.splitlines()])


if __name__ == "__main__":
    main()
