import BinaryReading
import Foundation
import ProfileModel

@testable import UnwindTables

/// The sections of an ELF file that unwinding needs, found the short way.
struct TestImage {
  var architecture: Architecture
  var sections = UnwindTable.Sections()

  /// Reads a little-endian file; nil when it is something else.
  init?(path: String) throws {
    guard let data = FileManager.default.contents(atPath: path), data.count > 64 else { return nil }
    let bytes = [UInt8](data)
    let span = bytes.rawSpan
    guard try span.load(at: 0, as: UInt32.self) == 0x464C_457F, bytes[4] == 1 || bytes[4] == 2, bytes[5] == 1 else {
      return nil
    }
    switch try span.load(at: 18, as: UInt16.self) {
    case 3: architecture = .i386
    case 62: architecture = .x86_64
    case 183: architecture = .aarch64
    default: return nil
    }
    let isWide = bytes[4] == 2
    sections.addressSize = isWide ? .wide : .narrow
    func number(at offset: Int) throws -> Int {
      isWide ? Int(try span.load(at: offset, as: UInt64.self)) : Int(try span.load(at: offset, as: UInt32.self))
    }
    let table = try number(at: isWide ? 40 : 32)
    let counts = isWide ? 58 : 46
    let size = Int(try span.load(at: counts, as: UInt16.self))
    let count = Int(try span.load(at: counts + 2, as: UInt16.self))
    let namesIndex = Int(try span.load(at: counts + 4, as: UInt16.self))
    let names = try number(at: table + namesIndex * size + (isWide ? 24 : 16))
    for index in 0..<count {
      let header = table + index * size
      let name = try span.cString(at: names + Int(try span.load(at: header, as: UInt32.self)))
      let address = UInt64(try number(at: header + (isWide ? 16 : 12)))
      let offset = try number(at: header + (isWide ? 24 : 16))
      let length = try number(at: header + (isWide ? 32 : 20))
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
