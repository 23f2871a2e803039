import Suites
import SystemPackage
import Testing

/// How diagnostics look on a terminal.
struct RenderingTests {
  private func rendered(_ text: String, path: FilePath = "suite.yaml") -> [String] {
    diagnostics(of: text, path: path).map { $0.rendered(source: Array(text.utf8)) }
  }

  @Test func `A diagnostic shows its line, a caret, a hint and notes`() {
    #expect(
      rendered(Text.request + "matrix: {prompt: [cap]}\nsead: 1\n") == [
        """
        suite.yaml:4:19: error: 'prompt' is set by request and by the axis 'prompt'
          4 | matrix: {prompt: [cap]}
            |                   ^~~
        hint: each field is set in one place
        note: suite.yaml:3:19: first here
        """,
        """
        suite.yaml:5:1: error: unknown key 'sead'
          5 | sead: 1
            | ^~~~
        hint: expected one of: version, name, description, request, matrix, exclude, include, \
        checks, groups, known, limits
        """,
      ])
  }

  @Test func `A caret stands under its place behind wide characters and tabs`() throws {
    let text =
      "{version: 1, name: t, description: \"日本\t😀é\", siez: 1,\n"
      + " request: {prompt: x, images: https://x.example/a}}\n"
    let lines = rendered(text).first?.split(separator: "\n") ?? []
    try #require(lines.count >= 3)
    #expect(lines[1] == "  1 | {version: 1, name: t, description: \"日本 😀é\", siez: 1,")
    #expect(lines[2].hasSuffix("^~~~"))
    let marker = lines[2].count - 4
    let before = "  1 | {version: 1, name: t, description: \"日本 😀é\", ".unicodeScalars
    // Three wide characters take one column more each, and no character combines.
    #expect(marker == before.count + 3)
  }

  @Test func `What a terminal would obey is made visible`() {
    let text = Text.request + "matrix: {\u{202E}n: 1}\n"
    let shown = rendered(text).joined()
    #expect(shown.contains("<U+202E>"))
    #expect(!shown.contains("\u{202E}"))
    let escaped = rendered(Text.request + "matrix: {\"\\e[31m\": 1}\n").joined()
    #expect(escaped.contains("<U+001B>") && !escaped.contains("\u{1B}"))
    let path = rendered("a: 1", path: "x\u{1B}.yaml").joined()
    #expect(path.contains("x<U+001B>.yaml:1:1") && !path.contains("\u{1B}"))
  }

  @Test func `A long line is cut around the place`() throws {
    let text =
      Text.request + "matrix: {model: [\(String(repeating: "m", count: 150)), x], siez: 1}\n"
    let lines = rendered(text).first?.split(separator: "\n") ?? []
    try #require(lines.count >= 3)
    #expect(lines[1].hasPrefix("  4 | …m"))
    #expect(lines[2].hasSuffix("^~~~"))
    #expect(lines[1].dropFirst(lines[2].count - 4).hasPrefix("siez"))
  }

  @Test(arguments: [("m", 5_000), ("é", 5_000), ("日", 900), ("\t", 3_000), ("😀", 300)])
  func `A place in a line of thousands of characters is shown as in a short one`(
    filler: String, count: Int
  ) throws {
    let before = String(repeating: filler, count: count)
    let diagnostic = Diagnostic(
      .error, "odd", at: Suites.SourceLocation(path: "a.yaml", line: 2, column: count + 3),
      length: 4)
    let text = "first\n\"\(before) siez\(before)\nlast"
    let lines = diagnostic.rendered(source: Array(text.utf8)).split(separator: "\n")
    try #require(lines.count == 3)
    let shownFiller = filler == "\t" ? " " : filler
    let cut = String(repeating: shownFiller, count: 79)
    #expect(lines[1].hasPrefix("  2 | …\(cut) siez\(shownFiller)"), "\(lines[1])")
    #expect(lines[1].hasSuffix("\(shownFiller)…"))
    let width = 79 * VisibleText.width(shownFiller.unicodeScalars.first ?? " ") + 2
    #expect(lines[2] == "    | \(String(repeating: " ", count: width))^~~~")
  }

  @Test func `A place past the end of the source, or no source, shows no line`() {
    let diagnostic = Diagnostic(
      .warning, "odd", at: Suites.SourceLocation(path: "a.yaml", line: 9, column: 3), hint: "h")
    #expect(diagnostic.rendered(source: nil) == "a.yaml:9:3: warning: odd\nhint: h")
    #expect(diagnostic.rendered(source: Array("x\n".utf8)) == "a.yaml:9:3: warning: odd\nhint: h")
    let past = Diagnostic(
      .error, "odd", at: Suites.SourceLocation(path: "a.yaml", line: 1, column: 90), length: 7)
    #expect(past.rendered(source: Array("x".utf8)) == "a.yaml:1:90: error: odd\n  1 | x\n    |  ^")
  }
}
