import ProfileModel
import Testing

@testable import Unwinding

/// Unwinds stack images of a cross-compiled program by tables; gdb's backtraces must come out.
///
/// The images were taken before each instruction of a function and its callees, in deep recursion, in frames that are
/// large or of a size known at run time only, behind signals that hit leaves and calls of null, in and below functions
/// of libc, in linkage stubs, on the stacks of threads and coroutines; with and without frame pointers, and with return
/// addresses signed by an emulated processor. `Fixtures/AArch64/make.py` takes them.
@Suite struct AArch64StackTests {
  /// The kernel's trampoline with the rules that the vDSO has for it, and without any.
  static let trampolines = ["sigreturn.elf", "sigreturn-bare.elf"]

  @Test(arguments: trampolines)
  func agreesWithTheDebugger(trampoline: String) throws {
    let images = try StackImage.all()
    let unwinder = try TestedUnwinder(imagesNamed: ["program.elf", trampoline])
    #expect(images.count == 114)
    for image in images where image.isWhole {
      let chain = unwinder.chain(image)
      #expect(chain.addresses == image.chain, "\(image.place): \(chain.hex) instead of \(image.hex)")
      #expect(chain.end == .rooted, "\(image.place)")
    }
  }

  /// What one walk leaves behind for the next must not matter.
  @Test func fresh() throws {
    for image in try StackImage.all() where image.isWhole {
      let chain = try TestedUnwinder(imagesNamed: ["program.elf", "sigreturn.elf"]).chain(image)
      #expect(chain.addresses == image.chain && chain.end == .rooted, "\(image.place): \(chain.hex)")
    }
  }

  /// The interrupted stack is not in the dump: the leaf is known by the kernel's frame and its caller by the link
  /// register; to find the next one takes memory.
  @Test(arguments: trampolines)
  func otherStacksTakeMemory(trampoline: String) throws {
    let image = try #require(try StackImage.all().first { !$0.isWhole })
    let chain = try TestedUnwinder(imagesNamed: ["program.elf", trampoline]).chain(image)
    #expect(chain.addresses == Array(image.chain.prefix(4)), "\(chain.hex) instead of \(image.hex)")
    #expect(chain.end == .truncated(.memoryUnreadable))
  }

  /// A dump that ends early gives the beginning of the chain and the reason, at whatever byte it ends.
  @Test func shortDumps() throws {
    let unwinder = try TestedUnwinder(imagesNamed: ["program.elf", "sigreturn.elf"])
    let whole = try #require(try StackImage.all().first { $0.place.hasPrefix("signed_fault-handled") })
    var depths: Set<Int> = []
    for count in stride(from: 0, to: whole.stack.count, by: 4) {
      var image = whole
      image.stack = Array(whole.stack.prefix(count))
      let chain = unwinder.chain(image)
      #expect(chain.addresses == Array(whole.chain.prefix(chain.addresses.count)), "\(count) bytes: \(chain.hex)")
      if chain.end != .rooted { #expect(chain.end == .truncated(.stackDumpTooShort), "\(count) bytes") }
      depths.insert(chain.addresses.count)
    }
    #expect(depths.count > 4)
  }

  /// What a dump does not hold is read from the memory that is handed in, which may be a captured one, and only if the
  /// thread stood still.
  @Test func `behind the dump the memory that was handed in is asked`() throws {
    let unwinder = try TestedUnwinder(imagesNamed: ["program.elf", "sigreturn.elf"])
    for image in try StackImage.all() where image.isWhole {
      let start = image.registers[UserRegisters.stackPointer(.aarch64)]
      let memory = CapturedMemory(address: start, bytes: image.stack)
      let dump = Array(image.stack.prefix(image.stack.count / 3))
      func unwind(_ motion: ThreadMotion) -> (addresses: [UInt64], end: StackEnd) {
        var stack = UnwoundStack()
        let end = unwinder.unwinder.unwind(
          in: unwinder.space(TestedUnwinder.nobody), memory: memory, motion: motion, registers: image.registers,
          stack: dump.rawSpan, into: &stack)
        return (stack.frames.map(\.address), end)
      }
      let whole = unwind(.standingStill)
      #expect(whole.addresses == image.chain && whole.end == .rooted, "\(image.place): \(whole.end)")
      let cut = unwind(.runningOn)
      #expect(image.chain.starts(with: cut.addresses), "\(image.place)")
    }
  }

  /// In the link register or on the stack are return addresses that bear an authentication code.
  @Test func signedAddressesAreAmongThem() throws {
    let signed = try StackImage.all().filter { image in
      let returnAddresses = Set(image.chain.dropFirst())
      return ([image.registers[30]] + image.words).contains {
        $0 >> 48 != 0 && returnAddresses.contains($0 & 0xFFFF_FFFF_FFFF)
      }
    }
    #expect(signed.count > 30)
    #expect(signed.allSatisfy { $0.place.hasPrefix("signed_") })
  }
}

extension Chain {
  fileprivate var hex: String { addresses.map { String($0, radix: 16) }.joined(separator: " ") + " \(end)" }
}

extension StackImage {
  fileprivate var words: [UInt64] {
    stride(from: 0, to: stack.count - 7, by: 8).map { start in
      stack[start..<start + 8].reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }
  }

  fileprivate var hex: String { chain.map { String($0, radix: 16) }.joined(separator: " ") }
}
