"""Stacks of runtimes and hand-written code: how many are rooted, and how many of these are wrong.

The judge executes a program's busiest thread an instruction at a time and keeps an account of the calls that are open
(Sources/UnwindingJudge); it has no part in unwinding. What is not installed is left out, and said."""
import argparse
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from measure import ROOT, built, table

C_WORK = """
#include <stdlib.h>
#include <string.h>
#define NI __attribute__((noinline))
NI int token(int n) { volatile int t[2] = {n, 1}; return t[0] + t[1]; }
NI int term(int n) { return token(n) * 3 + 1; }
NI int expression(int n) { return term(n + 1) * 5 + 1; }
NI int parse(int n) { return expression(n + 1) * 7 + 1; }
NI unsigned hash(unsigned n) {
  volatile unsigned buffer[8]; buffer[7] = 1;
  for (unsigned j = 0; j < n; j++) buffer[7] = buffer[7] * 1664525u + 7;
  if (!n) abort();
  return buffer[7];
}
NI unsigned fib(unsigned n) { return n < 2 ? n : fib(n - 1) + fib(n - 2); }
static int compare(const void *a, const void *b) { return *(const int *)a - *(const int *)b; }
NI unsigned sort(unsigned n) {
  int v[200]; for (int i = 0; i < 200; i++) v[i] = (int)((n = n * 1664525u + 7) >> 8);
  qsort(v, 200, sizeof *v, compare); return v[3];
}
NI unsigned work(unsigned n) { unsigned r = parse(n); return r + hash(n) + fib(12) + sort(n) + 1; }
unsigned (*volatile pointer)(unsigned) = work;
int main(void) { volatile unsigned r = 0; while (pointer) r += pointer(100); return 0; }
"""

JAVA = """
import java.util.*;
public class W {
  interface Op { int apply(int x); }
  static int fib(int n) { return n < 2 ? n : fib(n - 1) + fib(n - 2); }
  static int sorts() { Integer[] a = new Integer[500]; Random r = new Random(1);
    for (int i = 0; i < a.length; i++) a[i] = r.nextInt(); Arrays.sort(a, Comparator.reverseOrder()); return a[3]; }
  static int maps() { Map<String, Integer> m = new HashMap<>();
    for (int i = 0; i < 300; i++) m.merge("k" + i % 50, i, Integer::sum); return m.get("k7"); }
  static int calls(Op[] ops, int n) { int s = 0; for (int i = 0; i < n; i++) s += ops[i % ops.length].apply(i); return s; }
  static int work(int n) { Op[] ops = { x -> x + 1, x -> x * 3, x -> x ^ 7, W::fib2 };
    return fib(n) + sorts() + maps() + calls(ops, 1000); }
  static int fib2(int x) { return fib(x % 7); }
  public static void main(String[] a) { long s = 0; while (s != Long.MIN_VALUE) s += work(18); }
}
"""

NODE = """
function fib(n) { return n < 2 ? n : fib(n - 1) + fib(n - 2); }
class A { f(x) { return x + 1; } } class B extends A { f(x) { return super.f(x) * 2; } } class C extends B { f(x) { return x ^ 5; } }
function shapes() { const s = [new A(), new B(), new C()]; let t = 0; for (let i = 0; i < 500; i++) t += s[i % 3].f(i); return t; }
function sorts() { const v = []; let n = 1; for (let i = 0; i < 500; i++) v.push(n = (n * 1664525 + 7) >>> 0); v.sort((a, b) => a - b); return v[3]; }
function texts() { let t = {}; for (let i = 0; i < 200; i++) t['k' + i % 20] = JSON.stringify({ i, s: 'x'.repeat(i % 9) }); return JSON.parse(t.k7).i; }
function regex() { return 'the quick brown fox jumps'.replace(/[aeiou]+/g, m => m.toUpperCase()).split(' ').map(w => w.length).reduce((a, b) => a + b); }
function work() { return fib(15) + shapes() + sorts() + texts() + regex(); }
let s = 0; for (;;) s += work();
"""

PYTHON = """
import json
def fib(n): return n if n < 2 else fib(n - 1) + fib(n - 2)
def work(): return fib(14) + len(json.dumps({str(i): [i] * 3 for i in range(100)})) + sum(sorted(range(100), key=lambda x: -x))
while True: work()
"""

