import ProfileModel

extension ReadingBudget {
  /// Refuses a profile that grew out of all proportion.
  @inline(__always)
  func check(_ profile: Profile) throws(ProfileFormatError) {
    try hold(profile.stacks.count, .stackNodes)
    try hold(profile.samples.count, .samples)
    // With name, index and frame, 500 bytes each.
    let functions = limit(.rows) / 2
    if profile.functions.count > functions { throw .tooLarge(Exceeded(resource: .rows, limit: functions)) }
    try hold(profile.frames.count, .frames)
    try hold(profile.threads.count, .rows)
  }

  /// Throws when `count` is above the limit.
  @inline(__always)
  func hold(_ count: Int, _ resource: Resource) throws(ProfileFormatError) {
    guard count <= limit(resource) else {
      throw .tooLarge(Exceeded(resource: resource, limit: limit(resource)))
    }
  }

  /// Counts `frames` gone through.
  mutating func step(_ frames: Int) throws(ProfileFormatError) {
    do throws(Exceeded) { try take(frames, .steps) } catch { throw .tooLarge(error) }
  }
}

extension ProfileMetadata {
  /// Adds a sentence on what limits trust in a file from elsewhere.
  mutating func say(_ sentence: String) { notes.append(.sentence(sentence)) }
}
