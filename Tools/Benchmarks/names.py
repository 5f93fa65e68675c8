"""Which functions share a name: the name rules over every function symbol of some files, judged by other demanglers.

Two symbols are of one function where the mangling says so: copies, parts and code that leads to it. That is taken from
the tree that `swift demangle` prints, and from `c++filt`; perfprof's rules work on other texts. A collision is a name
that several functions have; it is explained where leaving something out that short names leave out on purpose makes
them the same for the judge, too.
"""
import argparse
import subprocess
import sys
from collections import Counter, defaultdict
from pathlib import Path

from measure import ROOT, need, output, progress, table

THUNKS = {"PartialApplyForwarder", "PartialApplyObjCForwarder", "CurryThunk", "DispatchThunk", "BackDeploymentThunk"}
# Beside an entity these only say which copy, part or way to it this is.
MARKS = {
    "GenericSpecialization", "GenericSpecializationNotReAbstracted", "GenericSpecializationInResilienceDomain",
    "GenericPartialSpecialization", "GenericPartialSpecializationNotReAbstracted", "FunctionSignatureSpecialization",
    "GenericSpecializationPrespecialized", "InlinedGenericFunction", "MergedFunction", "AsyncAwaitResumePartialFunction",
    "AsyncSuspendResumePartialFunction", "AsyncFunctionPointer", "CoroFunctionPointer", "ObjCAttribute",
    "NonObjCAttribute", "Suffix", "BackDeploymentFallback", "DistributedThunk", "DynamicallyReplaceableFunctionImpl",
    "DynamicallyReplaceableFunctionKey", "DynamicallyReplaceableFunctionVar", "ClosureProp",
} | THUNKS
TYPED = {
    "Function", "Variable", "Subscript", "Constructor", "Allocator", "ExplicitClosure", "ImplicitClosure", "Initializer",
    "init",
}
LIFE = {"Allocator": "init", "Constructor": "init", "Deallocator": "deinit", "IsolatedDeallocator": "deinit",
        "Destructor": "deinit"}
NOMINAL = {"BoundGenericStructure", "BoundGenericClass", "BoundGenericEnum", "BoundGenericProtocol",
           "BoundGenericOtherNominalType", "BoundGenericTypeAlias"}


# Trees of swift demangle: (kind, text or index, children).

