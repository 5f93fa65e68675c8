// Async functions whose leaf tells the only path that leads to it: `awaits paths` prints them, `awaits STEPS SECONDS [KIND]`
// runs them, STEPS rounds of arithmetic a leaf (about two nanoseconds each).
//
// A path names functions from the task's first on; `name*3` calls itself. What the compiler makes of closures is written
// `*`. A child task's path begins with its parent's, up to `+`, if that waited all the time.

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif
import Dispatch

let paths = """
  leafA: main direct viaA
  leafB: main direct viaB
  leafSync: main direct viaSync
  leafDeep: main recursion deep*16
  leafDeeper: main recursion deeper*48
  leafThrows: main direct viaThrows
  leafGeneric: main direct viaGeneric
  leafLetA: main lets + * viaLetA
  leafLetB: main lets + * viaLetB
  leafGroup: main groups * + * viaGroup
  leafActor: main actors Counter.viaActor
  leafStream: main streams viaStream
  leafProducer: * producing
  leafLocal: main locals * viaLocal
  leafResumed: main continuations viaContinuation
  leafDetached: * viaDetached
  """

@inline(__always) func spin(_ steps: Int, _ addend: UInt64) -> UInt64 {
  // No optimizer makes less of this.
  var state = addend &+ 88_172_645_463_325_252
  for _ in 0..<steps {
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
  }
  return state
}

@inline(never) func leafA(_ steps: Int) async -> UInt64 { spin(steps, 1) }
@inline(never) func leafB(_ steps: Int) async -> UInt64 { spin(steps, 2) }
@inline(never) func viaA(_ steps: Int) async -> UInt64 { await leafA(steps) &+ 1 }
@inline(never) func viaB(_ steps: Int) async -> UInt64 { await leafB(steps) &+ 2 }

@inline(never) func leafSync(_ steps: Int) -> UInt64 { spin(steps, 3) }
@inline(never) func viaSync(_ steps: Int) async -> UInt64 { leafSync(steps) &+ leafSync(steps / 2) }

struct Odd: Error {}
@inline(never) func leafThrows(_ steps: Int) async throws -> UInt64 {
  let value = spin(steps, 4)
  if value & 1 == 1 { throw Odd() }
  return value
}
@inline(never) func viaThrows(_ steps: Int) async -> UInt64 { (try? await leafThrows(steps)) ?? 1 }

@inline(never) func leafGeneric<T: FixedWidthInteger>(_ steps: Int, _ seed: T) async -> UInt64 {
  spin(steps, UInt64(truncatingIfNeeded: seed))
}
@inline(never) func viaGeneric(_ steps: Int) async -> UInt64 {
  await leafGeneric(steps, UInt32(5)) &+ leafGeneric(steps, UInt64(6))
}

@inline(never) func direct(_ steps: Int) async -> UInt64 {
  var sum = await viaA(steps)
  sum &+= await viaB(steps)
  sum &+= await viaSync(steps)
  sum &+= await viaThrows(steps)
  return sum &+ (await viaGeneric(steps))
}

@inline(never) func leafDeep(_ steps: Int) async -> UInt64 { spin(steps, 7) }
@inline(never) func leafDeeper(_ steps: Int) async -> UInt64 { spin(steps, 8) }
@inline(never) func deep(_ depth: Int, _ steps: Int) async -> UInt64 {
  if depth == 1 { return await leafDeep(steps) &+ 1 }
  return await deep(depth - 1, steps) &+ 1
}
@inline(never) func deeper(_ depth: Int, _ steps: Int) async -> UInt64 {
  if depth == 1 { return await leafDeeper(steps) &+ 1 }
  return await deeper(depth - 1, steps) &+ 1
}
@inline(never) func recursion(_ steps: Int) async -> UInt64 {
  let sum = await deep(16, steps)
  return sum &+ (await deeper(48, steps))
}

@inline(never) func leafLetA(_ steps: Int) async -> UInt64 { spin(steps, 9) }
@inline(never) func leafLetB(_ steps: Int) async -> UInt64 { spin(steps, 10) }
@inline(never) func viaLetA(_ steps: Int) async -> UInt64 { await leafLetA(steps) &+ 1 }
@inline(never) func viaLetB(_ steps: Int) async -> UInt64 { await leafLetB(steps) &+ 1 }
@inline(never) func lets(_ steps: Int) async -> UInt64 {
  async let first = viaLetA(steps)
  async let second = viaLetB(steps)
  let sum = await first
  return sum &+ (await second)
}

