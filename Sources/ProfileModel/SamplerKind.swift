/// What took a profile's samples, or what it was read from.
public enum SamplerKind: Hashable, Sendable {
  /// perf_event, by an event: `cycles`, `cpu-clock`, or those that were asked for, separated by commas.
  case perf(event: String)
  /// ptrace, which stops threads.
  case ptrace
  /// Something else by its name, such as the format of a file from elsewhere; empty where nothing is known.
  case other(String)

  /// The sampler of a name.
  public init(_ name: String) {
    if name == "ptrace" {
      self = .ptrace
    } else if name.hasPrefix("perf:") {
      self = .perf(event: String(name.dropFirst("perf:".count)))
    } else {
      self = .other(name)
    }
  }

  /// `perf:cycles`, `perf:cpu-clock`, `ptrace`, `folded`…
  public var name: String {
    switch self {
    case .perf(let event): "perf:" + event
    case .ptrace: "ptrace"
    case .other(let name): name
    }
  }

  /// Whether nothing is known of it.
  public var isUnknown: Bool { self == .other("") }
}

extension SamplerKind: ExpressibleByStringLiteral {
  /// The sampler of a name.
  public init(stringLiteral name: String) { self.init(name) }
}
