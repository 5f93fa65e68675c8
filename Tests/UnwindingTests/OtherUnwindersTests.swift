import Foundation
import ProfileModel
import Testing

@testable import Unwinding

/// Compares with what debuggers say of the same stopped process; they share no code with the tables nor with libunwind.
///
/// Differences that are allowed, and why:
/// - Those of `JudgeTests`: epilogues that have popped registers, and libgcc while it installs a handler's registers.
/// - gdb guesses the frames of code without unwind information, as Node.js generates it: what is below is compared.
/// - eu-stack goes by frame pointers there, and so passes over the caller of a leaf that has not set up its own yet.
@Suite(.serialized) struct OtherUnwindersTests {
  enum Debugger: String, CaseIterable {
    case gdb = "/usr/bin/gdb"
    case elfutils = "/usr/bin/eu-stack"

    var isInstalled: Bool { FileManager.default.isExecutableFile(atPath: rawValue) }

    /// The addresses of a process's first thread, leaf first; without frames that have no stack of their own.
    func backtrace(of pid: Int32) throws -> [UInt64] {
      let command =
        switch self {
        case .gdb:
          [
            rawValue, "-nx", "-batch", "-ex", "set debuginfod enabled off", "-ex", "set backtrace past-main on", "-ex",
            "set backtrace past-entry on", "-p", "\(pid)", "-ex", "python f = gdb.newest_frame()", "-ex",
            "python while f: print('FRAME' if f.type() not in (gdb.INLINE_FRAME, gdb.TAILCALL_FRAME) else 'IMPLIED', '%x' % f.pc()); f = f.older()",
          ]
        case .elfutils: ["/usr/bin/env", "DEBUGINFOD_URLS=", rawValue, "-1", "-n", "0", "-p", "\(pid)"]
        }
      let output = try CompiledProgram.run(command).output
      return output.split(separator: "\n").compactMap { line in
        let words = line.split(separator: " ")
        switch self {
        case .gdb: return words.first == "FRAME" && words.count == 2 ? UInt64(words[1], radix: 16) : nil
        case .elfutils:
          guard words.count > 1, words[0].hasPrefix("#"), words[1].hasPrefix("0x") else { return nil }
          return UInt64(words[1].dropFirst(2), radix: 16)
        }
      }
    }
  }

  static let python = """
    import os, signal
    def down(n):
        if n == 0: os.kill(os.getpid(), signal.SIGSTOP)
        else: sorted([1], key=lambda _: down(n - 1))
    down(20)
    """

  @Test(
    arguments: Debugger.allCases,
    [Programs.recursion(depth: 50), Programs.faultHandler, Programs.faultHandlerOnOwnStack])
  func agreesOnSmallPrograms(debugger: Debugger, source: String) throws {
    guard debugger.isInstalled else {
      print("skipped: \(debugger.rawValue) is not installed")
      return
    }
    let scenario = try Scenario(source, ["-O2"])
    let expected = try debugger.backtrace(of: scenario.process.pid)
    #expect(expected.count > 4)
    for strategy in Unwinder.Strategy.allCases {
      let addresses = try scenario.chain(strategy).addresses
      #expect(addresses == expected, "\(strategy): \(addresses.hexadecimal) instead of \(expected.hexadecimal)")
    }
  }

