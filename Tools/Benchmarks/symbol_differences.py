"""Why two symbolizers answer differently, checked against the file's own symbols."""
import re
from collections import Counter

# What gcc, LLVM and linkers put behind the name of a function's copy or part.
CLONE = re.compile(
    r"(\.(part|cold|isra|constprop|lto_priv|llvm|localalias|__uniq|clone)(\.[0-9a-f]+)*)+$")

ALIAS = "alias: both names are symbols of one start, and cover the address"
CLONE_MARK = "part or copy: the symbol's name is the other one's with .part, .cold, .isra or .constprop"
PLAIN = "plain name: the other's is that of the source, which the symbol's holds"
PAST = "past its size: the other's symbol does not cover the address"
NAMELESS = "no function: the other names none, perfprof a symbol that covers the address"
FILE_GUESS = "guess: the other's file is an STT_FILE symbol's, without a line"
LINELESS = "no lines: the other tells no line and no inlined call"
UNEXPLAINED = "unexplained"


class Differences:
    """How many answers differ, by class, with examples."""

    def __init__(self):
        self.counts, self.examples = Counter(), {}

    def add(self, kinds, address, ours, theirs):
        kind = UNEXPLAINED if UNEXPLAINED in kinds else " + ".join(sorted(kinds))
        self.counts[kind] += 1
        self.examples.setdefault(kind, []).append(f"{address:#x}: {self._text(ours)} / {self._text(theirs)}")

    @staticmethod
    def _text(frames):
        return " ← ".join(f"`{name[:60] or '?'}` {file}:{line}" for name, file, line in frames)

    def rows(self, examples):
        for kind, count in self.counts.most_common():
            # The unexplained ones are what this is for.
            shown = self.examples[kind][:10 if kind == UNEXPLAINED else examples]
            for index, example in enumerate(shown):
                yield (kind, count, example) if index == 0 else ("", "", example)


class Judge:
    def __init__(self, functions):
        self.functions = functions

    def compare(self, ours, theirs):
        """Sorts the addresses that `theirs` answers differently; both are answers by address."""
        found = Differences()
        for address, answer in theirs.items():
            if answer != ours[address]:
                found.add(self._kinds(address, ours[address], answer), address, ours[address], answer)
        return found

    def _kinds(self, address, ours, theirs):
        kinds = set()
        if len(theirs) == 1 and theirs[0][1:] == ("", 0):
            # Without debug information the other can only name the function.
            if ours[-1][0] != theirs[0][0]:
                kinds.add(self._name(address, ours[-1][0], theirs[0][0]))
            return kinds | ({LINELESS} if ours[-1][1:] != ("", 0) else set())
        if [name for name, *_ in ours[:-1]] != [name for name, *_ in theirs[:-1]]:
            kinds.add(UNEXPLAINED)
        if ours[-1][0] != theirs[-1][0]:
            kinds.add(self._name(address, ours[-1][0], theirs[-1][0]))
        mine, other = [place for _, *place in ours], [place for _, *place in theirs]
        if mine != other:
            kinds.add(self._places(mine, other))
        return kinds

    def _name(self, address, ours, theirs):
        covering = self.functions.covering(address)
        names = {symbol.name for symbol in covering}
        if ours not in names:
            return UNEXPLAINED
        if theirs == "":
            return NAMELESS
        if theirs in names:
            starts = [{symbol.start for symbol in covering if symbol.name == name} for name in (ours, theirs)]
            return ALIAS if starts[0] & starts[1] else UNEXPLAINED
        # A part or copy bears the name of its function, or of any alias of it.
        whole = CLONE.sub("", ours)
        if whole != ours and (whole == theirs or self._are_aliases(whole, theirs)):
            return CLONE_MARK
        if f"{len(theirs)}{theirs}" in ours:
            return PLAIN
        symbols = self.functions.by_name.get(theirs, [])
        return PAST if symbols and not any(symbol.covers(address) for symbol in symbols) else UNEXPLAINED

    def _are_aliases(self, left, right):
        starts = [{symbol.start for symbol in self.functions.by_name.get(name, [])} for name in (left, right)]
        return bool(starts[0] & starts[1])

    def _places(self, ours, theirs):
        if len(ours) != len(theirs):
            return UNEXPLAINED
        different = [(mine, other) for mine, other in zip(ours, theirs) if mine != other]
        if all(mine == ["", 0] and other[1] == 0 and other[0] in self.functions.files for mine, other in different):
            return FILE_GUESS
        return UNEXPLAINED
