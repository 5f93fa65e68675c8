import Glibc
import ProfileModel

/// The functions of Capstone that are used (`capstone.h` of versions 4 and 5).
///
/// Loaded when wanted: only pages with instructions need it, and every start of perfprof would wait for its 3 MB.
@safe struct CapstoneLibrary: @unchecked Sendable {
  typealias Open = @convention(c) (Int32, Int32, UnsafeMutablePointer<Int>) -> Int32
  typealias Close = @convention(c) (UnsafeMutablePointer<Int>) -> Int32
  typealias SetOption = @convention(c) (Int, Int32, Int) -> Int32
  typealias Allocate = @convention(c) (Int) -> UnsafeMutableRawPointer?
  typealias Free = @convention(c) (UnsafeMutableRawPointer, Int) -> Void
  typealias Next =
    @convention(c) (
      Int, UnsafeMutablePointer<UnsafePointer<UInt8>>, UnsafeMutablePointer<Int>, UnsafeMutablePointer<UInt64>,
      UnsafeMutableRawPointer
    ) -> Bool

  let open: Open
  let close: Close
  let setOption: SetOption
  let allocate: Allocate
  let free: Free
  let next: Next
  /// Bytes that an instruction's own bytes take up in `cs_insn`: 16 in version 4, 24 in version 5.
  private let codeCapacity: Int

  /// `CS_OPT_SYNTAX`, `CS_OPT_SYNTAX_ATT`, `CS_OPT_SKIPDATA`, `CS_OPT_ON`.
  static let (syntax, att, skipData, on): (Int32, Int, Int32, Int) = (1, 2, 5, 3)

  /// The installed library; nil for none.
  static let shared = CapstoneLibrary(names: ["libcapstone.so.4", "libcapstone.so.5"])

  private init?(names: [String]) {
    for name in names {
      guard let library = unsafe dlopen(name, RTLD_NOW | RTLD_LOCAL) else { continue }
      func function<Function>(_ name: String, as type: Function.Type = Function.self) -> Function? {
        guard let symbol = unsafe dlsym(library, name) else { return nil }
        // SAFETY: the types are those of capstone.h, whose sonames 4 and 5 keep them.
        return unsafe unsafeBitCast(symbol, to: type)
      }
      typealias Version = @convention(c) (UnsafeMutablePointer<Int32>?, UnsafeMutablePointer<Int32>?) -> UInt32
      guard let version: Version = unsafe function("cs_version"), let open: Open = unsafe function("cs_open"),
        let close: Close = unsafe function("cs_close"), let setOption: SetOption = function("cs_option"),
        let allocate: Allocate = unsafe function("cs_malloc"), let free: Free = unsafe function("cs_free"),
        let next: Next = unsafe function("cs_disasm_iter")
      else { continue }
      var (major, minor): (Int32, Int32) = (0, 0)
      // SAFETY: both numbers are written during the call.
      _ = unsafe version(&major, &minor)
      guard major == 4 || major == 5 else { continue }
      unsafe (self.open, self.close, self.setOption) = (open, close, setOption)
      unsafe (self.allocate, self.free, self.next) = (allocate, free, next)
      codeCapacity = major == 4 ? 16 : 24
      return
    }
    return nil
  }

  /// `cs_arch` and `cs_mode`.
  static func numbers(of architecture: Architecture) -> (architecture: Int32, mode: Int32) {
    switch architecture {
    case .aarch64: (1, 0)
    case .i386: (3, 1 << 2)
    case .x86_64: (3, 1 << 3)
    }
  }

  /// What the library has written:
  ///
  ///     0 id │ 8 address │ 16 size │ 18 bytes (16 or 24) │ mnemonic, 32 bytes │ operands, 160 bytes
  func instruction(at place: UnsafeMutableRawPointer) -> Disassembler.Instruction {
    func text(at offset: Int, limit: Int) -> String {
      // SAFETY: both texts lie in the instruction, which is larger than 250 bytes.
      let bytes = unsafe UnsafeRawBufferPointer(start: place + offset, count: limit)
      return unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
    let mnemonic = text(at: 18 + codeCapacity, limit: 32)
    let operands = text(at: 50 + codeCapacity, limit: 160)
    return Disassembler.Instruction(
      // SAFETY: as drawn above.
      address: unsafe place.load(fromByteOffset: 8, as: UInt64.self),
      size: Int(unsafe place.load(fromByteOffset: 16, as: UInt16.self)),
      text: operands.isEmpty ? mnemonic : mnemonic + " " + operands)
  }
}