def trees(names):
    """The tree of each name, by name."""
    text = subprocess.run([need("swift", "a Swift toolchain"), "demangle", "-tree-only"],
                          input="\n".join(names) + "\n", stdout=subprocess.PIPE, text=True, check=True).stdout
    for block in text.split("Demangling for ")[1:]:
        lines = block.split("\n")
        path = []
        root = None
        for line in lines[1:]:
            text = line.lstrip()
            if not text.startswith("kind="):
                continue
            kind, _, rest = text[5:].partition(",")
            node = (kind, rest.strip(), [])
            del path[(len(line) - len(text)) // 2:]
            if path:
                path[-1][2].append(node)
            else:
                root = node
            path.append(node)
        if root:
            yield lines[0], root


def freeze(node):
    return node[0], node[1], tuple(freeze(child) for child in node[2])


def entity(tree):
    """What a symbol's code is of: the tree without marks."""
    nodes = [node for node in tree[2] if node[0] not in MARKS]
    if not nodes:
        inner = [child for node in tree[2] if node[0] in THUNKS for child in node[2]]
        if inner:
            return entity(("Global", "", inner))
        nodes = tree[2]
    if len(nodes) == 1 and nodes[0][0] == "VTableThunk":
        return nodes[0][2][0]
    if len(nodes) == 1 and nodes[0][0] == "Global":
        return entity(nodes[0])
    return nodes[0] if len(nodes) == 1 else ("Global", "", nodes)


def rebuild(node, change):
    return change((node[0], node[1], tuple(rebuild(child, change) for child in node[2])))


def lives(node):
    return (LIFE.get(node[0], node[0]), node[1], node[2])


def types(node):
    if node[0] in TYPED:
        return node[0], node[1], tuple(c for c in node[2] if c[0] != "Type" and
                                       (c[0] != "LabelList" or c[2] and node[0] != "Subscript"))
    return node


def constraints(node):
    if node[0] == "Extension" and len(node[2]) > 1:
        return node[2][1]
    if node[0] == "DependentGenericType" and node[2] and node[2][-1][2]:
        return node[2][-1][2][0]
    if node[0] in NOMINAL and node[2]:
        return node[2][0][2][0] if node[2][0][0] == "Type" else node[2][0]
    return node


def witnesses(node):
    """The requirement as a member of the type that conforms."""
    if node[0] == "ProtocolSelfConformanceWitness" and node[2]:
        return node[2][-1]
    if node[0] != "ProtocolWitness" or len(node[2]) < 2:
        return node
    conformance, requirement = node[2][0], node[2][1]
    parts = [c for c in conformance[2] if c[0] == "Type"]
    if len(parts) < 2 or not parts[0][2]:
        return node
    conforming = parts[0][2][0]

    def replace(inner):
        return conforming if inner[0] == "Protocol" and inner == parts[1][2][0] else inner
    return rebuild(requirement, replace)


def modules(node):
    return node[0], node[1], tuple(c for c in node[2] if c[0] != "Module")


def files(node):
    if node[0] == "PrivateDeclName" and len(node[2]) > 1:
        return node[2][1]
    return node


def thunks(node):
    return (node[0], "", ()) if node[0] == "ReabstractionThunkHelper" else node


def existentials(node):
    return (node[0], "", node[2][:1]) if node[0] == "ConstrainedExistential" else node


def kinds(node):
    return ("Type", node[1], node[2]) if node[0] in ("Structure", "Class", "Enum", "Protocol", "TypeAlias") else node


OVERLOADS = "overloads: types and the labels of subscripts are left out"
LEVELS = [
    ("one initializer or deinitializer: with and without allocation", [lives]),
    (OVERLOADS, [types]),
    ("extensions: their constraints are left out", [constraints]),
    ("witness and member: the code of a witness leads to the member or is its copy", [constraints, witnesses]),
    ("modules: they are left out", [modules, kinds]),
    ("private: the file is left out", [files]),
    ("thunks, which leave", [thunks]),
    ("constrained existential types: every demangler leaves constraints out", [existentials]),
]
UNEXPLAINED = "unexplained"


def cause(entities):
    """Why several functions have one name, by what has to be left out until they are the same."""
    if len(entities) < 2:
        return None
    # Each by itself first, then all together, so that what is reported is as little as explains it.
    for name, changes in LEVELS:
        if len({apply(e, changes) for e in entities}) == 1:
            return name
    current = entities
    needed = []
    for name, changes in LEVELS:
        reduced = {apply(e, changes) for e in current}
        if len(reduced) < len(set(current)):
            needed.append(name.split(":")[0])
        current = list(reduced)
        if len(reduced) == 1:
            return " + ".join(needed)
    return UNEXPLAINED


def apply(node, changes):
    for change in changes:
        node = rebuild(node, change)
    return node


# Files.

def functions(path):
    """The function symbols of a file."""
    text = output([need("readelf", "binutils"), "-sW", str(path)])
    for line in text.splitlines():
        fields = line.split()
        if len(fields) >= 8 and fields[3] == "FUNC" and fields[6] != "UND":
            yield fields[7].split("@")[0] if not fields[7].startswith("@") else fields[7]


def defaults():
    library = Path(need("swift", "a Swift toolchain")).resolve().parent.parent / "lib/swift/linux"
    yield from (library / f"lib{name}.so" for name in (
        "swiftCore", "swift_Concurrency", "swift_StringProcessing", "Foundation", "FoundationEssentials",
        "FoundationInternationalization", "Testing"))
    yield Path(need("swift", "a Swift toolchain")).resolve().parent / "swift-frontend"
    yield from Path("/usr/lib/x86_64-linux-gnu").glob("libstdc++.so.6")
    yield from list(Path("/usr/lib/x86_64-linux-gnu").glob("libLLVM-*.so"))[:1]
    yield from (ROOT / ".build/benchmark-server").glob("*/release/Server")


def is_swift(name):
    return name.startswith(("$s", "_$s", "@__swift"))


def collisions(rows, entities, column, causes):
    """How many names stand for several functions, by cause, with an example of each."""
    groups = defaultdict(dict)
    for row in rows:
        key = entities.get(row[2])
        if key is not None:
            groups[row[column]].setdefault(key, row[2])
    counts, examples = Counter(), defaultdict(list)
    for name, members in groups.items():
        why = causes(list(members), name)
        if why:
            counts[why] += 1
            examples[why].append(f"`{name[:60]}`: {' '.join(sorted(members.values())[:3])}")
    return len(groups), counts, examples


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("files", nargs="*", type=Path, help="ELF files (the toolchain's, libstdc++, libLLVM)")
    parser.add_argument("--examples", type=int, default=1, help="examples of each kind")
    parser.add_argument("--namer", help="a built NamesBenchmark")
    options = parser.parse_args()
    namer = options.namer or output([str(ROOT / "Tools/build-tool"), "NamesBenchmark"]).strip()
    names = sorted({name for path in options.files or defaults() for name in functions(path)})
    progress(f"{len(names)} functions")
    text = subprocess.run([namer], input="\n".join(names) + "\n", stdout=subprocess.PIPE, text=True, check=True).stdout
    rows = [line.split("\t") for line in text.splitlines()]
    swift = {name: freeze(entity(tree)) for name, tree in trees([n for n in names if is_swift(n)])}
    itanium = [n for n in names if n.startswith("_Z")]
    filtered = subprocess.run([need("c++filt", "binutils")], input="\n".join(itanium) + "\n", stdout=subprocess.PIPE,
                              text=True, check=True).stdout.splitlines()
    bare = subprocess.run([need("c++filt", "binutils"), "-p"], input="\n".join(itanium) + "\n",
                          stdout=subprocess.PIPE, text=True, check=True).stdout.splitlines()
    without = dict(zip(filtered, bare))
    plus = {name: text.split(" [clone ")[0].split("thunk to ")[-1] for name, text in zip(itanium, filtered)
            if text != name}

    def plus_cause(members, _):
        if len(members) < 2:
            return None
        short = {without.get(member, member).split(" [clone ")[0].split("thunk to ")[-1] for member in members}
        return OVERLOADS if len(short) == 1 else UNEXPLAINED

    result = []
    for language, entities, causes in (
            ("Swift", swift, lambda members, _: cause(members)), ("C++", plus, plus_cause)):
        for form, column in (("short", 0), ("full", 1)):
            total, counts, examples = collisions(rows, entities, column, causes)
            result.append((language, form, "names", total, ""))
            for why, count in counts.most_common():
                shown = examples[why][:20 if why == UNEXPLAINED else options.examples]
                result += [(language, form, why, count, example) if index == 0 else ("", "", "", "", example)
                           for index, example in enumerate(shown)]
    differing = [row for row in rows if row[2] in plus and row[1].split(" [clone ")[0] !=
                 dict(zip(itanium, filtered))[row[2]].split(" [clone ")[0]] if len(rows) < 20_000 else []
    if differing:
        result.append(("C++", "full", "other than c++filt", len(differing), str(differing[0])))
    table(("language", "form", "several functions share a name", "count", "example"), result)
    return 0


if __name__ == "__main__":
    sys.exit(main())
