import BinaryReading
import ProfileModel

/// What all ways to make one step share: the images, the process, its memory.
final class UnwindContext {
  /// By module index; nil where no image was added.
  var images: [UnwindImage?] = []
  /// Stack memory of the sample at hand.
  let memory = TargetMemory()
  /// Registers of the frame at hand.
  let registers = RegisterFile()
  /// The process of the sample at hand.
  var process = TargetProcess(space: AddressSpace(generation: 0))

  /// The image of a module.
  @inline(__always)
  func image(_ module: UInt32) -> UnwindImage? {
    module < images.count ? images[Int(module)] : nil
  }

  /// The executable region and the image at a lookup address.
  func location(of address: UInt64) -> (region: AddressSpace.Region, image: UnwindImage?)? {
    guard let region = process.space.region(at: address) else { return nil }
    return (region, image(region.module))
  }

  /// Whether code may be executed at the place that a return address points behind.
  func isPlausible(returnAddress: UInt64) -> Bool {
    guard returnAddress > 0, let region = process.space.region(at: returnAddress &- 1) else { return false }
    return region.isExecutable
  }

  /// Whether the instruction at `pc` is the kernel's or libc's way back from a signal handler.
  func isTrampoline(at pc: UInt64, code: [UInt8]) -> Bool {
    if let known = process.trampolines[pc] { return known }
    let answer = bytes(at: pc, count: code.count) == code
    process.trampolines[pc] = answer
    return answer
  }

  /// A few bytes of code, from the image where there is one.
  private func bytes(at address: UInt64, count: Int) -> [UInt8]? {
    if let (region, image) = location(of: address), let image,
      let bytes = try? image.image.read(address: address &- region.bias, count: count)
    {
      return bytes
    }
    return memory.liveBytes(at: address, count: count)
  }
}
