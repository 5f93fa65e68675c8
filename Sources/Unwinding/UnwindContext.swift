import BinaryReading
import ELF
import ProfileModel
import UnwindTables

/// What all ways to make one step share: the images, the address space, its memory.
final class UnwindContext {
  /// What the sample at hand is of.
  private(set) var architecture: Architecture
  /// Code that is told by its instructions.
  private(set) var known: KnownCode
  /// What all code has in common.
  private(set) var conventions: CodeConventions
  /// Code, page by page.
  let reader = CodeReader()
  /// By module index; nil where no image was added.
  var images: [UnwindImage?] = []
  /// Stack memory of the sample at hand.
  let memory = TargetMemory()
  /// Registers of the frame at hand.
  let registers = RegisterFile()
  /// Where code was looked for in the walk at hand and none is mapped; the last such address.
  var unknownCode: UInt64?
  /// Whether the walk at hand met code that no file backs.
  var metGeneratedCode = false
  /// That of the sample at hand.
  private(set) var space = AddressSpace()

  /// When it was taken.
  private(set) var time = UInt64.max

  /// DWARF numbers of the stack pointer and the frame pointer.
  var pointers: (sp: UInt8, fp: UInt8) { conventions.pointers }

  init(architecture: Architecture) {
    self.architecture = architecture
    known = .of(architecture)
    conventions = .of(architecture)
  }

  /// Turns to a sample of a process.
  func begin(_ space: AddressSpace, _ architecture: Architecture, time: UInt64) {
    unknownCode = nil
    metGeneratedCode = false
    self.space = space
    self.time = time
    space.beginSample()
    guard architecture != self.architecture else { return }
    self.architecture = architecture
    known = .of(architecture)
    conventions = .of(architecture)
  }

  /// The image of a module.
  @inline(__always)
  func image(_ module: UInt32) -> UnwindImage? {
    module < images.count ? images[Int(module)] : nil
  }

  /// The executable region and the image at a lookup address.
  func location(of address: UInt64) -> (region: MappedRegions.Region, image: UnwindImage?)? {
    guard let region = space.region(at: address) else {
      unknownCode = address
      return nil
    }
    return (region, image(region.module))
  }

  /// Whether code may be executed at the place that a return address points behind.
  func isPlausible(returnAddress: UInt64) -> Bool {
    guard returnAddress > 0 else { return false }
    guard let region = space.region(at: returnAddress &- 1) else {
      // Small numbers are no addresses of anything.
      if returnAddress > 0xFFFF { unknownCode = returnAddress &- 1 }
      return false
    }
    return region.isExecutable
  }

  /// Whether the code from an image's entry point on, which the kernel starts and nothing calls, leads to a place, and
  /// no unwind information says so.
  func isEntryPoint(_ place: CodeAddress) -> Bool {
    guard let (region, image) = location(of: place.address), let image, image.image.entryPoint != 0 else {
      return false
    }
    let entryPoint = image.image.entryPoint
    guard place.address &- region.bias &- entryPoint < 96, image.rule(at: entryPoint).kind == .uncovered else {
      return false
    }
    guard architecture == .x86_64 else { return true }
    guard case .reached = fit(ofCallTo: entryPoint &+ region.bias, leadingTo: place) else { return false }
    return true
  }

  /// Whether the instruction before `address` is a call.
  func isBehindCall(_ address: UInt64) -> Bool { place(address).preceding != .other }

  /// Whether the instruction before `address` is a direct call of the function that starts at `entry`.
  func isBehindCall(_ address: UInt64, of entry: UInt64) -> Bool {
    guard isPlausible(returnAddress: address), case .call(entry, _) = place(address).preceding else { return false }
    return true
  }

  /// Whether the instructions around `address` (x86-64) are `syscall` and, as where threads are made, `test %rax, %rax`.
  func isBehindSystemCall(_ address: UInt64) -> Bool {
    bytes(at: address &- 2, count: 5) == [0x0F, 0x05, 0x48, 0x85, 0xC0]
  }

  /// What is known of the code at `pc`.
  func knownCode(at pc: UInt64) -> KnownCode.Kind { place(pc).kind }

  /// Whether the code at an address begins like this.
  func code(at address: UInt64, startsWith start: [UInt8]) -> Bool { bytes(at: address, count: start.count) == start }

  /// A few bytes of code, from the image where there is one.
  func bytes(at address: UInt64, count: Int) -> [UInt8]? {
    if let (region, image) = location(of: address), let image {
      // Its first page may not be all of this segment's.
      if region.isExecutable, address &- region.start >= CodeReader.pageSize,
        let bytes = pageBytes(at: address, count: count)
      {
        return bytes
      }
      if let bytes = try? image.image.read(address: address &- region.bias, count: count) { return bytes }
    }
    return memory.liveBytes(at: address, count: count)
  }
}
