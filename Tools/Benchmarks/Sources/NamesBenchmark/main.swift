// Names functions with the module `Demangling`.
//
// usage: NamesBenchmark <NAMES        (linkage names, one a line)
//
// Prints a line for each name, in the same order: the short form, the full form, the linkage name, and what the code is to
// the function that it is named after (`function`, `forwarder` or `thunk`), parted by tabs.

import Demangling

var linkageNames: [String] = []
while let line = readLine() { linkageNames.append(line) }
var output = ""
for (linkageName, name) in zip(linkageNames, Demangler().demangle(linkageNames)) {
  let role = name?.isThunk == true ? "thunk" : name?.isForwarder == true ? "forwarder" : "function"
  output += "\(name?.short ?? linkageName)\t\(name?.full ?? linkageName)\t\(linkageName)\t\(role)\n"
}
print(output, terminator: "")
