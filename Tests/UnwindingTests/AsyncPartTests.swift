import ProfileModel
import Testing

@testable import Unwinding

/// What the instructions of async functions tell of whose context is where.
@Suite struct AsyncPartTests {
  private func frame(_ address: UInt64, isReturnAddress: Bool = false) -> AsyncFrame {
    let cursor = FrameCursor(
      leaf: UserRegisters(), known: .all, in: RegisterFile(), architecture: .x86_64)
    var frame = AsyncFrame(cursor, contextRegister: 14)
    frame.place = isReturnAddress ? .returnAddress(address) : .programCounter(address)
    return frame
  }

  /// swiftc 6.3 -O, the part of `viaA` behind its await.
  private let resumed = AsyncPart(
    range: 0x1970..<0x19B2,
    code: [
      0x55, 0x41, 0x56, 0x48, 0x8D, 0x6C, 0x24, 0x08, 0x48, 0x83, 0xEC, 0x18, 0x49, 0x89, 0xFD, 0x48, 0x89, 0xE8,
      0x49, 0x8B, 0x0E, 0x48, 0x83, 0xE8, 0x08, 0x48, 0x89, 0x08, 0x48, 0x8B, 0x79, 0x10,
    ], generation: 0)

  @Test func `the context is the callee's until the function has stored its own`() {
    for address in UInt64(0x1970)...0x1989 { #expect(resumed.isBeforeStore(frame(address)), "\(address)") }
    #expect(!resumed.isBeforeStore(frame(0x198C)))
    #expect(!resumed.isBeforeStore(frame(0x1975, isReturnAddress: true)))
  }

  /// The same function's beginning: lea 0x13(%rip), %rcx; mov %rcx, 8(%rax); mov %rax, %r14; mov %r13, %rdi; pop; jmp.
  private let entry = AsyncPart(
    range: 0x1956..<0x196D,
    code: [
      0x48, 0x8D, 0x0D, 0x13, 0x00, 0x00, 0x00, 0x48, 0x89, 0x48, 0x08, 0x49, 0x89, 0xC6, 0x4C, 0x89, 0xEF, 0x58, 0xE9,
      0, 0, 0, 0,
    ], generation: 0)

  @Test func `a function knows the part that it goes on at`() {
    #expect(entry.refers(to: 0x1970))
    #expect(!entry.refers(to: 0x1971))
    #expect(!resumed.refers(to: 0x1970))
    #expect(!entry.hasJustLoadedContext(frame(0x1961)))
    #expect(entry.hasJustLoadedContext(frame(0x1964)))
    #expect(entry.hasJustLoadedContext(frame(0x1968)))
  }

  @Test func `code that is cut short tells nothing`() {
    for count in 0..<8 {
      let part = AsyncPart(range: 0..<100, code: [UInt8](repeating: 0x48, count: count), generation: 0)
      #expect(!part.refers(to: 0) && !part.isBeforeStore(frame(0)) && !part.hasJustLoadedContext(frame(50)))
    }
  }
}
