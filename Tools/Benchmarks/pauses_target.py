"""A busy Python program that finds its own pauses: reads the clock all the time and keeps each gap above 100 µs.

usage: pauses_target.py SECONDS
Prints READY, then at the end the gaps in microseconds, one on a line.
"""
import sys
import time


def outer(depth):
    """A few Python frames, so that stacks have something to tell."""
    return inner() if depth == 0 else outer(depth - 1)


def inner():
    gaps = []
    now = time.perf_counter_ns
    end = now() + int(float(sys.argv[1]) * 1e9)
    last = now()
    while last < end:
        current = now()
        if current - last > 100_000:
            gaps.append((current - last) / 1000)
        last = current
    return gaps


if __name__ == "__main__":
    print("READY", flush=True)
    print("\n".join(f"{gap:.1f}" for gap in outer(20)))
