// Reads an ELF file by the module `ELF` or by libelf, for the question whether libelf could take its place.
//
// usage: ELFReadingBenchmark READER TASK FILE [TIMES]
//   READER  own      perfprof's, which reads the pieces that are asked for
//           mapped   libelf with ELF_C_READ_MMAP
//           read     libelf with ELF_C_READ
//           memory   libelf's elf_memory over the whole file, read before
//   TASK    headers  opens, names all sections, finds the build ID
//           symbols  and goes through the symbol table once
//           debug    and takes in all debug sections, decompressed
//           changed  TIMES changed copies of the file: who opens what, and what the two say of it
//
// Prints microseconds of processor time for each time, the peak of memory in kilobytes, and a sum over what was read,
// which is the same for all readers. `changed` prints counts instead.

import BinaryReading
import CElf
import ELF
import Glibc

/// What came out: the same for each reader, or one of them is wrong.
struct Outcome: Equatable {
  var sections = 0
  var names: UInt64 = 0
  var hasBuildID = false
  var symbols = 0
  var values: UInt64 = 0
  var debugBytes = 0

  /// A sum over a name.
  static func sum(_ name: some Sequence<UInt8>) -> UInt64 { name.reduce(0) { $0 &* 31 &+ UInt64($1) } }

  mutating func take(symbol value: UInt64, _ kind: UInt8) {
    guard kind & 15 == 2 else { return }  // STT_FUNC
    symbols += 1
    values = values &* 31 &+ value
  }
}

enum Task: String { case headers, symbols, debug }

// MARK: The module `ELF`

func readOwn(_ image: ELFImage, _ task: Task) -> Outcome {
  var outcome = Outcome(sections: image.sections.count, hasBuildID: image.buildID != nil)
  for section in image.sections { outcome.names &+= Outcome.sum(section.name.utf8) }
  if task == .headers { return outcome }
  if task == .debug {
    for section in image.sections where section.name.hasPrefix(".debug_") && section.hasContents {
      outcome.debugBytes += (try? image.contents(of: section).count) ?? 0
    }
    return outcome
  }
  let tables = image.sections.filter { $0.type == .symbolTable } + image.sections.filter { $0.type == .dynamicSymbols }
  guard let table = tables.first else { return outcome }
  let piece: UInt64 = 24 << 10
  for start in stride(from: 0, to: table.size / 24 * 24, by: Int(piece)) {
    let count = min(piece, table.size / 24 * 24 - start)
    guard let bytes = try? image.storedBytes(of: table, at: start, count: count) else { return outcome }
    let view = bytes.rawSpan
    for offset in Swift.stride(from: 0, to: bytes.count, by: 24) {
      guard let kind: UInt8 = try? view.load(at: offset + 4), let value: UInt64 = try? view.load(at: offset + 8) else {
        break
      }
      outcome.take(symbol: value, kind)
    }
  }
  return outcome
}

// MARK: libelf

func readLibelf(_ elf: OpaquePointer, _ task: Task) -> Outcome? {
  var outcome = Outcome()
  var names = 0
  guard elf_getshdrstrndx(elf, &names) == 0 else { return nil }
  var section: OpaquePointer?
  var (table, dynamic): (OpaquePointer?, OpaquePointer?)
  outcome.sections = 1
  while let next = elf_nextscn(elf, section) {
    section = next
    var header = GElf_Shdr()
    guard gelf_getshdr(next, &header) != nil else { return nil }
    outcome.sections += 1
    let name = elf_strptr(elf, names, Int(header.sh_name)).map { String(cString: $0) } ?? ""
    outcome.names &+= Outcome.sum(name.utf8)
    switch Int32(bitPattern: header.sh_type) {
    case SHT_SYMTAB: table = table ?? next
    case SHT_DYNSYM: dynamic = dynamic ?? next
    case SHT_NOTE: outcome.hasBuildID = outcome.hasBuildID || hasBuildID(next)
    default: break
    }
    if task == .debug, name.hasPrefix(".debug_"), header.sh_type != UInt32(SHT_NOBITS) {
      outcome.debugBytes += debugBytes(next, header)
    }
  }
  guard task == .symbols, let table = table ?? dynamic, let data = elf_getdata(table, nil) else { return outcome }
  var symbol = GElf_Sym()
  for index in 0..<data.pointee.d_size / 24 {
    guard gelf_getsym(data, Int32(index), &symbol) != nil else { break }
    outcome.take(symbol: symbol.st_value, symbol.st_info)
  }
  return outcome
}

func debugBytes(_ section: OpaquePointer, _ header: GElf_Shdr) -> Int {
  if header.sh_flags & UInt64(SHF_COMPRESSED) != 0 {
    // libelf takes memory for the size that the header states, whatever it is.
    var stated = GElf_Chdr()
    guard gelf_getchdr(section, &stated) != nil, stated.ch_size <= 512 << 20, elf_compress(section, 0, 0) >= 0 else {
      return 0
    }
  }
  return elf_getdata(section, nil).map { Int($0.pointee.d_size) } ?? 0
}

func hasBuildID(_ section: OpaquePointer) -> Bool {
  guard let data = elf_getdata(section, nil) else { return false }
  var note = GElf_Nhdr()
  var (offset, name, descriptor) = (0, 0, 0)
  while true {
    let next = gelf_getnote(data, offset, &note, &name, &descriptor)
    guard next > offset else { return false }
    if note.n_type == UInt32(NT_GNU_BUILD_ID), note.n_namesz == 4,
      memcmp(data.pointee.d_buf.advanced(by: name), "GNU", 4) == 0
    {
      return true
    }
    offset = next
  }
}

