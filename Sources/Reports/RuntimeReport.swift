import ProfileModel
import TextWriting
import Wording

/// How much of a profile is work of the Swift runtime and the allocator, and which functions cause it.
///
/// A sample counts as such work when its stack ends in a function of the runtime or in what that calls within system
/// libraries and the kernel. Where the runtime calls back into the program, as `swift_release` calls a `deinit`, the
/// program's work is its own again:
///
///     main ► parse ► swift_release ► _swift_release_dealloc           ARC, caused by parse
///     main ► parse ► swift_release ► Node.deinit                      the program's
///     main ► parse ► swift_release ► Node.deinit ► free ► _int_free   allocation, caused by Node.deinit
package struct RuntimeReport: Sendable {
  /// Work of one kind.
  package struct Row: Hashable, Sendable {
    /// What was done.
    package var work: RuntimeWork
    /// Samples in it.
    package var samples: Int64
    /// The functions that caused it, most samples first.
    package var callers: [Caller]
  }

  /// A function that calls the runtime.
  package struct Caller: Hashable, Sendable {
    /// The function; nil where stacks begin with the runtime's.
    package var function: ReportedFunction?
    /// Samples of the work called from it.
    package var samples: Int64
  }

  /// One for each kind of work, in the order of `RuntimeWork`.
  package let rows: [Row]
  /// How far the figures can be trusted.
  package let trust: TrustSummary

  /// Adds the selected samples up.
  ///
  /// - Complexity: O(stacks + samples + functions)
  package init(_ selected: SelectedProfile) {
    let profile = selected.profile
    trust = TrustSummary(selected)
    let work = RuntimeWorkOfStacks(profile)
    // Most programs that are not Swift's do nothing of the kind, and need no index.
    let index = work.isEmpty ? nil : FunctionIndex(profile)
    var samples = [RuntimeWork: Int64]()
    var byCaller = [RuntimeWork: [UInt32: Int64]]()
    for sample in selected.samples {
      guard let index, let stack = sample.stack, let cause = work.cause(of: stack) else { continue }
      samples[cause.work, default: 0] += sample.weight
      let caller = cause.caller.map { index.groupOfFrame[Int(profile.stacks.frame(of: $0))] } ?? StackGrouping.none
      byCaller[cause.work, default: [:]][caller, default: 0] += sample.weight
    }
    rows = RuntimeWork.allCases.map { work in
      let callers = (byCaller[work] ?? [:]).map { caller, samples in
        Caller(function: caller == StackGrouping.none ? nil : index?.functions[Int(caller)], samples: samples)
      }
      return Row(work: work, samples: samples[work] ?? 0, callers: callers.sorted(by: Self.precedes))
    }
  }

  private static func precedes(_ left: Caller, _ right: Caller) -> Bool {
    guard left.samples == right.samples else { return left.samples > right.samples }
    guard let first = left.function, let second = right.function else { return left.function == nil }
    return ReportedFunction.precedes(first, second)
  }

  /// `Swift runtime: ARC 12.3 %, allocation 4.5 %, metadata 0.1 %`
  package var summary: String {
    let parts = rows.filter { $0.work != .casting || $0.samples > 0 }
    return "Swift runtime: "
      + parts.map { "\($0.work.title) \(trust.share(of: $0.samples).percent)" }.joined(separator: ", ")
  }

  /// The summary, and for each kind of work the functions that cause most of it.
  ///
  /// - Parameter columns: The terminal's width; nil where nothing has to fit.
  package func text(limit: Int = 5, columns: Int? = nil) -> String {
    var result = summary.wrapped(toColumns: columns, indentation: "  ") + "\n"
    for row in rows where row.samples > 0 {
      var table = TextTable([
        .init("", .right), .init("", .right, leaves: 0), .init("", .left, cutTo: 12, leaves: 1),
        .init("", .left, cutTo: 30),
      ])
      for caller in row.callers.prefix(max(0, limit)) {
        table.add([
          "  " + trust.share(of: caller.samples).percent, trust.value.cell(caller.samples),
          (caller.function?.module ?? "").shortened(toColumns: 24), caller.function?.name ?? "[no caller]",
        ])
      }
      result += "\n\(row.work.title), caused by\n" + table.text(columns: columns)
    }
    return result + trust.notesText(columns: columns)
  }

  /// Writes the member `runtime`, with samples and callers for each kind of work.
  func write(to json: inout JSONWriter, limit: Int) {
    json.key("runtime")
    json.object { json in
      for row in rows {
        json.key(row.work.rawValue)
        json.object { json in
          json.member("samples", row.samples)
          json.member("share", trust.share(of: row.samples))
          json.key("callers")
          json.array { json in
            for caller in row.callers.prefix(max(0, limit)) {
              json.object { json in
                json.member("name", caller.function?.name)
                json.member("module", caller.function?.module)
                json.member("samples", caller.samples)
              }
            }
          }
        }
      }
    }
  }

  /// The report as JSON.
  package func json(limit: Int = 20) -> [UInt8] {
    var json = JSONWriter(indentation: 2)
    json.object { json in
      trust.write(to: &json)
      write(to: &json, limit: limit)
    }
    json.endLine()
    return json.bytes
  }
}

/// For each node of a stack table whether a sample that ends there is work of the runtime, and who asked for it.
private struct RuntimeWorkOfStacks {
  private var works: [RuntimeWork?] = []
  private var callers: [StackID?] = []
  /// Whether no function does such work.
  let isEmpty: Bool

  init(_ profile: Profile) {
    let modules = profile.modules.map(\.name)
    let workOfFunction = profile.functions.map { function in
      RuntimeWork(functionNamed: function.name, module: function.module.map { modules[$0.index] })
    }
    isEmpty = workOfFunction.allSatisfy { $0 == nil }
    if isEmpty { return }
    let isSystemModule = modules.map { module in Self.systemModules.contains { module.hasPrefix($0) } }
    let isSystem = profile.frames.map { Self.isSystem($0, profile, isSystemModule) }
    works.reserveCapacity(profile.stacks.count)
    callers.reserveCapacity(profile.stacks.count)
    // Parents precede children, so what a node's caller does is known before it.
    for node in 0..<profile.stacks.count {
      let parent = profile.stacks.parent(of: StackID(index: node))
      let frame = Int(profile.stacks.frames[node])
      let work = workOfFunction[profile.frames[frame].function.index]
      if let parent, let outer = works[parent.index], work != nil || isSystem[frame] {
        works.append(outer)
        callers.append(callers[parent.index])
      } else {
        works.append(work)
        callers.append(parent)
      }
    }
  }

  func cause(of stack: StackID) -> (work: RuntimeWork, caller: StackID?)? {
    works[stack.index].map { ($0, callers[stack.index]) }
  }

  private static func isSystem(_ frame: Frame, _ profile: Profile, _ isSystemModule: [Bool]) -> Bool {
    if frame.kind == .kernel { return true }
    let function = profile.functions[frame.function.index]
    if function.name.hasPrefix("swift::") || function.name.hasPrefix("std::") { return true }
    return function.module.map { isSystemModule[$0.index] } ?? false
  }

  private static let systemModules = [
    "libswiftCore.", "libswift_Concurrency.", "libc.so", "libc-", "libpthread", "ld-linux", "libstdc++.", "libc++.",
    "libjemalloc", "libtcmalloc", "libmimalloc", "[vdso]",
  ]
}
