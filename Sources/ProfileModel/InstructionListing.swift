/// The instructions of functions that samples lie in, for views to show beside the samples.
package struct InstructionListing: Sendable {
  /// The code of one function.
  package struct Code: Sendable {
    /// The module that it lies in.
    package var module: ModuleID
    /// Ascending.
    package var instructions: [Instruction]
    /// Whether the function goes on behind them.
    package var isCut: Bool

    /// Code.
    package init(module: ModuleID, instructions: [Instruction], isCut: Bool = false) {
      (self.module, self.instructions, self.isCut) = (module, instructions, isCut)
    }
  }

  /// One instruction, and the source line that it is of.
  package struct Instruction: Hashable, Sendable {
    /// Stated address, and bytes.
    package var address: UInt64
    package var size: UInt32
    /// As assemblers write it.
    package var text: String
    /// The file of the innermost function there, inlined ones too; nil where unknown.
    package var file: String?
    /// Its line; 0 where unknown.
    package var line: UInt32

    /// An instruction.
    package init(address: UInt64, size: UInt32, text: String, file: String? = nil, line: UInt32 = 0) {
      (self.address, self.size, self.text, self.file, self.line) = (address, size, text, file, line)
    }
  }

  /// Those with the most samples first; no two overlap.
  package var functions: [Code] = []
  /// Modules whose code is not here, and why: those with at least a thousandth of the samples.
  package var problems: [(module: ModuleID, problem: ModuleProblem)] = []

  /// Nothing.
  package init() {}
}
