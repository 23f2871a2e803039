import Canonical
import Glibc
import SeedreamAPI
import Suites
import SystemPackage
import Testing

/// Files that are hostile, damaged, or saved by an editor with other habits, and what their author is
/// told.
struct BadInputTests {
  /// A file and everything that is said of it.
  struct Bad: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let bytes: [UInt8]
    let said: [String]

    init(_ name: String, _ text: String, _ said: String...) {
      self.init(name, bytes: Array(text.utf8), said)
    }

    init(_ name: String, bytes: [UInt8], _ said: [String]) {
      testDescription = name
      self.bytes = bytes
      self.said = said
    }
  }

  private func expect(_ bad: Bad) {
    let found = diagnostics(of: bad.bytes).map { $0.rendered(source: bad.bytes) }
    #expect(found == bad.said, "\(found.joined(separator: "\n"))")
  }

  static let encodings: [Bad] = [
    Bad(
      "a NUL byte", "version: 1\nname: a\0b\n",
      """
      suite.yaml:2:8: error: the file holds a NUL byte
        2 | name: a<U+0000>b
          |        ^~~~~~~~
      hint: save it as UTF-8 text; UTF-16 has such bytes
      """),
    Bad(
      "a byte order mark", "\u{FEFF}" + Text.request + "matrix: {\"é\": 1}\n",
      """
      suite.yaml:4:10: error: 'é' cannot name an axis: a name may hold letters A-Z and a-z, digits, \
      '.', '_' and '-' only
        4 | matrix: {"é": 1}
          |          ^~~
      """),
    Bad(
      "a mistake in the line of a byte order mark",
      "\u{FEFF}{version: 1, naem: t, name: t, request: {prompt: x, images: https://x.example/a}}",
      """
      suite.yaml:1:14: error: unknown key 'naem'
        1 | {version: 1, naem: t, name: t, request: {prompt: x, images: https://x.example/a}}
          |              ^~~~
      hint: did you mean 'name'?
      """),
    Bad(
      "a byte order mark further down", "version: 1\nname: \u{FEFF}t\n",
      """
      suite.yaml:2:7: error: the file holds the control character U+FEFF
        2 | name: <U+FEFF>t
          |       ^~~~~~~~
      hint: write it as "\\uFEFF" in double quotes
      """),
    Bad(
      "UTF-16", bytes: [0xFF, 0xFE] + "version: 1\n".utf8.flatMap { [$0, 0] },
      ["suite.yaml:1:1: error: the file is UTF-16\nhint: save it as UTF-8"]),
    Bad(
      "UTF-16 without a mark", bytes: "v: 1".utf8.flatMap { [$0, 0] },
      [
        """
        suite.yaml:1:2: error: the file holds a NUL byte
          1 | v<U+0000>:<U+0000> <U+0000>1<U+0000>
            |  ^~~~~~~~
        hint: save it as UTF-8 text; UTF-16 has such bytes
        """
      ]),
    Bad(
      "Latin-1", bytes: Array("version: 1\nname: caf".utf8) + [0xE9, 0x0A],
      [
        """
        suite.yaml:2:10: error: the file is no valid UTF-8 here
          2 | name: caf\u{FFFD}
            |          ^
        hint: save it as UTF-8
        """
      ]),
    Bad(
      "half a surrogate pair", bytes: Array("name: ".utf8) + [0xED, 0xA0, 0x80],
      [
        """
        suite.yaml:1:7: error: the file is no valid UTF-8 here
          1 | name: \u{FFFD}\u{FFFD}\u{FFFD}
            |       ^
        hint: save it as UTF-8
        """
      ]),
    Bad(
      "lines that end as on Windows",
      (Text.request + "known: []\nmatrix:\n  sead: [1]\n").replacing("\n", with: "\r\n"),
      """
      suite.yaml:6:3: error: unknown axis 'sead'
        6 |   sead: [1]
          |   ^~~~
      hint: did you mean 'seed'?
      """),
    Bad(
      "a control character of eight bits", "name: a\u{9B}31m\n",
      """
      suite.yaml:1:8: error: the file holds the control character U+009B
        1 | name: a<U+009B>31m
          |        ^~~~~~~~
      hint: write it as "\\u009B" in double quotes
      """),
  ]

  static let grammar: [Bad] = [
    Bad(
      "a tab as indentation", Text.head + "request:\n\tprompt: cup\n",
      """
      suite.yaml:4:1: error: a tab cannot stand here
        4 |  prompt: cup
          | ^
      hint: indent with blanks
      """),
    Bad(
      "a tab below blanks", Text.head + "request:\n  prompt: cup\n\timages: x\n",
      """
      suite.yaml:5:1: error: a tab cannot stand here
        5 |  images: x
          | ^
      hint: indent with blanks
      note: suite.yaml:4:11: what was being read starts here
      """),
    Bad(
      "a text that starts with a sign of YAML", Text.head + "description: @cup\n",
      """
      suite.yaml:3:14: error: a text without quotes cannot start with '@'
        3 | description: @cup
          |              ^
      hint: put it into quotes
      """),
    Bad(
      "a text in stars", Text.head + "description: *bold*\n",
      """
      suite.yaml:3:19: error: did not find expected alphabetic or numeric character while scanning \
      an alias
        3 | description: *bold*
          |                   ^
      hint: put a text that starts with '*' or '&' into quotes
      note: suite.yaml:3:14: what was being read starts here
      """),
    Bad(
      "two colons in a line", Text.head + "description: a cup: white\n",
      """
      suite.yaml:3:19: error: mapping values are not allowed in this context
        3 | description: a cup: white
          |                   ^
      hint: put a text that holds ': ' into quotes, or mend the indentation
      """),
    Bad(
      "a bracket that is not closed", Text.head + "request: [1, 2\nknown: []\n",
      """
      suite.yaml:4:6: error: did not find expected ',' or ']' while parsing a flow sequence
        4 | known: []
          |      ^
      hint: put commas between elements, close the bracket, and put a text with , [ ] { } into quotes
      note: suite.yaml:3:10: what was being read starts here
      """),
    Bad(
      "a quote that is not closed", Text.head + "description: \"a cup\nrequest: {}\n",
      """
      suite.yaml:5:1: error: found unexpected end of stream while scanning a quoted scalar
        5 |\(" ")
          | ^
      hint: close the quote
      note: suite.yaml:3:14: what was being read starts here
      """),
    Bad(
      "a last line without a break", Text.head + "requ",
      """
      suite.yaml:3:5: error: could not find expected ':' while scanning a simple key
        3 | requ
          |     ^
      hint: a key ends with a colon and a blank; a text of several lines stands in quotes
      note: suite.yaml:3:1: what was being read starts here
      """),
    Bad(
      "a backslash of Windows", Text.head + "description: \"C:\\path\"\n",
      """
      suite.yaml:3:17: error: found unknown escape character while parsing a quoted scalar
        3 | description: "C:\\path"
          |                 ^
      hint: a backslash in double quotes is written twice; in single quotes it stands for itself
      note: suite.yaml:3:14: what was being read starts here
      """),
    Bad(
      "a line indented by one", Text.head + "request:\n  prompt: x\n images: y\n",
      """
      suite.yaml:5:2: error: did not find expected key while parsing a block mapping
        5 |  images: y
          |  ^
      hint: mend the indentation, or a quote that is closed too early
      note: suite.yaml:1:1: what was being read starts here
      """),
    Bad(
      "a tag", Text.request + "matrix: {seed: [!!python/object/apply:os.system 7]}\n",
      """
      suite.yaml:4:17: error: tags (!name) are not used
        4 | matrix: {seed: [!!python/object/apply:os.system 7]}
          |                 ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
      hint: a value gets its type from the field that it stands in
      """),
    Bad(
      "a key twice", Text.request + "matrix:\n  seed: 1\n  seed: 2\n",
      """
      suite.yaml:6:3: error: the key 'seed' stands twice in one mapping
        6 |   seed: 2
          |   ^~~~
      note: suite.yaml:5:3: first here
      """),
  ]

  static let values: [Bad] = [
    Bad(
      "a number beyond every floating point number", Text.request + "matrix: {seed: [1e400]}\n",
      """
      suite.yaml:4:17: error: 'seed' must be a whole number, found '1e400'
        4 | matrix: {seed: [1e400]}
          |                 ^~~~~
      hint: digits only, without leading zeros, such as 42
      """),
    Bad(
      "a time beyond every number", Text.request + "checks: [{latency: {max: 1e400s}}]\n",
      """
      suite.yaml:4:26: error: '1e400s' is no time
        4 | checks: [{latency: {max: 1e400s}}]
          |                          ^~~~~~
      hint: a whole number and its unit: 500ms, 60s, 2m
      """),
    Bad(
      "seeds that 32 bits do not hold",
      Text.request + "matrix: {seed: [2147483648, -1, 2147483647..2147483648]}\n",
      """
      suite.yaml:4:17: error: 'seed' is 2147483648
        4 | matrix: {seed: [2147483648, -1, 2147483647..2147483648]}
          |                 ^~~~~~~~~~
      hint: expected 0 to 2,147,483,647
      """,
      """
      suite.yaml:4:29: error: 'seed' is -1
        4 | matrix: {seed: [2147483648, -1, 2147483647..2147483648]}
          |                             ^~
      hint: expected 0 to 2,147,483,647
      """,
      """
      suite.yaml:4:33: error: the range '2147483647..2147483648' leaves the seeds of the API
        4 | matrix: {seed: [2147483648, -1, 2147483647..2147483648]}
          |                                 ^~~~~~~~~~~~~~~~~~~~~~
      hint: expected 0 to 2,147,483,647
      """),
    Bad(
      "ids that are equal but for case",
      Text.request.replacing("prompt: cup, ", with: "")
        + "matrix: {prompt: [{id: cup, value: x}, {id: Cup, value: y}]}\n",
      """
      suite.yaml:4:45: error: the ids 'cup' and 'Cup' differ in case only, as file names may not
        4 | matrix: {prompt: [{id: cup, value: x}, {id: Cup, value: y}]}
          |                                             ^~~
      hint: give one of them another: {id: …, value: …}
      note: suite.yaml:4:19: first here
      """),
    Bad(
      "variables that name each other",
      Text.request.replacing("cup", with: "'{{a}}{{b}}'")
        + "matrix: {a: [{id: x, value: '{{b}}'}], b: [{id: y, value: '{{a}}'}]}\n",
      """
      suite.yaml:4:29: error: the value of a variable holds '{{'
        4 | matrix: {a: [{id: x, value: '{{b}}'}], b: [{id: y, value: '{{a}}'}]}
          |                             ^~~~~~~
      hint: values are put in as they are; only prompts have variables
      """,
      """
      suite.yaml:4:59: error: the value of a variable holds '{{'
        4 | matrix: {a: [{id: x, value: '{{b}}'}], b: [{id: y, value: '{{a}}'}]}
          |                                                           ^~~~~~~
      hint: values are put in as they are; only prompts have variables
      """),
    Bad(
      "Arabic with marks of direction",
      Text.request.replacing("cup", with: "'{{x}}'") + "matrix: {x: [\"ضع\u{200F}\u{202E}\"]}\n",
      """
      suite.yaml:4:14: error: 'ضع<U+200F><U+202E>' makes no id for its cases
        4 | matrix: {x: ["ضع<U+200F><U+202E>"]}
          |              ^~~~~~~~~~~~~~~~~~~~
      hint: give it one: {id: …, value: …}
      """),
    Bad(
      "a path that a terminal would obey",
      Text.head + "request: {prompt: x, images: \"a\\x9b31m.png\"}\n",
      """
      suite.yaml:3:30: error: the path 'a<U+009B>31m.png' holds control characters
        3 | request: {prompt: x, images: "a\\x9b31m.png"}
          |                              ^~~~~~~~~~~~~~
      """),
  ]

  @Test(arguments: encodings) func `The bytes of a file are judged`(bad: Bad) { expect(bad) }

  @Test(arguments: grammar) func `A mistake of grammar says what helps`(bad: Bad) { expect(bad) }

  @Test(arguments: values) func `A value is refused where it stands`(bad: Bad) { expect(bad) }

  @Test func `A byte order mark changes nothing of a suite`() throws {
    let text = Text.request + "matrix: {seed: 1..3}\n"
    let plain = try load(text)
    let marked = try load("\u{FEFF}" + text)
    let windows = try load(text.replacing("\n", with: "\r\n"))
    for other in [marked, windows] {
      #expect(other.warnings.isEmpty)
      #expect(other.cases.map(\.id) == plain.cases.map(\.id))
      #expect(other.cases.map(\.caseKey) == plain.cases.map(\.caseKey))
      #expect(other.cases.map(\.location) == plain.cases.map(\.location))
    }
  }

  @Test func `Ten aliases of ten aliases are refused without being expanded`() {
    let levels = (1..<10).map { level in
      "a\(level): &a\(level) [\(Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ","))]"
    }
    let found = diagnostics(
      of: Array((["a0: &a0 [x]"] + levels + [Text.request]).joined(separator: "\n").utf8))
    let aliases = found.filter { $0.message == "aliases (*name) are not used" }
    #expect(aliases.count == 90)
    #expect(aliases.first?.hint == "write the value out")
  }

  @Test(arguments: [("[", "]"), ("{a: ", "}")])
  func `Ten thousand levels are refused at the first that is too deep`(
    open: String, close: String
  ) throws {
    let text =
      Text.request + "matrix: " + String(repeating: open, count: 10_000)
      + String(repeating: close, count: 10_000)
    let found = diagnostics(of: Array(text.utf8))
    #expect(found.map(\.message) == ["lists and mappings are nested deeper than 32 levels"])
    #expect(found.first?.location.line == 4)
  }

  @Test func `A file of 50 MB is refused before it is read`() throws {
    try withFolder { folder in
      let path = folder.appending("large.yaml")
      try DurableFile.write([], to: path)
      #expect(unsafe truncate(path.string, 50_000_000) == 0)
      #expect {
        try SuiteLoader.load(path)
      } throws: { error in
        "\(error)" == "\(path):1:1: error: cannot read \(path): it has 50000000 bytes; "
          + "16777216 are allowed"
      }
    }
  }

  @Test func `A pipe, a device or a folder in place of a suite is named and not waited for`() throws
  {
    try withFolder { folder in
      let pipe = folder.appending("pipe.yaml")
      #expect(unsafe mkfifo(pipe.string, 0o600) == 0)
      for path in [pipe, "/dev/zero", folder] {
        #expect {
          try SuiteLoader.load(path)
        } throws: { error in
          "\(error)" == "\(path):1:1: error: cannot read \(path): it is no plain file"
        }
      }
    }
  }

  @Test func `A suite cannot get at what is no picture`() throws {
    try withFolder { folder in
      let secret = folder.appending("secret.txt")
      try DurableFile.write(Array("canary".utf8), to: secret)
      #expect(unsafe symlink("secret.txt", folder.appending("link.png").string) == 0)
      #expect(unsafe symlink("loop.png", folder.appending("loop.png").string) == 0)
      #expect(unsafe mkfifo(folder.appending("pipe.png").string, 0o600) == 0)
      let text =
        Text.head + "request: {prompt: x}\n"
        + "matrix: {images: [secret.txt, link.png, loop.png, pipe.png, /dev/zero, /proc/self/mem]}\n"
      let found = diagnostics(of: Array(text.utf8), path: folder.appending("suite.yaml"))
      #expect(
        found.map(\.message) == [
          "'secret.txt' is no picture that can be sent",
          "'link.png' is no picture that can be sent",
          "'loop.png' is a symbolic link that leads to no file",
          "'pipe.png' is a pipe, a device or the like; a picture is needed",
          "'/dev/zero' is a pipe, a device or the like; a picture is needed",
          "'/proc/self/mem' is no picture that can be sent",
        ])
      #expect(!found.contains { $0.rendered(source: Array(text.utf8)).contains("canary") })
    }
  }

  @Test func `A file of mistakes only is told in part, and soon`() {
    let text = Text.head + "request: {prompt: x}\nmatrix:\n  images:\n"
    let missing = (0..<5_000).map { "    - missing-\($0).png\n" }.joined()
    let found = diagnostics(of: Array((text + missing).utf8))
    #expect(found.count == SuiteLimits.standard.diagnosticsMax + 1)
    #expect(found.last?.message == "4900 more are not shown")
  }
}

/// Everything that bytes are told about, errors and warnings.
private func diagnostics(of bytes: [UInt8], path: FilePath = "suite.yaml") -> [Diagnostic] {
  do {
    return try SuiteLoader.load(bytes: bytes, path: path).warnings
  } catch {
    return error.diagnostics
  }
}
