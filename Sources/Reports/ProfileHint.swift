import ProfileModel
import TextWriting
import Wording

/// What a profile's figures hint at, with the figures.
package struct ProfileHint: Hashable, Sendable {
  /// What kind of hint it is, for programs.
  package var kind: String
  /// The share of everything that it rests on.
  package var share: Double
  /// What was seen, and what to look at next.
  package var text: String

  /// What hints rest on beside the samples.
  struct Figures {
    var trust: TrustSummary
    var runtime: RuntimeReport
    var threads: [ProfileOverview.Part]
    var resources: ResourceUse?
  }

  /// The share from which on something is worth a look.
  private static let least = 0.1
  private static let most = 5

  /// Functions that tell of something by their names, and what.
  private struct Sign {
    var kind: String
    var names: [String]
    var text: String
  }

  private static let signs = [
    Sign(
      kind: "page-faults", names: ["asm_exc_page_fault", "exc_page_fault", "do_user_addr_fault", "handle_mm_fault"],
      text: "of the samples are in page faults: memory that is touched for the first time. Look at who allocates it "
        + "(`record -e page-faults`)"),
    Sign(
      kind: "lock-waits",
      names: [
        "__lll_lock_wait", "__lll_lock_wait_private", "__GI___lll_lock_wait", "futex_wait",
        "__futex_abstimed_wait_common",
        "pthread_mutex_lock", "___pthread_mutex_lock", "native_queued_spin_lock_slowpath", "__x64_sys_futex",
        "do_futex",
      ],
      text: "of the samples are in locks and in waiting for them. Look at their callers"),
    Sign(
      kind: "spinning",
      names: ["__sched_yield", "sched_yield", "__x64_sys_sched_yield", "pthread_spin_lock", "cpu_relax"],
      text: "of the samples give the CPU away or spin until something happens: CPU time without progress"),
  ]

  /// At most five, the heaviest first.
  static func hints(_ selected: SelectedProfile, _ figures: Figures) -> [ProfileHint] {
    guard figures.trust.value.isCount, figures.trust.completeness.samples >= 100 else { return [] }
    var hints = runtimeHints(figures.runtime)
    if let use = figures.resources { hints += resourceHints(use, seconds: figures.trust.metadata.durationSeconds) }
    hints += signHints(selected, figures.trust)
    if let hint = debugBuildHint(selected, figures.trust) { hints.append(hint) }
    let nameless = figures.trust.share(of: figures.trust.completeness.unsymbolizedSelf)
    if nameless >= least {
      hints.append(
        ProfileHint(
          kind: "no-names", share: nameless,
          text: "\(nameless.percent) of the samples are in functions without a name: install debug symbols, or build "
            + "with them"))
    }
    if let hint = threadHint(figures) { hints.append(hint) }
    hints.sort { $0.share == $1.share ? $0.kind < $1.kind : $0.share > $1.share }
    return Array(hints.prefix(most))
  }

  private static func runtimeHints(_ runtime: RuntimeReport) -> [ProfileHint] {
    runtime.rows.compactMap { row in
      let share = runtime.trust.share(of: row.samples)
      guard share >= least else { return nil }
      let cause = row.callers.first { $0.function != nil }
      let most = cause.flatMap(\.function).map { function in
        ", most for `\(function.name.shortened(toColumns: 60))` (\(runtime.trust.share(of: cause?.samples ?? 0).percent))"
      }
      return ProfileHint(
        kind: row.work.rawValue, share: share,
        text: "\(share.percent) of the samples are \(row.work.title)\(most ?? ""): `report --group-runtime` tells who "
          + "causes it")
    }
  }

  private static func signHints(_ selected: SelectedProfile, _ trust: TrustSummary) -> [ProfileHint] {
    let profile = selected.profile
    let signOfName = signs.enumerated().reduce(into: [String: UInt32]()) { result, sign in
      for name in sign.element.names { result[name] = UInt32(truncatingIfNeeded: sign.offset) }
    }
    let groups = profile.frames.map { signOfName[profile.functions[$0.function.index].name] ?? StackGrouping.none }
    guard groups.contains(where: { $0 != StackGrouping.none }) else { return [] }
    let weights = StackGrouping(profile.stacks, groupOfFrame: groups, count: signs.count).weights(of: selected.samples)
    return signs.enumerated().compactMap { index, sign in
      let share = trust.share(of: weights.total[index])
      guard share >= least else { return nil }
      return ProfileHint(kind: sign.kind, share: share, text: "\(share.percent) \(sign.text)")
    }
  }

  /// The library of generic code that compilers made in advance for code without optimization, which nothing else calls.
  private static let unoptimizedSupport = "libswiftSwiftOnoneSupport.so"
  /// Optimized code never goes there, so that little of it tells enough.
  private static let leastUnoptimized = 0.01

  private static func debugBuildHint(_ selected: SelectedProfile, _ trust: TrustSummary) -> ProfileHint? {
    let profile = selected.profile
    let groups = profile.frames.map { frame -> UInt32 in
      let module = profile.functions[frame.function.index].module.map { profile.modules[$0.index].name }
      return module == unoptimizedSupport ? 0 : StackGrouping.none
    }
    guard groups.contains(0) else { return nil }
    let weights = StackGrouping(profile.stacks, groupOfFrame: groups, count: 1).weights(of: selected.samples)
    let share = trust.share(of: weights.total[0])
    guard share >= leastUnoptimized else { return nil }
    return ProfileHint(
      kind: "debug-build", share: share,
      text: "\(share.percent) of the samples go through \(unoptimizedSupport), which only Swift code that was built "
        + "without optimization calls: profile a release build (`swift build -c release`)")
  }

  /// One thread that never rests while others are there.
  private static func threadHint(_ figures: Figures) -> ProfileHint? {
    guard figures.threads.count > 1, let busiest = figures.threads.first,
      let nanoseconds = figures.trust.value.cpuNanoseconds(of: busiest.samples),
      figures.trust.metadata.durationSeconds > 0
    else { return nil }
    let busy = nanoseconds / 1e9 / figures.trust.metadata.durationSeconds
    let share = figures.trust.share(of: busiest.samples)
    guard busy >= 0.9, share >= 0.7 else { return nil }
    return ProfileHint(
      kind: "one-thread", share: share,
      text: "The thread \(busiest.name) was on a CPU \(min(1, busy).percent) of the time and took \(share.percent) of "
        + "everything, beside \(figures.threads.count - 1) others: more CPUs won't help before its work is divided")
  }
}
