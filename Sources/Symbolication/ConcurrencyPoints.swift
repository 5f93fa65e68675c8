import ELF
import ProfileModel

/// Where an image has Swift's concurrency runtime, by its symbols: stated addresses.
package struct ConcurrencyPoints: Hashable, Sendable {
  /// How the runtime finds the task that a thread runs.
  package enum ThreadSlot: Hashable, Sendable {
    /// At this distance from the thread pointer.
    case distance(UInt64)
    /// In the thread's memory of a module, whose number lies at this address once it is loaded, so far from its beginning.
    case module(numberAt: UInt64, offset: UInt64)
  }

  /// Where the running task is.
  package let slot: ThreadSlot
  /// Functions that run jobs.
  package let runners: [Range<UInt64>]
  /// Where the address lies that tasks begin with.
  package let taskMetadata: UInt64?
  /// The same of their allocators' slabs.
  package let slabMetadata: UInt64?
  /// Where a task's size lies.
  package let taskSize: UInt64?
  /// Functions that these call, one of which runs the job, where no symbol tells which.
  package let calledByRunners: [UInt64]
  /// The image's code.
  package let code: Range<UInt64>
  /// Whether the image has nothing but the runtime in it.
  package let isLibrary: Bool

  private static let getCurrent = "swift_task_getCurrent"
  private static let jobFunctions = [
    "_ZN5swift34runJobInEstablishedExecutorContextEPNS_3JobE", "swift_job_run",
    "swift_job_run_on_serial_and_task_executor", "swift_job_run_on_task_executor",
  ]
  private static let prefix = "_swift_concurrency_debug_"

  /// Nil for an image that has no such runtime.
  ///
  /// - Complexity: reads the symbols of images that have Swift code; to be asked once for each.
  package init?(_ image: ELFImage) {
    guard image.architecture == .x86_64, image.addressSize == .wide,
      image.sections.contains(where: { $0.name.hasPrefix("swift5_") }), Self.mayHoldRuntime(image)
    else { return nil }
    let variables = ["asyncTaskMetadata", "asyncTaskSlabMetadata", "asyncTaskSize"].map { Self.prefix + $0 }
    let symbols = SymbolSearch.find([Self.getCurrent] + Self.jobFunctions + variables, in: image)
    guard let function = symbols[Self.getCurrent],
      let code = try? image.read(address: function.address, count: Int(clamping: min(max(function.size, 24), 64))),
      let slot = ThreadSlotCode(code, at: function.address).slot
    else { return nil }
    self.slot = slot
    runners = Self.jobFunctions.compactMap { symbols[$0] }.compactMap { symbol in
      let (end, overflow) = symbol.address.addingReportingOverflow(symbol.size)
      return overflow || symbol.size == 0 ? nil : symbol.address..<end
    }.sorted { $0.lowerBound < $1.lowerBound }
    guard !runners.isEmpty else { return nil }
    calledByRunners =
      symbols[Self.jobFunctions[0]] != nil
      ? []
      : runners.flatMap { range in
        Self.calls(
          in: (try? image.read(
            address: range.lowerBound, count: Int(clamping: min(range.upperBound - range.lowerBound, 4_096)))) ?? [],
          at: range.lowerBound)
      }
    isLibrary = image.path.split(separator: "/").last?.hasPrefix("libswift_Concurrency.") == true
    taskMetadata = symbols[variables[0]]?.address
    slabMetadata = symbols[variables[1]]?.address
    taskSize = symbols[variables[2]]?.address
    let text = image.segments.filter { $0.type == .load && $0.isExecutable }
    let start = text.map(\.virtualAddress).min() ?? 0
    self.code = start..<max(start, text.map { $0.virtualAddress &+ $0.fileSize }.max() ?? 0)
  }

  /// Whether it is worth to look at each of the image's symbols, of which compilers and tests have hundreds of thousands:
  /// that takes longer than samples may wait.
  private static func mayHoldRuntime(_ image: ELFImage) -> Bool {
    // Threads have their task in memory of their own.
    guard image.segments.contains(where: { $0.type == .threadLocal }) else { return false }
    let dynamic = SymbolSearch.names(of: .dynamicSymbols, in: image, hold: [getCurrent, "libswift_Concurrency.so"])
    if dynamic[1] {
      // Its own name is among those of the library, too.
      return dynamic[0] && image.path.split(separator: "/").last?.hasPrefix("libswift_Concurrency.") == true
    }
    return dynamic[0] || SymbolSearch.names(of: .symbolTable, in: image, hold: [getCurrent])[0]
  }

  /// Where direct calls lead to. What only looks like one leads to no function's beginning.
  private static func calls(in code: [UInt8], at start: UInt64) -> [UInt64] {
    guard code.count >= 5 else { return [] }
    return (0...code.count - 5).filter { code[$0] == 0xE8 }.map { index in
      let offset = (0..<4).reduce(UInt32(0)) { $0 | UInt32(code[index + 1 + $1]) << UInt32(8 * $1) }
      return start &+ UInt64(index + 5) &+ UInt64(bitPattern: Int64(Int32(bitPattern: offset)))
    }
  }
}
