import ProfileModel

/// Two profiles whose processes have one name, for a tree of both.
///
/// A build kept aside has another name (`server.old` and `server`), and so a tree of its own. Where each profile is of
/// processes of one name, they are taken for the same program: the name becomes `server.old → server`.
package enum AlignedProcesses {
  /// The profiles, with their processes' name changed where it has to be.
  package static func align(
    before: SelectedProfile, after: SelectedProfile
  ) -> (before: SelectedProfile, after: SelectedProfile) {
    guard let old = onlyName(before.profile), let new = onlyName(after.profile), old != new else {
      return (before, after)
    }
    var (before, after) = (before, after)
    rename(&before.profile, "\(old) → \(new)")
    rename(&after.profile, "\(old) → \(new)")
    return (before, after)
  }

  private static func onlyName(_ profile: Profile) -> String? {
    guard let first = profile.processes.first, !first.isUnnamed else { return nil }
    return profile.processes.allSatisfy { $0.name == first.name } ? first.name : nil
  }

  private static func rename(_ profile: inout Profile, _ name: String) {
    for index in profile.processes.indices { profile.processes[index].name = name }
  }
}
