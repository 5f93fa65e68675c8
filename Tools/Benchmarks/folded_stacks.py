#!/usr/bin/env python3
"""Writes COUNT distinct folded stacks of 8 to 40 frames, sorted; the same bytes for the same COUNT.

usage: folded_stacks.py COUNT > stacks.folded

300000 make about 380 MB.
"""
import random
import sys


def stacks(count: int):
    """Yields the lines in order."""
    rng = random.Random(7)
    names = [f"mod{i % 37}::Type{i % 211}::function_{i}(int, std::string const&)" for i in range(5000)]
    stack, seen = names[:1], set()
    while len(seen) < count:
        depth = rng.randint(8, 40)
        # A neighbor shares its lower part, as real stacks do.
        kept = rng.randint(1, min(len(stack), depth))
        fresh = (min(len(names) - 1, int(rng.expovariate(1 / 400))) for _ in range(depth - kept))
        stack = stack[:kept] + [names[i] for i in fresh]
        seen.add(";".join(["proc"] + stack))
    for line in sorted(seen):
        yield f"{line} {1 + sum(line.encode()) % 20}\n"


if __name__ == "__main__":
    if len(sys.argv) != 2 or not sys.argv[1].isdigit():
        sys.exit(__doc__)
    sys.stdout.writelines(stacks(int(sys.argv[1])))
