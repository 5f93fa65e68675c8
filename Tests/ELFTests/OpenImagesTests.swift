import BinaryReading
import Foundation
import Processes
import Testing

@testable import ELF

/// More images than descriptors.
@Suite struct OpenImagesTests {
  private let folder: URL

  init() throws {
    folder = FileManager.default.temporaryDirectory.appendingPathComponent("perfprof-open-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  private func path(_ index: Int) -> String { folder.appendingPathComponent("\(index)").path }

  private func file(_ index: Int, in images: OpenImages) throws -> SharedFile {
    try Data([UInt8(index)]).write(to: URL(fileURLWithPath: path(index)))
    let place = ForeignFile(path(index))
    let reader = try place.open()
    let status = try reader.status()
    return SharedFile(reader, status: status, places: [place], among: images)
  }

  @Test func `files past the limit are closed and read as before`() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let images = OpenImages(limit: 8)
    let files = try (0..<40).map { try file($0, in: images) }
    #expect(images.count <= 8)
    for (index, file) in files.enumerated() {
      #expect(try file.read(at: 0, count: 1) == [UInt8(index)])
      #expect(file.currentStatus()?.size == 1)
      #expect(images.count <= 8)
    }
  }

  @Test func `a file that lost its name stays open`() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let images = OpenImages(limit: 8)
    let first = try file(0, in: images)
    try FileManager.default.removeItem(atPath: path(0))
    let others = try (1..<40).map { try file($0, in: images) }
    #expect(try first.read(at: 0, count: 1) == [0])
    #expect(others.count == 39)
  }

  @Test func `another file at the place of a closed one is not read`() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let images = OpenImages(limit: 8)
    let first = try file(0, in: images)
    let others = try (1..<40).map { try file($0, in: images) }
    try Data([99]).write(to: URL(fileURLWithPath: path(0) + ".new"))
    #expect(rename(path(0) + ".new", path(0)) == 0)
    #expect(throws: BinaryReadingError.self) { try first.read(at: 0, count: 1) }
    #expect(first.currentStatus() == nil)
    #expect(others.count == 39)
  }
}
