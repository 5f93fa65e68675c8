import PprofSchema
import ProfileModel
import SwiftProtobuf
import Testing

@testable import ProfileFormats

@Suite struct PprofTests {
  private static var profile: Profile {
    var builder = ProfileBuilder()
    let process = builder.add(ProcessRecord(pid: 7, name: "app"))
    let main = builder.add(ThreadRecord(process: process, tid: 7, name: "app"))
    let worker = builder.add(ThreadRecord(process: process, tid: 8, name: "worker"))
    let kernel = builder.intern(Module(path: "[kernel]"))
    let app = builder.intern(Module(path: "/bin/app", buildID: BuildID([0xAB])))
    func frame(
      _ name: String, _ module: ModuleID? = nil, _ kind: FrameKind = .user, address: UInt64 = 0, linkage: String? = nil,
      line: UInt32 = 0
    ) -> FrameID {
      let function = Function(
        name: name, linkageName: linkage, module: module, file: line > 0 ? "/src/a.swift" : nil,
        isSymbolized: !name.contains("+0x"))
      return builder.intern(
        Frame(function: builder.intern(function), kind: kind, line: line, address: address))
    }
    let root = [frame("main", app, address: 0x10)]
    let inlined =
      root + [
        frame("outer", app, address: 0x20, linkage: "_outer", line: 5),
        frame("middle", app, .inlined, address: 0x20, line: 9),
        frame("inner", app, .inlined, address: 0x20),
      ]
    let syscall = inlined + [frame("sys_read", kernel, .kernel, address: 0x99)]
    let cut = [frame("[truncated: depth limit]", nil, .truncated), frame("app+0x30", app, address: 0x30)]
    for (thread, stack, weight) in [(main, inlined, 2), (worker, syscall, 3), (main, cut, 4), (main, inlined, 5)] {
      builder.profile.samples.append(
        Sample(time: 0, thread: thread, stack: builder.intern(stack: stack), weight: Int64(weight)))
    }
    builder.profile.samples.append(Sample(time: 0, thread: main, stack: nil, weight: 1))
    builder.profile.valueTypes = [.samples(period: 1_000_000)]
    builder.profile.metadata.requestedFrequency = 1000
    builder.profile.metadata.sampler = "perf:cpu-clock"
    builder.profile.metadata.durationSeconds = 1.5
    builder.profile.metadata.startTime = 12
    builder.profile.metadata.notes = ["Kernel excluded."]
    return builder.profile
  }

  private func message(_ profile: Profile) throws -> Pprof_Profile {
    try Pprof_Profile(serializedBytes: Gzip.decompress(Pprof.bytes(of: profile.preferred), limit: 1 << 24))
  }

  @Test func obeysTheRulesOfTheFormat() throws {
    let message = try message(Self.profile)
    #expect(message.stringTable.first == "")
    func text(_ index: Int64) -> String { message.stringTable[Int(index)] }
    #expect(message.sampleType.map { "\(text($0.type))/\(text($0.unit))" } == ["samples/count", "cpu/nanoseconds"])
    #expect(message.period == 1_000_000)
    #expect(message.sample.allSatisfy { $0.value.count == 2 && $0.value[1] == $0.value[0] * 1_000_000 })
    #expect(message.mapping.map { text($0.filename) } == ["/bin/app", "[kernel]"])
    #expect(text(message.mapping[0].buildID) == "ab")
    for ids in [message.mapping.map(\.id), message.location.map(\.id), message.function.map(\.id)] {
      #expect(Set(ids).count == ids.count && !ids.contains(0))
    }
    let mappings = Set(message.mapping.map(\.id))
    #expect(message.location.allSatisfy { $0.mappingID == 0 || mappings.contains($0.mappingID) })
    #expect(message.timeNanos == 12)
    #expect(message.durationNanos == 1_500_000_000)
  }

