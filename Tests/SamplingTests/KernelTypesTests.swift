import BinaryReading
import Testing

@testable import Sampling

/// The kernel's description of its types.
@Suite struct KernelTypesTests {
  private func bytes(_ words: [UInt32]) -> [UInt8] {
    words.flatMap { word in (0..<4).map { UInt8(truncatingIfNeeded: word >> UInt32(8 * $0)) } }
  }

  /// int; struct thread { int a; int fsbase; }; struct task { int x; struct thread thread; }.
  private var example: [UInt8] {
    let names = Array("\0int\0thread\0fsbase\0task\0a\0x\0".utf8)
    let structure: UInt32 = 4 << 24
    let types: [UInt32] = [
      1, 1 << 24, 4, 32,
      5, structure | 2, 8, 24, 1, 0, 12, 1, 32,
      19, structure | 2, 16, 26, 1, 0, 5, 2, 64,
    ]
    let header: [UInt8] = [0x9F, 0xEB, 1, 0]
    return header + bytes([24, 0, UInt32(types.count * 4), UInt32(types.count * 4), UInt32(names.count)]) + bytes(types)
      + names
  }

  @Test func `a member's member is found`() {
    #expect(KernelTypes.offset(of: ["thread", "fsbase"], in: "task", example.rawSpan) == 12)
    #expect(KernelTypes.offset(of: ["thread"], in: "task", example.rawSpan) == 8)
    #expect(KernelTypes.offset(of: ["thread", "x"], in: "task", example.rawSpan) == nil)
    #expect(KernelTypes.offset(of: ["x"], in: "thread_struct", example.rawSpan) == nil)
  }

  @Test func `no beginning of it crashes`() {
    for count in 0..<example.count {
      let offset = KernelTypes.offset(of: ["thread", "fsbase"], in: "task", Array(example[..<count]).rawSpan)
      #expect(offset == nil)
    }
  }
}
