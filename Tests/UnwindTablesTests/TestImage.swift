import BinaryReading
import Foundation
import ProfileModel

@testable import UnwindTables

/// The sections of an ELF file that unwinding needs, found the short way.
struct TestImage {
  var architecture: Architecture
  var sections = UnwindTable.Sections()

  /// Reads a 64-bit little-endian file; nil when it is something else.
  init?(path: String) throws {
    guard let data = FileManager.default.contents(atPath: path), data.count > 64 else { return nil }
    let bytes = [UInt8](data)
    let span = bytes.rawSpan
    guard try span.load(at: 0, as: UInt32.self) == 0x464C_457F, bytes[4] == 2, bytes[5] == 1 else { return nil }
    switch try span.load(at: 18, as: UInt16.self) {
    case 62: architecture = .x86_64
    case 183: architecture = .aarch64
    default: return nil
    }
    let table = Int(try span.load(at: 40, as: UInt64.self))
    let size = Int(try span.load(at: 58, as: UInt16.self))
    let count = Int(try span.load(at: 60, as: UInt16.self))
    let namesIndex = Int(try span.load(at: 62, as: UInt16.self))
    let names = Int(try span.load(at: table + namesIndex * size + 24, as: UInt64.self))
    for index in 0..<count {
      let header = table + index * size
      let name = try span.cString(at: names + Int(try span.load(at: header, as: UInt32.self)))
      let address: UInt64 = try span.load(at: header + 16)
      let offset = Int(try span.load(at: header + 24, as: UInt64.self))
      let length = Int(try span.load(at: header + 32, as: UInt64.self))
      func contents() -> [UInt8] { Array(bytes[offset..<offset + length]) }
      switch name {
      case ".eh_frame":
        sections.ehFrame = contents()
        sections.ehFrameAddress = address
      case ".eh_frame_hdr":
        sections.ehFrameHeader = contents()
        sections.ehFrameHeaderAddress = address
      case ".debug_frame": sections.debugFrame = contents()
      case ".text": sections.textAddress = address
      case ".got": sections.dataAddress = address
      default: break
      }
    }
  }
}

/// Runs a program and gives back what it wrote; nil when it isn't there or wrote nothing.
func output(of program: String, _ arguments: [String]) -> String? {
  let process = Process()
  process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
  process.arguments = [program] + arguments
  let pipe = Pipe()
  process.standardOutput = pipe
  process.standardError = FileHandle.nullDevice
  guard (try? process.run()) != nil else { return nil }
  let data = pipe.fileHandleForReading.readDataToEndOfFile()
  process.waitUntilExit()
  // readelf's status is 1 for mere warnings.
  return data.isEmpty ? nil : String(decoding: data, as: UTF8.self)
}
