"""perfprof attached by PID to the busy compiler: what it costs, and how long it takes to be done.

The compiler works throughout; after SECONDS perfprof gets SIGINT, and the time until its recording and flame graph are
on disk is taken. CPU is all of perfprof's, files included.
"""
import argparse
import signal
import time
from pathlib import Path

from measure import (
    PERFPROF, Process, info, megabytes, median, progress, rooted_percent, scratch, table, wait_for_descriptors,
)
from workload import command


def once(folder, target_command, seconds, frequency):
    target = Process(target_command)
    time.sleep(1)  # past its own start
    recording, picture = Path(folder) / "out.perfprof", Path(folder) / "out.svg"
    for path in (recording, picture):
        path.unlink(missing_ok=True)
    recorder = Process([PERFPROF, "record", "--quiet", "-F", str(frequency), "-o", str(recording), "-o", str(picture),
                        "-p", str(target.pid)])
    wait_for_descriptors(recorder.pid, "perf_event")
    attached = time.monotonic() - recorder.started
    time.sleep(seconds)
    stopped = time.monotonic()
    recorder.signal(signal.SIGINT)
    cost = recorder.wait()
    target.signal(signal.SIGKILL)
    target.wait()
    told = info(recording)
    return {
        "samples": told["samples"], "lost": told["lost"], "rooted": rooted_percent(recording),
        "cpu": 1e6 * cost.cpu_seconds / max(1, told["samples"]), "peak": cost.peak_bytes,
        "bytes": recording.stat().st_size, "after": cost.ended - stopped, "attach": attached,
        "unsymbolized": 100 * told["selfSamples"]["unsymbolized"] / max(1, told["samples"]),
    }


def main():
    parser = argparse.ArgumentParser(prog="attached", description=__doc__)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--frequency", type=int, default=999)
    parser.add_argument("--structs", type=int, default=300)
    parser.add_argument("--repeat", type=int, default=3)
    arguments = parser.parse_args()
    results = []
    with scratch() as folder:
        target = command(folder, arguments.structs)
        for turn in range(arguments.repeat):
            progress(f"{turn + 1}/{arguments.repeat}")
            results.append(once(folder, target, arguments.seconds, arguments.frequency))
    names = ["samples", "lost", "rooted", "unsymbolized", "cpu", "peak", "bytes", "after", "attach"]
    formats = {
        "rooted": "{:.2f} %", "unsymbolized": "{:.2f} %", "cpu": "{:.1f} µs", "after": "{:.3f} s", "attach": "{:.3f} s",
    }
    def shown(key, value):
        return megabytes(value) if key in ("peak", "bytes") else formats.get(key, "{:.0f}").format(value)
    rows = [[turn + 1] + [shown(key, result[key]) for key in names] for turn, result in enumerate(results)]
    rows.append(["median"] + [shown(key, median([result[key] for result in results])) for key in names])
    table(["run", "samples", "lost", "rooted", "unsymbolized self", "CPU a sample", "peak memory", "on disk",
           "stop to files", "to attach"], rows)


if __name__ == "__main__":
    main()