  @Test func putsTheLeafAndTheInnermostInlineFirst() throws {
    let message = try message(Self.profile)
    let functions = Dictionary(uniqueKeysWithValues: message.function.map { ($0.id, $0) })
    let locations = Dictionary(uniqueKeysWithValues: message.location.map { ($0.id, $0) })
    let names = message.sample.map { sample in
      sample.locationID.map { id in
        (locations[id]?.line ?? []).map { message.stringTable[Int(functions[$0.functionID]?.name ?? 0)] }
      }
    }
    #expect(
      names == [
        [["inner", "middle", "outer"], ["main"]], [["sys_read"], ["inner", "middle", "outer"], ["main"]],
        [["app+0x30"], ["[truncated: depth limit]"]], [],
      ])
    #expect(message.sample.map { $0.value[0] } == [7, 3, 4, 1])
  }

  @Test func readsBackWhatItWrote() throws {
    let copy = try Pprof.read(Pprof.bytes(of: Self.profile.preferred))
    let samples = SelectedProfile(copy, Selection(try #require(copy.valueType(named: "samples"))))
    let original = Self.profile.preferred
    #expect(
      FoldedStacks.bytes(of: samples, .init(threads: true)) == FoldedStacks.bytes(of: original, .init(threads: true)))
    #expect(samples.completeness() == original.completeness())
    #expect(samples.completeness().rooted == nil, "a pprof file doesn't tell which stacks are whole")
    #expect(samples.value == .samples(period: 1_000_000))
    // As the pprof tools do, the last type is the one to look at first.
    #expect(copy.preferred.value == ValueType(name: "cpu", unit: .nanoseconds, period: 1_000_000))
    #expect(copy.preferred.completeness().samples == 15_000_000)
    #expect(copy.metadata.requestedFrequency == 1000)
    #expect(copy.metadata.sampler == "perf:cpu-clock")
    #expect(copy.metadata.notes == ["Kernel excluded."])
    #expect(copy.functions.first { $0.name == "outer" }?.linkageName == "_outer")
    #expect(copy.frames.contains { $0.line == 5 && $0.address == 0x20 })
    #expect(try Pprof.bytes(of: copy.preferred) == Pprof.bytes(of: copy.preferred))
  }

  @Test func takesCPUTimesAsTheyStand() throws {
    var message = Pprof_Profile()
    message.stringTable = ["", "cpu", "nanoseconds", "f"]
    message.sampleType = [
      .with {
        $0.type = 1; $0.unit = 2
      }
    ]
    message.periodType = .with {
      $0.type = 1; $0.unit = 2
    }
    message.period = 10_000_000
    message.function = [
      .with {
        $0.id = 9; $0.name = 3
      }
    ]
    message.location = [
      .with {
        $0.id = 4; $0.line = [.with { $0.functionID = 9 }]
      },
      .with {
        $0.id = 5; $0.address = 0x1F
      },
    ]
    message.sample = [
      .with {
        $0.locationID = [4, 5]; $0.value = [29_999_999]
      }
    ]
    let profile = try Pprof.read(message.serializedBytes())
    #expect(FoldedStacks.bytes(of: profile.preferred) == Array("[unknown];0x1f;f 29999999\n".utf8))
    #expect(profile.metadata.requestedFrequency == 100)
  }

  /// A heap profile: four types of which the last is empty, and a default.
  private static func heap(defaultType: String) -> Pprof_Profile {
    var message = Pprof_Profile()
    message.stringTable = ["", "alloc_objects", "count", "alloc_space", "bytes", "inuse_space", "f", defaultType]
    message.sampleType = ([(1, 2), (3, 4), (5, 4)] as [(Int64, Int64)]).map { type, unit in
      .with {
        $0.type = type; $0.unit = unit
      }
    }
    message.defaultSampleType = defaultType.isEmpty ? 0 : 7
    message.function = [
      .with {
        $0.id = 1; $0.name = 6
      }
    ]
    message.location = [
      .with {
        $0.id = 1; $0.line = [.with { $0.functionID = 1 }]
      }
    ]
    message.sample = [
      .with {
        $0.locationID = [1]; $0.value = [3, 4096, 0]
      },
      .with {
        $0.locationID = [1]; $0.value = [1, 1, 0]
      },
    ]
    return message
  }

  @Test func keepsEveryValueTypeAndPrefersTheFilesDefault() throws {
    let profile = try Pprof.read(Self.heap(defaultType: "alloc_objects").serializedBytes())
    #expect(profile.valueTypes.map(\.name) == ["alloc_objects", "alloc_space", "inuse_space"])
    #expect(profile.valueTypes.map(\.unit) == [.count, .bytes, .bytes])
    #expect(profile.valueTotals == [4, 4097, 0])
    #expect(profile.preferred.value.name == "alloc_objects")
    #expect(FoldedStacks.bytes(of: profile.preferred) == Array("[unknown];f 4\n".utf8))
    #expect(FoldedStacks.bytes(of: profile.preferred.with(ValueTypeID(index: 1))) == Array("[unknown];f 4097\n".utf8))
    let copy = try Pprof.read(Pprof.bytes(of: profile.preferred))
    #expect(copy.valueTypes == profile.valueTypes)
    #expect(copy.valueTotals == profile.valueTotals)
    #expect(copy.preferred.value.name == "alloc_objects")
    let one = try Pprof.read(Pprof.bytes(of: profile.preferred, .init(writesAllValues: false)))
    #expect(one.valueTypes.map(\.name) == ["alloc_objects"])
  }

  @Test func withoutADefaultPrefersTheLastTypeThatIsNotEmpty() throws {
    let profile = try Pprof.read(Self.heap(defaultType: "").serializedBytes())
    #expect(profile.preferred.value == ValueType(name: "alloc_space", unit: .bytes))
  }

  @Test func refusesWhatDoesNotFitTogether() throws {
    func change(_ body: (inout Pprof_Profile) -> Void) throws -> [UInt8] {
      var message = try message(Self.profile)
      body(&message)
      return try message.serializedBytes()
    }
    let cases: [([UInt8], ProfileFormatError)] = [
      (try change { $0.sample[0].locationID = [77] }, .badReference(table: "location", value: 77)),
      (try change { $0.location[0].line[0].functionID = 78 }, .badReference(table: "function", value: 78)),
      (try change { $0.function[0].name = -1 }, .badReference(table: "string_table", value: -1)),
      (try change { $0.mapping[0].filename = .max }, .badReference(table: "string_table", value: .max)),
      (try change { $0.sample[0].value = [1] }, .badReference(table: "sample_type", value: 1)),
      (try change { $0.sample[0].value = [-1, 0] }, .negativeValues),
      (try change { $0.sample[0].value = [.max, 0] }, .valueTooLarge),
      (try change { $0.stringTable = [] }, .noSamples(format: "pprof", badLine: nil)),
      ([0xFF, 0xFF, 0xFF], .badProtobuf),
      ([0x1F, 0x8B, 8, 0, 1, 2, 3], .badCompression(offset: 7)),
    ]
    for (bytes, expected) in cases { #expect(throws: expected) { try Pprof.read(bytes) } }
    // A mapping that isn't listed is none, as `go tool pprof` reads it.
    let unlisted = try Pprof.read(change { $0.location[0].mappingID = 79 })
    #expect(unlisted.samples.count == (try Pprof.read(change { _ in })).samples.count)
  }

  @Test func boundsWhatItDecompresses() throws {
    let bomb = try #require(Gzip.compress([UInt8](repeating: 0, count: 1 << 20)))
    #expect(throws: ProfileFormatError.decompressedTooLarge(limit: 1000)) { try Pprof.read(bomb, limit: 1000) }
    #expect(try Gzip.decompress(bomb, limit: 1 << 20).count == 1 << 20)
    #expect(try Gzip.decompress(bomb + bomb, limit: 1 << 22).count == 1 << 21)
    for length in [0, 5, bomb.count / 2, bomb.count - 1] {
      #expect(throws: ProfileFormatError.self) { try Gzip.decompress(Array(bomb.prefix(length)), limit: 1 << 22) }
    }
  }

  @Test func damagedFilesGiveAProfileOrAnError() throws {
    let bytes: [UInt8] = try message(Self.profile).serializedBytes()
    var random = SeededGenerator(seed: 5)
    for _ in 0..<3_000 {
      var damaged = bytes
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        damaged[Int.random(in: 0..<damaged.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
      }
      if let profile = try? Pprof.read(damaged) { _ = profile.preferred.completeness() }
    }
  }
}