RUBY = """
def fib(n) n < 2 ? n : fib(n - 1) + fib(n - 2) end
def work() fib(15) + (1..200).map { |x| x * 3 }.sort_by { |x| -x }.sum + "a,b,c".split(",").size end
loop { work }
"""

CSHARP = """
using System; using System.Linq; using System.Collections.Generic;
class A { public virtual int F(int x) { return x + 1; } } class B : A { public override int F(int x) { return x * 3; } }
class W {
  static int Fib(int n) { return n < 2 ? n : Fib(n - 1) + Fib(n - 2); }
  static int Sorts() { var r = new Random(1); var a = new int[300]; for (int i = 0; i < 300; i++) a[i] = r.Next(); Array.Sort(a, (x, y) => y.CompareTo(x)); return a[3]; }
  static int Shapes() { A[] s = { new A(), new B() }; int t = 0; for (int i = 0; i < 500; i++) t += s[i % 2].F(i); return t; }
  static int Maps() { var m = new Dictionary<string, int>(); for (int i = 0; i < 200; i++) m["k" + i % 20] = i; return m.Values.Where(x => x > 3).Sum(); }
  static int Work() { return Fib(16) + Sorts() + Shapes() + Maps(); }
  static void Main() { long s = 0; while (s >= 0) s += Work(); }
}
"""

ERLANG = """
-module(w). -export([main/0, fib/1, work/0]).
fib(N) when N < 2 -> N; fib(N) -> fib(N - 1) + fib(N - 2).
work() -> fib(15) + length(lists:sort([X * 7919 rem 1009 || X <- lists:seq(1, 300)])) + maps:size(maps:from_list([{X, X} || X <- lists:seq(1, 100)])).
main() -> work(), main().
"""

RACKET = """#lang racket/base
(define (fib n) (if (< n 2) n (+ (fib (- n 1)) (fib (- n 2)))))
(define (work) (+ (fib 15) (apply + (sort (for/list ([i 300]) (modulo (* i 7919) 1009)) <))))
(let loop () (work) (loop))
"""

SCHEME = """
(define (fib n) (if (< n 2) n (+ (fib (- n 1)) (fib (- n 2)))))
(define (work) (+ (fib 15) (length (map (lambda (x) (* x 3)) (iota 100)))))
(let loop () (work) (loop))
"""

HASKELL = """
import qualified Data.Map as M
fib :: Int -> Int
fib n = if n < 2 then n else fib (n - 1) + fib (n - 2)
{-# NOINLINE fib #-}
work :: Int -> Int
work n = fib 16 + M.size (M.fromList [(x * 7919 `mod` 1009, x) | x <- [1 .. 300 + n `mod` 2]])
{-# NOINLINE work #-}
loop :: Int -> Int -> IO ()
loop s n = s `seq` loop (s + work n) (n + 1)
main :: IO ()
main = loop 0 0
"""

PASCAL = """
{$mode objfpc}
type A = class function F(x: longint): longint; virtual; end; B = class(A) function F(x: longint): longint; override; end;
function A.F(x: longint): longint; begin F := x + 1; end;
function B.F(x: longint): longint; begin F := x * 3; end;
function Fib(n: longint): longint; begin if n < 2 then Fib := n else Fib := Fib(n - 1) + Fib(n - 2); end;
procedure Sort(var v: array of longint; l, h: longint); var i, j, p, t: longint;
begin i := l; j := h; p := v[(l + h) div 2];
  repeat while v[i] < p do inc(i); while v[j] > p do dec(j);
    if i <= j then begin t := v[i]; v[i] := v[j]; v[j] := t; inc(i); dec(j); end; until i > j;
  if l < j then Sort(v, l, j); if i < h then Sort(v, i, h); end;
function Texts(n: longint): longint; var s, t: ansistring; i: longint;
begin s := ''; for i := 1 to n do begin str(i, t); s := s + t; end; Texts := length(s); end;
function Work: longint; var v: array[0..299] of longint; i: longint; o: A;
begin for i := 0 to 299 do v[i] := i * 7919 mod 1009; Sort(v, 0, 299);
  o := B.Create; Work := Fib(15) + v[3] + o.F(7) + Texts(50); o.Free; end;
var s: int64; begin s := 0; while s >= 0 do s := s + Work; end.
"""

LISP = """
(defun fib (n) (declare (fixnum n)) (if (< n 2) n (+ (fib (- n 1)) (fib (- n 2)))))
(defun work () (+ (fib 15) (length (sort (loop for i below 300 collect (mod (* i 7919) 1009)) #'<))
  (length (format nil "~a ~a" 12 "abc"))))
(compile 'fib) (compile 'work)
(loop (work))
"""