@inline(never) func leafGroup(_ steps: Int) async -> UInt64 { spin(steps, 11) }
@inline(never) func viaGroup(_ steps: Int) async -> UInt64 { await leafGroup(steps) &+ 1 }
@inline(never) func groups(_ steps: Int) async -> UInt64 {
  await withTaskGroup(of: UInt64.self) { group in
    for _ in 0..<4 { group.addTask { await viaGroup(steps) } }
    var sum: UInt64 = 0
    for await value in group { sum &+= value }
    return sum
  }
}

actor Counter {
  var total: UInt64 = 0
  @inline(never) func leafActor(_ steps: Int) async -> UInt64 {
    total &+= spin(steps, 12)
    return total
  }
  @inline(never) func viaActor(_ steps: Int) async -> UInt64 { await leafActor(steps) &+ 1 }
}
let counter = Counter()
@inline(never) func actors(_ steps: Int) async -> UInt64 { await counter.viaActor(steps) &+ 1 }

@inline(never) func leafStream(_ steps: Int) async -> UInt64 { spin(steps, 13) }
@inline(never) func viaStream(_ stream: AsyncStream<Int>) async -> UInt64 {
  var sum: UInt64 = 0
  for await steps in stream { sum &+= await leafStream(steps) }
  return sum
}
@inline(never) func leafProducer(_ steps: Int) async -> UInt64 { spin(steps, 14) }
@inline(never) func producing(_ continuation: AsyncStream<Int>.Continuation, _ steps: Int) async {
  for _ in 0..<4 {
    if await leafProducer(steps) != 0 { continuation.yield(steps) }
  }
  continuation.finish()
}
@inline(never) func streams(_ steps: Int) async -> UInt64 {
  let (stream, continuation) = AsyncStream<Int>.makeStream()
  Task.detached { await producing(continuation, steps) }
  return await viaStream(stream) &+ 1
}

enum Local { @TaskLocal static var value = 0 }
@inline(never) func leafLocal(_ steps: Int) async -> UInt64 { spin(steps, 15 &+ UInt64(Local.value)) }
@inline(never) func viaLocal(_ steps: Int) async -> UInt64 { await leafLocal(steps) &+ 1 }
@inline(never) func locals(_ steps: Int) async -> UInt64 {
  await Local.$value.withValue(2) { await viaLocal(steps) } &+ 1
}

final class Box: @unchecked Sendable {
  let continuation: CheckedContinuation<UInt64, Never>
  init(_ continuation: CheckedContinuation<UInt64, Never>) { self.continuation = continuation }
}
/// A C callback on a thread of its own, as of a library that knows nothing of Swift.
func callBack(_ box: Box) {
  var thread = pthread_t()
  pthread_create(
    &thread, nil,
    { argument in
      guard let argument else { return nil }
      Unmanaged<Box>.fromOpaque(argument).takeRetainedValue().continuation.resume(returning: 16)
      return nil
    }, Unmanaged.passRetained(box).toOpaque())
  pthread_detach(thread)
}
@inline(never) func leafResumed(_ steps: Int, _ seed: UInt64) async -> UInt64 { spin(steps, seed ^ 18) }
@inline(never) func viaContinuation(_ steps: Int) async -> UInt64 {
  let seed = await withCheckedContinuation { callBack(Box($0)) }
  return await leafResumed(steps, seed) &+ 1
}
@inline(never) func continuations(_ steps: Int) async -> UInt64 { await viaContinuation(steps) &+ 1 }

@inline(never) func leafDetached(_ steps: Int) async -> UInt64 { spin(steps, 17) }
@inline(never) func viaDetached(_ steps: Int) async -> UInt64 { await leafDetached(steps) &+ 1 }
@inline(never) func detached(_ steps: Int) async -> UInt64 {
  await Task.detached(name: "apart") { await viaDetached(steps) }.value
}

@main enum Awaits {
  static func main() async {
    let arguments = CommandLine.arguments
    guard arguments.count > 2, let steps = Int(arguments[1]), let seconds = Double(arguments[2]) else {
      print(paths)
      return
    }
    let kinds: [(String, (Int) async -> UInt64)] = [
      ("direct", direct), ("recursion", recursion), ("lets", lets), ("groups", groups), ("actors", actors),
      ("streams", streams), ("locals", locals), ("continuations", continuations), ("detached", detached),
    ]
    let wanted = arguments.count > 3 ? kinds.filter { $0.0 == arguments[3] } : kinds
    let clock = ContinuousClock()
    let end = clock.now + .seconds(seconds)
    var sum: UInt64 = 0
    while clock.now < end {
      for (_, run) in wanted { sum &+= await run(steps) }
    }
    print(sum)
  }
}
