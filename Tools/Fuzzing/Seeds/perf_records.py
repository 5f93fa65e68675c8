"""Records as the kernel writes them into its ring: all kinds on standard output, samples of split records as FILE."""
import struct
import sys


def record(kind, body, misc=0):
    return struct.pack("<IHH", kind, misc, 8 + len(body)) + body


def trailer(time):
    return struct.pack("<iiQII", 7, 8, time, 0, 0)


sample = struct.pack("<iiQIIQ", 7, 8, 1000, 3, 0, 2004008)
chain = struct.pack("<QQQQ", 3, 2**64 - 128, 0xffffffff81000010, 0xffffffff81000020)
rest = struct.pack("<Q17Q", 2, *range(17)) + struct.pack("<Q", 64) + bytes(64) + struct.pack("<Q", 48)
name = b"/usr/lib/a.so\0\0\0"
maps = struct.pack("<iiQQQIIQQII", 7, 8, 0x1000, 0x2000, 0, 8, 1, 99, 0, 5, 2) + name + trailer(900)
built = struct.pack("<iiQQQB3x20sII", 7, 8, 0x9000, 0x2000, 0, 20, bytes(range(20)), 5, 2) + name + trailer(901)
other = record(3, struct.pack("<ii", 7, 8) + b"thread\0\0" + trailer(910), 1 << 13)
other += record(7, struct.pack("<iiiiQ", 9, 7, 9, 8, 920) + trailer(920))
other += record(4, struct.pack("<iiiiQ", 9, 7, 9, 8, 930) + trailer(930))
other += record(2, struct.pack("<QQ", 1, 5) + trailer(940)) + record(13, struct.pack("<Q", 6) + trailer(941))
other += record(5, struct.pack("<QQQ", 950, 1, 1) + trailer(950))
both = record(10, maps) + record(10, built, 1 << 14) + other
sys.stdout.buffer.write(b"\x01" + both + record(9, sample + rest) + record(9, sample + chain + rest))
with open(sys.argv[1], "wb") as split:
    split.write(b"\xff" + record(9, sample + chain + rest) * 3 + both)
