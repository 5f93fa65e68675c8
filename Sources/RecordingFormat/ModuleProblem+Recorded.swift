import ProfileModel
import RecordingSchema
import SwiftProtobuf

extension ModuleProblem {
  /// The problem as it is recorded.
  var message: Recording_ModuleProblem {
    .with { message in
      switch self {
      case .noSymbols: message.reason = .noSymbols
      case .onlyDynamicSymbols: message.reason = .onlyDynamicSymbols
      case .gaps: message.reason = .gaps
      case .debugFileMismatch(let path): (message.reason, message.path) = (.debugFileMismatch, path)
      case .emptyDebugFile(let path): (message.reason, message.path) = (.emptyDebugFile, path)
      case .damagedDebugFile(let path): (message.reason, message.path) = (.damagedDebugFile, path)
      case .unreadable(let detail): (message.reason, message.detail) = (.unreadable, detail)
      case .debugInformationDamaged(let detail): (message.reason, message.detail) = (.debugInformationDamaged, detail)
      case .kernelAddressesHidden(let restriction):
        (message.reason, message.restriction) = (.kernelAddressesHidden, Int32(clamping: restriction))
      case .jitFileRefused(let path, let detail):
        (message.reason, message.path, message.detail) = (.jitFileRefused, path, detail)
      case .jitDumpUnusable(let path, let detail):
        (message.reason, message.path, message.detail) = (.jitDumpUnusable, path, detail)
      case .notOpened(let detail): (message.reason, message.detail) = (.notOpened, detail)
      case .rewritten: message.reason = .rewritten
      case .noIdentity: message.reason = .noIdentity
      case .gone: message.reason = .gone
      case .replaced: message.reason = .replaced
      case .sentence, .unknown: message.reason = .unknown
      }
    }
  }

  /// The problem of a recording; `unknown` for one that this version has no words for.
  init(_ message: Recording_ModuleProblem) {
    switch message.reason {
    case .noSymbols: self = .noSymbols
    case .onlyDynamicSymbols: self = .onlyDynamicSymbols
    case .gaps: self = .gaps
    case .debugFileMismatch: self = .debugFileMismatch(path: message.path)
    case .emptyDebugFile: self = .emptyDebugFile(path: message.path)
    case .damagedDebugFile: self = .damagedDebugFile(path: message.path)
    case .unreadable: self = .unreadable(detail: message.detail)
    case .debugInformationDamaged: self = .debugInformationDamaged(detail: message.detail)
    case .kernelAddressesHidden: self = .kernelAddressesHidden(restriction: Int(message.restriction))
    case .jitFileRefused: self = .jitFileRefused(path: message.path, detail: message.detail)
    case .jitDumpUnusable: self = .jitDumpUnusable(path: message.path, detail: message.detail)
    case .notOpened: self = .notOpened(detail: message.detail)
    case .rewritten: self = .rewritten
    case .noIdentity: self = .noIdentity
    case .gone: self = .gone
    case .replaced: self = .replaced
    case .unknown, .UNRECOGNIZED: self = .unknown
    }
  }
}
