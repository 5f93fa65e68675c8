/// Samples with named frames, and what is known of how they came about. Every view is a pure function of it.
public struct Profile: Sendable {
  /// What was profiled, how, and how well that went.
  public var metadata = ProfileMetadata()
  /// Sorted by first appearance.
  public var processes: [ProcessRecord] = []
  /// Sorted by first appearance.
  public var threads: [ThreadRecord] = []
  /// Binaries, kernel and JIT regions that frames lie in.
  public var modules: [Module] = []
  /// Functions; distinct by everything but their lines.
  public var functions: [Function] = []
  /// Places in functions; what `stacks` refers to.
  public var frames: [Frame] = []
  /// Stacks of `frames`, root first. The process's and thread's names are not in them.
  public var stacks = StackTable()
  /// What samples carry amounts of; never empty.
  public var valueTypes: [ValueType] = [.samples()]
  /// The value type that the source means to be looked at first; nil where it doesn't say.
  public var preferredValue: ValueTypeID?
  /// In order of time. Of an observation with amounts of several value types there is a row for each.
  public var samples: [Sample] = []
  /// What happened meanwhile, in order of time: what the kernel told of processes, threads and lost samples.
  public var marks: [ProfileMark] = []

  /// An empty profile.
  public init() {}
}

/// A process that was sampled, under one of its names.
public struct ProcessRecord: Hashable, Sendable {
  /// The process's number on the machine; 0 where the source doesn't say.
  public var pid: Int32
  /// Its short name (`comm`) when it was sampled.
  public var name: String
  /// The same process under the name that it was sampled with first; nil where that is this one.
  public var first: ProcessID?
  /// A process record.
  public init(pid: Int32, name: String, first: ProcessID? = nil) {
    self.pid = pid
    self.name = name
    self.first = first
  }

  /// Whether the source says nothing of processes: views leave it out.
  public var isUnnamed: Bool { pid == 0 && name.isEmpty }
}

/// A thread that was sampled, under one of its names, in its process under one of its own.
public struct ThreadRecord: Hashable, Sendable {
  /// The process that it belongs to.
  public var process: ProcessID
  /// The thread's number on the machine; 0 where the source doesn't say.
  public var tid: Int32
  /// Its short name (`comm`) when it was sampled.
  public var name: String
  /// The same thread under the names that it was sampled with first; nil where that is this one.
  public var first: ThreadID?
  /// A thread record.
  public init(process: ProcessID, tid: Int32, name: String, first: ThreadID? = nil) {
    self.process = process
    self.tid = tid
    self.name = name
    self.first = first
  }
}

/// A binary, the kernel, or a region of JIT code.
public struct Module: Hashable, Sendable {
  /// Full path, or `[kernel]`, `[vdso]`, `[jit]`…
  public var path: String
  /// Identity, where the file has one.
  public var buildID: BuildID?
  /// Where its names came from: `.symtab`, `debug file /usr/lib/debug/…`, `.dynsym`, `kallsyms`, `none`…
  public var symbolSource: String?
  /// What kind of code it holds; nil where the source doesn't say.
  public var kind: ModuleKind?
  /// A module.
  public init(path: String, buildID: BuildID? = nil, symbolSource: String? = nil, kind: ModuleKind? = nil) {
    self.path = path
    self.buildID = buildID
    self.symbolSource = symbolSource
    self.kind = kind
  }
  /// The last component of the path.
  public var name: String {
    path.split(separator: "/", omittingEmptySubsequences: true).last.map(String.init) ?? path
  }
}