LUA = """
local function fib(n) if n < 2 then return n end return fib(n - 1) + fib(n - 2) end
local function work() local v = {} for i = 1, 300 do v[i] = i * 7919 % 1009 end
  table.sort(v, function(a, b) return a < b end) return fib(15) + v[3] + #string.rep("x", 30):gsub("x", "yy") end
while true do work() end
"""


class Missing(Exception):
    """A program that is not installed."""


def need(*names):
    """The path of the first of these programs that there is."""
    for name in names:
        if found := shutil.which(name):
            return found
    raise Missing(names[0])


def written(folder, name, text):
    path = Path(folder) / name
    path.write_text(text)
    return str(path)


def run(*command, **options):
    subprocess.run([str(part) for part in command], check=True, stdout=subprocess.DEVNULL, **options)


def gcc(*flags):
    def prepare(folder):
        source = written(folder, "work.c", C_WORK)
        run(need("gcc"), "-O2", *flags, "-o", f"{folder}/work", source)
        return [f"{folder}/work"]
    return prepare


def java(*flags):
    def prepare(folder):
        written(folder, "W.java", JAVA)
        run(need("javac"), "W.java", cwd=folder)
        return [need("java"), "-XX:+UseSerialGC", *flags, "-cp", folder, "W"]
    return prepare


def script(text, name, *command):
    def prepare(folder):
        program = need(*command[0]) if isinstance(command[0], tuple) else need(command[0])
        return [program, *command[1:], written(folder, name, text)]
    return prepare


def mono(folder):
    compiler = need("mcs")
    run(compiler, f"-out:{folder}/w.exe", written(folder, "w.cs", CSHARP))
    return [need("mono"), f"{folder}/w.exe"]


def erlang(*flags):
    def prepare(folder):
        written(folder, "w.erl", ERLANG)
        run(need("erlc"), "w.erl", cwd=folder)
        return [need("erl"), *flags, "-noshell", "-pa", folder, "-run", "w", "main"]
    return prepare


def haskell(folder):
    run(need("ghc"), "-O1", "-o", f"{folder}/w", written(folder, "w.hs", HASKELL))
    return [f"{folder}/w"]


def pascal(*flags):
    def prepare(folder):
        run(need("fpc"), *flags, f"-o{folder}/w", written(folder, "w.pas", PASCAL))
        return [f"{folder}/w"]
    return prepare


def x264(folder):
    return [need("x264"), "--quiet", "--no-progress", "--preset", "slow", "--threads", "1", "--demuxer", "lavf", "-o", "/dev/null",
            video(folder)]


def video(folder):
    run(need("ffmpeg"), "-v", "error", "-f", "lavfi", "-i", "testsrc2=size=640x360:rate=25:duration=60", "-pix_fmt",
        "yuv420p", f"{folder}/v.y4m")
    return f"{folder}/v.y4m"


def ffmpeg(codec):
    def prepare(folder):
        return [need("ffmpeg"), "-v", "error", "-threads", "1", "-stream_loop", "-1", "-i", video(folder), "-c:v", codec, "-threads", "1", "-f", "null", "-"]
    return prepare


def assembly(folder):
    sources = ROOT / "Samples" / "Assembly"
    if not sources.is_dir():
        raise Missing("Samples/Assembly")
    run(need("gcc"), "-O2", "-fno-omit-frame-pointer", f"-I{ROOT}/Samples/Common", "-o", f"{folder}/shapes", *sources.glob("*.[cS]"))
    return [f"{folder}/shapes", "3600", "100"]


