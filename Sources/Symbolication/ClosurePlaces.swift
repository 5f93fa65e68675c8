import ProfileModel

/// Puts the file and line behind the names of closures, which are only numbered within their function.
///
///     closure #3 in Server.main()     closure #3 in Server.main() Server.swift:68
///
/// Where debug information says nothing of the code that leads to a closure, that of the closure itself tells.
struct ClosurePlaces {
  /// By full name.
  private var places: [String: String] = [:]

  /// - Parameters:
  ///   - plain: the frames of the symbol tables' functions.
  ///   - inlined: those of the functions that DWARF names, by their number there.
  static func add(
    to plain: inout [SymbolizedFrame], _ inlined: inout [SymbolizedFrame?], _ inlines: DebugFrames,
    _ names: FunctionNames
  ) {
    let closures = plain.indices.filter { isClosure(plain[$0]) }
    let inlinedClosures = inlined.indices.filter { inlined[$0].map(isClosure) ?? false }
    guard !closures.isEmpty || !inlinedClosures.isEmpty else { return }
    var places = ClosurePlaces()
    for index in inlinedClosures {
      if let frame = inlined[index] { places.note(frame, inlines.declaration(of: Int32(truncatingIfNeeded: index))) }
    }
    if !closures.isEmpty {
      for index in names.functionOf.indices where names.functionOf[index] >= 0 {
        let frame = plain[Int(names.functionOf[index])]
        // The table may know another name for this code than DWARF does.
        guard isClosure(frame), let entry = inlines.chain(at: index)?.last, entry.name >= 0,
          inlines.names[Int(entry.name)] == frame.linkageName
        else { continue }
        places.note(frame, inlines.declaration(of: entry.name))
      }
    }
    for index in closures { places.apply(to: &plain[index]) }
    for index in inlinedClosures {
      guard var frame = inlined[index] else { continue }
      places.apply(to: &frame)
      inlined[index] = frame
    }
  }

  /// Merged closures are several, at as many places.
  private static func isClosure(_ frame: SymbolizedFrame) -> Bool {
    guard frame.name.hasPrefix("closure #") || frame.name.hasPrefix("implicit closure #"),
      let linkageName = frame.linkageName
    else { return false }
    return (linkageName.hasPrefix("$s") || linkageName.hasPrefix("_$s")) && !frame.name.hasSuffix("]")
  }

  private mutating func note(_ frame: SymbolizedFrame, _ place: (file: String, line: UInt32)?) {
    guard let place else { return }
    places[frame.fullName ?? frame.name] = " \(place.file.lastComponent):\(place.line)"
  }

  private func apply(to frame: inout SymbolizedFrame) {
    guard let place = places[frame.fullName ?? frame.name] else { return }
    if let full = frame.fullName { frame.fullName = full + place }
    frame.name += place
  }
}
