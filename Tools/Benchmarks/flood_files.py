#!/usr/bin/env python3
"""Writes a file of about MEGABYTES, or of no more than so many samples, that is made to cost its reader as much as it
can; the same bytes each time.

usage: flood_files.py KIND MEGABYTES [SAMPLES] > file

script-names       `perf script` text, each sample a function of its own
script-stacks      the same, few functions, each sample a stack of its own
folded-stacks      short folded stacks of few functions, all different
folded-functions   folded stacks of one function each, all different
folded-deep        folded stacks of 1,000 frames that share nothing but names
speedscope-frames  speedscope JSON, each sample a frame of its own
speedscope-stacks  the same, few frames, each sample a stack of its own
pprof-functions    pprof, each sample a function of its own
pprof-stacks       the same, few functions, each sample a stack of its own
"""
import json
import random
import sys

DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


def word(number):
    """A number as few letters."""
    letters = ""
    while True:
        number, digit = divmod(number, len(DIGITS))
        letters = DIGITS[digit] + letters
        if not number:
            return letters


def digits(number, base):
    """The digits of a number, the last first."""
    while True:
        number, digit = divmod(number, base)
        yield digit
        if not number:
            return


def script_sample(index, frames):
    """A sample as `perf script` prints it."""
    head = f"app 100/100 {index // 1000:5}.{index % 1000:03}000: 1 cpu-clock:\n"
    return (head + "".join(f"\t{0x400000 + address:16x} {name}+0x0 (/bin/a)\n" for address, name in frames) + "\n")


def script_names():
    """Each sample a function of its own."""
    index = 0
    while True:
        yield script_sample(index, [(index, f"f{index}")])
        index += 1


def script_stacks():
    """Each sample a stack of its own."""
    index = 0
    while True:
        yield script_sample(index, [(digit, f"f{digit}") for digit in digits(index, 100)])
        index += 1


def folded_stacks():
    """Short stacks of few functions."""
    index = 0
    while True:
        yield "p;" + ";".join(DIGITS[digit] for digit in digits(index, 36)) + " 1\n"
        index += 1


def folded_functions():
    """Stacks of one function."""
    index = 0
    while True:
        yield f"{word(index)} 1\n"
        index += 1


def folded_deep():
    """Deep stacks that differ from their roots on."""
    rng = random.Random(7)
    while True:
        yield ";".join(DIGITS[rng.randrange(36)] for _ in range(1000)) + " 1\n"


def varint(number):
    """A number in protobuf's variable length."""
    result = bytearray()
    while number > 0x7F:
        result.append(number & 0x7F | 0x80)
        number >>= 7
    result.append(number)
    return bytes(result)


def field(number, value):
    """A field: a number, or bytes of a message or text."""
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    return varint(number << 3 | 2) + varint(len(value)) + value


def pprof_location(number, name):
    """A location with its function and the function's name, which is the text of number `name`."""
    return (field(6, f"f{number}".encode())
            + field(5, field(1, number) + field(2, name))
            + field(4, field(1, number) + field(4, field(1, number))))


def pprof_sample(locations):
    """A sample, the frame that ran first."""
    return field(2, field(1, b"".join(map(varint, locations))) + field(2, varint(1)))


PPROF_HEAD = field(6, b"") + field(6, b"samples") + field(6, b"count") + field(1, field(1, 1) + field(2, 2))


def pprof_functions():
    """Each sample a function of its own."""
    yield PPROF_HEAD
    index = 1
    while True:
        yield pprof_location(index, index + 2) + pprof_sample([index])
        index += 1


def pprof_stacks():
    """Each sample a stack of its own."""
    yield PPROF_HEAD
    for index in range(1, 101):
        yield pprof_location(index, index + 2)
    index = 0
    while True:
        yield pprof_sample([digit + 1 for digit in digits(index, 100)])
        index += 1


def speedscope(frames, samples):
    """A file of these frames and samples."""
    head = json.dumps({"$schema": "https://www.speedscope.app/file-format-schema.json"})[:-1]
    profile = {"type": "sampled", "name": "p", "unit": "none", "startValue": 0, "endValue": len(samples)}
    yield head + ', "shared": {"frames": ['
    yield ",".join(f'{{"name":"{name}"}}' for name in frames)
    yield "]}, \"profiles\": [" + json.dumps(profile)[:-1] + ', "samples": ['
    yield ",".join(samples)
    yield '], "weights": [' + ",".join(["1"] * len(samples)) + "]}]}\n"


def speedscope_frames(limit, samples):
    """Each sample a frame of its own."""
    count = min(limit // 33, samples)
    return speedscope((f"f{index}" for index in range(count)), [f"[{index}]" for index in range(count)])


def speedscope_stacks(limit, samples):
    """Each sample a stack of its own."""
    count = min(limit // 14, samples)
    stacks = ["[" + ",".join(map(str, digits(index, 100))) + "]" for index in range(count)]
    return speedscope((f"f{index}" for index in range(100)), stacks)


KINDS = {
    "script-names": script_names, "script-stacks": script_stacks, "folded-stacks": folded_stacks,
    "folded-functions": folded_functions, "folded-deep": folded_deep, "speedscope-frames": speedscope_frames,
    "speedscope-stacks": speedscope_stacks, "pprof-functions": pprof_functions, "pprof-stacks": pprof_stacks,
}
# What perfprof tells formats by.
SUFFIXES = {"script": ".txt", "folded": ".folded", "speedscope": ".speedscope.json", "pprof": ".pb"}


def parts(kind, limit, samples):
    """The file of a kind in parts, up to a number of bytes and of samples."""
    if kind.startswith("speedscope"):
        yield from (part.encode() for part in KINDS[kind](limit, samples))
        return
    # A hundred functions come before the first sample.
    parts_left = samples + (101 if kind == "pprof-stacks" else 0)
    for part in KINDS[kind]():
        part = part.encode() if isinstance(part, str) else part
        limit -= len(part)
        parts_left -= 1
        if min(limit, parts_left) < 0:
            return
        yield part


if __name__ == "__main__":
    numbers = sys.argv[2:]
    if len(numbers) not in (1, 2) or sys.argv[1] not in KINDS or not all(map(str.isdigit, numbers)):
        sys.exit(__doc__)
    megabytes, most, *_ = [*map(int, numbers), 1 << 62]
    sys.stdout.buffer.writelines(parts(sys.argv[1], megabytes * 1_000_000, most))
