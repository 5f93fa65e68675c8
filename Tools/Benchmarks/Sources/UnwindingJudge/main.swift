// How often stacks of a running program are wrong, by an account of its calls that no unwinder has a part in.
//
// usage: UnwindingJudge PID BURSTS STEPS [SECONDS]   (the busiest thread of a process; x86-64)
//
// The thread is stopped BURSTS times and executed STEPS instructions a time, each of them unwound. Callers are known
// from the calls that were seen, and from the returns out of functions that were entered before. Prints one line:
//
//     compared N rooted N truncated N wrong-rooted N wrong-truncated N
//
// and the first mistakes on standard error.

import BinaryReading
import ELF
import Foundation
import Glibc
import Processes
import ProfileModel
import Sampling
import Unwinding

/// What an unwinder is told of a process, kept up to date.
struct ProcessImages {
  let pid: Int32
  private var mappings: [Mapping] = []
  private var modules: [String: UInt32?] = [:]

  init(pid: Int32) { self.pid = pid }

  mutating func update(_ unwinder: Unwinder, _ space: AddressSpace) {
    guard let now = try? ProcessMaps.read(pid: pid, executableOnly: true) else { return }
    for mapping in now where !mappings.contains(mapping) {
      if modules[mapping.path] == nil, mapping.isFileBacked || mapping.path == "[vdso]" {
        let image = try? ImageLocator().open(pid: pid, mapping: mapping)
        let module = image.map { _ in UInt32(modules.count) }
        if let image, let module { unwinder.addImage(image, key: module) }
        modules[mapping.path] = .some(module)
      }
      unwinder.map(mapping, module: modules[mapping.path] ?? nil, in: space)
    }
    mappings = now
  }

  func describe(_ addresses: some Sequence<UInt64>) -> String {
    addresses.map { address in
      guard let mapping = mappings.first(where: { $0.contains(address) }) else {
        return String(address, radix: 16) + "?"
      }
      let name = mapping.path.split(separator: "/").last.map(String.init) ?? "jit"
      let offset = name == "jit" ? address : address - mapping.start + mapping.fileOffset
      return name + "+" + String(offset, radix: 16)
    }.joined(separator: " ")
  }
}

/// One stack, and what was known of it at once.
struct Judged {
  var chain: [UInt64]
  var isRooted: Bool
  var end: StackEnd
  var calls: [UInt64]
  var revealedBefore: Int
  var pc: UInt64
}

struct Verdicts {
  var (compared, rooted, truncated, wrongRooted, wrongTruncated) = (0, 0, 0, 0, 0)
  var reasons: [String: Int] = [:]
  var known = 0
  /// Where truncated stacks end, and an example of each.
  var lastFrames: [UInt64: (count: Int, example: [UInt64])] = [:]
}

func busiestThread(of pid: Int32) -> Int32 {
  func times() -> [Int32: UInt64] {
    var times: [Int32: UInt64] = [:]
    for name in (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(pid)/task")) ?? [] {
      guard let text = try? String(contentsOfFile: "/proc/\(pid)/task/\(name)/schedstat", encoding: .utf8),
        let time = text.split(separator: " ").first.flatMap({ UInt64($0) }), let tid = Int32(name)
      else { continue }
      times[tid] = time
    }
    return times
  }
  let before = times()
  usleep(300_000)
  return times().max { $0.value - (before[$0.key] ?? 0) < $1.value - (before[$1.key] ?? 0) }?.key ?? pid
}

guard CommandLine.arguments.count >= 4, let pid = Int32(CommandLine.arguments[1]),
  let bursts = Int(CommandLine.arguments[2]), let steps = Int(CommandLine.arguments[3])
