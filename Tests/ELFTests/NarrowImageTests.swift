import BinaryReading
import ELF
import Foundation
import ProfileModel
import Testing

/// Images of 32-bit programs (ELFCLASS32), and of x32.
@Suite struct NarrowImageTests {
  /// A file of one loaded segment, a note with a build ID, and a section that holds the note.
  private func image(machine: UInt16 = 3, sectionCount: UInt16 = 3) -> [UInt8] {
    var bytes: [UInt8] = [0x7F, 0x45, 0x4C, 0x46, 1, 1, 1] + [UInt8](repeating: 0, count: 9)
    func append(_ values: any FixedWidthInteger...) {
      for value in values {
        func put<T: FixedWidthInteger>(_ value: T) { withUnsafeBytes(of: value.littleEndian) { bytes += $0 } }
        put(value)
      }
    }
    // File header, 52 bytes; two program headers of 32; three section headers of 40; note; names.
    let (segments, sections) = (UInt32(52), UInt32(52 + 64))
    let note = sections + 120
    let names = note + 24
    append(UInt16(3), machine, UInt32(1), UInt32(0x0804_9000), segments, sections, UInt32(0))
    append(UInt16(52), UInt16(32), UInt16(2), UInt16(40), sectionCount, UInt16(2))
    append(UInt32(1), UInt32(0), UInt32(0x0804_8000), UInt32(0), names + 16, UInt32(0x2000), UInt32(5), UInt32(0x1000))
    append(UInt32(4), note, 0x0804_8000 + note, UInt32(0), UInt32(24), UInt32(24), UInt32(4), UInt32(4))
    for _ in 0..<10 { append(UInt32(0)) }
    append(UInt32(1), UInt32(7), UInt32(2), 0x0804_8000 + note, note, UInt32(24))
    append(UInt32(2), UInt32(9), UInt32(4), UInt32(0))
    append(UInt32(0), UInt32(3), UInt32(0), UInt32(0), names, UInt32(16))
    append(UInt32(0), UInt32(0), UInt32(1), UInt32(0))
    bytes += [4, 0, 0, 0, 8, 0, 0, 0, 3, 0, 0, 0, 0x47, 0x4E, 0x55, 0, 1, 2, 3, 4, 5, 6, 7, 8]
    return bytes + [0] + Array(".note.id".utf8) + [UInt8](repeating: 0, count: 7)
  }

  @Test func readsEveryHeader() throws {
    let image = try ELFImage(bytes: image(), path: "narrow")
    #expect(image.architecture == .i386)
    #expect(image.addressSize == .narrow && !image.isX32)
    #expect(image.entryPoint == 0x0804_9000)
    #expect(image.buildID?.description == "0102030405060708")
    let load = try #require(image.segment(ofType: .load))
    #expect(load.virtualAddress == 0x0804_8000 && load.memorySize == 0x2000)
    #expect(load.alignment == 0x1000 && load.isExecutable)
    let section = try #require(image.section(named: ".note.id"))
    #expect(section.link == 2 && section.info == 9 && section.entrySize == 0)
    #expect(try image.contents(of: section).count == 24)
    #expect(image.bias(of: Mapping(start: 0x0904_8000, end: 0x0904_A000)) == 0x0100_0000)
  }

  @Test func tellsX32AndForeignProcessorsApart() throws {
    #expect(try ELFImage(bytes: image(machine: 62), path: "x32").isX32)
    #expect(try ELFImage(bytes: image(machine: 62), path: "x32").architecture == .x86_64)
    #expect(try ELFImage(bytes: image(machine: 40), path: "arm").architecture == nil)
  }

  @Test func refusesWhatIsCutOff() {
    for length in 0..<52 {
      #expect(throws: ELFError.notELF(path: "short")) {
        try ELFImage(bytes: Array(image().prefix(length)), path: "short")
      }
    }
    for length in stride(from: 52, to: image().count, by: 3) {
      _ = try? ELFImage(bytes: Array(image().prefix(length)), path: "short")
    }
  }

  @Test func surplusSectionsAreAProblemOfTheSections() throws {
    let image = try ELFImage(bytes: image(sectionCount: 0xFF00), path: "narrow")
    #expect(image.sections.isEmpty && image.sectionProblem != nil)
    #expect(image.segments.count == 2)
  }

  /// binutils is the judge of real files.
  @Test(arguments: ["/usr/lib32/libc.so.6", "/usr/lib32/ld-linux.so.2"])
  func agreesWithReadelf(path: String) throws {
    guard FileManager.default.fileExists(atPath: path) else {
      print("SKIPPED: there is no \(path)")
      return
    }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["readelf", "-nSW", path]
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = FileHandle.nullDevice
    try process.run()
    let text = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    let image = try ELFImage(file: FileReader(path: path))
    #expect(text.contains("Build ID: \(try #require(image.buildID))"))
    for section in image.sections.dropFirst() {
      let line = try #require(text.split(separator: "\n").first { $0.contains(" \(section.name) ") }, "\(section.name)")
      let fields = [section.address, section.offset, section.size].enumerated().map { index, value in
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: (index == 0 ? 8 : 6) - digits.count) + digits
      }
      #expect(line.contains(fields.joined(separator: " ")), "\(line)")
    }
  }
}
