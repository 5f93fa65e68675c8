import BinaryReading
import ELF
import Foundation
import Testing

@testable import Unwinding

/// The instructions of whole libraries, as long as a disassembler says that they are.
#if arch(x86_64)
  @Suite struct InstructionLengthTests {
    /// libm has AVX2, FMA and AVX-512 versions of its functions; others are judged where they are installed.
    static let libraries = [
      "libc.so.6", "libm.so.6", "libx264.so.164", "libdav1d.so.6",
    ].map { "/usr/lib/x86_64-linux-gnu/" + $0 }

    @Test(arguments: libraries) func agreeWithTheDisassembler(path: String) throws {
      guard FileManager.default.isReadableFile(atPath: path) else { return print("skipped: no \(path)") }
      let image = try ELFImage(file: FileReader(path: path))
      let text = try #require(image.section(named: ".text"))
      let bytes = try image.contents(of: text)
      let (_, output) = try CompiledProgram.run([
        "/usr/bin/objdump", "-d", "-w", "--no-show-raw-insn", "-j", ".text", path,
      ])
      var previous: (address: UInt64, text: Substring)?
      var (compared, failures) = (0, [String]())
      for line in output.split(separator: "\n") {
        let parts = line.split(separator: ":", maxSplits: 1)
        guard parts.count == 2, let address = UInt64(parts[0].drop { $0 == " " }, radix: 16) else { continue }
        defer { previous = (address, parts[1]) }
        guard let previous, previous.address < address, !previous.text.contains("(bad)"), !parts[1].contains("..."),
          !previous.text.contains("...")
        else { continue }
        let offset = Int(previous.address - text.address)
        // `fwait` and the instruction behind it are one to the disassembler.
        guard bytes[offset] != 0x9B else { continue }
        let instruction = InstructionX86_64(CodeBytes(bytes[offset..<min(bytes.count, offset + 16)]))
        compared += 1
        // A prefix on its own is an instruction to the disassembler.
        if instruction?.length != Int(address - previous.address), !Self.isPrefix(previous.text) {
          failures.append("\(String(previous.address, radix: 16)): \(previous.text) is not \(instruction?.length ?? 0)")
        }
      }
      #expect(compared > 10_000)
      #expect(failures.isEmpty, "\(failures.count) of \(compared): \(failures.prefix(10).joined(separator: "\n"))")
    }

    private static func isPrefix(_ text: Substring) -> Bool {
      ["rex", "data16", "repz", "repnz", "lock", "fwait", "cs", "ds", "es", "fs", "gs", "ss", "bnd", "notrack"]
        .contains(text.split(whereSeparator: \.isWhitespace).last?.split(separator: ".").first ?? "")
    }
  }
#endif
