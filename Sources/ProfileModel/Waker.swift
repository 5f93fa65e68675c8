/// Who ended a thread's wait, as the kernel saw it at that moment.
public enum Waker: Hashable, Sendable {
  /// A thread of the same process, or, with its number, of another one.
  case thread(name: String, process: Int32?)
  /// A thread of the kernel's.
  case kernelThread(name: String)
  /// An interrupt, whichever thread it came in between.
  case interrupt(Interrupt)

  /// What an interrupt was for.
  public enum Interrupt: String, Hashable, Sendable, CaseIterable {
    /// A time was over.
    case timer
    /// Packets came in, or were sent.
    case network
    /// A disk was done.
    case disk
    /// What this version has no word for.
    case other
  }

  /// The name of the frame that stands for it: `[woken by NAME]`, `[woken by NAME, process 4711]`,
  /// `[woken by kernel: kworker]`, `[woken by interrupt: timer]`.
  public var frameName: String {
    switch self {
    case .thread(let name, nil): "[woken by \(name)]"
    case .thread(let name, let process?): "[woken by \(name), process \(process)]"
    case .kernelThread(let name): "[woken by kernel: \(name)]"
    case .interrupt(.other): "[woken by interrupt]"
    case .interrupt(let interrupt): "[woken by interrupt: \(interrupt.rawValue)]"
    }
  }

  /// The waker of such a name; nil for another one.
  init?(frameName: String) {
    guard frameName.hasPrefix("[woken by "), frameName.hasSuffix("]") else { return nil }
    let text = frameName.dropFirst("[woken by ".count).dropLast()
    if let interrupt = Interrupt.allCases.first(where: { Waker.interrupt($0).frameName == frameName }) {
      self = .interrupt(interrupt)
    } else if text.hasPrefix("kernel: ") {
      self = .kernelThread(name: String(text.dropFirst("kernel: ".count)))
    } else if let comma = text.lastIndex(of: ","), text[comma...].hasPrefix(", process "),
      let process = Int32(text[comma...].dropFirst(", process ".count)), process >= 0
    {
      self = .thread(name: String(text[..<comma]), process: process)
    } else {
      self = .thread(name: String(text), process: nil)
    }
  }
}
