/// What a browser may load and run of a picture or page: its own script and style, told by their hashes, and nothing else.
///
/// Names come from binaries and files of others. They are escaped wherever they are written; this is the second wall, for
/// the day that one place forgets it. Source: Content Security Policy Level 3, sections 3.3 and 6.
enum ContentPolicy {
  /// The content of a `<meta http-equiv="Content-Security-Policy">`.
  ///
  /// - Parameters:
  ///   - scripts: The texts of all scripts that run, as they stand between their tags.
  ///   - styles: The texts of all style elements.
  static func text(scripts: [String], styles: [String]) -> String {
    "default-src 'none'; script-src \(hashes(scripts)); style-src \(hashes(styles)); base-uri 'none'; form-action 'none'"
  }

  private static func hashes(_ texts: [String]) -> String {
    texts.map { text in
      let digest = Base64.encode(SHA256.hash(Array(text.utf8)))
      return "'sha256-\(String(decoding: digest, as: UTF8.self))'"
    }.joined(separator: " ")
  }
}
