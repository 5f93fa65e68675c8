/// Style of the picture and of the viewer around it.
enum StyleSheet {
  /// For the picture without script, and for the same classes inside the viewer.
  static let picture = """
    text, .canvas { font: 12px system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", Verdana, sans-serif; }
    .frames text { pointer-events: none; }
    .title { font-size: 17px; font-weight: 600; }
    text.it, .it text { font-style: italic; }
    .x0, .e0 { fill: url(#hatch); }
    .gone { stroke-width: 1.5; stroke-dasharray: 4 3; }
    .new { stroke-width: 1.5; }

    """
}
