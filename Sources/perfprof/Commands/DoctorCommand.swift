import ArgumentParser
import Glibc
import Recording
import Sampling
import TextWriting

struct DoctorCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor", abstract: "Tell what this machine allows, and how to allow more.")

  @Flag(help: "As JSON.")
  var json = false

  mutating func run() throws {
    let findings = Examination().findings()
    try OutputFile(path: "-").write(json ? Self.json(findings) : Self.text(findings))
    if !findings.contains(where: { $0.group == .sampling && $0.isGood }) {
      throw Failure(.unavailable, "nothing to sample with: see above for what would help")
    }
  }

  private static func text(_ findings: [Finding]) -> [UInt8] {
    let columns = Terminal.columns(of: STDOUT_FILENO)
    var text = ""
    for group in Finding.Group.allCases {
      text += "\(group.title)\n"
      for finding in findings where finding.group == group {
        let line = "  \(finding.isGood ? "yes" : "no ")  \(finding.name): \(finding.detail)"
        text += line.wrapped(toColumns: columns, indentation: "       ") + "\n"
        // What is to be copied stays in one piece.
        if let remedy = finding.remedy { text += "       to allow: \(remedy)\n" }
      }
    }
    return Array(text.utf8)
  }

  private static func json(_ findings: [Finding]) -> [UInt8] {
    var writer = JSONWriter(indentation: 2)
    writer.object { writer in
      for group in Finding.Group.allCases {
        writer.key(group.rawValue)
        writer.array { writer in
          for finding in findings where finding.group == group {
            writer.object { writer in
              writer.member("name", finding.name)
              writer.member("available", finding.isGood)
              writer.member("detail", finding.detail)
              writer.member("remedy", finding.remedy)
            }
          }
        }
      }
    }
    writer.endLine()
    return writer.bytes
  }
}

/// One thing that was looked at.
struct Finding {
  enum Group: String, CaseIterable {
    case sampling, symbols, limits

    var title: String {
      switch self {
      case .sampling: "Sampling, best first"
      case .symbols: "Names"
      case .limits: "Limits"
      }
    }
  }

  var group: Group
  var name: String
  var isGood: Bool
  var detail: String
  var remedy: String?
}
