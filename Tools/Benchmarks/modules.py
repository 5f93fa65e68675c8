"""Where names come from, module by module: five programs of other languages and makers, recorded under load.

For each module its symbol source as `info --json` tells it, its self samples, and how many of them have no name. A
module with a full symbol table, of its own or in a debug file, should have next to none; one that has only what it
exports can't be better than that, and is told apart.
"""
import json
import os
import re
from collections import Counter
from contextlib import contextmanager

from measure import PERFPROF, SAMPLES, Process, info, need, output, table
from rooted import killed, postgres, python, recordings

NODE_LOAD = """
function fibonacci(n) { return n < 2 ? n : fibonacci(n - 1) + fibonacci(n - 2); }
for (;;) {
  fibonacci(20);
  const table = {};
  for (let i = 0; i < 1000; i++) table['k' + i] = [i, String(i)];
  JSON.parse(JSON.stringify(table));
  Object.keys(table).sort().join().match(/k(\\d+),/g);
}
"""


@contextmanager
def node(folder):
    command = [need("node", "nodejs"), "--perf-basic-prof", "-e", NODE_LOAD]
    with killed(Process(command, start_new_session=True, cwd=folder)) as pid:
        yield pid


def sample(name):
    @contextmanager
    def program(folder):
        with killed(Process([SAMPLES / name, "0"], start_new_session=True, cwd=folder)) as pid:
            yield pid
    return program


PROGRAMS = {"postgres": postgres, "python": python, "node": node, "rust": sample("rusty"), "swift": sample("features")}

# What has a full table says so; the rest of the sources knows exported functions, or nothing.
FULL = re.compile(r"\.symtab|debug file|\.gnu_debugdata|kallsyms|perf map|jitdump")


def by_module(recording):
    """Self samples by module, and those without a name, with the stand-ins of the heaviest."""
    total, nameless, stand_ins = Counter(), Counter(), {}
    for function in json.loads(output([PERFPROF, "report", recording, "--json"]))["functions"]:
        module, count = function["module"], function["self"]
        total[module] += count
        if re.search(r"\+0x[0-9a-f]+$", function["name"]):
            nameless[module] += count
            if count:
                stand_ins.setdefault(module, []).append(f"`{function['name']}` {count}")
    return total, nameless, stand_ins


def main():
    rows, sums = [], []
    for name, recording, _ in recordings("modules", __doc__, PROGRAMS):
        sources = {}
        for module in info(recording)["modules"]:
            # Reports name modules by the last part of their paths.
            sources.setdefault(os.path.basename(module["path"]), module["symbols"])
        total, nameless, stand_ins = by_module(recording)
        full = [0, 0]
        for module, count in total.most_common():
            source = sources.get(module) or "none"
            if FULL.search(source):
                full = [full[0] + count, full[1] + nameless[module]]
            if count:
                rows.append([
                    name, module, source, count, nameless[module],
                    f"{100 * nameless[module] / count:.2f} %", "; ".join(stand_ins.get(module, [])[:4])])
        sums.append([name, total.total(), full[0], full[1], f"{100 * full[1] / max(1, full[0]):.2f} %",
                     f"{100 * nameless.total() / max(1, total.total()):.2f} %"])
    table(["program", "self samples", "in modules with full symbols", "unsymbolized there", "share (goal 0.5 %)",
           "share of all"], sums)
    table(["program", "module", "symbols", "self samples", "unsymbolized", "share", "heaviest without a name"], rows)


if __name__ == "__main__":
    main()
