#!/usr/bin/env python3
"""Writes Swift source whose optimized compilation is a heavy load with deep stacks.

usage: swift_workload.py STRUCTS > workload.swift

60 structs take the compiler about 4 s, 300 about 35 s of one core.
"""
import sys

LINE = (
    "struct S{i}: Codable, Hashable {{ var a: Int; var b: String; var c: [Double]; "
    "func f{i}(_ x: Int) -> Int {{ return [x, a, b.count].map {{ $0 &* {i} }}.filter {{ $0 > 3 }}.reduce(0, +) }} }}"
)


def source(structs: int) -> str:
    """The text for so many structs; the same for the same number."""
    return "\n".join(["import Foundation"] + [LINE.format(i=i) for i in range(structs)]) + "\n"


if __name__ == "__main__":
    if len(sys.argv) != 2 or not sys.argv[1].isdigit():
        sys.exit(__doc__)
    sys.stdout.write(source(int(sys.argv[1])))
