import BinaryReading
import Glibc
import Testing

@testable import Processes

/// Paths of others, in a folder of links, pipes and files.
final class ForeignFileTests {
  private let folder: String

  init() throws {
    var template = Array("/tmp/perfprof-foreign-XXXXXX".utf8CString)
    folder = try #require(mkdtemp(&template).map { String(cString: $0) })
    for name in ["root", "root/in", "outside"] { mkdir("\(folder)/\(name)", 0o700) }
    for name in ["root/in/file", "outside/file"] {
      let descriptor = open("\(folder)/\(name)", O_WRONLY | O_CREAT, 0o600)
      _ = "text".withCString { write(descriptor, $0, 4) }
      close(descriptor)
    }
    mkfifo("\(folder)/root/in/fifo", 0o600)
    symlink("/in/file", "\(folder)/root/in/rooted")
    symlink("file", "\(folder)/root/in/beside")
    symlink("../../outside/file", "\(folder)/root/in/out")
    symlink("loop", "\(folder)/root/in/loop")
  }

  deinit {
    for name in ["file", "fifo", "rooted", "beside", "out", "loop"] { unlink("\(folder)/root/in/\(name)") }
    unlink("\(folder)/outside/file")
    for name in ["root/in", "root", "outside", ""] { rmdir("\(folder)/\(name)") }
  }

  private func opens(_ file: ForeignFile) -> Bool {
    do { return try file.open().status().size == 4 } catch { return false }
  }

  @Test func `links begin and end in the root that a path belongs to`() {
    let root = folder + "/root"
    #expect(opens(ForeignFile("/in/file", in: .root(root))))
    #expect(opens(ForeignFile("/in/rooted", in: .root(root))))
    #expect(opens(ForeignFile("/in/beside", in: .root(root))))
    #expect(opens(ForeignFile("/../../../in/file", in: .root(root))))
    #expect(!opens(ForeignFile("/in/out", in: .root(root))))
    #expect(opens(ForeignFile(root + "/in/out")))
  }

  @Test func `nothing leads out of a folder`() {
    func file(_ name: String) -> ForeignFile { ForeignFile(name, in: .folder("/root/in", root: folder)) }
    #expect(opens(file("file")))
    #expect(opens(file("beside")))
    #expect(!opens(file("out")))
    #expect(!opens(file("rooted")))
    #expect(!opens(file("../in/file")))
    #expect(!opens(file("loop")))
  }

  @Test(arguments: ["/dev/null", "/proc/self/maps", "/proc/self/status", "/sys/kernel/profiling", "/tmp"])
  func `what is no regular file of a real file system is not opened`(path: String) {
    #expect(throws: BinaryReadingError.self) { _ = try ForeignFile(path).open().descriptor }
  }

  @Test func `a pipe is not opened, so that its writer waits on`() {
    #expect(throws: BinaryReadingError.notRegular(path: folder + "/root/in/fifo")) {
      _ = try ForeignFile("/root/in/fifo", in: .root(folder)).open().descriptor
    }
    // Nobody reads: a writer that does not wait is told so.
    #expect(open(folder + "/root/in/fifo", O_WRONLY | O_NONBLOCK) == -1)
    #expect(errno == ENXIO)
  }

  @Test(arguments: [true, false])
  func `paths are walked the same without openat2`(isRooted: Bool) throws {
    let start = open(isRooted ? folder + "/root" : folder + "/root/in", O_RDONLY | O_DIRECTORY)
    defer { close(start) }
    let file = ForeignFile("")
    for (name, whenRooted, whenNot) in [
      ("file", true, true), ("beside", true, true), ("rooted", true, false), ("out", false, false),
      ("loop", false, false), ("../in/file", true, false),
    ] {
      let found = try? file.walk(isRooted ? "in/" + name : name, from: start, isRooted: isRooted)
      #expect((found != nil) == (isRooted ? whenRooted : whenNot), "\(name)")
      if let found { close(found) }
    }
  }
}
