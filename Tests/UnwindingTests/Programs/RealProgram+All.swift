import Foundation
import Glibc

extension RealProgram {
  /// The interpreters, compilers and database servers of Debian, the Swift compiler, and samples of each language.
  ///
  /// Go has judges of its own (`GoTests`): its tables are not DWARF's.
  static let all = [
    python, perl, node, swiftCompiler, cCompiler, cxxCompiler, postgreSQL, sqlite, exceptions,
    sample("exceptions", "0"), sample("frames-stripped", "0"), sample("frames-nofp-O0", "0"),
    sample("recursion", "300", "0"), sample("shares-static", "0"), sample("shares-static-pie", "0"),
    sample("features-stripped", "0"), sample("rusty", "0"),
  ]

  static let python = RealProgram("Python") { _ in
    [
      try path(of: "/usr/bin/python3"), "-c",
      "import re, json\nwhile True: json.dumps([{'a': i} for i in range(99)]); re.sub('a+b', 'c', 'aaab' * 99); sorted(map(str, range(999)))",
    ]
  }

  static let perl = RealProgram("Perl") { _ in
    [
      try path(of: "/usr/bin/perl"), "-e",
      "while (1) { my %h = map { $_ => $_ ** 2 } 1 .. 999; my $x = join ',', sort { $a <=> $b } keys %h; $x =~ s/1(2|3)+/x/g }",
    ]
  }

  static let node = RealProgram("Node.js") { _ in
    [
      try path(of: "node"), "-e",
      "function f(n) { return n < 2 ? n : f(n - 1) + f(n - 2) } for (;;) { f(12); JSON.stringify(Array.from({ length: 99 }, (x, i) => ({ a: i }))); 'aaab'.repeat(99).replace(/a+b/g, 'c') }",
    ]
  }

  static let swiftCompiler = RealProgram("Swift compiler") { folder in
    let source = (0..<200).map { number in
      "struct S\(number): Hashable { var a: [Int], b: String, c: [String: Int?]\n func f() -> Int { a.map { $0 * \(number) }.filter { $0 % 3 == 1 }.sorted().reduce(b.count, +) } }\n"
    }
    try source.joined().write(toFile: folder + "/source.swift", atomically: true, encoding: .utf8)
    return [
      try path(of: "swiftc"), "-frontend", "-c", "-O", "-primary-file", folder + "/source.swift", "-module-name",
      "judged", "-parse-as-library", "-o", "/dev/null",
    ]
  }

  static let cCompiler = RealProgram("cc1") { folder in
    let gcc = try path(of: "/usr/bin/gcc")
    // Functions that are all alike, enough for some seconds.
    let source = (0..<4_000).map { number in
      """
      int f\(number)(int *a, int n) {
        int s = \(number);
        for (int i = 0; i < n; i++) switch (a[i] & 7) { case 0: s += a[i]; break; case 1: s *= 3; case 2: s ^= i; default: a[i] = s; }
        return s;
      }
      """
    }
    try source.joined(separator: "\n").write(toFile: folder + "/source.c", atomically: true, encoding: .utf8)
    return [try compilerProper("cc1", of: gcc), "-quiet", "-O2", folder + "/source.c", "-o", "/dev/null"]
  }

  static let cxxCompiler = RealProgram("cc1plus") { folder in
    let gcc = try path(of: "/usr/bin/g++")
    let source = "#include <regex>\n#include <map>\n#include <iostream>\n#include <algorithm>\n#include <thread>\n"
    let body = (0..<20).map { number in
      "struct T\(number) { int i; bool operator<(T\(number) o) const { return i < o.i; } };\nvoid f\(number)(std::map<T\(number), std::string> &m) { m[{1}] = \"1\"; std::regex r(m[{2}]); std::vector<T\(number)> v(9); std::sort(v.begin(), v.end()); }\n"
    }
    try (source + body.joined()).write(toFile: folder + "/source.cpp", atomically: true, encoding: .utf8)
    try output([gcc, "-E", folder + "/source.cpp", "-o", folder + "/source.ii"])
    return [
      try compilerProper("cc1plus", of: gcc), "-quiet", "-fpreprocessed", "-O2", folder + "/source.ii", "-o",
      "/dev/null",
    ]
  }

