import BinaryReading
import ELF

/// Names the stubs by which an image calls into others (`.plt`, `.plt.sec`, `.plt.got`): `puts@plt`.
///
/// A stub jumps through a slot of the global offset table, and a relocation tells which symbol the slot is for.
struct LinkageStubs {
  init?(_ image: ELFImage) { return nil }
  func function(at address: UInt64) -> FunctionNames.Function? { nil }
}
