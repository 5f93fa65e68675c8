import ELF
import Sampling
import Symbolication
public struct PtraceSampler: Sampler, ~Copyable {
  public init(target: SamplingTarget, options: SamplingOptions) throws(SamplingError) { throw .unsupportedTarget }
  public var description: SamplerDescription { fatalError() }
  public mutating func poll(timeoutMilliseconds: Int32, handler: inout some SamplingHandler & ~Copyable)
    throws(SamplingError) -> SamplerState
  { .running }
  public mutating func finish(handler: inout some SamplingHandler & ~Copyable) throws(SamplingError) {}
}
struct KernelSymbols {
  static func load() -> KernelSymbols { KernelSymbols() }
  func symbolize(_ a: [UInt64]) -> ModuleSymbols? { nil }
}
struct JITSymbols {
  var pid: Int32
  func symbolize(_ a: [UInt64]) -> ModuleSymbols? { nil }
}
extension ELFImage { func functionRange(at: UInt64) -> Range<UInt64>? { nil } }
public enum KernelNames { public static var restriction: Int? { nil } }
