import Symbolication

/// Whether the kernel tells the names of its functions.
package enum KernelNames {
  /// `kernel.kptr_restrict` where it hides them (0 where something else does); nil where they are visible.
  package static var restriction: Int? {
    let symbols = KernelSymbols()
    return symbols.isVisible ? nil : symbols.restriction ?? 0
  }
}
