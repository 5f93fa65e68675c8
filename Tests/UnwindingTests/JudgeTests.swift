import Foundation
import ProfileModel
import Testing
import UnwindTables

@testable import Unwinding

/// Unwinds samples of programs that nobody here wrote by tables and by libunwind; the chains must be the same.
///
/// Differences that are allowed, and why:
/// - In an epilogue that has popped registers, rules may still call them saved (compilers don't always say otherwise).
///   Tables leave the registers alone; libunwind reads what lies below the stack pointer, which is nobody's.
@Suite(.serialized) struct JudgeTests {
  struct Program: CustomTestStringConvertible, Sendable {
    var testDescription: String
    var command: [String]
  }

  static let programs = [
    Program(
      testDescription: "Python",
      command: [
        "/usr/bin/python3", "-c",
        "import re, json\nwhile True: json.dumps([{'a': i} for i in range(99)]); re.sub('a+b', 'c', 'aaab' * 99); sorted(map(str, range(999)))",
      ]),
    Program(
      testDescription: "Perl",
      command: [
        "/usr/bin/perl", "-e",
        "while (1) { my %h = map { $_ => $_ ** 2 } 1 .. 999; my $x = join ',', sort { $a <=> $b } keys %h; $x =~ s/1(2|3)+/x/g }",
      ]),
    Program(
      testDescription: "Node.js",
      command: [
        "/usr/bin/env", "node", "-e",
        "function f(n) { return n < 2 ? n : f(n - 1) + f(n - 2) } for (;;) { f(12); JSON.stringify(Array.from({ length: 99 }, (x, i) => ({ a: i }))); 'aaab'.repeat(99).replace(/a+b/g, 'c') }",
      ]),
    Program(
      testDescription: "Swift compiler",
      command: [
        "/usr/bin/env", "swiftc", "-frontend", "-c", "-O", "-primary-file", #filePath, "-module-name", "judged",
        "-parse-as-library", "-o", "/dev/null",
      ]),
  ]

  @Test(arguments: programs)
  func tablesAndLibunwindAgree(program: Program) throws {
    guard let path = Self.executable(program.command) else {
      print("skipped: \(program.testDescription) is not installed")
      return
    }
    let sampled = try SampledProcess([path] + program.command.dropFirst(program.command[0] == "/usr/bin/env" ? 2 : 1))
    let tables = Unwinder(options: .init(strategy: .tables))
    let libunwind = Unwinder(options: .init(strategy: .libunwind, libunwindCacheRows: 1 << 14))
    var images = MappedImages(pid: sampled.pid)
    var again = MappedImages(pid: sampled.pid)
    let captures = try sampled.captures(60) {
      try images.update(tables)
      try again.update(libunwind)
    }
    #expect(captures.count > 10)
    var (rooted, explained, truncated) = (0, 0, [String]())
    for capture in captures {
      let (first, second) = (tables.chain(capture), libunwind.chain(capture))
      if first.end == .rooted {
        rooted += 1
      } else {
        truncated.append("\(first.end) \(images.describe(first.addresses))")
      }
      if first == second { continue }
      explained += 1
      #expect(
        tables.isInEpilogue(capture),
        "\(first.end) \(images.describe(first.addresses)) against \(second.end) \(images.describe(second.addresses))")
    }
    // Generated code has no unwind information, and tells nobody when its frame pointer is not one.
    let allowed = program.testDescription == "Node.js" ? captures.count / 20 : 0
    #expect(truncated.count <= allowed, "\(truncated.count) of \(captures.count): \(truncated.first ?? "")")
    print("\(program.testDescription): \(captures.count) stacks, \(rooted) rooted, \(explained) explained differences")
  }

  private static func executable(_ command: [String]) -> String? {
    guard command[0] == "/usr/bin/env" else {
      return FileManager.default.isExecutableFile(atPath: command[0]) ? command[0] : nil
    }
    let folders = ProcessInfo.processInfo.environment["PATH"]?.split(separator: ":").map(String.init) ?? []
    return folders.map { $0 + "/" + command[1] }.first { FileManager.default.isExecutableFile(atPath: $0) }
  }
}

extension Unwinder {
  /// Whether the leaf's rule places a saved register below the stack pointer.
  fileprivate func isInEpilogue(_ capture: StackCapture) -> Bool {
    let chain = chain(capture)
    guard let leaf = chain.frames.first, let rule = context.image(leaf.module)?.rule(at: leaf.statedLookupAddress),
      rule.kind == .registerOffset, rule.savesAreRelativeToCFA
    else { return false }
    let sp = capture.registers[UserRegisters.stackPointer(.host)]
    let cfa = capture.registers[rule.cfaRegister] &+ UInt64(bitPattern: Int64(rule.cfaOffset))
    return (1..<UnwindRule.slotCount).contains { slot in
      rule.changedSlots & (1 << slot) != 0 && rule.slotWords(slot) != UnwindRule.undefinedSlot
        && cfa &+ UInt64(bitPattern: Int64(rule.slotWords(slot) * 8)) < sp
    }
  }
}
