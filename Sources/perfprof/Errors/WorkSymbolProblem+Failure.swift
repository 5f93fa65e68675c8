import Recording

extension Failure {
  /// Why the calls of a function are not counted.
  init(_ problem: WorkSymbol.Problem, _ symbol: WorkSymbol) {
    let option = "--work-symbol \(symbol.file.map { $0 + ":" } ?? "")\(symbol.function)"
    switch problem {
    case .needsFile:
      self.init(
        .usage, "\(option): with -a name the file that has it, by its path: --work-symbol FILE:\(symbol.function)")
    case .noImage(let path):
      self.init(
        .noInput, "\(option): \(path) can't be read as a program: name the file that has it, as FILE:\(symbol.function)"
      )
    case .notFound(let files) where files.isEmpty:
      self.init(.noInput, "\(option): the target has no such file: `perfprof info` of a recording lists those it has")
    case .notFound(let files):
      let list = files.prefix(3).joined(separator: ", ") + (files.count > 3 ? " and \(files.count - 3) more" : "")
      self.init(
        .noInput,
        "\(option): no function of this name in \(list): write it as pictures do, or as `nm` does; calls that were "
          + "inlined can't be counted")
    case .ambiguous(let names):
      let list = names.prefix(5).joined(separator: ", ") + (names.count > 5 ? " and \(names.count - 5) more" : "")
      self.init(.usage, "\(option): may be \(list): write one of them")
    case .notCounted(let error): self.init(error)
    }
  }
}
