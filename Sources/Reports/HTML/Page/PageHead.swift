package import Canonical
package import SystemPackage

/// The head of every page: what a browser must know before it reads on.
package enum PageHead {
  /// The element that tells our pages from those of others.
  static let mark = #"<meta name="generator" content="Proofsheet">"#
  /// Bytes at the start of a page among which the mark stands.
  static let markedByteCount = 1_024

  /// Whether a file is a page that this tool wrote.
  ///
  /// - Parameter page: the file, of which the first ``markedByteCount`` bytes are read; what a link leads to is none.
  /// - Throws: `FileFailure` when it cannot be read.
  package static func isOn(_ page: FilePath) throws(FileFailure) -> Bool {
    guard DurableFile.isFile(page), !DurableFile.isLink(page) else { return false }
    let start = try DurableFile.readStart(
      of: page, byteCount: markedByteCount, followsLink: false)
    return String(decoding: start, as: UTF8.self).contains(mark)
  }

  /// The head, from the document type on.
  ///
  /// - Parameters:
  ///   - title: the title, of a template.
  ///   - policy: what the page may load, for `Content-Security-Policy`.
  ///   - loading: elements that load scripts, each on a line.
  static func html(title: String, policy: String, loading: String = "") -> String {
    #"""
    <!DOCTYPE html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    \#(mark)
    <meta http-equiv="Content-Security-Policy" content="\#(policy)">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="referrer" content="no-referrer">
    <meta name="color-scheme" content="light dark">
    <title>\#(title)</title>
    <link rel="icon" href="icon.svg" type="image/svg+xml">
    <link rel="stylesheet" href="style.css">
    \#(loading)</head>

    """#
  }
}
