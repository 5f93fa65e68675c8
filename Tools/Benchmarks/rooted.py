"""The share of rooted stacks on large programs from elsewhere, each attached to by PID while busy."""
import argparse
import os
import signal
import subprocess
import time
from contextlib import contextmanager
from pathlib import Path

from measure import PERFPROF, ROOT, Process, info, need, output, progress, rooted_percent, run, scratch, table
from workload import command

PYTHON_LOAD = """
import json
def fibonacci(n): return n if n < 2 else fibonacci(n - 1) + fibonacci(n - 2)
while True:
    fibonacci(18)
    json.loads(json.dumps({str(i): [i] * 10 for i in range(1000)}))
"""


@contextmanager
def killed(process):
    """Ends a process's whole session with the block."""
    try:
        yield process.pid
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


@contextmanager
def compiler(folder):
    with killed(Process(command(folder, 300), start_new_session=True)) as pid:
        yield pid


@contextmanager
def python(folder):
    with killed(Process(["/usr/bin/python3", "-c", PYTHON_LOAD], start_new_session=True)) as pid:
        yield pid


@contextmanager
def postgres(folder):
    """A cluster of its own in `folder`, under pgbench."""
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    if not programs:
        raise SystemExit("there is no PostgreSQL: install postgresql")
    programs, cluster = programs[-1], Path(folder) / "postgres"
    cluster.mkdir()
    os.chmod(folder, 0o755)
    as_postgres = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    if as_postgres:
        subprocess.run(["chown", "postgres", cluster], check=True)
    def must(*parts):
        subprocess.run([*as_postgres, *map(str, parts)], check=True, cwd=cluster, stdout=subprocess.DEVNULL)
    must(programs / "initdb", "-D", cluster / "data", "--auth=trust", "--no-sync")
    must(programs / "pg_ctl", "-D", cluster / "data", "-w", "-l", cluster / "log", "-o",
         f"-c listen_addresses='' -c unix_socket_directories={cluster} -c fsync=off", "start")
    try:
        must(programs / "pgbench", "-h", cluster, "-i", "-s", "5", "-q", "postgres")
        load = Process([*as_postgres, programs / "pgbench", "-h", cluster, "-c", "4", "-T", "600", "postgres"],
                       start_new_session=True, cwd=cluster)
        with killed(load):
            time.sleep(1)
            postmaster = (cluster / "data/postmaster.pid").read_text().split()[0]
            # Only children born later follow by themselves; those that are there are named.
            children = Path(f"/proc/{postmaster}/task/{postmaster}/children").read_text().split()
            yield ",".join([postmaster, *children])
    finally:
        must(programs / "pg_ctl", "-D", cluster / "data", "-m", "immediate", "stop")


@contextmanager
def swift_server(folder):
    """The HTTP server of `Server`, under wrk."""
    wrk = need("wrk", "wrk")
    package = Path(__file__).parent / "Server"
    arguments = ["swift", "build", "-c", "release", "--package-path", package, "--scratch-path",
                 ROOT / ".build/benchmark-server"]
    if run(arguments).status != 0:
        raise SystemExit("the server does not build")
    binary = Path(output([*arguments, "--show-bin-path"]).strip()) / "Server"
    server = Process([binary], stdout=subprocess.PIPE, start_new_session=True)
    with killed(server) as pid:
        port = int(server.popen.stdout.readline().split()[-1])
        load = Process([wrk, "-t1", "-c32", "-d600", f"http://127.0.0.1:{port}/"], start_new_session=True)
        with killed(load):
            yield pid


PROGRAMS = {"compiler": compiler, "postgres": postgres, "python": python, "server": swift_server}


def recordings(prog, description, programs):
    """Reads the command line, and records each program that it asks for: name, recording, what recording cost.

    A program runs, and its recording stays, until the next one is asked for.
    """
    parser = argparse.ArgumentParser(prog=prog, description=description)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--frequency", type=int, default=999)
    parser.add_argument("--only", choices=programs, action="append")
    arguments = parser.parse_args()
    for name in arguments.only or programs:
        progress(name)
        with scratch() as folder, programs[name](folder) as pid:
            time.sleep(2)  # past the program's start
            recording = Path(folder) / "out.perfprof"
            cost = run([PERFPROF, "record", "--quiet", "-F", str(arguments.frequency), "-d", str(arguments.seconds),
                        "-o", str(recording), "-p", str(pid)])
            yield name, recording, cost


def main():
    rows, tops = [], []
    for name, recording, cost in recordings("rooted", __doc__, PROGRAMS):
        told = info(recording)
        samples = max(1, told["samples"])
        reasons = sorted(told["stacks"]["truncated"].items(), key=lambda item: -item[1])
        rows.append([
            name, told["samples"], told["lost"], f"{rooted_percent(recording):.2f} %",
            "; ".join(f"{reason}: {count}" for reason, count in reasons[:3]),
            f"{100 * told['selfSamples']['unsymbolized'] / samples:.2f} %",
            f"{1e6 * cost.cpu_seconds / samples:.1f} µs",
        ])
        tops.append((name, output([PERFPROF, "report", recording, "--limit", "10"])))
    table(["program", "samples", "lost", "rooted", "truncated", "unsymbolized self", "CPU a sample"], rows)
    for name, text in tops:
        print(f"{name}\n\n```\n{text}```\n")


if __name__ == "__main__":
    main()
