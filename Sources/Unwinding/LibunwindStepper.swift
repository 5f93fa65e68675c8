import BinaryReading
import CLibunwind
import ProfileModel

/// Steps from frame to frame with libunwind, which asks back for registers, memory and unwind information.
///
/// The judge of the tables, and the way out for rules that they can't express.
@safe final class LibunwindStepper {
  /// How a step ended.
  enum Outcome {
    /// At the caller.
    case stepped
    /// There is no caller.
    case rooted
    /// No unwind information covers the frame; where libunwind guessed, the guess is not used.
    case noInfo
    /// The information or memory it refers to is unusable.
    case failed
  }

  let context: UnwindContext
  /// What `access_reg` answers: the registers of the frame that the walk began with.
  private var registers = UserRegisters()
  /// Which of them are not known, by bit.
  private var unknown: UInt64 = 0
  private let cursor = UnsafeMutablePointer<unw_cursor_t>.allocate(capacity: 1)
  private var space: LibunwindSpace?
  /// Set when unwind information was asked for and not found.
  private var wasInfoMissing = false
  /// Set when memory was asked for and not had.
  private(set) var wasMemoryMissing = false
  /// Set when a register was asked for that is not known.
  private(set) var wasRegisterUnknown = false
  /// Where the last unwind information was found: words of it will be asked for next.
  private var lastFound: (image: UnwindImage, bias: UInt64)?
  /// A search table with a single pair of offsets, for images without one; it is read at `madePairAddress`.
  private var madePair: UInt64 = 0
  /// An address that no process can have: not canonical.
  private static let madePairAddress: UInt64 = 0x00FF_0000_0000_0000

  init(context: UnwindContext) { self.context = context }

  deinit { unsafe cursor.deallocate() }

  /// Starts at a frame; `pc` is the address to look rules up by.
  func begin(
    _ frame: UserRegisters, unknown: UInt64, pc: UInt64, architecture: Architecture, cacheRows: UInt64
  ) -> Bool {
    registers = frame
    self.unknown = unknown
    registers[UserRegisters.programCounter(architecture)] = pc
    (wasInfoMissing, wasMemoryMissing) = (false, false)
    space = context.space.libunwindSpace(cacheRows: cacheRows)
    lastFound = nil
    guard let space else { return false }
    // SAFETY: the cursor is owned by this object; the context pointer, unretained, is used only in callbacks that run
    // inside calls made by this object's methods.
    return unsafe clu_begin(cursor, space.handle, Unmanaged.passUnretained(self).toOpaque()) == 0
  }

  /// Steps to the caller.
  func step() -> Outcome {
    (wasInfoMissing, wasMemoryMissing, wasRegisterUnknown) = (false, false, false)
    // SAFETY: `begin` has made the cursor valid.
    let result = unsafe clu_step(cursor)
    if wasInfoMissing { return .noInfo }
    if result < 0 { return .failed }
    return result == 0 ? .rooted : .stepped
  }

  /// A register of the frame that the last step reached; nil when it was not saved or can't be read.
  func register(_ number: Int) -> UInt64? {
    var value: UInt64 = 0
    // SAFETY: `begin` has made the cursor valid; `value` is written during the call.
    return unsafe clu_get_register(cursor, Int32(truncatingIfNeeded: number), &value) == 0 ? value : nil
  }

  // MARK: What libunwind asks

  func answer(register number: Int32) -> UInt64? {
    guard number >= 0, number < 33 else { return nil }
    guard unknown & (1 << UInt64(number)) == 0 else {
      wasRegisterUnknown = true
      return nil
    }
    return registers[Int(number)]
  }

  func answer(wordAt address: UInt64) -> UInt64? {
    if let value = context.memory.dumpWord(at: address) { return value }
    if let lastFound, let value = lastFound.image.unwindInfoWord(at: address &- lastFound.bias) { return value }
    if address == Self.madePairAddress { return madePair }
    for region in context.space.regions {
      if let image = context.image(region.module), let value = image.unwindInfoWord(at: address &- region.bias) {
        return value
      }
    }
    let value = context.memory.word(at: address)
    if value == nil { wasMemoryMissing = true }
    return value
  }

  func answer(
    procedureAt address: UInt64, space: unw_addr_space_t, info: UnsafeMutablePointer<unw_proc_info_t>,
    needsUnwindInfo: Int32
  ) -> Int32 {
    guard let (region, image) = context.location(of: address), let image else {
      wasInfoMissing = true
      return -Int32(UNW_ENOINFO.rawValue)
    }
    lastFound = (image, region.bias)
    guard let table = searchTable(of: image, bias: region.bias, covering: address) else {
      wasInfoMissing = true
      return -Int32(UNW_ENOINFO.rawValue)
    }
    // SAFETY: the pointers are those that libunwind handed to the callback that calls this.
    let result = unsafe clu_search_table(
      space, address, region.start, region.end, table.origin, table.address, table.count, info, needsUnwindInfo,
      Unmanaged.passUnretained(self).toOpaque())
    if result == -Int32(UNW_ENOINFO.rawValue) { wasInfoMissing = true }
    return result
  }

  /// The image's own search table; where it has none, a table of the one pair that is wanted, at an address where no
  /// process has memory.
  private func searchTable(of image: UnwindImage, bias: UInt64, covering address: UInt64)
    -> (origin: UInt64, address: UInt64, count: UInt64)?
  {
    if let header = image.header, let table = image.searchTable, table.count > 0 {
      let origin = header.address &+ bias
      return (origin, origin &+ table.offset, table.count)
    }
    guard let description = image.frameDescription(containing: address &- bias) else { return nil }
    // Offsets from the FDE: the function's start, then the FDE itself.
    madePair = UInt64(UInt32(truncatingIfNeeded: description.function &- description.address))
    return (description.address &+ bias, Self.madePairAddress, 1)
  }
}
