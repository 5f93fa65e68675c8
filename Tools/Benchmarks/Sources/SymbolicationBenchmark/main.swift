// Names a list of addresses of one ELF file with the module `Symbolication`, inlines and lines included.
//
// usage: SymbolicationBenchmark FILE <ADDRESSES      (stated addresses, hexadecimal, one a line)
//
// Prints a line for each address, in the order of the list: for each of its frames, innermost first, the linkage name,
// the file and the line, all parted by tabs. A frame without a name is an empty text, and so is an unknown file.

import BinaryReading
import ELF
import Glibc
import Symbolication

guard CommandLine.arguments.count == 2, let reader = try? FileReader(path: CommandLine.arguments[1]),
  let image = try? ELFImage(file: reader)
else {
  print("usage: SymbolicationBenchmark FILE <ADDRESSES    (an ELF file; hexadecimal numbers)")
  exit(64)
}

var asked: [UInt64] = []
while let line = readLine() {
  guard let address = UInt64(line.hasPrefix("0x") ? String(line.dropFirst(2)) : line, radix: 16) else {
    print("SymbolicationBenchmark: no hexadecimal number: \(line)")
    exit(65)
  }
  asked.append(address)
}
let addresses = Set(asked).sorted()
var options = Symbolicator.Options()
options.usesDebuginfod = false
let symbols = Symbolicator(options: options).symbolize(image: image, addresses: addresses)

var indexes: [UInt64: Int] = [:]
indexes.reserveCapacity(addresses.count)
for (index, address) in addresses.enumerated() { indexes[address] = index }

var output: [UInt8] = []
/// Writes text without the bytes that part the columns.
@MainActor func write(_ text: String) {
  let start = output.count
  output += text.utf8
  for index in start..<output.count where output[index] == 9 || output[index] == 10 { output[index] = 32 }
}

for address in asked {
  for (position, frame) in symbols.frames[indexes[address] ?? 0].enumerated() {
    if position > 0 { output.append(9) }
    write(frame.isSymbolized ? frame.linkageName ?? frame.name : "")
    output.append(9)
    write(frame.file ?? "")
    output.append(9)
    output += String(frame.line).utf8
  }
  output.append(10)
  if output.count > 1 << 16 {
    print(String(decoding: output, as: UTF8.self), terminator: "")
    output.removeAll(keepingCapacity: true)
  }
}
print(String(decoding: output, as: UTF8.self), terminator: "")
