import Canonical
import Suites
import SystemPackage
import Testing

/// Configuration files that are hostile, damaged, or saved by an editor with other habits.
struct BadConfigTests {
  /// A file and everything that is said of it.
  struct Bad: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let bytes: [UInt8]
    let said: [String]

    init(_ name: String, _ text: String, _ said: String...) {
      testDescription = name
      bytes = Array(text.utf8)
      self.said = said
    }
  }

  private func said(of bytes: [UInt8], owner: ConfigOwner = .user) -> [String] {
    ConfigLoader.load(bytes: bytes, path: "proofsheet.yaml", owner: owner).diagnostics
      .map { $0.rendered(source: bytes) }
  }

  static let files: [Bad] = [
    Bad(
      "a NUL byte", "version: 1\nendpoint: a\0b\n",
      """
      proofsheet.yaml:2:12: error: the file holds a NUL byte
      hint: save it as UTF-8 text; UTF-16 has such bytes
      """),
    Bad(
      "a byte order mark and lines that end as on Windows",
      "\u{FEFF}version: 1\r\nlimits: {concurency: 8}\r\n",
      """
      proofsheet.yaml:2:10: error: unknown limit 'concurency'
        2 | limits: {concurency: 8}
          |          ^~~~~~~~~~
      hint: did you mean 'concurrency'?
      """),
    Bad(
      "a mistake in the line of a byte order mark", "\u{FEFF}{version: 1, limit: {}}",
      """
      proofsheet.yaml:1:14: error: unknown key 'limit'
        1 | {version: 1, limit: {}}
          |              ^~~~~
      hint: did you mean 'limits'?
      """),
    Bad(
      "a tab as indentation", "version: 1\nlimits:\n\tconcurrency: 8\n",
      """
      proofsheet.yaml:3:1: error: a tab cannot stand here
        3 |  concurrency: 8
          | ^
      hint: indent with blanks
      """),
    Bad(
      "an alias", "version: 1\npaths: {reports: &a x, fixtures: *a}\n",
      """
      proofsheet.yaml:2:18: error: anchors (&name) are not used
        2 | paths: {reports: &a x, fixtures: *a}
          |                  ^~~~
      hint: write the value where it is needed
      """,
      """
      proofsheet.yaml:2:34: error: aliases (*name) are not used
        2 | paths: {reports: &a x, fixtures: *a}
          |                                  ^~
      hint: write the value out
      """,
      """
      proofsheet.yaml:2:34: error: 'fixtures' is empty
        2 | paths: {reports: &a x, fixtures: *a}
          |                                  ^~
      hint: write . for the folder of this file
      """),
    Bad(
      "a key twice", "version: 1\nlimits: {concurrency: 8, concurrency: 9}\n",
      """
      proofsheet.yaml:2:26: error: the key 'concurrency' stands twice in one mapping
        2 | limits: {concurrency: 8, concurrency: 9}
          |                          ^~~~~~~~~~~
      note: proofsheet.yaml:2:10: first here
      """),
    Bad(
      "numbers beyond every limit", "version: 1\nlimits: {max_cost: 1e400, concurrency: 1e400}\n",
      """
      proofsheet.yaml:2:20: error: 'max_cost' must be an amount of US dollars, found '1e400'
        2 | limits: {max_cost: 1e400, concurrency: 1e400}
          |                    ^~~~~
      hint: dollars like 5 or 0.25, at most 1,000,000
      """,
      """
      proofsheet.yaml:2:40: error: 'concurrency' must be a whole number, found '1e400'
        2 | limits: {max_cost: 1e400, concurrency: 1e400}
          |                                        ^~~~~
      hint: digits only, without leading zeros, such as 42
      """),
    Bad(
      "a path that a terminal would obey", "version: 1\npaths: {reports: \"a\\x9b31m\"}\n",
      """
      proofsheet.yaml:2:18: error: the path 'a<U+009B>31m' holds control characters
        2 | paths: {reports: "a\\x9b31m"}
          |                  ^~~~~~~~~~
      """),
  ]

  @Test(arguments: files) func `A mistake of a configuration is pointed at`(bad: Bad) {
    let found = said(of: bad.bytes)
    #expect(found == bad.said, "\(found.joined(separator: "\n"))")
  }

  @Test func `Ten thousand levels and a file of 2 MB are refused`() {
    let levels =
      Array("version: 1\nlimits: ".utf8) + Array(repeating: UInt8(ascii: "["), count: 10_000)
    let deep = ConfigLoader.load(bytes: levels, path: "proofsheet.yaml", owner: .user)
    #expect(
      deep.diagnostics.map(\.message) == ["lists and mappings are nested deeper than 32 levels"])
    let large = [UInt8](repeating: UInt8(ascii: "#"), count: 2_000_000)
    let refused = ConfigLoader.load(bytes: large, path: "proofsheet.yaml", owner: .user)
    #expect(refused.diagnostics.map(\.message) == ["the file has 2,000,000 bytes"])
  }

  /// A key that was written into the file must not be shown, wherever the mistake is.
  @Test(arguments: [
    "auth: {api_key: canary: x}", "auth: {token: [canary, x}", "auth:\n  password: @canary",
    "auth:\n  password:\n    @canary",
    "auth: {key_variable: canary: x}", "endpoint: https://a:canary@x.example: 1",
    "auth: {api_key: \"canary\\q\"}", "auth: {api_key: canary\u{7}}", "auth: {api_key: canary}",
  ])
  func `A line that may hold a key is not shown`(line: String) {
    let found = said(of: Array("version: 1\n\(line)\n".utf8))
    #expect(!found.isEmpty)
    #expect(!found.joined().contains("canary"), "\(found)")
  }
}
