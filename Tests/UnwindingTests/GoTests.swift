import Foundation
import ProfileModel
import Testing

@testable import Unwinding

/// Go's stacks against what Go's own runtime says of them: a program writes its own traceback down and stops itself.
@Suite(.serialized, .enabled(if: GoProgram.compiler != nil, "needs Go")) struct GoTests {
  @Test(arguments: [[], ["-ldflags=-s -w"], ["-ldflags=-linkmode=external"], ["-buildmode=pie"]])
  func agreesWithGoItself(flags: [String]) throws {
    let program = try GoProgram(flags)
    let process = try StoppedProcess([program.path, program.answer])
    let said = try String(contentsOfFile: program.answer, encoding: .utf8).split(separator: "\n").map(String.init)
    #expect(said.count > 30)
    let unwinder = try TestedUnwinder(process, strategy: .tables)
    // The goroutine is locked to some thread, the only one with so long a stack.
    let chains = try process.threads().map { unwinder.chain(try process.capture(tid: $0)) }
    let chain = try #require(chains.max { $0.frames.count < $1.frames.count })
    #expect(chain.end == .rooted)
    let found = chain.addresses.map { String($0, radix: 16) }
    #expect(found.suffix(said.count) == said[...], "\(found) instead of \(said)")
    // Threads that wait rest on stacks of their own.
    #expect(chains.allSatisfy { $0.end == .rooted }, "\(chains.map(\.end))")
  }
}

/// A Go program, built for one test.
final class GoProgram {
  let path: String
  /// Where it writes the addresses of its frames, from that of `descend` that stops it to the root.
  let answer: String
  private let folder: String

  static let compiler = ["/usr/bin/go", "/usr/local/go/bin/go"].first {
    FileManager.default.isExecutableFile(atPath: $0)
  }

  static let source = """
    package main

    import (
    	"fmt"
    	"os"
    	"runtime"
    	"strings"
    	"syscall"
    )

    //go:noinline
    func stop() {
    	var addresses [100]uintptr
    	// From the caller of this function on.
    	count := runtime.Callers(2, addresses[:])
    	var text strings.Builder
    	for _, address := range addresses[:count] {
    		fmt.Fprintf(&text, "%x\\n", address)
    	}
    	os.WriteFile(os.Args[1], []byte(text.String()), 0o600)
    	syscall.Kill(syscall.Getpid(), syscall.SIGSTOP)
    }

    //go:noinline
    func descend(depth int, padding [40]int) int {
    	if depth == 0 {
    		stop()
    		return padding[3]
    	}
    	padding[depth%16] += depth
    	return descend(depth-1, padding) + 1
    }

    func main() {
    	done := make(chan int)
    	go func() {
    		runtime.LockOSThread()
    		var padding [40]int
    		done <- descend(30, padding)
    	}()
    	<-done
    }

    """

  init(_ flags: [String]) throws {
    folder = NSTemporaryDirectory() + "perfprof-go-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    (path, answer) = (folder + "/program", folder + "/answer")
    try Self.source.write(toFile: folder + "/program.go", atomically: true, encoding: .utf8)
    // The cache is everyone's, so that the standard library is compiled once.
    let environment = ["/usr/bin/env", "GOCACHE=\(NSTemporaryDirectory())perfprof-go-cache"]
    let command = environment + [Self.compiler ?? "go", "build"] + flags + ["-o", path, folder + "/program.go"]
    let (status, output) = try CompiledProgram.run(command)
    guard status == 0 else { throw CompiledProgram.CompilerFailure(output: output) }
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }
}
