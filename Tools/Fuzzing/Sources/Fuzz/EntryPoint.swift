import Glibc

/// What is fuzzed, chosen once by the environment variable `FUZZ_TARGET`.
let target: FuzzTarget = {
  let name = getenv("FUZZ_TARGET").map { String(cString: $0) } ?? ""
  guard let target = FuzzTarget(rawValue: name) else {
    let names = FuzzTarget.allCases.map(\.rawValue).joined(separator: " ")
    print("FUZZ_TARGET must be one of: \(names)")
    exit(64)
  }
  return target
}()

/// Called by libFuzzer for each input; a crash, a hang or too much memory is a finding.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
  target.feed([UInt8](UnsafeBufferPointer(start: bytes, count: count)))
  return 0
}
