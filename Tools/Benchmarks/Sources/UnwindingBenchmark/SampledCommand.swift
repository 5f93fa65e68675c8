import CLinuxPerf
import ELF
import Glibc
import Processes
import ProfileModel
import Sampling
import Unwinding

/// Registers and stack of one thread at one time.
struct Dump {
  var registers: UserRegisters
  var stack: [UInt8]
}

/// A program that is started, interrupted now and then, and in the end kept stopped.
final class SampledCommand {
  let pid: Int32
  private var launcher: CommandLauncher

  init(_ command: [String]) throws {
    launcher = try CommandLauncher(command: command)
    pid = launcher.pid
    let (seize, traceExec, exitKill): (Int32, UInt, UInt) = (0x4206, 0x10, 0x10_0000)
    _ = clp_ptrace(seize, pid, 0, traceExec | exitKill)
    try launcher.resume()
    wait()
    _ = clp_ptrace(Self.goOn, pid, 0, 0)
  }

  deinit { kill(pid, SIGKILL) }

  private static let (goOn, interrupt, registerSet): (Int32, Int32, Int32) = (7, 0x4207, 0x4204)

  private static let execEvent: Int32 = 4

  @discardableResult
  private func wait() -> Int32 {
    var status: Int32 = 0
    while waitpid(pid, &status, Int32(bitPattern: 0x4000_0000)) < 0, errno == EINTR {}
    return status
  }

  /// Waits until the interrupt has stopped the program; false when it has ended.
  ///
  /// A wrapper that runs another program is stopped at that exec first. Taken for the interrupt's, it would leave every
  /// later stop one behind, all of them at the new program's first instruction.
  private func waitForInterrupt() -> Bool {
    while true {
      let status = wait()
      guard status & 0xFF == 0x7F else { return false }
      guard status >> 16 == Self.execEvent else { return true }
      _ = clp_ptrace(Self.goOn, pid, 0, 0)
    }
  }

  /// Takes dumps at irregular times, a few milliseconds apart.
  func dumps(_ count: Int) -> [Dump] {
    var dumps: [Dump] = []
    var random: UInt64 = 1
    usleep(300_000)
    while dumps.count < count {
      guard clp_ptrace(Self.interrupt, pid, 0, 0) == 0, waitForInterrupt() else { break }
      dumps.append(dump())
      guard dumps.count < count else { break }
      _ = clp_ptrace(Self.goOn, pid, 0, 0)
      random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      usleep(500 + UInt32(truncatingIfNeeded: random >> 40) % 3_000)
    }
    return dumps
  }

  private func dump() -> Dump {
    var words = [UInt64](repeating: 0, count: 27)
    words.withUnsafeMutableBytes { buffer in
      var vector = iovec(iov_base: buffer.baseAddress, iov_len: buffer.count)
      withUnsafeMutablePointer(to: &vector) { _ = clp_ptrace(Self.registerSet, pid, 1, UInt(bitPattern: $0)) }
    }
    var registers = UserRegisters()
    // The order of `struct user_regs_struct`.
    for (number, index) in [10, 12, 11, 5, 13, 14, 4, 19, 9, 8, 7, 6, 3, 2, 1, 0, 16].enumerated() {
      registers[number] = words[index]
    }
    var stack = [UInt8](repeating: 0, count: 65_528)
    let got = stack.withUnsafeMutableBytes { ProcessMemory(pid: pid).read(at: registers[7], into: $0) }
    return Dump(registers: registers, stack: Array(stack.prefix(got)))
  }

  /// An unwinder that knows what the program has mapped.
  func unwinder(_ strategy: Unwinder.Strategy) throws -> (Unwinder, AddressSpace) {
    let rows: UInt64 = strategy == .libunwind ? 1 << 15 : 1_024
    let unwinder = Unwinder(options: .init(strategy: strategy, libunwindCacheRows: rows))
    let space = AddressSpace()
    var module: UInt32 = 0
    for mapping in try ProcessMaps.read(pid: pid, executableOnly: true) {
      guard mapping.isFileBacked || mapping.path == "[vdso]" else {
        unwinder.map(mapping, module: nil, in: space)
        continue
      }
      unwinder.addImage(try ImageLocator().open(pid: pid, mapping: mapping), key: module)
      unwinder.map(mapping, module: module, in: space)
      module += 1
    }
    return (unwinder, space)
  }
}
