import ProfileModel

/// Profiles to draw.
enum Profiles {
  /// A profile of folded lines: `process;frame;frame count`, kinds by the suffixes `_[k]`, `_[i]`, `_[j]`.
  static func folded(_ lines: [String]) -> Profile {
    var builder = ProfileBuilder()
    var threads: [Substring: ThreadID] = [:]
    for line in lines {
      guard let blank = line.lastIndex(of: " ") else { continue }
      let names = line[..<blank].split(separator: ";")
      let weight = Int64(line[line.index(after: blank)...]) ?? 0
      let process = names.first ?? ""
      let thread =
        threads[process]
        ?? builder.add(
          ThreadRecord(process: builder.add(ProcessRecord(pid: 0, name: String(process))), tid: 0, name: ""))
      threads[process] = thread
      let stack = builder.intern(stack: names.dropFirst().map { frame(String($0), &builder) })
      builder.profile.samples.append(Sample(time: 0, thread: thread, stack: stack, weight: weight))
    }
    return builder.profile
  }

  private static func frame(_ text: String, _ builder: inout ProfileBuilder) -> FrameID {
    let kinds: [(String, FrameKind, String?)] = [
      ("_[k]", .kernel, "[kernel]"), ("_[i]", .inlined, "/usr/bin/app"), ("_[j]", .jit, "[jit]"),
    ]
    let match = kinds.first { text.hasSuffix($0.0) }
    let name = match == nil ? text : String(text.dropLast(4))
    let kind = name.hasPrefix("[truncated") ? .truncated : name.hasSuffix("elided]") ? .elided : match?.1 ?? .user
    let module = kind == .truncated || kind == .elided ? nil : match?.2 ?? (name.contains("$") ? nil : "/usr/bin/app")
    let id = module.map { builder.intern(Module(path: $0)) }
    let isC = name.utf8.allSatisfy { $0 != UInt8(ascii: ".") && $0 != UInt8(ascii: ":") }
    let hasLine = kind == .user || kind == .inlined
    let function = Function(
      name: name, fullName: isC || kind == .truncated ? nil : "static \(name) -> Swift.Optional<app.Value>", module: id,
      file: hasLine ? "Sources/app/\(name.prefix { $0 != "(" && $0 != "." }).swift" : nil)
    return builder.intern(
      Frame(
        function: builder.intern(function), kind: kind, line: hasLine ? UInt32(10 + name.utf8.count) : 0))
  }

  /// A server that parses, queries and answers, with every kind of frame.
  static let server: Profile = {
    let main = "server;_start;__libc_start_main;main;Server.run();EventLoop.run()"
    let handle = "\(main);Channel.readComplete();HTTPHandler.channelRead(context:data:)"
    let json = "\(handle);Router.respond(to:);JSONDecoder.decode(_:from:);JSONParser.parse()"
    let render = "\(handle);Router.respond(to:);Template.render(_:into:)"
    var profile = folded([
      "\(json);JSONParser.parseObject();JSONParser.parseString();String.init(decoding:as:)_[i];_allASCII(_:)_[i] 412",
      "\(json);JSONParser.parseObject();JSONParser.parseString() 640",
      "\(json);JSONParser.parseObject();JSONParser.parseNumber();Double.init(_:)_[i];strtod_l 233",
      "\(json);JSONParser.parseObject();swift_allocObject;malloc;_int_malloc 187",
      "\(json);JSONParser.parseObject();swift_release;_swift_release_dealloc 140",
      "\(json);JSONParser.parseArray();JSONParser.parseValue() 98",
      "\(handle);Router.respond(to:);Database.query(_:);PreparedStatement.execute();PQexec;recv;entry_SYSCALL_64_after_hwframe_[k];do_syscall_64_[k];__x64_sys_recvfrom_[k];tcp_recvmsg_[k];tcp_recvmsg_locked_[k];copy_user_enhanced_fast_string_[k] 366",
      "\(handle);Router.respond(to:);Database.query(_:);Row.decode<A>(_:)_[i];Dictionary.subscript.getter_[i];Hasher._hash(seed:_:) 201",
      "\(handle);Router.respond(to:);Cache.lookup(key:);swift_retain 55",
      "\(render);Interpreter.run(_:);[jit] template_main_[j];[jit] loop_body_[j] 388",
      "\(render);Interpreter.run(_:);[jit] template_main_[j] 120",
      "\(render);Interpreter.run(_:);Value.description.getter;String.append(_:)_[i];memmove 144",
      "\(main);Channel.flush();writev;entry_SYSCALL_64_after_hwframe_[k];do_syscall_64_[k];ksys_write_[k];sock_sendmsg_[k];tcp_sendmsg_[k];tcp_push_[k];__tcp_transmit_skb_[k];ip_queue_xmit_[k];ip_output_[k];__dev_queue_xmit_[k] 301",
      "\(main);epoll_wait;entry_SYSCALL_64_after_hwframe_[k];do_syscall_64_[k];__x64_sys_epoll_wait_[k];ep_poll_[k];schedule_hrtimeout_range_[k] 92",
      "server;start_thread;ThreadPool.worker();Compressor.deflate(_:);deflate_slow;longest_match 355",
      "server;start_thread;ThreadPool.worker();Compressor.deflate(_:);deflate_slow;fill_window 77",
      "server;start_thread;ThreadPool.worker();Compressor.crc(_:)_[i];crc32_combine64 61",
      "server;[truncated: no unwind info in libcustom.so];libcustom.so+0x1f40;libcustom.so+0x2a10 38",
      "server;_start;main;walk(_:);walk(_:);[1952 frames elided];walk(_:);visit(_:) 44",
      "logger;_start;main;Logger.flush();write;entry_SYSCALL_64_after_hwframe_[k];do_syscall_64_[k];ksys_write_[k];vfs_write_[k];ext4_file_write_iter_[k] 73",
    ])
    profile.metadata = metadata
    return profile
  }()

  /// The server after a change: no JIT, faster strings, a slower database.
  static let serverAfter: Profile = {
    var profile = server
    let names = profile.functions.map(\.name)
    for (index, sample) in profile.samples.enumerated() {
      guard let stack = sample.stack else { continue }
      let stackNames = profile.stacks.path(to: stack).map { names[profile.frames[Int($0)].function.index] }
      var weight = sample.weight * 2 + Int64(index % 5)
      if stackNames.contains("[jit] template_main") { weight = 0 }
      if stackNames.contains("JSONParser.parseString()") { weight /= 2 }
      if stackNames.contains("Database.query(_:)") { weight *= 2 }
      profile.samples[index].weight = weight
    }
    let extra = folded([
      "server;_start;__libc_start_main;main;Server.run();EventLoop.run();Tracing.span(_:);Tracing.clock() 410"
    ])
    var builder = ProfileBuilder()
    builder.profile = profile
    let stack = builder.intern(
      stack: extra.stacks.path(to: StackID(index: extra.stacks.count - 1)).map { frame in
        let function = extra.functions[extra.frames[Int(frame)].function.index]
        builder.profile.functions.append(Function(name: function.name))
        return builder.intern(
          Frame(function: FunctionID(index: builder.profile.functions.count - 1), kind: .user, line: 1))
      })
    builder.profile.samples.append(Sample(time: 0, thread: ThreadID(index: 0), stack: stack, weight: 410))
    builder.profile.metadata = metadata
    return builder.profile
  }()

  /// The server for ten seconds: a worker that runs from 2 to 4 s, beside the rest; of every sample one.
  static let times: Profile = {
    var profile = server
    var builder = ProfileBuilder()
    builder.profile = profile
    let worker = builder.add(ThreadRecord(process: ProcessID(index: 0), tid: 77, name: "worker"))
    profile = builder.profile
    profile.threads[0].tid = 70
    let rows = profile.samples
    profile.samples = []
    for row in rows {
      let isWorkers = row.stack.map { stack in
        profile.stacks.path(to: stack).contains { frame in
          profile.functions[profile.frames[Int(frame)].function.index].name == "ThreadPool.worker()"
        }
      }
      for number in 0..<row.weight {
        let (start, length): (Int64, Int64) = isWorkers == true ? (2, 2) : (0, 10)
        let time = (start * 1_000_000_000) + length * 1_000_000_000 / row.weight * number
        profile.samples.append(
          Sample(time: UInt64(time), thread: isWorkers == true ? worker : row.thread, stack: row.stack))
      }
    }
    profile.samples.sort { $0.time < $1.time }
    profile.valueTypes = [.samples(period: 2_000_000)]
    profile.marks = marks
    profile.placeMarks()
    return profile
  }()

  /// The same with what its threads wait for, and page faults.
  static let waits: Profile = {
    var builder = ProfileBuilder()
    builder.profile = times
    let states: [(WaitReason, ThreadID, start: Double, length: Double, value: UInt32)] = [
      (.epoll, ThreadID(index: 0), 0.5, 1.3, 1), (.runnable, ThreadID(index: 0), 5, 0.6, 2),
      (.socket, ThreadID(index: 0), 8, 1.5, 1),
    ]
    let worker = ThreadID(index: builder.profile.threads.count - 1)
    // While it waits it does not run.
    let runs = builder.profile.samples.filter { sample in
      let second = Double(sample.time) / 1e9
      return !states.contains { sample.thread == $0.1 && second >= $0.start && second < $0.start + $0.length }
    }
    builder.profile.samples = runs
    let idle = [(WaitReason.futex, worker, start: 0.0, length: 2.0, value: UInt32(3)), (.futex, worker, 4, 6, 3)]
    for (reason, thread, start, length, value) in states + idle {
      let frame = builder.intern(
        Frame(
          function: builder.intern(
            Function(name: reason.frameName, module: builder.intern(Module(path: "[kernel]")))), kind: .kernel))
      let parent = builder.profile.samples.first { $0.thread == thread }.flatMap { sample in
        sample.stack.map { builder.profile.stacks.path(to: $0)[0] }
      }
      let stack = builder.intern(stack: [parent.map { FrameID(rawValue: $0) } ?? frame, frame])
      builder.profile.samples.append(
        Sample(
          time: UInt64(start * 1e9), thread: thread, stack: stack, weight: Int64(length * 1e9),
          value: ValueTypeID(rawValue: value)))
    }
    for number in 0..<600 {
      var sample = runs[number * 3]
      (sample.value, sample.weight) = (ValueTypeID(rawValue: 4), Int64(number % 7))
      sample.time = UInt64(number) * UInt64(number) * 27_000
      builder.profile.samples.append(sample)
    }
    var profile = builder.profile
    profile.samples.sort { $0.time < $1.time }
    profile.valueTypes += ["off-cpu", "runnable", "idle"].map { ValueType(name: $0, unit: .nanoseconds) }
    profile.valueTypes.append(ValueType(name: "page-faults", unit: .count, period: 1, isCount: true))
    profile.preferredValue = ValueTypeID(index: 0)
    return profile
  }()

  /// The worker's begin and end, a program that is run at 6 s, many short processes from 7 s on, and lost samples at 8 s.
  private static var marks: [ProfileMark] {
    func time(_ seconds: Double) -> UInt64 { UInt64(seconds * 1e9) }
    let server = ProfileMark.Numbers(pid: 70, tid: 70)
    var marks = [
      ProfileMark(.exec, time: 0, numbers: server, name: "server"),
      ProfileMark(
        .threadBegan, time: time(1.99), numbers: .init(pid: 70, tid: 77), parent: server, name: "server"),
      ProfileMark(.threadEnded, time: time(4.01), numbers: .init(pid: 70, tid: 77), name: "worker"),
      ProfileMark(.processBegan, time: time(6), numbers: .init(pid: 90, tid: 90), parent: server, name: "server"),
      ProfileMark(.exec, time: time(6.002), numbers: .init(pid: 90, tid: 90), name: "<b>gzip"),
    ]
    for number in 0..<40 {
      marks.append(
        ProfileMark(
          .processBegan, time: time(7 + Double(number) / 1000), numbers: .init(pid: 100 + Int32(number), tid: 100),
          parent: server, name: "server"))
    }
    marks.append(ProfileMark(.processEnded, time: time(7.5), count: 1234))
    marks.append(ProfileMark(.lost, time: time(8), count: 12_345))
    marks.append(ProfileMark(.processEnded, time: time(9.99), numbers: .init(pid: 90, tid: 90), name: "gzip"))
    return marks
  }

  private static var metadata: ProfileMetadata {
    var metadata = ProfileMetadata()
    metadata.isRecorded = true
    metadata.command = ["/usr/bin/server", "--port", "8080", "--config", "/etc/my server.conf"]
    metadata.startTime = 1_795_226_700_000_000_000
    metadata.durationSeconds = 10.02
    metadata.sampler = "perf:cpu-clock"
    metadata.requestedFrequency = 499
    metadata.actualFrequency = 498.7
    return metadata
  }

  /// About this many frames at least 0.1 px wide, on stacks of up to 40 of them, and many narrower ones.
  static func wide(frames: Int) -> Profile {
    var builder = ProfileBuilder()
    var random = Seeded(state: 11)
    let process = builder.add(ProcessRecord(pid: 1, name: "compiler"))
    let thread = builder.add(ThreadRecord(process: process, tid: 1, name: "compiler"))
    let modules = ["/usr/bin/compiler", "/usr/lib/libast.so.3", "/usr/lib/libc.so.6"].map {
      builder.intern(Module(path: $0))
    }
    let known = (0..<3_000).map { number in
      let name = "Type\(number % 211).method\(number)(_:)"
      let kind: FrameKind = number % 17 == 0 ? .inlined : .user
      return builder.intern(
        Frame(function: builder.intern(Function(name: name, module: modules[number % 211 % 3])), kind: kind))
    }
    func grow(_ stack: StackID?, _ depth: Int, _ weight: Int) {
      guard weight > 3, depth < 40 else {
        builder.profile.samples.append(Sample(time: 0, thread: thread, stack: stack, weight: Int64(weight)))
        return
      }
      let children = 1 + Int(random.next() % 4)
      var rest = weight
      for child in 0..<children where rest > 0 {
        let part = child == children - 1 ? rest : Int(random.next() % UInt64(rest + 1))
        let frame = known[Int(random.next() % 3_000)]
        if part > 0 { grow(builder.intern(parent: stack, frame: frame), depth + 1, part) }
        rest -= part
      }
    }
    let main = builder.intern(Frame(function: builder.intern(Function(name: "main", module: modules[0])), kind: .user))
    grow(builder.intern(parent: nil, frame: main), 2, frames * 5 / 4)
    return builder.profile
  }

  /// One stack of this many frames beside a shallow one.
  static func deep(_ frames: Int) -> Profile {
    folded([
      "recurse;main;" + (0..<frames).map { "walk\($0)(_:)" }.joined(separator: ";") + " 90", "recurse;main;other 10",
    ])
  }

  /// Names that try to leave their place, in every field.
  static let hostileNames = [
    "</title></text><script>window.hacked=1</script>", "<img src=x onerror=\"window.hacked=2\">",
    "]]><script>window.hacked=3</script><![CDATA[", "&lt;b&gt;&amp;&#60;", "\"' onload='window.hacked=4' x=\"",
    "nul\u{0}bell\u{7}esc\u{1B}[31m\u{FFFE}\u{FFFF}", "\u{202E}desrever\u{202C} \u{2066}isolate\u{2069}",
    "\\u003cscript\\u003e\\\"\u{2028}\n\r\t", "</script><script>window.hacked=5</script>", "--><!--",
    "javascript:window.hacked=6", "${window.hacked=7}", "שלום_عالم_世界_🔥", "constructor", "__proto__",
    String(repeating: "long::name<", count: 20_000),
  ]

  /// Every hostile name as process, function, full name, module and file.
  static let hostile: Profile = {
    var builder = ProfileBuilder()
    for name in hostileNames {
      let process = builder.add(ProcessRecord(pid: 1, name: name))
      let thread = builder.add(ThreadRecord(process: process, tid: 1, name: name))
      let module = builder.intern(Module(path: "/lib/" + name))
      for kind in [FrameKind.user, .inlined, .kernel, .jit] {
        let function = builder.intern(
          Function(name: name, fullName: "full " + name, linkageName: name, module: module, file: name))
        let frame = builder.intern(Frame(function: function, kind: kind, line: 3))
        let stack = builder.intern(parent: nil, frame: frame)
        builder.profile.samples.append(Sample(time: 0, thread: thread, stack: stack, weight: 5))
      }
    }
    builder.profile.metadata.command = hostileNames
    builder.profile.metadata.notes = hostileNames.map(ProfileNote.sentence)
    builder.profile.metadata.sampler = .other(hostileNames[0])
    return builder.profile
  }()

  /// And each as an instruction, where all its frames stand.
  static let hostileInstructions: InstructionListing = {
    var listing = InstructionListing()
    for (index, name) in hostileNames.enumerated() {
      let instruction = InstructionListing.Instruction(address: 0, size: 4, text: name, file: name, line: 3)
      listing.functions.append(
        InstructionListing.Code(module: ModuleID(rawValue: UInt32(index)), instructions: [instruction], isCut: true))
    }
    return listing
  }()
}

/// A generator of numbers that are the same at every run.
struct Seeded {
  var state: UInt64
  mutating func next() -> UInt64 {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return state >> 33
  }
}