else {
  print("usage: UnwindingJudge PID BURSTS STEPS [SECONDS]")
  exit(64)
}
let seconds = CommandLine.arguments.count > 4 ? Double(CommandLine.arguments[4]) ?? 60 : 60
guard let thread = SteppedThread(tid: busiestThread(of: pid)) else {
  print("can't attach to \(pid)")
  exit(69)
}
let unwinder = Unwinder(options: .init(strategy: .tables))
let space = AddressSpace()
var images = ProcessImages(pid: pid)
var verdicts = Verdicts()
var stack = UnwoundStack()
var examples = 0
let deadline = Date().addingTimeInterval(seconds)
var random: UInt64 = 88_172_645_463_325_252

/// Whether the instruction before an address can be a call; what is pushed by hand for a jump is not seen as one.
func isBehindCall(_ address: UInt64) -> Bool {
  let code = thread.code(before: address, 8)
  guard code.count == 8 else { return false }
  return code[3] == 0xE8 || (2...7).contains { code[8 - $0] == 0xFF && code[9 - $0] & 0x38 == 0x10 }
}

/// Whether a chain has all callers that are known, and no others before the last of them.
func isRight(_ judged: Judged, _ expected: [UInt64]) -> Bool {
  var rest = judged.chain.dropFirst()
  for address in expected {
    while let next = rest.first, next != address, !isBehindCall(next) { rest = rest.dropFirst() }
    guard let next = rest.first else { return !judged.isRooted }
    guard next == address else { return false }
    rest = rest.dropFirst()
  }
  return true
}

for _ in 0..<bursts where Date() < deadline {
  random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
  usleep(5_000 + UInt32(truncatingIfNeeded: random >> 33) % 20_000)
  guard thread.stop() else { break }
  images.update(unwinder, space)
  var judged: [Judged] = []
  for _ in 0..<steps {
    if thread.mayHaveMapped { images.update(unwinder, space) }
    let dump = thread.stack()
    let end = unwinder.unwind(
      in: space, memory: ProcessMemory(pid: thread.tid), motion: .standingStill, registers: thread.registers,
      stack: dump.rawSpan, into: &stack)
    judged.append(
      Judged(
        chain: stack.frames.map(\.address), isRooted: end == .rooted, end: end,
        calls: thread.calls.reversed().map(\.address), revealedBefore: thread.revealed.count,
        pc: thread.registers[16]))
    guard thread.step() else { break }
  }
  for (index, one) in judged.enumerated() {
    let expected = one.calls + thread.revealed[one.revealedBefore...]
    verdicts.compared += 1
    verdicts.known += expected.count
    if one.isRooted { verdicts.rooted += 1 } else { verdicts.truncated += 1 }
    if case .truncated(let reason) = one.end {
      verdicts.reasons[reason.description, default: 0] += 1
      verdicts.lastFrames[one.chain.last ?? 0, default: (0, one.chain)].count += 1
    }
    guard !isRight(one, expected) else { continue }
    if one.isRooted { verdicts.wrongRooted += 1 } else { verdicts.wrongTruncated += 1 }
    examples += 1
    if examples <= 12 || one.isRooted && verdicts.wrongRooted <= 12 {
      let text =
        "step \(index): \(one.end)\n  is    \(images.describe(one.chain.prefix(expected.count + 6)))\n"
        + "  right \(images.describe([one.pc] + expected))\n"
      FileHandle.standardError.write(Data(text.utf8))
    }
  }
  thread.resume()
}
for (_, last) in verdicts.lastFrames.sorted(by: { $0.value.count > $1.value.count }).prefix(12) {
  let text = "\(last.count) stacks end like \(images.describe(last.example.suffix(5)))\n"
  FileHandle.standardError.write(Data(text.utf8))
}
print(
  "compared \(verdicts.compared) rooted \(verdicts.rooted) truncated \(verdicts.truncated) "
    + "wrong-rooted \(verdicts.wrongRooted) wrong-truncated \(verdicts.wrongTruncated) known-callers \(verdicts.known) "
    + verdicts.reasons.sorted { $0.value > $1.value }.prefix(4).map { "[\($0.key): \($0.value)]" }
    .joined(separator: " "))