  #if arch(x86_64)
    /// 32-bit programs: signal frames of either kind, of the vDSO's own unwind information, among them.
    @Test(
      .enabled(if: SteppingTests.canCompileNarrow, "needs libc6-dev-i386 and lib32gcc-12-dev"),
      arguments: Debugger.allCases,
      [Programs.recursion(depth: 50), Programs.faultHandler, Programs.faultHandlerOnOwnStack])
    func agreesOnNarrowPrograms(debugger: Debugger, source: String) throws {
      guard debugger.isInstalled else {
        print("skipped: \(debugger.rawValue) is not installed")
        return
      }
      for flags in [["-O2"], ["-O0"], ["-O2", "-static"], ["-O2", "-fno-pie", "-no-pie"]] {
        let scenario = try Scenario(
          source, ["-m32", "-idirafter", "/usr/include/x86_64-linux-gnu"] + flags, architecture: .i386)
        let expected = try debugger.backtrace(of: scenario.process.pid)
        #expect(expected.count > 4)
        let chain = try scenario.chain(.tables)
        // eu-stack stops at a main function that aligns its stack, and either debugger at that of static programs.
        #expect(
          flags.contains("-static") || debugger == .elfutils
            ? chain.addresses.starts(with: expected) : chain.addresses == expected,
          "\(flags) \(chain.end): \(chain.addresses.hexadecimal) instead of \(expected.hexadecimal)")
        #expect(chain.end == .rooted)
      }
    }
  #endif

  @Test(arguments: Debugger.allCases)
  func agreesOnAnInterpreter(debugger: Debugger) throws {
    let interpreter = "/usr/bin/python3"
    guard debugger.isInstalled, FileManager.default.isExecutableFile(atPath: interpreter) else {
      print("skipped: \(debugger.rawValue) or \(interpreter) is not installed")
      return
    }
    let process = try StoppedProcess([interpreter, "-c", Self.python])
    let expected = try debugger.backtrace(of: process.pid)
    #expect(expected.count > 60)
    let capture = try process.capture()
    for strategy in Unwinder.Strategy.allCases {
      let addresses = try TestedUnwinder(process, strategy: strategy).chain(capture).addresses
      #expect(addresses == expected, "\(strategy): \(addresses.hexadecimal) instead of \(expected.hexadecimal)")
    }
  }

  /// Programs of every kind, stopped wherever they are.
  @Test(arguments: Debugger.allCases, RealProgram.all)
  func agreesOnRealPrograms(debugger: Debugger, program: RealProgram) throws {
    guard debugger.isInstalled else {
      print("skipped: \(debugger.rawValue) is not installed")
      return
    }
    try program.run { command in
      let process = try StoppedProcess(command, afterMilliseconds: 300)
      let unwinder = TestedUnwinder(options: .init(strategy: .tables))
      var images = MappedImages(pid: process.pid)
      // gdb takes a second to start.
      for stop in 1...(debugger == .gdb ? 1 : 3) {
        if stop > 1 { try process.workAndStop(milliseconds: 300 + 70 * stop) }
        try images.update(unwinder)
        let capture = try process.capture()
        let found = unwinder.chain(capture)
        let expected = try debugger.backtrace(of: process.pid)
        if found.addresses == expected || unwinder.isInEpilogue(capture) { continue }
        var known = found.frames.count
        if debugger == .elfutils, let leaf = found.frames.first, !unwinder.hasRule(for: leaf) {
          var withoutCaller = found.addresses
          if withoutCaller.count > 1 { withoutCaller.remove(at: 1) }
          #expect(withoutCaller == expected, "\(images.describe(found.addresses))")
          continue
        }
        if debugger == .gdb, let first = found.frames.firstIndex(where: { !unwinder.hasRule(for: $0) }) {
          known = first + 1
        } else {
          #expect(images.isInstallingHandler(found), "\(found.end), \(expected.count) frames expected")
        }
        #expect(
          found.addresses.prefix(known) == expected.prefix(known),
          "\(found.end) \(images.describe(found.addresses)) instead of \(images.describe(expected))")
      }
    }
  }
}

extension TestedUnwinder {
  /// Whether unwind information covers a frame.
  fileprivate func hasRule(for frame: UnwoundStack.Frame) -> Bool {
    guard let image = context.image(frame.module) else { return false }
    return image.rule(at: frame.statedLookupAddress).kind != .uncovered
  }
}

extension [UInt64] {
  fileprivate var hexadecimal: [String] { map { String($0, radix: 16) } }
}
