/// A mistake of grammar in words for people; libyaml says only what its scanner expected.
struct YAMLProblem {
  /// What is wrong.
  let message: String
  /// What usually helps; `nil` where nothing general can be said.
  let hint: String?

  /// Explains a mistake.
  ///
  /// - Parameters:
  ///   - words: libyaml's words.
  ///   - found: the character at the place; `nil` at the end of a line.
  init(_ words: String, found: Unicode.Scalar?) {
    let isToken = words.contains("cannot start any token")
    if words.contains("tab character") || (isToken && found == "\t") {
      message = "a tab cannot stand here"
      hint = "indent with blanks"
    } else if isToken, let found {
      message = "a text without quotes cannot start with \(VisibleText.quote(String(found)))"
      hint = "put it into quotes"
    } else if words.contains("scanning an alias") || words.contains("scanning an anchor") {
      message = words
      hint = "put a text that starts with '*' or '&' into quotes"
    } else {
      message = words
      hint = Self.hints.first { words.contains($0.words) }?.hint
    }
  }

  private static let hints: [(words: String, hint: String)] = [
    (
      "mapping values are not allowed",
      "put a text that holds ': ' into quotes, or mend the indentation"
    ),
    (
      "could not find expected ':'",
      "a key ends with a colon and a blank; a text of several lines stands in quotes"
    ),
    ("did not find expected key", "mend the indentation, or a quote that is closed too early"),
    ("did not find expected '-'", "mend the indentation; each element of a list starts with '- '"),
    (
      "did not find expected ','",
      "put commas between elements, close the bracket, and put a text with , [ ] { } into quotes"
    ),
    ("unexpected end of stream", "close the quote"),
    (
      "unknown escape character",
      "a backslash in double quotes is written twice; in single quotes it stands for itself"
    ),
    ("block sequence entries are not allowed", "start a list on the line below its key"),
    ("expected <document start>", "mend the indentation; one mapping is the whole file"),
  ]
}
