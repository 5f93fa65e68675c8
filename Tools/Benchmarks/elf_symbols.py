"""The function symbols of an ELF file and of its debug file, as the file has them: a judge that trusts nobody."""
import bisect
import random
import struct
import sys
from dataclasses import dataclass
from pathlib import Path

FUNCTION_TYPES = {2, 10}  # STT_FUNC, STT_GNU_IFUNC
# What naming functions, their inlined calls and lines reads.
SYMBOL_SECTIONS = {
    ".symtab", ".strtab", ".dynsym", ".dynstr", ".debug_info", ".debug_abbrev", ".debug_line", ".debug_str",
    ".debug_line_str", ".debug_ranges", ".debug_rnglists", ".debug_addr", ".debug_str_offsets",
}


@dataclass(frozen=True)
class Symbol:
    name: str
    start: int
    size: int
    kind: int

    def covers(self, address):
        return self.start <= address < self.start + self.size


class Image:
    """One 64-bit little-endian ELF file."""

    def __init__(self, path):
        self.path = Path(path)
        self.bytes = self.path.read_bytes()
        offset, = struct.unpack_from("<Q", self.bytes, 40)
        size, count, names = struct.unpack_from("<HHH", self.bytes, 58)
        headers = [struct.unpack_from("<IIQQQQIIQQ", self.bytes, offset + size * index) for index in range(count)]
        strings = headers[names][4]
        self.sections = [(self.text(strings + header[0]), *header[1:]) for header in headers]

    def text(self, offset):
        return self.bytes[offset:self.bytes.index(0, offset)].decode(errors="replace")

    def section(self, name):
        return next((section for section in self.sections if section[0] == name and section[1] != 8), None)

    def symbols(self, table):
        """All defined symbols of `.symtab` or `.dynsym` that can be code."""
        section = self.section(table)
        if section is None:
            return
        strings = self.sections[section[6]]
        for at in range(section[4], section[4] + section[5] - 23, 24):
            name, info, _, index, value, size = struct.unpack_from("<IBBHQQ", self.bytes, at)
            if index in (0, 0xFFF1, 0xFFF2) or info & 15 not in (0, 2, 10):
                continue
            if index < len(self.sections) and not self.sections[index][2] & 4:
                continue  # not executable
            yield Symbol(self.text(strings[4] + name).split("@")[0], value, size, info & 15)

    def files(self):
        """Base names of the `STT_FILE` symbols, which say where local symbols may come from."""
        section = self.section(".symtab")
        if section is None:
            return
        strings = self.sections[section[6]]
        for at in range(section[4], section[4] + section[5] - 23, 24):
            name, info = struct.unpack_from("<IB", self.bytes, at)
            if info & 15 == 4:
                yield self.text(strings[4] + name).rsplit("/", 1)[-1]

    def symbol_bytes(self):
        """What the symbols' sections hold, decompressed."""
        total = 0
        for name, kind, flags, _, offset, size, *_ in self.sections:
            if name in SYMBOL_SECTIONS and kind != 8:
                total += struct.unpack_from("<Q", self.bytes, offset + 8)[0] if flags & 0x800 else size
        return total

    @property
    def debug_file(self):
        """Its debug file by build ID; nil for none."""
        note = self.section(".note.gnu.build-id")
        if note is None:
            return None
        digits = self.bytes[note[4] + 16:note[4] + note[5]].hex()
        path = Path(f"/usr/lib/debug/.build-id/{digits[:2]}/{digits[2:]}.debug")
        return path if path.exists() else None


class Functions:
    """The functions of a file, out of its own tables and those of its debug file."""

    def __init__(self, path):
        image = Image(path)
        images = [image] + ([Image(image.debug_file)] if image.debug_file else [])
        self.symbol_bytes = sum(image.symbol_bytes() for image in images)
        symbols = {symbol for image in images for table in (".symtab", ".dynsym") for symbol in image.symbols(table)}
        self.files = {file for image in images for file in image.files()}
        self.by_start = {}
        for symbol in symbols:
            self.by_start.setdefault(symbol.start, []).append(symbol)
        self.by_name = {}
        for symbol in symbols:
            self.by_name.setdefault(symbol.name, []).append(symbol)
        self.starts = sorted(self.by_start)
        self.longest = max((symbol.size for symbol in symbols), default=0)
        self.ranges = self._merged(symbol for symbol in symbols if symbol.kind in FUNCTION_TYPES and symbol.size)

    @staticmethod
    def _merged(symbols):
        ranges = []
        for start, end in sorted((symbol.start, symbol.start + symbol.size) for symbol in symbols):
            if ranges and start <= ranges[-1][1]:
                ranges[-1][1] = max(ranges[-1][1], end)
            else:
                ranges.append([start, end])
        return ranges

    def sample(self, count):
        """Addresses that functions cover, each byte as likely as another; the same in every run."""
        sizes = [end - start for start, end in self.ranges]
        total = sum(sizes)
        chosen = sorted(random.Random(7).sample(range(total), min(count, total)))
        addresses, passed, position = [], 0, 0
        for value in chosen:
            while value >= passed + sizes[position]:
                passed += sizes[position]
                position += 1
            addresses.append(self.ranges[position][0] + value - passed)
        return addresses

    def covering(self, address):
        """All symbols with a size that cover an address."""
        found = []
        position = bisect.bisect_right(self.starts, address) - 1
        while position >= 0 and self.starts[position] > address - self.longest:
            found += [symbol for symbol in self.by_start[self.starts[position]] if symbol.covers(address)]
            position -= 1
        return found


if __name__ == "__main__":
    # In a process of its own: what a program's parent holds when it starts the program counts as the program's peak.
    for address in Functions(sys.argv[1]).sample(int(sys.argv[2])):
        print(f"{address:#x}")
