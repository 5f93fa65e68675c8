import Glibc
import ProfileModel

/// Says what instructions bytes are, by Capstone's library, which is loaded when the first disassembler is made.
///
/// Bytes that are no instruction come out as `.byte`, so that what follows is still found.
@safe package final class Disassembler {
  /// One instruction.
  package struct Instruction: Hashable, Sendable {
    /// Where it begins.
    package var address: UInt64
    /// Its bytes.
    package var size: Int
    /// As assemblers write it, on x86 in AT&T's order as `objdump` and `perf annotate` show it.
    package var text: String
  }

  /// Why there is none.
  package enum Problem: Error, Hashable {
    /// Capstone's library is not installed, or of a version that is not known.
    case noLibrary
    /// The library does not know this architecture.
    case notSupported(Architecture)
  }

  private let library: CapstoneLibrary
  private var handle: Int
  private let instruction: UnsafeMutableRawPointer

  /// A disassembler of one architecture's code.
  package init(_ architecture: Architecture) throws(Problem) {
    guard let library = CapstoneLibrary.shared else { throw .noLibrary }
    var handle = 0
    let (number, mode) = CapstoneLibrary.numbers(of: architecture)
    // SAFETY: the handle is written during the call.
    guard unsafe library.open(number, mode, &handle) == 0 else { throw .notSupported(architecture) }
    _ = library.setOption(handle, CapstoneLibrary.skipData, CapstoneLibrary.on)
    if architecture != .aarch64 { _ = library.setOption(handle, CapstoneLibrary.syntax, CapstoneLibrary.att) }
    guard let instruction = unsafe library.allocate(handle) else {
      // SAFETY: the handle was opened above, and is used no more.
      _ = unsafe library.close(&handle)
      throw .notSupported(architecture)
    }
    self.library = library
    self.handle = handle
    unsafe self.instruction = instruction
  }

  deinit {
    // SAFETY: both are the library's own, and used no more.
    unsafe library.free(instruction, 1)
    _ = unsafe library.close(&handle)
  }

  /// The instructions of code that lies at an address, one behind the other, until the bytes end.
  package func instructions(_ code: [UInt8], at address: UInt64) -> [Instruction] {
    var found: [Instruction] = []
    unsafe code.withUnsafeBufferPointer { bytes in
      guard var next = bytes.baseAddress else { return }
      var (rest, place) = (bytes.count, address)
      // SAFETY: the library reads `rest` bytes at `next` at most, and moves both on; the instruction is one that it made.
      while rest > 0, unsafe library.next(handle, &next, &rest, &place, instruction) {
        unsafe found.append(library.instruction(at: instruction))
      }
    }
    return found
  }
}
