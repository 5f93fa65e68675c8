/// Generics, closures, protocol witnesses and async functions, each with a known share.
///
/// usage: features [SECONDS]
/// stacks: main … round(_:);{genericWork<A>(_:) 20 %, closure #1 in round(_:) (for applyTwice(_:)) 20 %,
///         protocol witness or Square.area() 20 %}
///         … asyncOuter() or asyncInner() (a Task's partials);asyncWork() 40 %
import Glibc

@inline(__always)
func work(_ units: Int) {
  var state = sink | 1
  for _ in 0..<(units &* 800_000) {
    state = opaque(state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407)
  }
  sink = state
}

/// Hides the value from the optimizer, which would otherwise compute the chain in one step.
@inline(__always)
func opaque(_ value: UInt64) -> UInt64 { value ^ (value >> 31) }

nonisolated(unsafe) var sink: UInt64 = 0

protocol Shape {
  func area() -> Int
}

struct Square: Shape {
  var side: Int
  @inline(never)
  func area() -> Int {
    work(10)
    return side &* side
  }
}

struct Circle: Shape {
  var radius: Int
  @inline(never)
  func area() -> Int { radius }
}

@inline(never) @_optimize(none)
func makeShape(_ number: Int) -> any Shape { number == -1 ? Circle(radius: 1) : Square(side: number) }

@inline(never) @_semantics("optimize.sil.specialize.generic.never")
func genericWork<Element: Hashable>(_ element: Element) -> Int {
  work(10)
  return element.hashValue
}

@inline(never) @_optimize(none)
func applyTwice(_ body: () -> Void) {
  body()
  body()
}

@inline(never)
func round(_ number: Int) -> Int {
  let generic = genericWork(number)
  applyTwice { work(5) }
  return generic &+ makeShape(number & 7).area()
}

@inline(never)
func asyncWork() { work(20) }

@inline(never)
func asyncInner() async {
  asyncWork()
  await Task.yield()
}

@inline(never)
func asyncOuter() async {
  await asyncInner()
  sink &+= 1
}

@main
struct Features {
  static func main() async {
    let seconds = CommandLine.arguments.count > 1 ? Double(CommandLine.arguments[1]) ?? 10 : 10
    let clock = ContinuousClock()
    let end = clock.now.advanced(by: .seconds(seconds == 0 ? 1e9 : seconds))
    _ = "READY\n".utf8.withContiguousStorageIfAvailable { Glibc.write(1, $0.baseAddress, $0.count) }
    var sum = 0
    while clock.now < end {
      sum &+= round(sum & 15)
      await asyncOuter()
    }
    sink &+= UInt64(truncatingIfNeeded: sum)
  }
}
