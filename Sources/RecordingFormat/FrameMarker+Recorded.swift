import ProfileModel
import RecordingSchema
import SwiftProtobuf

extension FrameMarker {
  /// The markers of a chunk: `names` has them all, for every reader; `facts` beside them what they are.
  static func markers(names: [String], facts: [Recording_Marker]) -> [FrameMarker] {
    names.indices.map { index in
      let fact = names.count == facts.count ? FrameMarker(facts[index]) : nil
      // What this version does not know has its name all the same.
      return fact ?? FrameMarker(name: names[index])
    }
  }

  /// Nil for a marker that this version does not know.
  private init?(_ message: Recording_Marker) {
    switch message.kind {
    case .unmapped: self = .unmapped
    case .unknownCode: self = .unknownCode
    case .elided: self = .elided(count: Int(clamping: message.count))
    case .stackDumpTooShort: self = .truncated(.stackDumpTooShort)
    case .noUnwindInfo: self = .truncated(.noUnwindInfo(module: message.module))
    case .badUnwindInfo: self = .truncated(.badUnwindInfo(module: message.module))
    case .memoryUnreadable: self = .truncated(.memoryUnreadable)
    case .memoryNotSampled: self = .truncated(.memoryNotSampled)
    case .depthLimit: self = .truncated(.depthLimit)
    case .unmappedCaller: self = .truncated(.unmappedCode)
    case .implausibleFramePointer: self = .truncated(.implausibleFramePointer)
    case .callerNotProven: self = .truncated(.callerNotProven)
    case .noProgress: self = .truncated(.noProgress)
    case .noUserRegisters: self = .truncated(.noUserRegisters)
    case .registerUnknown: self = .truncated(.registerUnknown)
    case .narrowProgram: self = .truncated(.narrowProgram)
    case .swiftTask: self = .task(name: message.name.isEmpty ? nil : message.name)
    case .mainActor: self = .mainActor
    case .asyncNotCopied: self = .asyncGap(.notCopied)
    case .asyncReadLate: self = .asyncGap(.readLate)
    case .asyncNoContext: self = .asyncGap(.noContext)
    case .asyncTooMany: self = .asyncGap(.tooMany)
    case .asyncBrokenChain: self = .asyncGap(.brokenChain)
    case .asyncCallerInNoCode: self = .asyncGap(.callerInNoCode)
    case .asyncParentRan: self = .asyncGap(.parentRan)
    case .waiting:
      guard let reason = WaitReason(rawValue: message.reason) else { return nil }
      self = .waiting(reason)
    case .wokenByThread:
      self = .woken(.thread(name: message.name, process: message.count == 0 ? nil : Int32(clamping: message.count - 1)))
    case .wokenByKernel: self = .woken(.kernelThread(name: message.name))
    case .wokenByInterrupt:
      guard let interrupt = Waker.Interrupt(rawValue: message.reason) else { return nil }
      self = .woken(.interrupt(interrupt))
    case .named, .UNRECOGNIZED: return nil
    }
  }

  /// The marker as it is recorded, beside its name.
  var message: Recording_Marker {
    .with { message in
      switch self {
      case .unmapped: message.kind = .unmapped
      case .unknownCode: message.kind = .unknownCode
      case .elided(let count): (message.kind, message.count) = (.elided, UInt64(clamping: count))
      case .truncated(let reason): reason.write(to: &message)
      case .task(let name): (message.kind, message.name) = (.swiftTask, name ?? "")
      case .mainActor: message.kind = .mainActor
      case .asyncGap(let gap): message.kind = gap.kind
      case .waiting(let reason): (message.kind, message.reason) = (.waiting, reason.rawValue)
      case .woken(.thread(let name, let process)):
        (message.kind, message.name) = (.wokenByThread, name)
        message.count = process.map { UInt64(clamping: $0) + 1 } ?? 0
      case .woken(.kernelThread(let name)): (message.kind, message.name) = (.wokenByKernel, name)
      case .woken(.interrupt(let interrupt)): (message.kind, message.reason) = (.wokenByInterrupt, interrupt.rawValue)
      case .other: message.kind = .named
      }
    }
  }
}

extension AsyncGap {
  fileprivate var kind: Recording_Marker.Kind {
    switch self {
    case .notCopied: .asyncNotCopied
    case .readLate: .asyncReadLate
    case .noContext: .asyncNoContext
    case .tooMany: .asyncTooMany
    case .brokenChain: .asyncBrokenChain
    case .callerInNoCode: .asyncCallerInNoCode
    case .parentRan: .asyncParentRan
    case .other: .named
    }
  }
}

extension TruncationReason {
  fileprivate func write(to message: inout Recording_Marker) {
    switch self {
    case .stackDumpTooShort: message.kind = .stackDumpTooShort
    case .noUnwindInfo(let module): (message.kind, message.module) = (.noUnwindInfo, module)
    case .badUnwindInfo(let module): (message.kind, message.module) = (.badUnwindInfo, module)
    case .memoryUnreadable: message.kind = .memoryUnreadable
    case .memoryNotSampled: message.kind = .memoryNotSampled
    case .depthLimit: message.kind = .depthLimit
    case .unmappedCode: message.kind = .unmappedCaller
    case .implausibleFramePointer: message.kind = .implausibleFramePointer
    case .callerNotProven: message.kind = .callerNotProven
    case .noProgress: message.kind = .noProgress
    case .noUserRegisters: message.kind = .noUserRegisters
    case .registerUnknown: message.kind = .registerUnknown
    case .narrowProgram: message.kind = .narrowProgram
    case .other: message.kind = .named
    }
  }
}
