import Glibc
import ProfileModel
import Testing

@testable import Processes

@Suite struct ProcessMapsTests {
  private func parse(_ text: String, executableOnly: Bool = false) -> [Mapping] {
    ProcessMaps.parse(Array(text.utf8), executableOnly: executableOnly)
  }

  @Test func readsFilesAnonymousMemoryAndKernelPages() {
    let mappings = parse(
      """
      55d0c8a00000-55d0c8a21000 r-xp 00001000 fe:01 1234567                    /usr/bin/a name  with blanks
      7f0000000000-7f0000001000 rw-p 00000000 00:00 0 
      7ffd7a9f2000-7ffd7a9f4000 r-xp 00000000 00:00 0                          [vdso]
      ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0                  [vsyscall]

      """)
    #expect(
      mappings == [
        Mapping(
          start: 0x55d0_c8a0_0000, end: 0x55d0_c8a2_1000, fileOffset: 0x1000, device: .init(major: 0xfe, minor: 1),
          inode: 1_234_567, path: "/usr/bin/a name  with blanks"),
        Mapping(start: 0x7f00_0000_0000, end: 0x7f00_0000_1000, isExecutable: false),
        Mapping(start: 0x7ffd_7a9f_2000, end: 0x7ffd_7a9f_4000, path: "[vdso]"),
        Mapping(start: 0xffff_ffff_ff60_0000, end: 0xffff_ffff_ff60_1000, path: "[vsyscall]"),
      ])
  }

  @Test func keepsOnlyCodeWhenAsked() {
    let text = "1000-2000 r--p 0 00:00 0\n2000-3000 r-xp 0 00:00 0\n"
    #expect(parse(text, executableOnly: true).map(\.start) == [0x2000])
  }

  @Test func decodesLineBreaksInPathsAndKeepsTheDeletedMark() {
    let mappings = parse(#"1000-2000 r-xp 00000000 08:01 7 /tmp/a\012b\012 (deleted)"#)
    #expect(mappings.map(\.path) == ["/tmp/a\nb\n (deleted)"])
  }

  @Test(arguments: [
    "", "\n\n", "1000", "1000-", "2000-1000 r-xp 0 0:0 0", "zz-2000 r-xp 0 0:0 0", "1000-2000 r- 0 0:0 0",
    "1000-2000 r-xp 0 00 0 /a", "11111111111111111-2 r-xp 0 0:0 0", "1000-2000 r-xp 0 0:0 -1 /a",
  ])
  func passesOverWhatIsNoMapping(line: String) {
    #expect(parse(line).isEmpty)
  }

  @Test func readsItsOwnProcess() throws {
    let mappings = try ProcessMaps.read(pid: getpid(), executableOnly: true)
    #expect(mappings.contains { $0.path == "[vdso]" })
    #expect(mappings.contains { $0.isFileBacked })
    #expect(throws: ProcessError.noSuchProcess(pid: .max)) { try ProcessMaps.read(pid: .max) }
  }
}