/// A function, or what stands for one.
public struct Function: Hashable, Sendable {
  /// The name to show: demangled, short form. Without a symbol: `module+0x1234`.
  public var name: String
  /// Demangled with all types and arguments; nil when it's the same as `name`.
  public var fullName: String?
  /// As the linker knows it; nil when it's the same as `name`.
  public var linkageName: String?
  /// The module that it lies in.
  public var module: ModuleID?
  /// Source file, where known.
  public var file: String?
  /// False for `module+0x1234` and other stand-ins for a missing symbol.
  public var isSymbolized: Bool
  /// A function.
  public init(
    name: String, fullName: String? = nil, linkageName: String? = nil, module: ModuleID? = nil, file: String? = nil,
    isSymbolized: Bool = true
  ) {
    self.name = name
    self.fullName = fullName
    self.linkageName = linkageName
    self.module = module
    self.file = file
    self.isSymbolized = isSymbolized
  }

  /// The name that stands for a missing symbol: `module+0x1234`, with the address within the file, of the function's start
  /// where that is known; the bare address or module where there is only that.
  package static func standInName(module: String?, address: UInt64?) -> String {
    let place = address.map { "0x" + String($0, radix: 16) }
    guard let module else { return place ?? unknownCode.name }
    return place.map { module + "+" + $0 } ?? module
  }
}

/// What kind of code a frame is; pictures color by it, folded stacks carry it as a suffix.
public enum FrameKind: UInt8, Hashable, Sendable, CaseIterable {
  /// Compiled user code.
  case user
  /// Kernel code, `_[k]`.
  case kernel
  /// A call that the compiler inlined into its caller, `_[i]`.
  case inlined
  /// Code made at run time, `_[j]`.
  case jit
  /// Stands for the frames missing at the root: `[truncated: REASON]`. Always the first frame of its stack.
  case truncated
  /// Stands for frames left out in the middle: `[N frames elided]`.
  case elided
  /// An async function that awaits what is called, `_[a]`: it is on no thread's stack.
  case asyncCaller
  /// Stands for the executor that runs a task: `[Swift task]`. The first frame of its stack, unless executors are shown.
  case task
  /// The same where the callers of an async function are not known, or not for sure: `[async: REASON]`.
  case asyncGap

  /// What a pattern such as `kind:kernel` calls it.
  public var word: String {
    switch self {
    case .user: "user"
    case .kernel: "kernel"
    case .inlined: "inlined"
    case .jit: "jit"
    case .truncated: "no-root"
    case .elided: "elided"
    case .asyncCaller: "awaits"
    case .task: "task"
    case .asyncGap: "async-gap"
    }
  }

  /// Whether it stands for other frames, and is none itself.
  public var isMarker: Bool { self == .truncated || self == .elided || beginsTask }

  /// Whether what is nearer to the leaf is a task's, and what is nearer to the root the executor's that runs it.
  public var beginsTask: Bool { self == .task || self == .asyncGap }
}

/// A place in a function that stacks go through.
public struct Frame: Hashable, Sendable {
  /// The function.
  public var function: FunctionID
  /// What kind of code it is.
  public var kind: FrameKind
  /// Source line of the call or sample; 0 where unknown.
  public var line: UInt32
  /// Address relative to the module's base (its stated address), lookup form; 0 where unknown.
  public var address: UInt64
  /// A frame.
  public init(function: FunctionID, kind: FrameKind, line: UInt32 = 0, address: UInt64 = 0) {
    self.function = function
    self.kind = kind
    self.line = line
    self.address = address
  }
}

/// One observation: a thread had this stack at this time.
public struct Sample: Hashable, Sendable {
  /// Nanoseconds since the recording's start; 0 where the source has no times.
  public var time: UInt64
  /// The thread.
  public var thread: ThreadID
  /// What the weight counts.
  public var value: ValueTypeID
  /// How much it counts, in the unit of its value type; never negative.
  public var weight: Int64
  // Behind the wide ones, so that a sample takes 32 bytes.
  /// Its stack; nil for a sample without any frame.
  public var stack: StackID?
  /// A sample, of the profile's first value type unless another is named.
  public init(
    time: UInt64, thread: ThreadID, stack: StackID?, weight: Int64 = 1, value: ValueTypeID = ValueTypeID(rawValue: 0)
  ) {
    self.time = time
    self.thread = thread
    self.stack = stack
    self.weight = weight
    self.value = value
  }
}