FRAMES = ["-fno-asynchronous-unwind-tables", "-fno-omit-frame-pointer"]
RUNTIMES = {
    "gcc -O2, no tables, frame pointers": gcc(*FRAMES),
    "… -momit-leaf-frame-pointer": gcc(*FRAMES, "-momit-leaf-frame-pointer"),
    "… -mno-red-zone -fcf-protection=none": gcc(*FRAMES, "-mno-red-zone", "-fcf-protection=none"),
    "gcc -O2, no tables, no frame pointers": gcc("-fno-asynchronous-unwind-tables"),
    "… stripped": gcc("-fno-asynchronous-unwind-tables", "-s"),
    "JVM": java(),
    "JVM -XX:+PreserveFramePointer": java("-XX:+PreserveFramePointer"),
    "JVM, C1": java("-XX:TieredStopAtLevel=1"),
    "JVM, interpreter": java("-Xint"),
    "Node.js": script(NODE, "w.js", "node"),
    "Node.js --interpreted-frames-native-stack": script(NODE, "w.js", "node", "--interpreted-frames-native-stack"),
    "Node.js, interpreter": script(NODE, "w.js", "node", "--no-opt", "--no-sparkplug", "--max-lazy"),
    "Mono": mono,
    "BEAM": erlang(),
    "BEAM +JPperf true": erlang("+JPperf", "true"),
    "Ruby --yjit": script(RUBY, "w.rb", "ruby", "--yjit", "--yjit-call-threshold=5"),
    "Racket": script(RACKET, "w.rkt", "racket"),
    "Chez Scheme": script(SCHEME, "w.ss", ("chezscheme", "scheme"), "--script"),
    "GHC": haskell,
    "Free Pascal": pascal("-O1"),
    "Free Pascal -O3": pascal("-O3"),
    "SBCL": script(LISP, "w.lisp", "sbcl", "--script"),
    "CPython -X perf": script(PYTHON, "w.py", ("python3.12", "python3.13", "python3.14"), "-X", "perf"),
    "LuaJIT": script(LUA, "w.lua", "luajit"),
    "x264": x264,
    "ffmpeg, MPEG-4": ffmpeg("mpeg4"),
    "assembly": assembly,
}


def children(pid):
    """A process and those that it has started, the youngest last."""
    found = [pid]
    for process in found:
        for task in Path(f"/proc/{process}/task").glob("*/children"):
            try:
                found += [int(child) for child in task.read_text().split()]
            except OSError:
                pass
    return found


def cpu(pid):
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        return int(fields[11]) + int(fields[12])
    except OSError:
        return 0


def judge(program, command, folder, arguments):
    """Runs the command, lets it get warm and judges its busiest process."""
    with open(f"{folder}/judge.txt", "w", encoding="utf-8") as errors:
        process = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                   stdin=subprocess.DEVNULL, start_new_session=True)
        try:
            time.sleep(arguments.warm)
            pid = max(children(process.pid), key=cpu)
            done = subprocess.run([program, str(pid), str(arguments.bursts), str(arguments.steps), str(arguments.seconds)],
                                  stdout=subprocess.PIPE, stderr=errors, text=True, timeout=arguments.seconds * 3 + 60)
        finally:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
    words = done.stdout.split()
    figures = {words[i]: int(words[i + 1]) for i in range(0, 12, 2)} if len(words) >= 12 else {}
    return figures, done.stdout.partition("[")[1] + done.stdout.partition("[")[2].strip()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help="parts of names; all without")
    parser.add_argument("--bursts", type=int, default=40)
    parser.add_argument("--steps", type=int, default=1000)
    parser.add_argument("--seconds", type=float, default=40, help="the most that one program is judged for")
    parser.add_argument("--warm", type=float, default=3)
    parser.add_argument("--judge", help="a built UnwindingJudge")
    parser.add_argument("--keep", action="store_true", help="print the first mistakes")
    arguments = parser.parse_args()
    program = arguments.judge
    program = program or built("UnwindingJudge")
    rows = []
    for name, prepare in RUNTIMES.items():
        if arguments.names and not any(part in name for part in arguments.names):
            continue
        with tempfile.TemporaryDirectory() as folder:
            os.chmod(folder, 0o755)
            try:
                figures, reasons = judge(program, prepare(folder), folder, arguments)
            except Missing as missing:
                print(f"{name}: {missing} is not installed", file=sys.stderr)
                continue
            if not figures or not figures["compared"]:
                print(f"{name}: nothing could be judged", file=sys.stderr)
                continue
            if arguments.keep:
                print(Path(f"{folder}/judge.txt").read_text(), file=sys.stderr)
            share = 100 * figures["rooted"] / figures["compared"]
            wrong = 100 * figures["wrong-rooted"] / max(1, figures["compared"])
            rows.append([name, f"{figures['compared']}", f"{share:.1f} %", f"{wrong:.2f} %",
                         f"{figures['wrong-truncated']}", reasons])
            print(name, *rows[-1][1:], sep=" | ", file=sys.stderr, flush=True)
    print(table(["runtime", "stacks judged", "rooted", "rooted and wrong", "truncated and wrong", "reasons"], rows))


main()
