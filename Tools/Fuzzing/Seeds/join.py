"""Two files as one input: the length of the first, the first, the second."""
import struct
import sys

program, other = (open(path, "rb").read() for path in sys.argv[1:])
sys.stdout.buffer.write(struct.pack("<I", len(program)) + program + other)
