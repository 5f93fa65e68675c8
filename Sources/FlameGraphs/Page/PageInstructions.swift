import ProfileModel
import Searching

/// The instructions that a page shows, each with a number by which frames refer to it: from 1 on, over all functions.
struct PageInstructions {
  private struct Place {
    var address: UInt64
    var end: UInt64
    var number: UInt32
  }

  let listing: InstructionListing
  /// For each frame of the profile its instruction's number; 0 for none.
  let ofFrames: [UInt32]

  /// Finds the instruction of each frame.
  init(_ listing: InstructionListing, _ profile: Profile) {
    self.listing = listing
    var places: [ModuleID: [Place]] = [:]
    var number: UInt32 = 0
    for code in listing.functions {
      for instruction in code.instructions {
        number += 1
        let end = instruction.address &+ UInt64(instruction.size)
        places[code.module, default: []].append(Place(address: instruction.address, end: end, number: number))
      }
    }
    places = places.mapValues { $0.sorted { $0.address < $1.address } }
    ofFrames = profile.frames.map { frame in
      guard frame.kind == .user || frame.kind == .inlined || frame.kind == .asyncCaller,
        let module = profile.functions[frame.function.index].module, let rows = places[module],
        // The lookup address of a call lies within the call.
        let index = rows.index(holding: frame.address, { ($0.address, $0.end) })
      else { return 0 }
      return rows[index].number
    }
  }

  /// Writes `[[module, isCut, start, [[distance, text, file, line], …]], …]`: the start in hexadecimal, distances from the
  /// instruction before, files as strings of the page by index plus one.
  func write(to out: inout MarkupBuffer, string: (String?) -> UInt64) {
    out.list(listing.functions) { code, out in
      out.write("[")
      out.write(code.module.rawValue)
      out.write(raw: ",\(code.isCut),\"\(String(code.instructions.first?.address ?? 0, radix: 16))\",")
      var last = code.instructions.first?.address ?? 0
      out.list(code.instructions) { instruction, out in
        out.write("[")
        out.write(instruction.address &- last)
        last = instruction.address
        out.write(",")
        out.write(json: instruction.text)
        out.write(",")
        out.write(string(instruction.file))
        out.write(",")
        out.write(UInt64(instruction.line))
        out.write("]")
      }
      out.write("]")
    }
  }
}
