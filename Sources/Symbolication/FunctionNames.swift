import ELF

/// The functions that a set of addresses lies in, by linkage name, gathered from one table after the other.
struct FunctionNames {
  /// A function that holds one of the addresses.
  struct Function: Hashable {
    var linkageName: String
    /// First stated address.
    var start: UInt64
  }

  /// Each once.
  private(set) var functions: [Function] = []
  /// For each address its position in `functions`; -1 for none.
  private(set) var functionOf: [Int32]
  /// How many addresses have none.
  private(set) var missing: Int

  private let addresses: [UInt64]

  /// Nothing is known of any of the addresses, which are ascending.
  init(addresses: [UInt64]) {
    self.addresses = addresses
    functionOf = Array(repeating: -1, count: addresses.count)
    missing = addresses.count
  }

  /// Asks `table` for the addresses that are still without a name, and returns how many it named.
  ///
  /// A symbol without a size ends where `functionStart` says that a function begins.
  mutating func fill(
    from table: SymbolTableReader, _ functionStart: Symbolicator.FunctionStart? = nil
  ) throws(ELFError) -> Int {
    let open = functionOf.indices.filter { functionOf[$0] < 0 }
    guard !open.isEmpty else { return 0 }
    var scan = SymbolScan(wanted: open.map { addresses[$0] })
    try table.scan(into: &scan)
    let (matches, matchOf) = scan.results()
    let names = try table.names(at: matches.lazy.flatMap(\.nameOffsets))
    let functionOfMatch = matches.map { match -> Int32 in
      let candidates = match.nameOffsets.compactMap { names[$0].map(Self.withoutVersion) }
      guard let best = candidates.filter(Self.isFunctionName).min(by: Self.isBetter) else { return -1 }
      functions.append(Function(linkageName: best, start: match.start))
      return Int32(truncatingIfNeeded: functions.count - 1)
    }
    var named = 0
    for (index, match) in zip(open, matchOf) where match >= 0 && functionOfMatch[Int(match)] >= 0 {
      let found = matches[Int(match)]
      if found.size == 0, let start = functionStart?(addresses[index]), start > found.start { continue }
      functionOf[index] = functionOfMatch[Int(match)]
      named += 1
    }
    missing -= named
    return named
  }

  /// The addresses that are still without a name.
  var nameless: some Sequence<UInt64> {
    addresses.indices.lazy.filter { functionOf[$0] < 0 }.map { addresses[$0] }
  }

  /// Gives addresses that are still without a name those that `name` tells, such as `puts@plt`.
  mutating func fill(_ name: (UInt64) -> Function?) {
    var known: [Function: Int32] = [:]
    for index in addresses.indices where functionOf[index] < 0 {
      guard let function = name(addresses[index]) else { continue }
      missing -= 1
      if let position = known[function] {
        functionOf[index] = position
        continue
      }
      functions.append(function)
      functionOf[index] = Int32(truncatingIfNeeded: functions.count - 1)
      known[function] = functionOf[index]
    }
  }

  /// The function of the address at `index`.
  func function(at index: Int) -> Function? {
    functionOf[index] < 0 ? nil : functions[Int(functionOf[index])]
  }

  /// `memcpy@@GLIBC_2.14` without its version, which is the linker's affair.
  private static func withoutVersion(_ name: String) -> String {
    guard let at = name.utf8.dropFirst().firstIndex(of: UInt8(ascii: "@")), name.utf8.first != UInt8(ascii: "$"),
      name.utf8.first != UInt8(ascii: "@")
    else { return name }
    return String(name[..<at])
  }

  /// False for nothing and for the marks of code and data that Arm assemblers leave (AAELF64, "Mapping symbols").
  private static func isFunctionName(_ name: String) -> Bool {
    guard name.utf8.first == UInt8(ascii: "$") else { return !name.isEmpty }
    let second = name.utf8.dropFirst().first
    let third = name.utf8.dropFirst(2).first
    return
      !([UInt8(ascii: "x"), UInt8(ascii: "d"), UInt8(ascii: "a"), UInt8(ascii: "t")].contains(second)
      && (third == nil || third == UInt8(ascii: ".")))
  }

  /// The plainer of two names of one function: none of glibc's internal `__GI_` aliases, fewer underscores in front,
  /// shorter, first in the alphabet.
  static func isBetter(_ left: String, than right: String) -> Bool {
    func weight(_ name: String) -> (Int, Int, Int) {
      (name.hasPrefix("__GI_") ? 1 : 0, name.utf8.prefix { $0 == UInt8(ascii: "_") }.count, name.utf8.count)
    }
    let (leftWeight, rightWeight) = (weight(left), weight(right))
    return leftWeight == rightWeight ? left.utf8.lexicographicallyPrecedes(right.utf8) : leftWeight < rightWeight
  }
}
