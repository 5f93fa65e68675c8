import ProfileModel
import Testing

@testable import ProfileFormats

@Suite struct FrameNotationTests {
  @Test(
    "Files are known by the last part of their paths",
    arguments: [
      ("/boot/vmlinux", .kernel), ("/usr/lib/debug/boot/vmlinux-6.1.0", .kernel), ("vmlinuz.old", .kernel),
      ("/bin/vmlinuxer", .user), ("/vmlinux/app", .user), ("/lib/modules/6.1/ext4.ko", .kernel),
      ("/lib/modules/6.1/ext4.ko.xz", .kernel), ("/lib/ext4.kot", .user), ("/proc/kcore", .kernel), ("", .user),
      ("/", .user), ("/boot/vmlinux/", .kernel), ("/tmp/perf-12.map", .jit), ("/tmp/perf-12.map.so", .user),
      ("/tmp/jitted-1-2.so", .jit), ("[nf_tables]", .kernel), ("[vdso]", .user), ("//anon", .jit),
      ("/bin/é.ko", .kernel),
    ] as [(String, FrameKind)])
  func kinds(module: String, kind: FrameKind) {
    #expect(FrameNotation.kind(ofModule: module, address: 0x1000) == kind)
  }

  @Test func theKernelIsKnownByItsAddresses() {
    #expect(FrameNotation.kind(ofModule: "/bin/app", address: 0xFFFF_FFFF_8100_0000) == .kernel)
    #expect(FrameNotation.kind(ofModule: "[vsyscall]", address: 0xFFFF_FFFF_FF60_0000) == .user)
  }
}
