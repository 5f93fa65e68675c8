"""A jitdump with a function, its lines, a move and the closing record, on standard output."""
import struct
import sys

name, code = b"jit_inner\0", bytes(32)
out = struct.pack("<IIIIIIQQ", 0x4A695444, 1, 40, 62, 0, 1, 5, 0)
lines = struct.pack("<QQ", 0x100, 2) + struct.pack("<QII", 0x100, 3, 0) + b"a.c\0" + struct.pack("<QII", 0x108, 4, 0) + b"\xff\0"
out += struct.pack("<IIQ", 2, 16 + len(lines), 6) + lines
out += struct.pack("<IIQIIQQQQ", 0, 56 + len(name) + 32, 7, 1, 1, 0x100, 0x100, 32, 0) + name + code
out += struct.pack("<IIQIIQQQQQ", 1, 64, 8, 1, 1, 0x200, 0x100, 0x200, 32, 0)
sys.stdout.buffer.write(out + struct.pack("<IIQ", 3, 16, 9))
