#!/usr/bin/env python3
"""A hundred programs of this machine, started by a shell and started under perfprof: what differs?

usage: fidelity.py [--quick] [--samplers perf,ptrace] [--only WORD]

Each line of CASES is a shell script in which `@` stands before the program in question. It's run as it stands, without
`@`, and with perfprof in its place, in a fresh folder with the same files. Standard output, standard error, exit status
(a signal as the shell tells it) and all files in the folder must be the same. A script that gives another result when
it's run a second time as it stands says nothing, and neither does one whose programs are missing: both are counted.
Nothing is installed. Ends with status 1 if anything differs.
"""

import argparse
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile

from measure import PERFPROF, table

PROGRAM = r"""
#include <stdio.h>
#include <stdlib.h>
static int fib(int n) { return n < 2 ? n : fib(n - 1) + fib(n - 2); }
int main(int argc, char **argv) { printf("%d\n", fib(argc > 1 ? atoi(argv[1]) : 20)); return argc > 2 ? atoi(argv[2]) : 0; }
"""
CXX = r"""
#include <iostream>
#include <map>
#include <stdexcept>
int main() {
  std::map<int, int> seen;
  for (int i = 0; i < 100000; i++) seen[i * 7919 % 1009] += i;
  try { throw std::runtime_error("thrown"); } catch (const std::exception &error) { std::cout << error.what() << seen.size() << "\n"; }
}
"""
FILES = {
    "data.txt": "".join(f"{(i * 7919) % 10007} word{i % 97} {'x' * (i % 40)}\n" for i in range(4000)),
    "table.csv": "name,count\n" + "".join(f"n{i % 17},{i}\n" for i in range(500)),
    "data.json": '{"list": [' + ", ".join(str(i * i) for i in range(300)) + '], "name": "x;y"}\n',
    "program.c": PROGRAM,
    "program.cpp": CXX,
    "noshebang": 'echo "no shebang: $0 $1"\nexit 6\n',
    "script.awk": '{ sum += $1; seen[$2]++ } END { print sum, length(seen) }\n',
    "bad.c": "int main( { return 0; }\n",
    "Makefile": "all: program\nprogram: program.c\n\tcc -O1 -o program program.c\n\t./program 10\n\tfalse\n",
}
EXECUTABLE = {"noshebang"}

