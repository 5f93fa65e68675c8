/// Colors of everything but frames, light and dark.
struct Theme {
  /// What the viewer's style sheet calls these colors.
  var variables: [(name: String, color: String)] {
    [
      ("paper", paper), ("ink", ink), ("dim", dim), ("line", line), ("control", control), ("accent", accent),
      ("invalid", invalid), ("match", match),
    ]
  }

  /// What the page's canvases draw with besides.
  var canvasVariables: [(name: String, color: String)] {
    [
      ("on-cpu", onCPU), ("runnable", runnable), ("blocked", blocked), ("idle", idle), ("waiting", waiting),
      ("event1", events[0]), ("event2", events[1]), ("event3", events[2]),
    ]
  }

  var name: String
  var paper: String
  var ink: String
  /// Text of less weight.
  var dim: String
  var line: String
  var control: String
  /// What has the focus.
  var accent: String
  /// A field with something wrong in it.
  var invalid = "d93025"
  /// Narrow frames that match a search.
  var match = "c2185b"
  /// What threads do, in lanes: on a processor, ready for one, kept from going on, without work. Each stands out from the
  /// paper by 3 to 1 (WCAG 2.2, success criterion 1.4.11), but for what is idle.
  var onCPU: String
  var runnable: String
  var blocked: String
  var idle: String
  /// What of a frame is waiting, where all time of threads is in one graph.
  var waiting: String
  /// Three other events, in lanes.
  var events: [String]
  /// What didn't change, in a comparison.
  var plain: String
  /// Stripes over frames that stand for others, and what is below the stripes.
  var hatch: String
  var grain: String
  /// Around frames that are gone in a comparison, and around new ones.
  var gone: String
  var new: String

  static let light = Theme(
    name: "light", paper: "ffffff", ink: "16181d", dim: "565b64", line: "d9dce1", control: "f3f4f6", accent: "0b57d0",
    onCPU: "4a90d9", runnable: "c27a00", blocked: "b8487f", idle: "c9ccd1", waiting: "cfd6de",
    events: ["1a8f74", "7c5cc4", "8a7400"],
    plain: "e4e5e8", hatch: "8b9099", grain: "c9ccd1", gone: "0a3d78", new: "7d130c")

  static let dark = Theme(
    name: "dark", paper: "17181c", ink: "f4f4f5", dim: "a4a8b0", line: "34373e", control: "24262c", accent: "8ab4f8",
    onCPU: "6aa5ea", runnable: "e6a52e", blocked: "d97bab", idle: "5a5f69", waiting: "454b55",
    events: ["4cc2a3", "a98be8", "c4b04a"],
    plain: "3a3d44", hatch: "6c7079", grain: "4a4d54", gone: "a8d0ff", new: "ffc4bd")
}
