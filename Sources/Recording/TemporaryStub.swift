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