# Marked with ! at the beginning: in the quick set, which a test runs.
CASES = r"""
!@ true
!@ false
!@ sh -c 'exit 126'
!@ sh -c 'exit 127'
!@ sh -c 'exit 255'
!@ sh -c 'kill -TERM $$'
!@ sh -c 'kill -SEGV $$'
!@ sh -c 'kill -PIPE $$'
@ sh -c 'kill -ABRT $$'
@ sh -c 'kill -KILL $$'
@ sh -c 'kill -USR1 $$'
@ sh -c 'nosuchcommand; echo $?; ./data.txt; echo $?'
!@ ./noshebang argument
!@ yes | head -1; echo ${PIPESTATUS[@]}
!(while :; do echo x; done) 2>/dev/null | @ head -1
!@ sh -c '(while :; do echo x; done) 2>/dev/null | head -1'
!@ bash -c 'yes | head -1 >/dev/null; echo ${PIPESTATUS[@]}'
!@ cat /dev/zero | head -c 1 | od; echo ${PIPESTATUS[@]}
seq 100000 | @ sort -R --random-source=data.txt | head -2; echo ${PIPESTATUS[1]}
!echo hello | @ cat
@ cat </dev/null
@ cat <&-; echo $?
@ /bin/echo >&-; echo $?
@ sh -c 'echo to stderr >&2' 2>&-; echo $?
!@ sh -c 'echo out; echo err >&2; exit 3'
!@ sh -c 'cat; echo; cat <&3' 3<table.csv <data.json
@ sh -c 'ls -l /proc/self/fd | tail -n +2 | wc -l' 5<data.txt 9>/dev/null
!env -i A=1 EMPTY= 'ODD NAME=x;y' @ /usr/bin/env
env -i PATH=/usr/bin:/bin LC_ALL=C.UTF-8 @ bash -c 'export -p | grep -v " _="'
env -u PATH @ /bin/sh -c 'echo ${PATH-none}'
@ env -0 | tr '\0' '\n' | grep -v '^_=' | sort
!@ sh -c 'umask; ulimit -a; pwd'
umask 027; ulimit -n 64; ulimit -s 4096; ulimit -c 0; @ sh -c 'umask; ulimit -a; ulimit -Ha; touch made; ls -l made | cut -c1-10'
!ulimit -f 4; @ sh -c 'head -c 100000 /dev/zero >large; echo $?'
cd /usr && @ pwd
@ nice
nice -n 5 @ nice
nice -n 5 @ nice -n 4 nice
!nohup @ sh -c 'kill -HUP $$; echo survived' </dev/null
!trap '' TERM INT; @ sh -c 'kill -TERM $$; kill -INT $$; echo survived'
trap '' CHLD; @ bash -c 'true & wait $!; echo $?; (exit 4); echo $?'
trap '' PIPE; @ yes 2>&1 | head -1; echo ${PIPESTATUS[@]}
setsid -w @ sh -c 'test $(ps -o sid= -p $$) = $(ps -o sid= -p $PPID); echo same session'
setsid -w @ sh -c 'tty; exit 5'; echo $?
@ setsid -w sh -c 'exit 9'; echo $?
!@ timeout 0.3 sleep 5; echo $?
!@ timeout -s KILL 0.3 sleep 5; echo $?
@ timeout --preserve-status 0.3 sh -c 'trap "echo caught; exit 8" TERM; sleep 5 & wait'; echo $?
timeout 0.5 @ sh -c 'trap "echo caught; exit 8" TERM; sleep 5 & wait'; echo $?
timeout -s INT 0.5 @ sh -c 'trap "echo interrupted; exit 8" INT; sleep 5 & wait'; echo $?
@ stdbuf -oL sh -c 'echo buffered'
!@ script -qec 'tty >/dev/null && echo terminal; stty size' /dev/null </dev/null
script -qec '@ sh -c "test -t 0 && echo in; test -t 1 && echo out; test -t 2 && echo err"' /dev/null </dev/null
script -qec '@ bash -ic "sleep 0.2 & jobs; wait; echo done" 2>/dev/null' /dev/null </dev/null
!@ bash -c 'set -m; sleep 0.1 & wait %1; echo $?; (sleep 5 & kill %1; wait)'
@ bash -c 'trap "echo usr" USR1; kill -USR1 $$; echo after'
@ bash -c 'trap "echo leaving" EXIT; exit 3'
@ bash -c 'trap "echo child" CHLD; sleep 0.05; true'
@ bash -c 'sleep 5 & kill -STOP $!; kill -CONT $!; kill $!; wait $!; echo $?'
@ bash -c 'coproc cat; echo hi >&${COPROC[1]}; read -t 5 x <&${COPROC[0]}; echo $x'
@ bash -c 'read -t 0.2 x; echo $?' < <(sleep 1)
@ bash -c 'for i in $(seq 200); do /bin/true; done; echo $SECONDS' | sed 's/.*/n/'
!seq 30 | @ xargs -n 3 -P 2 sh -c 'exit 0'; echo $?
seq 3 | @ xargs -I{} sh -c 'exit 255'; echo $?
seq 20 | xargs -n 5 @ echo
!@ ls -l /etc
@ ls -R /usr/share/doc
@ find /usr/share -name '*.py'
@ find . -type f -exec sh -c 'wc -c <"$1"' sh {} \;
@ sort data.txt
@ sort -n -k1 -S 1M data.txt
@ uniq -c table.csv
@ grep -c word1 data.txt
@ grep -P '(x+x+)+y' data.txt; echo $?
@ sed -n 's/word\([0-9]*\)/\1-&/p' data.txt
!@ awk -f script.awk data.txt
@ gawk -f script.awk data.txt
@ mawk -f script.awk data.txt
echo '2^4000 % 10007; scale=200; 4*a(1)' | @ bc -l
echo '5 k 2 v p' | @ dc
@ cut -d, -f2 table.csv
@ tr a-z A-Z <data.txt
@ md5sum data.txt program.c nothere
@ sha256sum data.txt
@ cksum data.txt
@ base64 data.txt
@ od -c data.txt
@ xxd data.txt
@ split -l 1000 data.txt part-
@ tee copy <data.txt
@ dd if=data.txt of=copy bs=512 count=7 status=none
@ cp -a data.txt copy
@ mv data.txt moved
@ ln -s data.txt link
@ install -m 640 data.txt copied
@ tar cf - --mtime=@0 --sort=name data.txt table.csv | @ tar tvf -
!@ gzip -nc data.txt
@ gzip -d <data.txt; echo $?
@ bzip2 -c data.txt
!@ xz -T2 -c data.txt
@ zstd -qc -T2 data.txt
@ zip -qX - data.json | wc -c
@ diff data.txt table.csv
@ cmp data.txt program.c
@ comm data.txt table.csv
@ join -t, table.csv table.csv | head -5
@ expr 6 \* 7
@ factor 18446744073709551557
@ seq 5
@ printf '%s\n' a '' b
@ date -u -d @0
@ numfmt --to=iec 123456789
!@ cc -O2 -o program program.c && ./program 21
@ cc -O2 -o program bad.c; echo $?
@ cc -pipe -save-temps -c program.c && ls
@ c++ -O1 -o program program.cpp && ./program
cc -O1 -o program program.c && @ ./program 22 17; echo $?
cc -O1 -static -o program program.c && @ ./program 22
@ make -j2; echo $?
@ ld --version
@ nm -D /bin/ls
@ objdump -d /bin/true | tail -3
@ readelf -hW /bin/ls
@ strings -n 8 /bin/ls
@ clang -O1 -o program program.c && ./program 20
!@ perl -e '$SIG{ALRM} = sub { print "alarm\n" }; alarm 1; select(undef, undef, undef, 3); print "over $!\n"'
@ perl -e 'print join(",", sort { $a <=> $b } map { $_ * 7919 % 10007 } 1..5000), "\n"; exit 12'
@ perl -e '$SIG{CHLD} = "IGNORE"; system("true"); print "$?\n"; $SIG{CHLD} = "DEFAULT"; system("exit 3"); print $? >> 8, "\n"'
@ perl -e 'my $pid = open(my $in, "-|", "echo", "from child") or die; print <$in>; close $in; print "$?\n"'
!@ python3 -c 'import signal, os; signal.signal(signal.SIGUSR1, lambda *a: print("caught")); os.kill(os.getpid(), signal.SIGUSR1); print(signal.getsignal(signal.SIGPIPE), signal.getsignal(signal.SIGXFSZ))'
@ python3 -c 'import os, signal; os.kill(os.getpid(), signal.SIGINT)' 2>&1 | tail -1; echo ${PIPESTATUS[0]}
@ python3 -c 'import subprocess; print(subprocess.run(["sh", "-c", "kill -9 $$"]).returncode)'
@ python3 -c 'import threading; t = [threading.Thread(target=lambda: sum(range(300000))) for _ in range(4)]; [x.start() for x in t]; [x.join() for x in t]; print("joined")'
@ python3 -c 'import multiprocessing as m; print(m.Pool(3).map(abs, range(-20, 0)))'
@ python3 -c 'import asyncio; print(asyncio.run(asyncio.wait_for(asyncio.sleep(0.1, "slept"), 5)))'
@ python3 -c 'import os; print(sorted(os.listdir("/proc/self/fd")), os.getpriority(os.PRIO_PROCESS, 0), os.sched_getaffinity(0), os.isatty(0))' </dev/null
@ python3 -c 'import sys; sys.stdout.write("x" * 1000000)' | head -c 10; echo ${PIPESTATUS[@]}
@ python3 -c 'raise SystemExit(300)'; echo $?
@ python3 -c 'import ctypes; ctypes.string_at(0)'; echo $?
@ python3 -c 'import json; print(json.load(open("data.json"))["list"][-1])'
@ python3 -m json.tool data.json
@ node -e 'process.on("SIGTERM", () => { console.log("term"); process.exit(4) }); setTimeout(() => process.kill(process.pid, "SIGTERM"), 50); setTimeout(() => {}, 5000)'; echo $?
@ go version
@ sqlite3 :memory: '.mode csv' '.import table.csv t' 'select name, sum(count) from t group by name order by 2 desc;'
@ git init -q repository && cd repository && git -c user.name=n -c user.email=e@e commit -q --allow-empty -m m --date=@0 && git log --format=%s
git init -q r && cd r && cp ../data.txt . && @ git add data.txt && @ git ls-files -s
@ openssl dgst -sha512 data.txt
@ openssl enc -aes-256-cbc -pbkdf2 -k secret -S 0011223344556677 -in data.txt | md5sum
@ xmllint --version
@ curl -s file://$PWD/data.json
@ gdb -batch -ex 'print 6*7'
@ swift --version 2>/dev/null | head -1
@ ps -o comm= -p 1
@ id
@ uname -a
@ getconf ARG_MAX
@ locale
@ stat -c '%n %s %a' data.txt
@ test -f data.txt
@ sleep 0.05
@ flock lock sh -c 'echo locked'
@ chroot / /bin/sh -c 'echo in root; exit 2'; echo $?
@ unshare -U sh -c 'echo unshared'
@ setarch -R sh -c 'cat /proc/self/personality'
setarch -R @ cat /proc/self/personality
taskset -c 0 @ nproc
chrt -b 0 @ chrt -p 0 | sed 's/pid 0/pid/'
prlimit --nofile=100:200 @ prlimit --nofile --noheadings -o SOFT,HARD
@ bash -c 'exec -a other sh -c "echo \$0"'
"""


