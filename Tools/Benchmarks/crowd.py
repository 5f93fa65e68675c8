"""perfprof record -a, beside perf record -a -g, on a machine where many processes and threads come and go.

The crowd: PROCESSES that live in turn, with THREADS in all, each of which works for some 4 ms and ends; every process
runs exec, so that its binaries are mapped anew. Both profilers watch it one after the other, for SECONDS each. CPU is
all of the profiler's own, files and (for perf) `perf script` included. The crowd ends
when they are told to stop. perf goes by frame pointers (-g), which libc doesn't keep, and must be given real-time
priority (-r 1) to get any samples at all: its rooted share is not comparable, its cost the least that there can be.
"""
import argparse
import os
import signal
import subprocess
import time
from pathlib import Path

from measure import (
    PERFPROF, SAMPLES, Process, info, is_rooted, megabytes, need, output, perf_script_stacks, progress, rooted_percent,
    run, scratch, table, wait_for_descriptors,
)


def while_crowded(arguments, recorder):
    """Starts the crowd, then the recorder for some seconds; gives its cost, when it was stopped, and the births."""
    crowd = Process([SAMPLES / "crowd", "0", str(arguments.processes), str(arguments.threads)], stdout=subprocess.PIPE)
    crowd.popen.stdout.readline()
    time.sleep(1)
    process = Process(recorder)
    if not wait_for_descriptors(process.pid, "perf_event"):
        raise SystemExit(f"the profiler did not attach: {recorder}")
    first = newest_process()
    time.sleep(arguments.seconds)
    born = newest_process() - first
    # With the crowd at work, what comes after sampling would wait for its turn among a thousand.
    crowd.signal(signal.SIGKILL)
    crowd.wait()
    stopped = time.monotonic()
    process.signal(signal.SIGINT)
    cost = process.wait()
    if cost.status not in (0, -signal.SIGINT):
        raise SystemExit(f"the profiler ended with {cost.status}")
    return cost, stopped, born


def newest_process():
    """The number given last: threads and processes are numbered alike."""
    return int(Path("/proc/loadavg").read_text().split()[4])


def with_perfprof(folder, arguments):
    """perfprof record -a, with a flame graph."""
    recording, picture = Path(folder) / "out.perfprof", Path(folder) / "out.svg"
    cost, stopped, born = while_crowded(arguments, [
        PERFPROF, "record", "--quiet", "-a", "-F", str(arguments.frequency), "-o", str(recording), "-o", str(picture)])
    told = info(recording)
    paths = [module["path"] for module in told["modules"]]
    light = heavy = 0
    for line in output([PERFPROF, "convert", recording, "-o", "-", "--format", "folded"]).splitlines():
        stack, count = line.rsplit(" ", 1)
        light += int(count) if ";light_work" in stack else 0
        heavy += int(count) if ";heavy_work" in stack else 0
    return {
        "samples": told["samples"], "lost": told["lost"], "rooted": rooted_percent(recording),
        "cpu": cost.cpu_seconds, "peak": cost.peak_bytes,
        "after": cost.ended - stopped, "bytes": recording.stat().st_size, "born": born,
        "modules": f"{len(paths)}, {paths.count(str((SAMPLES / 'crowd').resolve()))} × crowd",
        "light": 100 * light / max(1, light + heavy),
    }


def with_perf(folder, arguments):
    """perf record -a -g and perf script."""
    data, text = Path(folder) / "perf.data", Path(folder) / "perf.txt"
    perf = need("perf", "linux-perf")
    cost, stopped, born = while_crowded(arguments, [
        perf, "record", "-q", "-r", "1", "-e", "cpu-clock", "-a", "-g", "-F", str(arguments.frequency), "-o", str(data)])
    with open(text, "w") as stdout:
        script = run([perf, "script", "--no-inline", "-i", str(data), "-F", "comm,ip,sym,dso"], stdout=stdout)
    count = rooted = light = heavy = 0
    for stack in perf_script_stacks(text):
        count += 1
        rooted += is_rooted(stack)
        light += "light_work" in stack
        heavy += "heavy_work" in stack
    lost = 0
    for line in output([perf, "report", "--stats", "-i", str(data)]).splitlines():
        if "LOST_SAMPLES events" in line or "LOST events" in line:
            lost += int(line.split(":")[1].split()[0])
    return {
        "samples": count, "lost": lost, "rooted": 100 * rooted / max(1, count),
        "cpu": cost.cpu_seconds + script.cpu_seconds, "peak": max(cost.peak_bytes, script.peak_bytes),
        "after": cost.ended - stopped + script.seconds, "bytes": os.path.getsize(data), "born": born, "modules": "",
        "light": 100 * light / max(1, light + heavy),
    }


def main():
    parser = argparse.ArgumentParser(prog="crowd", description=__doc__)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--frequency", type=int, default=99)
    parser.add_argument("--processes", type=int, default=200)
    parser.add_argument("--threads", type=int, default=1000)
    arguments = parser.parse_args()
    rows = []
    with scratch() as folder:
        for name, measured in (("perfprof", with_perfprof), ("perf", with_perf)):
            progress(name)
            result = measured(folder, arguments)
            rows.append([
                name, result["samples"], result["lost"], f"{result['rooted']:.2f} %", f"{result['light']:.1f} %",
                f"{1e3 * result['cpu'] / arguments.seconds:.1f} ms", f"{1e6 * result['cpu'] / max(1, result['samples']):.0f} µs",
                megabytes(result["peak"]), megabytes(result["bytes"]), f"{result['after']:.3f} s",
                f"{result['born'] / arguments.seconds:.0f}", result["modules"],
            ])
    table(["profiler", "samples", "lost", "rooted", "light work (25 %)", "CPU a second", "CPU a sample", "peak memory",
           "on disk", "stop to files", "born a second", "modules"], rows)


if __name__ == "__main__":
    main()
