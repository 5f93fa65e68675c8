/// Which of a profile's samples a view is of, and what of their stacks.
public struct Selection: Hashable, Sendable {
  /// The value type that is looked at; samples of others are left out.
  public var value: ValueTypeID
  /// Nanoseconds since the start; nil for all times.
  public var time: Range<UInt64>?
  /// Threads; nil for all.
  public var threads: Set<ThreadID>?
  /// Processes; nil for all.
  public var processes: Set<ProcessID>?
  /// Samples are looked at whose stack has a frame of each.
  public var focus: [FunctionPattern]
  /// Samples are left out whose stack has a frame of any.
  public var ignore: [FunctionPattern]
  /// Frames of any are left out, and what they cost is their callers'. Samples that no frame is left of are left out.
  public var hide: [FunctionPattern]
  /// Whether views of stacks begin with the function that ran, its callers below.
  public var isReversed: Bool

  /// All samples of one value type, unless more is said.
  public init(
    _ value: ValueTypeID, time: Range<UInt64>? = nil, threads: Set<ThreadID>? = nil, processes: Set<ProcessID>? = nil,
    focus: [FunctionPattern] = [], ignore: [FunctionPattern] = [], hide: [FunctionPattern] = [],
    isReversed: Bool = false
  ) {
    self.value = value
    self.time = time
    self.threads = threads
    self.processes = processes
    self.focus = focus
    self.ignore = ignore
    self.hide = hide
    self.isReversed = isReversed
  }

  /// Whether it says more than which value type.
  public var isPart: Bool {
    time != nil || threads != nil || processes != nil || !focus.isEmpty || !ignore.isEmpty || !hide.isEmpty
  }
}

/// A profile and which of its samples are looked at: what every view is a pure function of.
///
/// Views take value type, times, threads and processes from the selection as they add samples up. What it says of
/// functions changes stacks, so `applyingSelection` makes a profile of it, once for all views.
public struct SelectedProfile: Sendable {
  /// The profile.
  public var profile: Profile
  /// Which of its samples.
  public var selection: Selection
  /// Whether the profile's stacks are turned over: leaf first.
  public internal(set) var isTurned = false

  /// A profile and a selection of it.
  public init(_ profile: Profile, _ selection: Selection) {
    self.profile = profile
    self.selection = selection
  }

  /// The selected samples, in the profile's order.
  public var samples: SelectedSamples { SelectedSamples(profile, selection) }

  /// What the selected samples carry amounts of.
  public var value: ValueType { profile.valueTypes[selection.value.index] }

  /// For each thread whether it is selected; nil where all are.
  var selectedThreads: [Bool]? {
    guard selection.threads != nil || selection.processes != nil else { return nil }
    return profile.threads.enumerated().map { index, thread in
      selection.threads?.contains(ThreadID(index: index)) ?? true
        && selection.processes?.contains(thread.process) ?? true
    }
  }

  /// The same with another value type.
  public func with(_ value: ValueTypeID) -> SelectedProfile {
    var result = self
    result.selection.value = value
    return result
  }
}

/// The samples of a profile that a selection takes, in the profile's order.
public struct SelectedSamples: Sequence, Sendable {
  private let samples: [Sample]
  private let selection: Selection
  /// For each thread whether it is selected; nil for all.
  private let threads: [Bool]?

  fileprivate init(_ profile: Profile, _ selection: Selection) {
    samples = profile.samples
    self.selection = selection
    threads = SelectedProfile(profile, selection).selectedThreads
  }

  /// Walks over the selected samples.
  public struct Iterator: IteratorProtocol {
    fileprivate let all: SelectedSamples
    fileprivate var position = 0

    /// The next selected sample.
    @inline(__always)
    public mutating func next() -> Sample? {
      while position < all.samples.count {
        let sample = all.samples[position]
        position += 1
        if all.includes(sample) { return sample }
      }
      return nil
    }
  }

  /// An iterator over the selected samples.
  public func makeIterator() -> Iterator { Iterator(all: self) }

  @inline(__always)
  private func includes(_ sample: Sample) -> Bool {
    guard sample.value == selection.value else { return false }
    if let time = selection.time, !time.contains(sample.time) { return false }
    return threads.map { $0[sample.thread.index] } ?? true
  }
}

extension Profile {
  /// The value type of this name; the first of equals.
  public func valueType(named name: String) -> ValueTypeID? {
    valueTypes.firstIndex { $0.name == name }.map { ValueTypeID(index: $0) }
  }

  /// The sum of all samples of each value type, in their order.
  public var valueTotals: [Int64] {
    var totals = [Int64](repeating: 0, count: valueTypes.count)
    for sample in samples { totals[sample.value.index].addSaturating(sample.weight) }
    return totals
  }

  /// The profile with all samples of the value type that the source prefers, else of the last that has any, else of the
  /// first.
  ///
  /// That is how the pprof tools choose (`default_sample_type`, and without it the last type), except that what is empty
  /// is passed over.
  public var preferred: SelectedProfile {
    let value = preferredValue ?? ValueTypeID(index: valueTotals.lastIndex { $0 != 0 } ?? 0)
    return SelectedProfile(self, Selection(value))
  }
}
