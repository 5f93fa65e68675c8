import BinaryReading
import ELF
import Foundation
import ProfileModel

@testable import Unwinding

/// A stopped AArch64 thread with gdb's backtrace, from `Fixtures/AArch64/images.txt`; `make.py` there has made it.
struct StackImage: Sendable {
  /// Where the thread was stopped, and a running number.
  var place: String
  /// Whether the dump holds all that is needed to get to the root.
  var isWhole: Bool
  var registers: UserRegisters
  /// From the stack pointer upwards.
  var stack: [UInt8]
  /// Program counters, leaf first.
  var chain: [UInt64]

  struct Malformed: Error { var line: String }

  /// Reads all images.
  static func all() throws -> [StackImage] {
    let text = try String(contentsOfFile: path("images.txt"), encoding: .utf8)
    return try text.components(separatedBy: "\n\n").map(StackImage.init)
  }

  /// A file that `make.py` has written.
  static func path(_ name: String) -> String {
    URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "Fixtures/AArch64/\(name)").path
  }

  private init(_ record: String) throws {
    let lines = record.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
    guard lines.map(\.first) == ["image", "registers", "stack", "chain"], lines[0].count == 3, lines[1].count == 34
    else { throw Malformed(line: String(record.prefix(80))) }
    func number(_ text: some StringProtocol) throws -> UInt64 {
      guard let value = UInt64(text, radix: 16) else { throw Malformed(line: String(text)) }
      return value
    }
    place = lines[0][1]
    isWhole = lines[0][2] == "rooted"
    registers = UserRegisters()
    for index in 0..<33 { registers[index] = try number(lines[1][index + 1]) }
    stack = []
    for item in lines[2].dropFirst() {
      if item.hasSuffix("*0") {
        stack += [UInt8](repeating: 0, count: 8 * Int(try number(item.dropLast(2))))
      } else {
        let word = try number(item)
        stack += (0..<8).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) }
      }
    }
    chain = try lines[3].dropFirst().map(number)
  }
}

extension TestedUnwinder {
  /// No process has this number, so that nothing but the dump is there to be read.
  static let nobody = Int32.max

  /// An AArch64 unwinder that knows the executable segments of the files that `make.py` has written, where they lay.
  convenience init(imagesNamed names: [String]) throws {
    self.init(architecture: .aarch64, options: Unwinder.Options(strategy: .tables))
    for (module, name) in names.enumerated() {
      let image = try ELFImage(file: FileReader(path: StackImage.path(name)))
      unwinder.addImage(image, key: UInt32(module))
      for segment in image.segments where segment.type == .load && segment.isExecutable {
        let mapping = Mapping(
          start: segment.virtualAddress, end: segment.virtualAddress &+ segment.memorySize, fileOffset: segment.offset,
          inode: 1, path: "/" + name)
        map(pid: Self.nobody, mapping: mapping, module: UInt32(module))
      }
    }
  }

  /// Unwinds an image.
  func chain(_ image: StackImage) -> Chain {
    chain(StackCapture(pid: Self.nobody, tid: Self.nobody, registers: image.registers, stack: image.stack))
  }
}
