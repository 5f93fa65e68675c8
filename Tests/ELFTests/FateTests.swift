import BinaryReading
import ELF
import Foundation
import Testing

/// What becomes of an image's file while it is open.
@Suite struct FateTests {
  private let folder: URL
  private var path: String { folder.appendingPathComponent("image").path }

  init() throws {
    folder = FileManager.default.temporaryDirectory.appendingPathComponent("perfprof-fate-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  private func open(_ bytes: [UInt8] = TinyImage().bytes) throws -> ELFImage {
    try Data(bytes).write(to: URL(fileURLWithPath: path))
    return try ELFImage(file: FileReader(path: path))
  }

  /// Waits until the clock of the file system has gone on, whose ticks are milliseconds apart.
  private func rewrite(_ bytes: [UInt8], unless image: ELFImage) throws {
    repeat {
      let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
      try handle.truncate(atOffset: 0)
      try handle.write(contentsOf: Data(bytes))
      try handle.close()
    } while image.fate == .untouched
  }

  @Test func `a file that nothing was done to, or that lost its name, holds what it held`() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let image = try open()
    #expect(image.fate == .untouched)
    try FileManager.default.moveItem(atPath: path, toPath: path + ".old")
    try FileManager.default.removeItem(atPath: path + ".old")
    #expect(image.fate == .untouched)
  }

  @Test func `a file that was written to does not, even with the same build ID`() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let image = try open()
    try rewrite(TinyImage().bytes, unless: image)
    #expect(image.fate == .rewritten)
  }

  @Test func `other rights leave a doubt that the build ID takes away`() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let image = try open()
    var mode = 0o600
    repeat {
      mode ^= 0o044
      try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
    } while image.fate == .untouched
    #expect(image.fate == .doubtful)
  }

  @Test func `a copy in memory stays what it was`() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let image = try open()
    #expect(image.copiedToMemory(limit: 10) == nil)
    let copy = try #require(image.copiedToMemory(limit: 1 << 20))
    try rewrite([UInt8](repeating: 0, count: 100), unless: image)
    #expect(copy.fate == .untouched)
    #expect(copy.buildID == image.buildID)
    #expect(try copy.read(address: 0x40_0000, count: 4) == [0x7F, 0x45, 0x4C, 0x46])
    #expect(image.copiedToMemory(limit: 1 << 20) == nil)
  }
}
