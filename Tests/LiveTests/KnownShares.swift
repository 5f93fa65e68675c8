import Testing

/// A sample program, and the share of samples that must go through each path of functions.
struct KnownShares: CustomTestStringConvertible, Sendable {
  var sample: String
  var arguments = ["60"]
  var percent: [String: Double]
  /// What shares are of: all samples, or those through this path.
  var whole: String?
  /// How far a share may be off, in percentage points.
  var tolerance = 2.0
  /// How many stacks must be rooted, in percent.
  var rooted = 99.5

  var testDescription: String { ([sample] + arguments).joined(separator: " ") }

  private static let thirds = [
    "main;round_of_work;twenty": 20.0, "main;round_of_work;thirty": 30, "main;round_of_work;fifty": 50,
  ]
  static let frames = [
    "main;outer;middle;inner;leaf": 60.0, "main;outer;middle;variable_frame;leaf": 40,
  ]

  /// Every way of linking.
  static let linked = ["shares", "shares-static", "shares-static-pie", "shares-nopie", "shares-compressed"]
    .map { KnownShares(sample: $0, percent: thirds) }

  /// Every thing that an unwinder may have to go by.
  static let unwound = ["frames-fp", "frames-nofp", "frames-nofp-O0", "frames-fp-nocfi", "frames-debugframe"]
    .map { KnownShares(sample: $0, percent: frames) }

  /// Control flow that isn't a plain call.
  static let controlFlow = [
    KnownShares(
      sample: "threads", percent: ["thread_main;odd_work": 50, "thread_main;even_work": 50], tolerance: 3),
    KnownShares(sample: "manythreads", percent: ["thread_main;hold_token": 98], tolerance: 2),
    KnownShares(
      sample: "signals",
      percent: ["main;interrupted_work": 100, "main;interrupted_work;on_signal;handler_work": 50]),
    KnownShares(
      sample: "altstack",
      percent: ["main;interrupted_work": 100, "main;interrupted_work;on_timer;handler_work": 40], tolerance: 20,
      // The first samples on the other stack tell where the one that was left is found.
      rooted: 95),
    KnownShares(
      sample: "coroutines",
      percent: ["first_coroutine;first_work": 40, "second_coroutine;second_work": 60]),
    KnownShares(sample: "vdso", percent: ["main;read_clock": 99.5]),
    KnownShares(sample: "plt", percent: ["main;call_many": 99.5]),
    KnownShares(
      sample: "twotexts", percent: ["main;hot_outer;hot_inner": 50, "main;cold_outer;cold_inner": 50]),
    KnownShares(
      sample: "plugin", percent: ["main;own_work": 50, "main;use_plugin;library_work": 50]),
  ]

  /// Other languages.
  static let languages = [
    KnownShares(
      sample: "inlining", percent: ["main;shop::Till::serve*": 100, "main;shop::Till::serve*;shop::wrap*": 70]),
    KnownShares(
      sample: "exceptions",
      percent: ["main;attempt*;land*": 50, "main;attempt*;fall*;Parachute::~Parachute*": 50]),
    // All of it is a task's work. Who awaits it isn't known of the first moments, while the program starts: 40 ms of 2 s.
    KnownShares(
      sample: "features",
      percent: [
        "round(_:);genericWork*": 20, "round(_:);*applyTwice*": 20, "round(_:);Square.area()": 20, "asyncWork()": 40,
      ], rooted: 97),
    KnownShares(
      sample: "rusty",
      percent: [
        "main;*round;<rusty::Square as rusty::Shape>::area": 25, "main;*round;*generic_work*": 25,
        "main;*round;*apply*;*closure*": 50,
      ]),
    KnownShares(
      sample: "rusty-v0",
      percent: [
        "main;*round;<rusty::Square as rusty::Shape>::area": 25, "main;*round;*generic_work*": 25,
        "main;*round;*apply*;*closure*": 50,
      ]),
  ]

  /// Go, linked in every way. What its runtime does beside is none of the work, and more of it where others want the CPUs.
  static let go = ["gopher", "gopher-stripped", "gopher-external", "gopher-pie"].map {
    KnownShares(
      sample: $0,
      percent: [
        "runtime.goexit*;main.worker;main.oddWork;main.chain": 25,
        "runtime.goexit*;main.worker;main.evenWork;main.chain": 75,
      ], whole: "runtime.goexit*;main.worker;main.chain", tolerance: 3)
  }

  /// Demands them of what was recorded.
  func expect(in recorded: Recorded) {
    let folded = recorded.folded
    #expect(folded.rootedPercent >= rooted, "\(recorded.summary)")
    if let whole { #expect(folded.percent(through: whole) > 90, "\(recorded.summary)") }
    for (path, expected) in percent.sorted(by: { $0.key < $1.key }) {
      let actual = 100 * folded.percent(through: path) / (whole.map { folded.percent(through: $0) } ?? 100)
      #expect(
        abs(actual - expected) <= tolerance, "\(path): \(actual) %, not \(expected) %\n\(recorded.summary)")
    }
    #expect(recorded.number("lost") == 0)
  }
}