func withElf(_ reader: String, _ path: String, _ body: (OpaquePointer) -> Outcome?) -> Outcome? {
  let descriptor = open(path, O_RDONLY | O_CLOEXEC)
  defer { close(descriptor) }
  var bytes: UnsafeMutablePointer<CChar>?
  defer { bytes?.deallocate() }
  let elf: OpaquePointer?
  switch reader {
  case "mapped": elf = elf_begin(descriptor, ELF_C_READ_MMAP, nil)
  case "read": elf = elf_begin(descriptor, ELF_C_READ, nil)
  default:
    let size = Int(lseek(descriptor, 0, SEEK_END))
    let memory = UnsafeMutablePointer<CChar>.allocate(capacity: size)
    bytes = memory
    guard pread(descriptor, memory, size, 0) == size else { return nil }
    elf = elf_memory(memory, size)
  }
  guard let elf else { return nil }
  defer { elf_end(elf) }
  return body(elf)
}

// MARK: Changed files

/// SplitMix64.
struct Generator: RandomNumberGenerator {
  var state: UInt64
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var bits = state
    bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
    bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
    return bits ^ (bits >> 31)
  }
}

/// Changes headers and tables, and cuts some copies; each is read in a process of its own, which may die.
func readChanged(_ original: [UInt8], times: Int) {
  var generator = Generator(state: 1)
  var counts: [String: Int] = [:]
  let headers = Int(original.rawSpan.u64(40))
  for _ in 0..<times {
    var bytes = original
    for _ in 0..<Int.random(in: 1...6, using: &generator) {
      let place =
        Bool.random(using: &generator)
        ? Int.random(in: 16..<64, using: &generator) : Int.random(in: headers..<bytes.count, using: &generator)
      bytes[place] = [0, 0xFF, bytes[place] ^ 1, bytes[place] &+ 0x80].randomElement(using: &generator) ?? 0
    }
    if Int.random(in: 0..<4, using: &generator) == 0 {
      bytes.removeLast(Int.random(in: 0..<bytes.count - 64, using: &generator))
    }
    let own = (try? ELFImage(bytes: bytes, path: "changed")).map { readOwn($0, .symbols) }
    let child = fork()
    if child == 0 {
      alarm(10)
      var limit = rlimit(rlim_cur: 1 << 30, rlim_max: 1 << 30)
      setrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit)
      let other = bytes.withUnsafeMutableBytes { buffer -> Outcome? in
        guard let elf = elf_memory(buffer.baseAddress?.assumingMemoryBound(to: CChar.self), buffer.count) else {
          return nil
        }
        return readLibelf(elf, .symbols)
      }
      _exit(other == nil ? 1 : other == own ? 0 : 2)
    }
    var status: Int32 = 0
    waitpid(child, &status, 0)
    let libelf =
      status & 0x7F != 0
      ? "libelf died by signal \(status & 0x7F)"
      : ["libelf says the same", "libelf refuses", "libelf says something else"][Int(status >> 8)]
    let ours = own == nil ? "ours refuses" : own?.sections == 0 ? "ours has segments only" : "ours opens"
    counts["\(ours), \(libelf)", default: 0] += 1
  }
  for (what, count) in counts.sorted(by: { $0.key < $1.key }) { print("\(count)\t\(what)") }
}

extension RawSpan {
  func u64(_ offset: Int) -> UInt64 { (try? load(at: offset)) ?? 0 }
}

// MARK: Main

func processorTime() -> Double {
  var usage = rusage()
  getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
  func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }
  return seconds(usage.ru_utime) + seconds(usage.ru_stime)
}

/// `VmHWM`; the peak of `getrusage` is that of whoever started the program, where that held more.
func peakKilobytes() -> Int {
  var peak = 0
  guard let file = fopen("/proc/self/status", "r") else { return 0 }
  defer { fclose(file) }
  var line = [CChar](repeating: 0, count: 256)
  while fgets(&line, 256, file) != nil {
    let text = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    if text.hasPrefix("VmHWM:") { peak = Int(text.filter(\.isNumber)) ?? 0 }
  }
  return peak
}

let words = CommandLine.arguments
guard words.count >= 4, ["own", "mapped", "read", "memory"].contains(words[1]),
  words[2] == "changed" || Task(rawValue: words[2]) != nil
else {
  print("usage: ELFReadingBenchmark own|mapped|read|memory headers|symbols|debug|changed FILE [TIMES]")
  exit(64)
}
_ = elf_version(UInt32(EV_CURRENT))
let times = words.count > 4 ? max(1, Int(words[4]) ?? 1) : 1
if words[2] == "changed" {
  guard let file = try? FileReader(path: words[3]), let bytes = try? file.read(at: 0, count: file.status().size) else {
    exit(66)
  }
  readChanged(bytes, times: times)
  exit(0)
}
let task = Task(rawValue: words[2]) ?? .headers
var outcome: Outcome?
let start = processorTime()
for _ in 0..<times {
  if words[1] == "own" {
    outcome = (try? ELFImage(file: FileReader(path: words[3]))).map { readOwn($0, task) }
  } else {
    outcome = withElf(words[1], words[3]) { readLibelf($0, task) }
  }
}
let spent = processorTime() - start
print("\(Int(spent / Double(times) * 1e6))\t\(peakKilobytes())\t\(outcome.map { "\($0)" } ?? "refused")")
