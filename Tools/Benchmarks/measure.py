"""What all benchmarks share: processes and what they cost, stacks as others print them, tables."""
import json
import os
import re
import shutil
import signal
import statistics
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
PERFPROF = os.environ.get("PERFPROF", str(ROOT / ".build/release/perfprof"))
SAMPLES = Path(os.environ.get("PERFPROF_SAMPLES", ROOT / ".build/samples"))


@dataclass
class Cost:
    """What a finished process took."""

    status: int
    started: float
    ended: float
    cpu_seconds: float
    peak_bytes: int

    @property
    def seconds(self):
        return self.ended - self.started


class Process:
    """A started program; `wait` gives its cost and that of its children."""

    def __init__(self, command, stopped=False, **options):
        options.setdefault("stdout", subprocess.DEVNULL)
        options.setdefault("stderr", subprocess.DEVNULL)
        self.started = time.monotonic()
        if stopped:
            # Stops between fork and exec, so that a profiler can attach before the first instruction. The shell is
            # replaced by the program; its PID stays.
            command = ["/bin/sh", "-c", 'kill -STOP $$; exec "$@"', "sh", *map(str, command)]
        self.popen = subprocess.Popen([str(part) for part in command], **options)
        if stopped:
            os.waitid(os.P_PID, self.popen.pid, os.WSTOPPED | os.WNOWAIT)

    @property
    def pid(self):
        return self.popen.pid

    def signal(self, number):
        self.popen.send_signal(number)

    def resume(self):
        self.signal(signal.SIGCONT)

    def wait(self):
        _, status, usage = os.wait4(self.popen.pid, 0)
        ended = time.monotonic()
        self.popen.returncode = os.waitstatus_to_exitcode(status)
        return Cost(
            self.popen.returncode, self.started, ended, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024)


def run(command, **options):
    """Runs a program to its end and gives its cost."""
    return Process(command, **options).wait()


def output(command):
    """Standard output of a command that must succeed."""
    return subprocess.run([str(part) for part in command], check=True, capture_output=True, text=True).stdout


def built(name):
    """A program of `Sources`, built."""
    return Path(output([ROOT / "Tools/build-tool", name]).strip())


def scratch():
    """A folder that vanishes at the end of a `with` block."""
    return tempfile.TemporaryDirectory(prefix="perfprof-bench-")


def info(recording):
    """`perfprof info --json`."""
    return json.loads(output([PERFPROF, "info", "--json", recording]))


def rooted_percent(recording):
    """The share of rooted stacks as the recording tells it, in percent."""
    told = info(recording)
    return 100 * told["stacks"]["rooted"] / max(1, told["samples"])


def wait_for_descriptors(pid, marker, seconds=20):
    """Waits until a process holds a file descriptor whose target contains `marker`; false when it never does.

    A profiler gives no other sign that it is attached: its perf events show as `anon_inode:[perf_event]`.
    """
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            for entry in os.scandir(f"/proc/{pid}/fd"):
                if marker in os.readlink(entry.path):
                    return True
        except OSError:
            pass
        time.sleep(0.02)
    return False


ROOTS = {
    "_start", "__libc_start_main", "__libc_start_main_impl", "__libc_start_call_main", "clone", "__clone", "clone3",
    "__clone3", "__GI___clone3", "start_thread", "_dl_start_user", "_dl_start", "ret_from_fork", "ret_from_fork_asm",
}


def perf_script_stacks(path):
    """Yields the stacks of `perf script` text, each a list of names, leaf first."""
    stack = None
    frame = re.compile(r"^\s+[0-9a-f]+ (.*) \(.*\)$")
    with open(path, errors="replace") as lines:
        for line in lines:
            if line.strip() == "":
                if stack is not None:
                    yield stack
                stack = None
            elif (match := frame.match(line)) and stack is not None:
                stack.append(match[1].rsplit("+0x", 1)[0])
            else:
                stack = []
    if stack:
        yield stack


def is_rooted(stack):
    """Whether a stack as perf prints it, leaf first, ends where a thread begins."""
    return any(name.split("@")[0] in ROOTS for name in stack[-2:])


def table(heads, rows):
    """Prints a Markdown table."""
    print("| " + " | ".join(heads) + " |")
    print("|" + "---|" * len(heads))
    for row in rows:
        print("| " + " | ".join(str(cell) for cell in row) + " |")
    print(flush=True)


def megabytes(count):
    return f"{count / 1e6:.1f} MB"


def median(values):
    return statistics.median(values) if values else float("nan")


def progress(text):
    """Says on standard error what is going on; standard output holds tables only."""
    print(text, file=__import__("sys").stderr, flush=True)


def need(program, package):
    """The path of a program, or an end with the package that holds it."""
    path = shutil.which(program)
    if path is None:
        raise SystemExit(f"there is no {program}: install {package}")
    return path
