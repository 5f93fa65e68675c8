import BinaryReading
import ELF
import ProfileModel

/// What the walk through code asks for, and what it has found out.
extension UnwindContext {
  /// One instruction, executed.
  struct CodeStep {
    /// The address behind it.
    var next: UInt64
    /// Where the code goes on.
    var direction: FlowDirection
    /// Whether it takes the register for frame pointers for one.
    var usesFramePointer: Bool
    /// Whether it saves or replaces what the register held where the walk began: the frame pointer is the caller's.
    var replacesFramePointer: Bool
  }

  /// Executes the instruction at `address`; nil where there is none that is known.
  func execute(at address: UInt64, in state: inout FlowState) -> CodeStep? {
    switch architecture {
    case .x86_64: executeX86_64(at: address, in: &state)
    case .aarch64, .i386: nil
    }
  }

  /// The bytes of code from an address on, up to the end of its page; those of the next page only if told.
  func code(at address: UInt64, count: Int = 1) -> CodeBytes {
    var bytes = CodeBytes()
    let generation = space.generation
    repeat {
      let before = bytes.count
      reader.append(at: address &+ UInt64(before), generation: generation, to: &bytes) { page in
        codePage(page, containing: address &+ UInt64(before))
      }
      guard bytes.count > before else { break }
    } while bytes.count < count
    return bytes
  }

  /// Bytes of code within a page that was or is read whole; nil where it can't be.
  func pageBytes(at address: UInt64, count: Int) -> [UInt8]? {
    reader.bytes(at: address, count: count, generation: space.generation) { codePage($0, containing: address) }
  }

  /// What there is of a page: from the image's segment around `address`, else from memory.
  private func codePage(_ page: UInt64, containing address: UInt64) -> [UInt8] {
    let size = CodeReader.pageSize
    guard let (region, image) = location(of: address), region.isExecutable else { return [] }
    guard let image = image?.image else {
      return memory.liveBytes(at: page, count: Int(size)) ?? []
    }
    let stated = address &- region.bias
    guard let segment = image.segments.first(where: { $0.type == .load && $0.holds(stated) }) else { return [] }
    let first = page &- region.bias
    let start = max(first, segment.virtualAddress)
    let end = min(first &+ size, segment.virtualAddress &+ segment.fileSize)
    guard start >= first, start < end, let bytes = try? image.read(address: start, count: Int(end - start)) else {
      return []
    }
    return [UInt8](repeating: 0, count: Int(start - first)) + bytes
  }

  /// A pointer in the program's memory; nil where it leads to no code.
  func pointer(at address: UInt64) -> UInt64? {
    guard let bytes = memory.liveBytes(at: address, count: 8) else { return nil }
    let target = UInt64(bitPattern: CodeBytes(bytes).number(at: 0, size: 8))
    return isExecutable(target) ? target : nil
  }

  /// Whether code may be executed at an address.
  func isExecutable(_ address: UInt64) -> Bool { space.region(at: address)?.isExecutable == true }

  /// Whether the code before `address`, a call, is the last of its function: by symbols, else by what fills the space up
  /// to where the next one begins.
  func isEndOfFunction(_ address: UInt64) -> Bool {
    guard let (region, image) = location(of: address), let image else { return false }
    let stated = address &- region.bias
    if let range = image.symbolRange(containing: stated &- 1) { return !range.contains(stated) }
    return image.isFunctionStart(stated) || isPadding(from: address)
  }

  /// What was found out about an address of code; asked once, and again where code may have changed.
  func place(_ address: UInt64) -> CodePlace {
    if let known = space.code.places[address], known.epoch == space.epoch || isInImage(address) { return known }
    let length = KnownCode.reach + KnownCode.length
    let start = address &- UInt64(KnownCode.reach)
    // Close to the end of a segment there is less to read.
    let code = bytes(at: start, count: length) ?? bytes(at: start, count: KnownCode.reach) ?? []
    let place = CodePlace(
      preceding: code.isEmpty ? .other : preceding(code[..<KnownCode.reach], endingAt: address),
      kind: known.kind(of: code), restoresStack: known.restoresStack(code.dropFirst(KnownCode.reach)),
      epoch: space.epoch)
    space.code.places[address] = place
    return place
  }

