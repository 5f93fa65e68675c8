import BinaryReading
import CLinuxPerf
import Glibc
import ProfileModel
import Testing

@testable import Sampling

@Suite struct ThreadPlaceTests {
  @Test(
    arguments: [
      ("running\n", .running),
      (
        "232 0x4 0x7f10 0x20 0xffffffff 0x0 0x0 0x7ffd10 0x7f20\n",
        .blocked(stackPointer: 0x7ffd10, programCounter: 0x7f20)
      ),
      ("-1 0x7ffd10 0x7f20\n", .blocked(stackPointer: 0x7ffd10, programCounter: 0x7f20)),
      ("", nil), ("sleeping\n", nil), ("-1 0x1\n", nil), ("-1 1 2\n", nil), ("-1 0x1 0x11111111111111111\n", nil),
    ] as [(String, ThreadPlace?)])
  func readsWhereAThreadIs(line: String, expected: ThreadPlace?) {
    #expect(ThreadPlace(Array(line.utf8)) == expected)
  }

  @Test func asksTheKernel() {
    // A thread that asks for itself is told the call by which it reads the file.
    guard case .blocked(let pointer, let counter)? = ThreadPlace(pid: getpid(), tid: clp_gettid()) else {
      Issue.record("nothing is known of this thread")
      return
    }
    #expect(pointer > 0xFFFF && counter > 0xFFFF)
    #expect(ThreadPlace(pid: .max, tid: .max) == nil)
  }
}

@Suite struct RegisterSetTests {
  private func set(number: Int64, result: Int64) -> RegisterSet {
    var bytes = RecordBytes(0)
    for position in 0..<27 {
      bytes.add(position == 10 ? UInt64(bitPattern: result) : position == 15 ? UInt64(bitPattern: number) : 1)
    }
    return RegisterSet(bytes.body.rawSpan, architecture: .x86_64)
  }

  @Test func knowsTheSystemCallThatEnds() {
    let wait = set(number: 232, result: -4).systemCall
    #expect(wait?.number == 232)
    #expect(wait?.result == -4)
    #expect(wait?.resultPlace == 80)
    #expect(wait?.canBeginAgain == true)
    // A descriptor is gone even if closing it fails.
    #expect(set(number: 3, result: -4).systemCall?.canBeginAgain == false)
    #expect(set(number: -1, result: 0).systemCall == nil)
    let short = [UInt8](repeating: 0, count: 67)
    let other = RegisterSet(short.rawSpan, architecture: .x86_64)
    #expect(other.systemCall == nil && other.user == nil)
  }

  /// Its calls have other numbers, by which nothing is mended.
  @Test func knowsRegistersOfNarrowTasksAndNoSystemCall() {
    var bytes = RecordBytes(0)
    for position in 0..<17 {
      let value: UInt32 = position == 6 ? 0xFFFF_FFFC : position == 11 ? 3 : 1
      bytes.add(value)
    }
    let narrow = RegisterSet(bytes.body.rawSpan, architecture: .x86_64)
    #expect(narrow.architecture == .i386)
    #expect(narrow.user?[0] == 0xFFFF_FFFC)
    #expect(narrow.systemCall == nil)
    let unknown = RegisterSet(bytes.body.rawSpan, architecture: .aarch64)
    #expect(unknown.architecture == nil && unknown.user == nil)
  }
}
