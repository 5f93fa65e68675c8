import Glibc

/// The system's words for an error number, such as `No such file or directory` (strerror(3)).
package func errorText(_ number: Int32) -> String {
  // SAFETY: strerror returns a terminated string that stays valid until this thread's next call; it's copied here.
  unsafe strerror(number).map { unsafe String(cString: $0) } ?? "error \(number)"
}
