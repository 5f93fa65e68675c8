"""Symbolication beside llvm-symbolizer and eu-addr2line: time, memory, and whether the answers are the same.

The same addresses of one file, inlined calls and lines included, in alternating runs. Names are compared as the linker
knows them, so that no demangler has a say; perfprof's time holds demangling all the same, the others' does not.
"""
import argparse
import os
import sys
from pathlib import Path

from elf_symbols import Functions
from measure import ROOT, Process, built, median, megabytes, need, output, progress, run, scratch, table
from symbol_differences import UNEXPLAINED, Judge


def llvm_symbolizer():
    """The Swift toolchain's, which is newer than Debian's."""
    beside = Path(need("swift", "a Swift toolchain")).resolve().parent / "llvm-symbolizer"
    return str(beside) if beside.exists() else need("llvm-symbolizer", "llvm")


def debug_build():
    """perfprof with debug information."""
    binary = ROOT / ".build/debug/perfprof"
    if not binary.exists() and run(["swift", "build", "--package-path", ROOT, "--product", "perfprof"]).status != 0:
        raise SystemExit("perfprof does not build")
    return str(binary)


def libc():
    for line in Path("/proc/self/maps").read_text().splitlines():
        if line.endswith("/libc.so.6"):
            return line.split()[-1]
    raise SystemExit("this Python has no libc.so.6")


# Answers: for each address a list of (linkage name, base name of the file, line), innermost first.

def frame(name, place):
    path, _, line = place.partition(":")
    # A column or a discriminator may follow.
    line = line.split(":")[0].split(" ")[0]
    return ("" if name == "??" else name.split("@")[0], "" if path == "??" else os.path.basename(path),
            int(line) if line.isdigit() else 0)


def read_perfprof(path):
    for line in path.read_text(errors="replace").splitlines():
        fields = line.split("\t")
        yield [(name.split("@")[0], os.path.basename(file), int(number))
               for name, file, number in zip(fields[::3], fields[1::3], fields[2::3])]


def read_llvm(path):
    for block in path.read_text(errors="replace").split("\n\n"):
        lines = block.strip("\n").split("\n")
        if len(lines) > 1:
            yield [frame(name, place) for name, place in zip(lines[::2], lines[1::2])]


def read_elfutils(path):
    block = []
    for line in [*path.read_text(errors="replace").splitlines(), "0x"]:
        if line.startswith("0x"):
            if block:
                # "NAME inlined at FILE:LINE in CALLER"; the caller follows by itself.
                yield [frame(name.split(" inlined at ")[0], place) for name, place in zip(block[::2], block[1::2])]
            block = []
        else:
            block.append(line)


class Tool:
    """A program that takes addresses on standard input."""

    def __init__(self, command, reader):
        self.command, self.reader = command, reader
        self.seconds, self.cpu, self.peak = [], [], 0

    def run(self, file, asked, answer):
        with open(asked) as stdin, open(answer, "w") as stdout:
            cost = Process(self.command(file), stdin=stdin, stdout=stdout).wait()
        # eu-addr2line's 1 says that some addresses have no lines.
        if cost.status not in (0, 1):
            raise SystemExit(f"{self.command(file)} ended with {cost.status}")
        self.seconds.append(cost.seconds)
        self.cpu.append(cost.cpu_seconds)
        self.peak = max(self.peak, cost.peak_bytes)

    def answers(self, asked, answer):
        """What it answered, by address."""
        addresses = [int(line, 16) for line in asked.read_text().splitlines()]
        answers = list(self.reader(answer))
        if len(answers) != len(addresses):
            raise SystemExit(f"{self.command('FILE')[0]}: {len(answers)} answers to {len(addresses)} addresses")
        return dict(zip(addresses, answers))


