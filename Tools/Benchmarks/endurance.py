"""A long recording of a busy program: whether memory stays level and the file grows in a straight line.

Prints memory and file size minute by minute, the growth of memory after the first minute, and bytes a sample.
"""
import argparse
import os
import signal
import time
from pathlib import Path

from measure import PERFPROF, SAMPLES, Process, info, megabytes, scratch, table, wait_for_descriptors
from workload import command


def resident(pid):
    """Resident bytes of a process."""
    with open(f"/proc/{pid}/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGESIZE")


def size_below(folder):
    """Bytes of all files of the recording, under whatever name they have while they grow."""
    return sum(entry.stat().st_size for entry in os.scandir(folder) if "perfprof" in entry.name)


def main():
    parser = argparse.ArgumentParser(prog="endurance", description=__doc__)
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--frequency", type=int, default=999)
    parser.add_argument("--compiler", action="store_true", help="the compiler, over and over, instead of `features`")
    arguments = parser.parse_args()
    rows = []
    with scratch() as folder, scratch() as inputs:
        if arguments.compiler:
            loop = ["/bin/sh", "-c", 'while :; do "$@"; done', "sh", *command(inputs, 300)]
        else:
            loop = [str(SAMPLES / "features"), "0"]
        target = Process(loop, start_new_session=True)
        recording = Path(folder) / "out.perfprof"
        recorder = Process([PERFPROF, "record", "--quiet", "-F", str(arguments.frequency), "-o", str(recording), "-p",
                            str(target.pid)])
        wait_for_descriptors(recorder.pid, "perf_event")
        begin = time.monotonic()
        while time.monotonic() - begin < arguments.minutes * 60:
            time.sleep(min(60, max(1, arguments.minutes * 60 - (time.monotonic() - begin))))
            rows.append((time.monotonic() - begin, resident(recorder.pid), size_below(folder)))
        recorder.signal(signal.SIGINT)
        cost = recorder.wait()
        os.killpg(target.pid, signal.SIGKILL)
        target.wait()
        told = info(recording)
        size = recording.stat().st_size
    table(["minute", "memory", "file"],
          [[f"{at / 60:.1f}", megabytes(memory), megabytes(bytes_)] for at, memory, bytes_ in rows])
    settled = [row for row in rows if row[0] >= 60] or rows
    growth = (settled[-1][1] - settled[0][1]) / max(1, settled[-1][0] - settled[0][0]) * 60
    table(
        ["samples", "lost", "file", "bytes a sample", "memory after first minute", "growth a minute", "peak",
         "CPU a sample"],
        [[told["samples"], told["lost"], megabytes(size), f"{size / max(1, told['samples']):.2f}",
          megabytes(settled[0][1]), f"{growth / 1e3:+.1f} kB", megabytes(cost.peak_bytes),
          f"{1e6 * cost.cpu_seconds / max(1, told['samples']):.1f} µs"]])


if __name__ == "__main__":
    main()
