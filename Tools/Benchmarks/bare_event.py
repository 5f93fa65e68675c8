"""A sampling timer on a process and nothing else: no ring, no registers, no stack, nobody who reads.

What it costs the target is what the timer's interrupts cost on this machine, before any profiler has done anything.
"""
import ctypes
import os
import platform
import select
import struct
import sys

PERF_EVENT_OPEN = {"x86_64": 298, "aarch64": 241}[platform.machine()]
SOFTWARE, CPU_CLOCK, SAMPLE_IP = 1, 0, 1
INHERIT, FREQUENCY = 1 << 1, 1 << 10


def main():
    pid, frequency = int(sys.argv[1]), int(sys.argv[2])
    # perf_event_attr, first version: type, size, config, sample_freq, sample_type, read_format, flags, and 16 bytes.
    attributes = struct.pack("<IIQQQQQ16x", SOFTWARE, 64, CPU_CLOCK, frequency, SAMPLE_IP, 0, INHERIT | FREQUENCY)
    libc = ctypes.CDLL(None, use_errno=True)
    events = [libc.syscall(PERF_EVENT_OPEN, attributes, pid, cpu, -1, 0) for cpu in range(os.cpu_count())]
    if min(events) < 0:
        sys.exit(f"perf_event_open: {os.strerror(ctypes.get_errno())}")
    select.select([os.pidfd_open(pid)], [], [])


if __name__ == "__main__":
    main()
