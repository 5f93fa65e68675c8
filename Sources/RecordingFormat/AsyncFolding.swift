import ProfileModel

/// What among the callers of an async function is no function of the source.
///
/// Parts of one function have one name by then, and thunks that of what they lead to, which makes one frame of them. What is
/// left are functions that pass on from one way of handing over values to another, and the runtime's, which wait on behalf
/// of a function or start it.
enum AsyncFolding {
  private static let beginnings = ["reabstraction thunk ", "thunk for ", "back deployment thunk "]
  private static let names: Set<String> = [
    "async_Main", "async_MainTQ0_", "task_future_wait_resume_adapter", "task_wait_throwing_resume_adapter",
    "task_group_wait_resume_adapter", "task_group_wait_all_resume_adapter", "future_adapter", "non_future_adapter",
  ]

  /// Whether a caller is left out unless thunks are shown.
  static func leavesOut(_ function: Function) -> Bool {
    let name = function.name
    if beginnings.contains(where: name.hasPrefix) { return true }
    // C++ names may come with their arguments.
    return names.contains(String(name.prefix { $0 != "(" }))
  }
}