  private func preceding(_ code: ArraySlice<UInt8>, endingAt address: UInt64) -> CodePlace.Preceding {
    let isIndirect = known.isIndirectCall(code)
    if let target = known.directCallTarget(code, address), isExecutable(target) {
      return .call(target, isAmbiguous: isIndirect)
    }
    return isIndirect ? .indirectCall : .other
  }

  /// Whether an image holds the code at an address, so that it doesn't change.
  private func isInImage(_ address: UInt64) -> Bool {
    space.region(at: address).map { $0.module != UnwoundStack.Frame.noModule } ?? false
  }

  /// What the code at the place of a frame says of the way to its caller.
  func facts(at place: CodeAddress) -> CodeFacts {
    let pc = place.address
    let isStable = isInImage(pc)
    var fingerprint: CodeBytes?
    if let known = space.code.facts[place] {
      if isStable || known.epoch == space.epoch { return known }
      fingerprint = liveCode(at: pc)
      if fingerprint == known.fingerprint {
        space.code.facts[place]?.epoch = space.epoch
        return known
      }
    }
    if !isStable { reader.forget() }
    var facts = findFacts(at: place)
    facts.epoch = space.epoch
    facts.fingerprint = isStable ? nil : fingerprint ?? liveCode(at: pc)
    space.code.facts[place] = facts
    return facts
  }

  private func liveCode(at pc: UInt64) -> CodeBytes {
    CodeBytes(memory.liveBytes(at: pc, count: CodeBytes.limit) ?? [])
  }

  private func findFacts(at place: CodeAddress) -> CodeFacts {
    var facts = CodeFacts()
    // Behind a call that ends a function, nothing is this function's.
    if !place.isReturnAddress || !isEndOfFunction(place.address) {
      let walk = CodeWalk(
        from: [place.address], startsAtLeaf: !place.isReturnAddress, limit: Self.wayOutLimit, in: self)
      (facts.returns, facts.tails) = (walk.returns, walk.tails)
      facts.usesFramePointer = walk.usesFramePointer && !walk.replacesFramePointer
    }
    return facts
  }

  /// What the code from the function's first instruction on says, where that is known by unwind information or a symbol.
  func entryRule(to place: CodeAddress) -> CallerRule? {
    let address = place.lookupAddress
    guard let (region, image) = location(of: address), let image,
      let range = image.functionRange(containing: address &- region.bias),
      case .reached(let rule) = fit(ofCallTo: range.lowerBound &+ region.bias, leadingTo: place)
    else { return nil }
    return rule
  }

  /// Whether a call of the function at `target` can have led to a place.
  func fit(ofCallTo target: UInt64, leadingTo place: CodeAddress) -> CallFit {
    let pair = CodeMemory.Pair(target: target, place: place)
    if let known = space.code.fits[pair] { return known }
    let walk = CodeWalk(from: [target], goal: place, limit: Self.functionLimit, in: self)
    let fit: CallFit
    if let state = walk.found {
      fit = .reached(CallerRule(atPlaceReached: state, isUnbalanced: walk.isUnbalanced, self))
    } else {
      fit = walk.isComplete ? .refuted : .possible
    }
    space.code.fits[pair] = fit
    return fit
  }

  /// How code gets back that goes on by a table, as interpreters do: any of the ways that it leads to may be next.
  func rule(byTable table: UInt64) -> CallerRule? {
    if let known = space.code.tables[table] { return known }
    space.code.tables[table] = .some(nil)
    var targets: [UInt64] = []
    if let bytes = memory.liveBytes(at: table, count: Self.tableEntries * 8) {
      for index in 0..<Self.tableEntries {
        let target = UInt64(bitPattern: CodeBytes(bytes[(8 * index)...]).number(at: 0, size: 8))
        if isExecutable(target), !targets.contains(target) { targets.append(target) }
      }
    }
    let walk = CodeWalk(from: targets, seesAll: true, limit: Self.tableLimit, in: self)
    // Only what counts from the frame pointer holds whatever was pushed before.
    let rules = walk.returns.filter { $0.slot.base == conventions.pointers.fp }
    let rule = rules.count == 1 ? rules[0] : nil
    space.code.tables[table] = rule
    return rule
  }

  /// Instructions on the ways out of a function that are looked at.
  private static let wayOutLimit = 1_500
  /// Instructions of a function that are looked at to find a place in it.
  private static let functionLimit = 4_000
  /// Instructions that a table leads to.
  private static let tableLimit = 40_000
  private static let tableEntries = 256
}