class Case:
    def __init__(self, line):
        self.is_quick = line.startswith("!")
        self.script = line.removeprefix("!")
        # Programs that the machine may lack: the word behind each @ and the first of the script.
        words = re.findall(r"@ ([\w+./-]+)", self.script) + re.findall(r"^(?!@)([\w.-]+) ", self.script)
        self.missing = [
            word for word in words
            if "/" not in word and shutil.which(word) is None
            and subprocess.run(["bash", "-c", f"type {word}"], capture_output=True).returncode != 0
        ]


class Result:
    """What a run left: output, status, and the folder's files."""

    def __init__(self, script, folder):
        shutil.rmtree(folder, ignore_errors=True)
        os.mkdir(folder)
        for name, text in FILES.items():
            path = os.path.join(folder, name)
            with open(path, "w") as file:
                file.write(text)
            os.utime(path, (0, 0))
            os.chmod(path, 0o755 if name in EXECUTABLE else 0o644)
        environment = {**os.environ, "LC_ALL": "C.UTF-8", "SOURCE_DATE_EPOCH": "0", "HOME": folder}
        # Swift's backtraces would speak for programs that die, and this script's parents may have their own ideas.
        environment.pop("OLDPWD", None)
        process = subprocess.Popen(
            ["bash", "-c", script], cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, start_new_session=True, restore_signals=True)
        try:
            self.output, self.errors = process.communicate(timeout=120)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            self.output, self.errors = process.communicate()
            self.errors += b"\n(did not end)"
        # As a shell tells it, and perfprof too: 128 and the signal.
        self.status = process.returncode if process.returncode >= 0 else 128 - process.returncode
        # What this shell, and no program, says of a program that a signal has ended: perfprof isn't ended by it.
        self.errors = re.sub(
            rb"^bash: line \d+: +\d+ (Killed|Terminated|Aborted|Segmentation fault|Broken pipe) .*\n", b"",
            self.errors, flags=re.MULTILINE)
        self.files = {}
        for place, folders, names in os.walk(folder):
            folders[:] = [name for name in folders if name != ".git"]
            for name in names:
                path = os.path.join(place, name)
                if os.path.islink(path):
                    self.files[path] = os.readlink(path)
                else:
                    with open(path, "rb") as file:
                        self.files[path] = file.read()

    def differences(self, other):
        found = []
        for what in ("status", "output", "errors", "files"):
            mine, others = getattr(self, what), getattr(other, what)
            if mine == others:
                continue
            if what == "files":
                mine, others = ([n for n in m if m[n] != o.get(n)] for m, o in ((mine, others), (others, mine)))
            found.append(f"{what}: {mine!r:.300} became {others!r:.300}")
        return found


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--samplers", default="perf,ptrace")
    parser.add_argument("--only", default="")
    options = parser.parse_args()
    samplers = options.samplers.split(",")
    cases = [Case(line) for line in CASES.strip().splitlines() if options.only in line]
    if options.quick:
        cases = [case for case in cases if case.is_quick]
    perfprof = os.path.realpath(shutil.which(str(PERFPROF)) or str(PERFPROF))
    counts = {sampler: {"same": 0, "different": 0} for sampler in samplers}
    missing, unsteady, differing = [], [], []
    with tempfile.TemporaryDirectory(prefix="perfprof-fidelity-") as scratch:
        folder = os.path.join(scratch, "work")
        for case in cases:
            if case.missing:
                missing.append(case.script)
                continue
            bare = case.script.replace("@ ", "")
            expected = Result(bare, folder)
            if expected.differences(Result(bare, folder)):
                unsteady.append(case.script)
                continue
            for sampler in samplers:
                # A number of its own for each, so that several in one script don't meet.
                prefix = f"{perfprof} record --quiet --sampler {sampler} -o {scratch}/recordings/$RANDOM$RANDOM.folded -- "
                os.makedirs(f"{scratch}/recordings", exist_ok=True)
                found = expected.differences(Result(case.script.replace("@ ", prefix), folder))
                shutil.rmtree(f"{scratch}/recordings")
                counts[sampler]["different" if found else "same"] += 1
                if found:
                    differing.append((sampler, case.script, found))
    table(["sampler", "programs", "same", "different"],
          [(s, c["same"] + c["different"], c["same"], c["different"]) for s, c in counts.items()])
    for sampler, script, found in differing:
        print(f"{sampler}: {script}")
        for line in found:
            print(f"    {line}")
    for title, scripts in (("programs missing", missing), ("not the same twice by itself", unsteady)):
        if scripts:
            print(f"{title}: {len(scripts)}", *("    " + script for script in scripts), sep="\n")
    sys.exit(1 if differing else 0)


if __name__ == "__main__":
    main()
