/// Style of the picture and of the viewer around it.
enum StyleSheet {
  /// For the picture without script, and for the same classes inside the viewer.
  static let picture = """
    text, .canvas { font: 12px system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", Verdana, sans-serif; }
    .frames text { pointer-events: none; }
    .title { font-size: 17px; font-weight: 600; }
    text.it, .it text { font-style: italic; }
    .x0, .e0 { fill: url(#hatch); }
    .gone { stroke: #0a4a8f; stroke-width: 1; stroke-dasharray: 3 2; }
    .new { stroke: #8f1d15; stroke-width: 1; }

    """
}
