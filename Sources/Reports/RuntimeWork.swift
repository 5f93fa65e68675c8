import ProfileModel

/// Work that a language runtime does for a program, as opposed to the program's own.
package enum RuntimeWork: String, Hashable, Sendable, CaseIterable {
  /// Retain, release, and what they lead to inside the runtime.
  case referenceCounting
  /// Getting and giving back memory, `malloc` and `free` included.
  case allocation
  /// Finding and building type metadata and witness tables.
  case metadata
  /// Dynamic casts.
  case casting

  /// The word in reports.
  package var title: String {
    switch self {
    case .referenceCounting: "ARC"
    case .allocation: "allocation"
    case .metadata: "metadata"
    case .casting: "casts"
    }
  }

  /// The work that a function does by its name; nil for all others.
  ///
  /// What the Swift runtime is made of only counts in the runtime's own modules, its entry points (`swift_retain`) in
  /// all, since they can be linked into programs: the compiler's `swift::WitnessTable` is no work of the runtime.
  ///
  /// - Parameter module: the name of its module, where that is known.
  init?(functionNamed name: String, module: String? = nil) {
    // Linker's names have one or two underscores in front, internal parts a `_` behind.
    let bytes = name.utf8.drop { $0 == UInt8(ascii: "_") }
    // Only a few letters begin any of the names, and most functions have others.
    guard let first = bytes.first, Self.isFirst[Int(first)] else { return nil }
    let base = Substring(bytes)
    if base.hasPrefix("swift") {
      guard Self.isEntryPoint(base) || module.map(Self.isRuntime) ?? base.hasPrefix("swift::") else { return nil }
      guard let work = Self(swiftRuntime: base) else { return nil }
      self = work
    } else if Self.allocators.contains(where: { Self.isCall(base, of: $0) }) {
      self = .allocation
    } else {
      return nil
    }
  }

  /// Whether a name is one of C that begins as those of the runtime's functions do.
  private static func isEntryPoint(_ name: Substring) -> Bool {
    name.hasPrefix("swift_") && !name.contains("(") && !name.contains("::")
  }

  private static func isRuntime(_ module: String) -> Bool {
    ["libswiftCore.", "libswift_Concurrency.", "libswiftRuntime."].contains { module.hasPrefix($0) }
  }

  private init?(swiftRuntime name: Substring) {
    func has(_ parts: [String]) -> Bool { parts.contains { name.contains($0) } }
    if has(["dynamicCast", "swift::tryCast"]) {
      self = .casting
    } else if has([
      "Metadata", "Witness", "TypeByMangledName", "conformsToProtocol", "instantiateConcreteType", "getTypeByMangled",
      "getTypeName", "swift::Demangle",
    ]) {
      self = .metadata
    } else if has([
      "etain", "elease", "RefCount", "niquelyReferenced", "swift_weak", "swift_unowned", "swift_unknownObjectWeak",
      "swift_unknownObjectUnowned", "setDeallocating",
    ]) {
      self = .referenceCounting
    } else if has([
      "swift_alloc", "swift_dealloc", "swift_slowAlloc", "swift_slowDealloc", "swift_task_alloc",
      "swift_task_dealloc", "swift_initStackObject", "swift_initStaticObject",
    ]) {
      self = .allocation
    } else {
      return nil
    }
  }

  /// For each byte whether the name of a function of the runtime or the allocator begins with it.
  private static let isFirst: [Bool] = {
    var result = [Bool](repeating: false, count: 256)
    for name in allocators + ["swift"] {
      if let first = name.utf8.first { result[Int(first)] = true }
    }
    return result
  }()

  private static let allocators = [
    "malloc", "free", "calloc", "realloc", "cfree", "aligned_alloc", "posix_memalign", "memalign", "libc_malloc",
    "libc_free", "libc_calloc", "libc_realloc", "int_malloc", "int_free", "int_realloc", "int_memalign",
    "malloc_consolidate", "unlink_chunk", "sysmalloc", "systrim", "operator new", "operator delete", "je_malloc",
    "je_free", "mi_malloc", "mi_free",
  ]

  /// Whether `name` is `function`, perhaps with an argument list, a version or a compiler's suffix.
  private static func isCall(_ name: Substring, of function: String) -> Bool {
    guard name.utf8.starts(with: function.utf8) else { return false }
    guard let next = name.utf8.dropFirst(function.utf8.count).first else { return true }
    return next == UInt8(ascii: "(") || next == UInt8(ascii: ".") || next == UInt8(ascii: "@")
      || next == UInt8(ascii: "[")
  }
}
