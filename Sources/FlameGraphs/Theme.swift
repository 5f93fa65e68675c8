/// Colors of everything but frames, light and dark.
struct Theme {
  /// What the viewer's style sheet calls these colors.
  var variables: [(name: String, color: String)] {
    [
      ("paper", paper), ("ink", ink), ("dim", dim), ("line", line), ("control", control), ("accent", accent),
      ("invalid", invalid), ("match", match),
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
    plain: "e4e5e8", hatch: "8b9099", grain: "c9ccd1", gone: "0a3d78", new: "7d130c")

  static let dark = Theme(
    name: "dark", paper: "17181c", ink: "f4f4f5", dim: "a4a8b0", line: "34373e", control: "24262c", accent: "8ab4f8",
    plain: "3a3d44", hatch: "6c7079", grain: "4a4d54", gone: "a8d0ff", new: "ffc4bd")
}