def tools():
    ours, llvm = str(built("SymbolicationBenchmark")), llvm_symbolizer()
    elfutils = need("eu-addr2line", "elfutils")
    return {
        "perfprof": Tool(lambda file: [ours, file], read_perfprof),
        "llvm-symbolizer": Tool(
            lambda file: [llvm, f"--obj={file}", "--inlines", "--no-demangle", "--functions=linkage"], read_llvm),
        "eu-addr2line": Tool(lambda file: [elfutils, "-a", "-i", "-f", "-e", file], read_elfutils),
    }


class Contest:
    """One file, all tools."""

    def __init__(self, label, file, folder, arguments):
        self.label, self.file, self.folder = label, file, folder
        self.tools = tools()
        # eu-addr2line gets a part of the addresses: it searches all symbols for each.
        addresses = output([sys.executable, Path(__file__).parent / "elf_symbols.py", file, arguments.addresses])
        for name in self.tools:
            lines = addresses.splitlines()
            if name == "eu-addr2line":
                lines = lines[::max(1, len(lines) // arguments.few)]
            self.asked(name).write_text("\n".join(lines) + "\n")

    def asked(self, name):
        return self.folder / f"{self.label}-{name}-asked"

    def answer(self, name):
        return self.folder / f"{self.label}-{name}"

    def run(self, repeat):
        for turn in range(repeat + 1):
            for name, tool in self.tools.items():
                progress(f"{self.label}: {turn}/{repeat} {name}")
                tool.run(self.file, self.asked(name), self.answer(name))
                if turn == 0:  # fills the file cache
                    tool.seconds, tool.cpu = [], []

    def result(self):
        """Rows of the table, and the differences from each other tool."""
        functions = Functions(self.file)
        judge = Judge(functions)
        answers = {name: tool.answers(self.asked(name), self.answer(name)) for name, tool in self.tools.items()}
        def each(name):
            return 1e6 * median(self.tools[name].seconds) / len(answers[name])
        rows, differences = [], []
        for name, tool in self.tools.items():
            ratio = agreement = ""
            if name != "perfprof":
                ratio = f"{each(name) / each('perfprof'):.2f}"
                found = judge.compare(answers["perfprof"], answers[name])
                differences.append((name, found))
                same = 100 * (1 - sum(found.counts.values()) / len(answers[name]))
                explained = 100 * (1 - found.counts[UNEXPLAINED] / len(answers[name]))
                agreement = f"{same:.2f} % literally, {explained:.2f} % explained"
            rows.append([
                self.label, name, len(answers[name]), f"{1e3 * median(tool.seconds):.0f} ms",
                f"{1e3 * median(tool.cpu):.0f} ms", f"{each(name):.1f} µs", ratio, megabytes(tool.peak),
                f"{tool.peak / functions.symbol_bytes:.2f}", agreement])
        return rows, differences


def main():
    parser = argparse.ArgumentParser(prog="symbols", description=__doc__)
    parser.add_argument("--addresses", type=int, default=20_000)
    parser.add_argument("--few", type=int, default=2_000, help="addresses for eu-addr2line, which takes long for each")
    parser.add_argument("--repeat", type=int, default=5, help="alternating runs; medians are shown")
    parser.add_argument("--examples", type=int, default=3, help="of each class of differences")
    parser.add_argument("--only", action="append", choices=["swift", "python", "libc"])
    arguments = parser.parse_args()
    files = {"swift": debug_build, "python": lambda: need("python3.11d", "python3.11-dbg"), "libc": libc}
    with scratch() as folder:
        contests = [Contest(label, os.path.realpath(files[label]()), Path(folder), arguments)
                    for label in arguments.only or files]
        for contest in contests:
            contest.run(arguments.repeat)
        results = [(contest, *contest.result()) for contest in contests]
    table(["file", "tool", "addresses", "time", "CPU", "an address", "times perfprof's", "peak memory",
           "times the symbols' sections", "same answer as perfprof's"],
          [row for _, rows, _ in results for row in rows])
    table(["file", "against", "difference", "addresses", "an example: address, perfprof's answer, the other's"],
          [[contest.label, name, kind, count, example] for contest, _, differences in results
           for name, found in differences for kind, count, example in found.rows(arguments.examples)])


if __name__ == "__main__":
    main()