  private static func compilerProper(_ name: String, of driver: String) throws -> String {
    try path(of: output([driver, "-print-prog-name=" + name]).trimmingCharacters(in: .newlines))
  }

  /// A server of one process, which reads its query from standard input; servers refuse to run as root.
  static let postgreSQL = RealProgram("PostgreSQL", execs: geteuid() == 0 ? 3 : 2) { folder in
    let versions = (try? FileManager.default.contentsOfDirectory(atPath: "/usr/lib/postgresql"))?.sorted() ?? []
    let programs = "/usr/lib/postgresql/\(versions.last ?? "")/bin"
    let server = try path(of: programs + "/postgres")
    var asPostgres: [String] = []
    if geteuid() == 0 {
      try output(["/usr/bin/env", "chown", "postgres", folder])
      asPostgres = [try path(of: "setpriv"), "--reuid", "postgres", "--regid", "postgres", "--clear-groups"]
    }
    try output(
      (asPostgres.isEmpty ? ["/usr/bin/env"] : asPostgres) + [
        programs + "/initdb", "-D", folder + "/data", "--auth=trust", "--no-sync",
      ])
    let query = """
      SELECT count(*), sum(length(md5(a::text))) FROM (SELECT a, row_number() OVER (ORDER BY a % 1000) FROM generate_series(1, 100000000) a WHERE a::text ~ '[13579]$') b;

      """
    try query.write(toFile: folder + "/query", atomically: true, encoding: .utf8)
    let serving = asPostgres + [server, "--single", "-D", folder + "/data", "postgres"]
    return ["/bin/sh", "-c", "exec \"$@\" <\(folder)/query >/dev/null 2>&1", "sh"] + serving
  }

  /// The library, in Python's process.
  static let sqlite = RealProgram("SQLite") { _ in
    let program = """
      import sqlite3
      database = sqlite3.connect(':memory:')
      database.execute('WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(DISTINCT printf(\\"%d\\", i % 999)) FROM n').fetchall()
      """
    return [try path(of: "/usr/bin/python3"), "-c", program]
  }

  /// Exceptions through frames of many shapes, as optimized and stripped as GCC gets it.
  static let exceptions = RealProgram("C++ exceptions") { folder in
    let source = """
      #include <map>
      #include <memory>
      #include <stdexcept>
      #include <string>
      #include <vector>
      struct Guard { std::string text; ~Guard() { if (text.size() > 1000) throw 1; } };
      __attribute__((noinline)) int sum(std::vector<std::string> parts, int depth) {
        Guard guard{std::to_string(depth)};
        auto copy = std::make_unique<std::map<std::string, int>>();
        for (auto &part : parts) (*copy)[part + guard.text] = depth;
        if (depth == 0) throw std::out_of_range(parts.at(1));
        parts.push_back(guard.text);
        try { return sum(parts, depth - 1) + (int)copy->size(); }
        catch (const std::logic_error &error) { if (depth % 3) throw; throw std::runtime_error(error.what()); }
        catch (const std::runtime_error &) { if (depth == 9) return 1; throw std::invalid_argument(guard.text); }
      }
      int main() { unsigned total = 0; for (;;) try { total += sum({"a", "b"}, 10); } catch (...) { total++; } }
      """
    let (file, program) = (folder + "/source.cpp", folder + "/program")
    try source.write(toFile: file, atomically: true, encoding: .utf8)
    try output([try path(of: "/usr/bin/g++"), "-w", "-O3", "-fomit-frame-pointer", "-s", file, "-o", program])
    return [program]
  }
}
