import CLinuxPerf
import Glibc
import KernelPrograms

/// Asks the kernel itself for the function at an address, by a BPF program that prints it with `%pS`.
///
/// All of `/proc/kallsyms` takes the kernel about 30 ms to print, a question less than 2 µs. Works only where BPF is
/// allowed (`CAP_BPF` and `CAP_PERFMON`), since Linux 5.14; elsewhere the table must be read. Source: bpf-helpers(7),
/// `bpf_snprintf`; `Documentation/core-api/printk-formats.rst`, "Symbols/Function Pointers".
package struct KernelLookup: ~Copyable {
  private let program: Int32
  private let text: Int32
  private let format: Int32

  /// Bytes of an answer: more than the kernel's names, offsets and modules take (`KSYM_SYMBOL_LEN`).
  private static let textSize = 768

  /// Nil where the kernel does not allow it.
  package init?() {
    var format: [UInt8] = Array("%pS".utf8)
    format.append(0)
    let text = clp_bpf_create_value(UInt32(Self.textSize), 0)
    let constant = clp_bpf_create_value(UInt32(format.count), 1)
    var program: Int32 = -1
    // SAFETY: the calls read their arguments and keep none.
    if text >= 0, constant >= 0, unsafe clp_bpf_store(constant, format) == 0, clp_bpf_freeze(constant) == 0 {
      let code = Self.code(text: text, format: constant)
      program = unsafe clp_bpf_load(code, UInt32(code.count), "Dual MIT/GPL")
    }
    (self.text, self.format, self.program) = (text, constant, program)
    guard program >= 0 else { return nil }
  }

  deinit {
    for descriptor in [program, text, format] where descriptor >= 0 { close(descriptor) }
  }

  /// The function that the kernel says `address` lies in; nil for none.
  package func symbol(at address: UInt64) -> KernelSymbols.Symbol? {
    var address = address
    var length: UInt32 = 0
    var answer = [UInt8](repeating: 0, count: Self.textSize)
    // SAFETY: the program reads the eight bytes of `address`; the map's value is as long as `answer`.
    guard unsafe clp_bpf_run(program, &address, 8, &length) == 0, unsafe clp_bpf_fetch(text, &answer) == 0 else {
      return nil
    }
    return Self.symbol(in: answer.prefix { $0 != 0 }, at: address)
  }

  /// Reads `name+0x12/0x34 [module]`; nil for a bare number, which stands for no function.
  static func symbol(in answer: ArraySlice<UInt8>, at address: UInt64) -> KernelSymbols.Symbol? {
    let words = answer.split(separator: UInt8(ascii: " "), maxSplits: 1)
    // A name may hold a plus sign, an offset can't.
    guard let place = words.first, let plus = place.lastIndex(of: UInt8(ascii: "+")) else { return nil }
    let numbers = place[(plus + 1)...].split(separator: UInt8(ascii: "/")).map {
      UInt64(String(decoding: $0.dropFirst(2), as: UTF8.self), radix: 16)
    }
    guard numbers.count == 2, let offset = numbers[0], let size = numbers[1], offset <= address, offset < max(size, 1)
    else { return nil }
    // The module's build ID may follow its name.
    let module =
      words.count < 2 ? nil : words[1].dropFirst().prefix { $0 != UInt8(ascii: "]") && $0 != UInt8(ascii: " ") }
    return KernelSymbols.Symbol(
      name: String(decoding: place[..<plus], as: UTF8.self), module: module.map { String(decoding: $0, as: UTF8.self) },
      start: address - offset)
  }

  /// `bpf_snprintf(text, sizeof text, "%pS", &context[0], 8)`, and its result.
  private static func code(text: Int32, format: Int32) -> [UInt64] {
    var program = ProgramText()
    program.load(0, at: 1, 0)
    program.store(0, at: 10, -8)
    program.set(1, valueOf: text)
    program.set(2, value: Int32(textSize))
    program.set(3, valueOf: format)
    program.set(4, 10)
    program.add(4, value: -8)
    program.set(5, value: 8)
    program.call(.snprintf)
    program.exit()
    return program.linked()
  }
}
