import ProfileModel

extension ELFImage {
  /// What must be added to a stated address to get the actual one, where `mapping` maps this image.
  ///
  /// - Parameter isKnown: Whether the image is known to be mapped with this difference already: decides where the
  ///   mapping alone could be of one segment or another.
  package func bias(of mapping: Mapping, isKnown: (UInt64) -> Bool = { _ in false }) -> UInt64? {
    let biases = biases(of: mapping)
    return biases.count > 1 ? biases.first(where: isKnown) ?? biases[0] : biases.first
  }

  /// All differences between actual and stated addresses that would explain `mapping`, the likeliest first.
  ///
  /// Two segments may share a page of the file, which is then mapped twice, at different distances from what the file
  /// states. Such mappings differ in their length at most:
  ///
  ///     file      │ .text.hot … │ .text … │          one page holds the end of one segment and the start of the next
  ///     memory    │ .text.hot … │▒▒▒│▒▒▒▒▒▒▒│ .text … │
  package func biases(of mapping: Mapping) -> [UInt64] {
    var found: [UInt64] = []
    func add(_ segment: Segment) {
      let bias = mapping.start &- (segment.virtualAddress &+ (mapping.fileOffset &- segment.offset))
      if !found.contains(bias) { found.append(bias) }
    }
    let loads = segments.filter { $0.type == .load && $0.fileSize > 0 }
    for isExecutable in [mapping.isExecutable, !mapping.isExecutable] {
      let likely = loads.filter { $0.isExecutable == isExecutable }
      for segment in likely where segment.isWhole(in: mapping) { add(segment) }
      for pageSize in [1, 0x1000, 0x1_0000] as [UInt64] {
        for segment in likely where segment.reaches(mapping.fileOffset, pageSize: pageSize) { add(segment) }
      }
      if !found.isEmpty { break }
    }
    // Where a program of fixed addresses lies is no question.
    if type == .executable, found.contains(0) { return [0] }
    return found
  }
}

extension Segment {
  /// Whether a byte of the file lies in it, or before it in the page that it begins in.
  fileprivate func reaches(_ fileOffset: UInt64, pageSize: UInt64) -> Bool {
    let (end, overflow) = offset.addingReportingOverflow(fileSize)
    return !overflow && fileOffset >= offset & ~(pageSize - 1) && fileOffset < end
  }

  /// Whether a mapping holds just the pages that it lies in.
  fileprivate func isWhole(in mapping: Mapping) -> Bool {
    let page: UInt64 = 0xFFF
    let (end, overflow) = virtualAddress.addingReportingOverflow(fileSize)
    guard !overflow, end <= UInt64.max - page, mapping.fileOffset == offset & ~page else { return false }
    return ((end + page) & ~page) - (virtualAddress & ~page) == mapping.end &- mapping.start
  }
}
