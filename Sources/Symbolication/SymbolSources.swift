import ELF
import GoTables
import ProfileModel

/// The places that may know names of one image, asked one after the other until nothing is missing.
struct SymbolSources {
  let image: ELFImage
  let path: String
  let options: Symbolicator.Options

  /// What contributed.
  private var used: [String] = []
  /// The separate debug file; nil until it was searched for.
  private var searched: DebugFileLocator.Outcome?
  private var damage: String?
  /// What of the debug information was not read.
  private var debugDamage: String?
  private var hasFullTable = false

  init(image: ELFImage, path: String, options: Symbolicator.Options) {
    self.image = image
    self.path = path
    self.options = options
    damage = image.sectionProblem.map { "\($0)" }
  }

  private var locator: DebugFileLocator {
    DebugFileLocator(folders: options.debugFolders, rootFolder: options.rootFolder)
  }

  /// Asks the tables in the order of their worth.
  mutating func fill(_ names: inout FunctionNames, _ functionStart: Symbolicator.FunctionStart? = nil) {
    take(image, .symbolTable, as: ".symtab", &names, functionStart)
    if !hasFullTable, let file = debugFile() {
      take(file, .symbolTable, as: "debug file " + file.path, &names, functionStart)
    }
    if !hasFullTable { takeMiniDebugInfo(&names, functionStart) }
    if names.missing > 0, let go = GoFunctionTable(image) {
      let before = names.missing
      names.fill { address in
        guard let function = go.function(containing: address), !function.name.isEmpty else { return nil }
        return FunctionNames.Function(linkageName: function.name, start: function.range.lowerBound)
      }
      if names.missing < before { used.append(".gopclntab") }
    }
    if names.missing > 0 { take(image, .dynamicSymbols, as: ".dynsym", &names, functionStart) }
    if names.missing > 0, let stubs = LinkageStubs(image, holding: names.nameless) {
      names.fill { stubs.function(at: $0) }
    }
  }

  private mutating func take(
    _ table: ELFImage, _ type: SectionType, as source: String, _ names: inout FunctionNames,
    _ functionStart: Symbolicator.FunctionStart?
  ) {
    guard let reader = SymbolTableReader(table, type: type) else { return }
    do throws(ELFError) {
      let named = try names.fill(from: reader, functionStart)
      if type == .symbolTable { hasFullTable = true }
      if named > 0 || (used.isEmpty && type == .symbolTable) { used.append(source) }
    } catch {
      damage = "\(source) of \(table.path): \(error)"
    }
  }

  private mutating func takeMiniDebugInfo(_ names: inout FunctionNames, _ functionStart: Symbolicator.FunctionStart?) {
    do throws(MiniDebugInfo.Damage) {
      guard let mini = try MiniDebugInfo.image(in: image) else { return }
      take(mini, .symbolTable, as: ".gnu_debugdata", &names, functionStart)
    } catch {
      switch error {
      case .notDecompressed: damage = ".gnu_debugdata of \(image.path) is damaged, or larger than is read"
      case .unreadable(let error): damage = ".gnu_debugdata: \(error)"
      }
    }
  }

  /// The debug file, searched for once.
  private mutating func debugFile() -> ELFImage? {
    if let searched { return searched.image }
    var finding = locator.debugFile(for: image, path: path)
    if finding.image == nil, options.usesDebuginfod, let buildID = image.buildID {
      finding.image = Debuginfod.debugFile(buildID, seconds: options.debuginfodSeconds)
    }
    searched = finding
    return finding.image
  }

  /// Inlined functions and lines, out of the image itself or its debug file; nil when neither has any.
  mutating func debugFrames(_ addresses: [UInt64]) -> DebugFrames? {
    var source: ELFImage? = image
    if image.section(named: ".debug_info") == nil && image.section(named: ".zdebug_info") == nil {
      source = debugFile()
    }
    guard let source else { return nil }
    let alternate = locator.alternateFile(for: source, debugPath: source.path)
    let frames = DebugFrames.read(
      source, alternate: alternate.image, addresses: addresses, rootFolder: options.rootFolder)
    var damage = frames?.damage
    if let link = source.altLink, alternate.image == nil { damage = damage ?? .alternateMissing(link.path) }
    debugDamage = damage.map { source.path == path ? $0.words : "\(source.path): \($0.words)" }
    return frames
  }

  /// The sources that gave names.
  var description: String { used.isEmpty ? "none" : used.joined(separator: " + ") }

  /// Why names are missing; nil when none is.
  func problem(unsymbolizedCount: Int) -> SymbolProblem? {
    let reason: ModuleProblem
    if let refused = searched?.refused, searched?.image == nil {
      reason = .debugFileMismatch(path: refused)
    } else if let damaged = searched?.damaged, searched?.image == nil {
      reason = .damagedDebugFile(path: damaged)
    } else if unsymbolizedCount > 0, let damage {
      reason = .unreadable(detail: damage)
    } else if let debugDamage {
      reason = .debugInformationDamaged(detail: debugDamage)
    } else if unsymbolizedCount == 0 {
      return nil
    } else if hasFullTable {
      reason = .gaps
    } else if let file = searched?.image {
      reason = .emptyDebugFile(path: file.path)
    } else {
      reason = used.isEmpty ? .noSymbols : .onlyDynamicSymbols
    }
    return SymbolProblem(
      module: path, buildID: image.buildID, reason: reason, unsymbolizedCount: unsymbolizedCount)
  }
}
