import CLinuxPerf
import ELF
import Glibc
import Processes
import ProfileModel
import Sampling

/// A thread of a running program, executed an instruction at a time now and then (x86-64).
///
/// Keeps an account of the calls that it sees, by their effect: the stack pointer went down by a word, which holds the
/// address right behind the instruction. A return out of a function that was entered before shows what its caller was.
final class SteppedThread {
  let tid: Int32
  private(set) var registers = UserRegisters()
  /// Calls that were seen and are open, outermost first: where the return address is, and what it is.
  private(set) var calls: [(slot: UInt64, address: UInt64)] = []
  /// Return addresses of calls that were not seen, in the order in which they were used.
  private(set) var revealed: [UInt64] = []
  /// Whether the instruction just executed may have changed what is mapped.
  private(set) var mayHaveMapped = true

  /// Calls whose return address was taken from where it was, and how often: they are not unseen ones.
  private var taken: [UInt64: Int] = [:]
  private let memory: ProcessMemory

  private static let (singleStep, goOn, seize, interrupt, registerSet): (Int32, Int32, Int32, Int32, Int32) =
    (9, 7, 0x4206, 0x4207, 0x4204)

  /// Attaches to a thread, which runs on; nil where that is not possible.
  init?(tid: Int32) {
    self.tid = tid
    memory = ProcessMemory(pid: tid)
    guard clp_ptrace(Self.seize, tid, 0, 0) == 0 else { return nil }
  }

  private func wait() -> Int32 {
    var status: Int32 = 0
    while waitpid(tid, &status, Int32(bitPattern: 0x4000_0000)) < 0 {
      guard errno == EINTR else { return 0 }
    }
    return status
  }

  /// Stops the thread and begins a new account; false when it has ended.
  func stop() -> Bool {
    calls.removeAll(keepingCapacity: true)
    revealed.removeAll(keepingCapacity: true)
    taken.removeAll(keepingCapacity: true)
    return interrupt()
  }

  private func interrupt() -> Bool {
    guard clp_ptrace(Self.interrupt, tid, 0, 0) == 0 else { return false }
    while true {
      let status = wait()
      guard status & 0xFF == 0x7F else { return false }
      if status >> 16 == 128 { break }
      clp_ptrace(Self.goOn, tid, 0, UInt(status >> 16 == 0 ? status >> 8 & 0xFF : 0))
    }
    readRegisters()
    return true
  }

  /// Lets the thread run on.
  func resume() { _ = clp_ptrace(Self.goOn, tid, 0, 0) }

  /// Executes one instruction; false when the account can't be continued: a signal, the end, another stack.
  func step() -> Bool {
    let (pc, sp) = (registers[16], registers[7])
    let code = memory.bytes(at: pc, count: 2) ?? [0, 0]
    mayHaveMapped = code == [0x0F, 0x05]
    guard clp_ptrace(Self.singleStep, tid, 0, 0) == 0 else { return false }
    let status = wait()
    guard status & 0xFF == 0x7F else { return false }
    guard status >> 8 == 5 else {
      // What is not the step's own trap is a signal for the program.
      clp_ptrace(Self.goOn, tid, 0, UInt(status >> 16 == 0 ? status >> 8 & 0xFF : 0))
      return interrupt() && false
    }
    readRegisters()
    let (newPC, newSP) = (registers[16], registers[7])
    let isReturn = code[0] == 0xC3 || code[0] == 0xC2 || code[0] == 0xF3 && code[1] == 0xC3
    // Code of some languages moves the return address into its frame.
    if code[0] == 0x8F, let last = calls.last, last.slot == sp, word(at: registers[6] &+ 8) == last.address {
      calls[calls.count - 1].slot = registers[6] &+ 8
    }
    if isReturn {
      if let count = taken[newPC], count > 0 {
        taken[newPC] = count - 1
      } else if calls.isEmpty {
        revealed.append(newPC)
      }
    }
    while let last = calls.last, last.slot < newSP {
      if !isReturn { taken[last.address, default: 0] += 1 }
      calls.removeLast()
    }
    if newSP == sp &- 8, newPC != pc, let word = word(at: newSP) {
      if word > pc, word - pc <= 15 {
        calls.append((newSP, word))
      } else if let count = taken[word], count > 0 {
        // Put back, after arguments were dropped.
        taken[word] = count - 1
        calls.append((newSP, word))
      }
    }
    return newSP &- sp &+ (1 << 17) < 1 << 18
  }

  private func word(at address: UInt64) -> UInt64? {
    memory.bytes(at: address, count: 8).map { $0.reversed().reduce(0) { $0 << 8 | UInt64($1) } }
  }

  /// Memory from the stack pointer upwards.
  func stack(count: Int = 65_528) -> [UInt8] {
    var stack = [UInt8](repeating: 0, count: count)
    let got = stack.withUnsafeMutableBytes { memory.read(at: registers[7], into: $0) }
    return Array(stack.prefix(got))
  }

  /// The bytes of code before and behind an address.
  func code(before address: UInt64, _ count: UInt64) -> [UInt8] {
    memory.bytes(at: address &- count, count: count) ?? []
  }

  private func readRegisters() {
    var words = [UInt64](repeating: 0, count: 27)
    words.withUnsafeMutableBytes { buffer in
      var vector = iovec(iov_base: buffer.baseAddress, iov_len: buffer.count)
      withUnsafeMutablePointer(to: &vector) { _ = clp_ptrace(Self.registerSet, tid, 1, UInt(bitPattern: $0)) }
    }
    // The order of `struct user_regs_struct`.
    for (number, index) in [10, 12, 11, 5, 13, 14, 4, 19, 9, 8, 7, 6, 3, 2, 1, 0, 16].enumerated() {
      registers[number] = words[index]
    }
  }
}
