import Canonical
import Suites
import SystemPackage
import Testing

/// Mistakes of several parts of one suite, told in one go.
struct OneGoTests {
  @Test func `Prompts that are the same are told beside other mistakes`() {
    expect(
      Text.head + """
        1️⃣nmae: u
        request: {images: https://x.example/a.png, n: 2️⃣9}
        matrix:
          edit: [{id: paper, prompt: "On {{colour}} paper"}, {id: sky, prompt: 3️⃣In the sky}]
          colour: [linen, slate]
          seed: [4️⃣5..1]
        groups: [{across: 5️⃣sede, expect: near}]
        """,
      [
        (1, "did you mean 'name'?"), (2, "'n' is 9"),
        (3, "'sky--linen' and 'sky--slate' would send the same request"),
        (4, "ends before it starts"), (5, "did you mean 'seed'?"),
      ])
  }

  @Test func `A suite of too many cases is judged in its other parts`() {
    expect(
      Text.request + """
        matrix:
          1️⃣seed: 1..1000000
          n: [1, 2]
          model: [seedream-v4, m]
          repeat: 9
        exclude: [{n: 2️⃣3}]
        include: [{n: 1, seed: 5, 3️⃣sise: auto}]
        checks: [{latency: {max: 1s}, where: {4️⃣modl: m}}]
        groups: [{across: 5️⃣sed, expect: near}]
        known: [{where: {n: 4}, reason: 6️⃣" "}]
        """,
      [
        (1, "asks for 36,000,009 cases"), (2, "matches no entry"), (3, "did you mean 'size'?"),
        (4, "did you mean 'model'?"), (5, "did you mean 'seed'?"), (6, "'reason' is empty"),
      ])
  }

  @Test func `Counts beyond the range of numbers are refused, and the rest is judged`() {
    let axes = (0..<8).map { axis in
      "  a\(axis): ["
        + (0..<300).map { "{id: x\($0), vars: {v\(axis): w\($0)}}" }.joined(separator: ", ") + "]\n"
    }.joined()
    let prompt = (0..<8).map { "{{v\($0)}}" }.joined(separator: " ")
    expect(
      Text.head + "request: {prompt: '\(prompt)', images: https://x.example/a, n: 6, "
        + "1️⃣sed: 3}\nmatrix:\n  2️⃣\(axes.dropFirst(2))exclude: [{a0: 3️⃣y}]\n",
      [(1, "did you mean 'seed'?"), (2, "asks for more than"), (3, "matches no entry")])
  }

  @Test(arguments: [
    "1️⃣marix: {prompt: [{id: a, value: x}], seed: 1..2}",
    "matrix: 1️⃣[{prompt: [{id: a, value: x}], seed: 1..2}]",
  ])
  func `What follows from a matrix that cannot be read is not told`(matrix: String) {
    let head = Text.head + "request: {images: https://x.example/a.png}\n"
    expect(
      head + matrix
        + """

        exclude: [{seed: 1}]
        include: [{seed: 3, prompt: y}]
        checks: [{similar-to: {case: a--s1}, where: {seed: 2}}]
        groups: [{across: seed, expect: near}]
        known: [{where: {prompt: a}, reason: x, 2️⃣until: 2027-02-31}]
        """.replacing("2️⃣until: ", with: "until: 2️⃣"),
      [
        (1, matrix.contains("marix") ? "did you mean 'matrix'?" : "must be a mapping"),
        (2, "no day"),
      ])
  }

  @Test func `A rule that cannot be read may exclude what would be told`() {
    let text =
      Text.head + """
        request: {images: https://x.example/a.png}
        matrix:
          edit: [{id: paper, prompt: "On {{colour}} paper"}, {id: sky, prompt: 1️⃣In the sky}]
          colour: [linen, slate]

        """
    expect(
      text.replacing("1️⃣", with: "") + "exclude: [{edit: sky, colour: 2️⃣slat}]\n",
      [(2, "did you mean 'slate'?")])
    expect(text + "exclude: [{edit: paper, colour: slate}]\n", [(1, "would send the same request")])
  }

  @Test func `A copy of an entry is told once`() {
    expect(
      Text.head + """
        request: {prompt: "On {{colour}} paper", images: https://x.example/a.png}
        matrix: {colour: [linen, slate, 1️⃣{id: grey, value: slate}], seed: 1..2}
        """, [(1, "asks for the same as an earlier one")])
  }

  @Test func `Included cases are compared with each other beside a broken axis`() {
    expect(
      Text.request + """
        matrix: {n: [1, 2], seed: [1️⃣x]}
        include: [{id: a, n: 1, size: auto}, 2️⃣{id: b, n: 1, size: auto}, {n: 2}]
        known: [{where: {n: 1, size: auto}, reason: x}]
        """, [(1, "must be a whole number"), (2, "asks for the same as an earlier one")])
  }

  @Test func `What an included case would have had is not missed`() {
    expect(
      Text.request + """
        matrix: {n: [1, 2]}
        include: [{n: 1, size: 1️⃣huge}, {n: 2, size: square}]
        checks: [{latency: {max: 1s}, where: {size: wide}}, {count: 1, where: {n: 5}}]
        groups: [{across: size, expect: near}]
        """, [(1, "unknown size")])
  }

  @Test(arguments: [
    ("1️⃣{n: 1}", "asks for the same as the case 'n1' of the matrix"),
    ("{id: x, n: 4}, 1️⃣{id: y, n: 4}", "asks for the same as an earlier one"),
    ("{n: 4, id: 1️⃣N1}", "has the id 'N1' of a case of the matrix"),
    ("{id: x, n: 4}, {id: 1️⃣X, n: 5}", "two included cases have the id 'X'"),
  ])
  func `An included case that collides with another hides no later mistake`(
    included: String, message: String
  ) {
    expect(
      Text.request + """
        matrix: {n: [1, 2, 3]}
        exclude: [{n: 3}]
        include: [\(included)]
        checks: [{latency: {max: 1s}, where: {n: 2️⃣6}}]
        groups: [{across: 3️⃣size, expect: near}]
        known: [{where: 4️⃣{n: 3}, reason: x}]
        """,
      [
        (1, message), (2, "matches no entry"), (3, "'size'"), (4, "no case matches this 'where'"),
      ])
  }

  @Test(arguments: [
    "{n: 4, id: 1️⃣N1}", "{id: x, n: 3}, {id: 1️⃣X, n: 4}", "{id: x, n: 4}, 1️⃣{id: y, n: 4}",
  ])
  func `A word of an included case that collides with another is known`(included: String) {
    let message = included.contains("y") ? "asks for the same" : "the id"
    expect(
      Text.request + """
        matrix: {n: [1, 2]}
        include: [\(included)]
        checks: [{latency: {max: 1s}, where: {n: 4}}]
        known: [{where: {n: 4}, reason: x}]
        """, [(1, message)])
  }

  /// Two definitions that collide, the first at 2 and the second at 1.
  @Test(arguments: [
    "matrix: {n: [2️⃣1, {id: a, value: 2}, 1️⃣1]}",
    "matrix: {n: [2️⃣{id: a, value: 1}, {id: 1️⃣A, value: 2}]}",
    "matrix: {seed: [2️⃣1..9, 1️⃣3]}",
    "matrix: {n: [1, 2], edit: [{id: a, seed: 2️⃣1}], extra: [{id: b, seed: 1️⃣2}]}",
    "matrix: {n: [2️⃣1, 2]}\ninclude: [1️⃣{n: 1}]",
    "matrix: {n: [2️⃣1, 2]}\ninclude: [{n: 3, id: 1️⃣N1}]",
    "matrix: {n: [1, 2]}\ninclude: [2️⃣{n: 3}, 1️⃣{id: x, n: 3}]",
    "matrix: {n: [1, 2]}\ninclude: [{id: 2️⃣x, n: 3}, {id: 1️⃣X, n: 4}]",
    "matrix: {n: [1, {id: x, value: 2, tags: [2️⃣a, 1️⃣a]}]}",
    "matrix: {n: [1, 2]}\nexclude: [2️⃣{n: 1}, 1️⃣{n: n1}]",
    "checks: [{2️⃣count: 1}, {1️⃣count: 2}]",
    "checks: [{format: [2️⃣png, 1️⃣png]}]",
    "matrix: {repeat: 2}\ngroups: [2️⃣{across: repeat, expect: near}, 1️⃣{across: repeat, expect: near}]",
    "1️⃣version: 1",
  ])
  func `Of two definitions that collide the message names the other`(text: String) throws {
    let head =
      text.hasPrefix("1️⃣version")
      ? Text.request.replacing("version", with: "2️⃣version") : Text.request
    let marked = MarkedText(head + text + "\n")
    let found = diagnostics(of: marked.text)
    #expect(found.count == 1, "\(found)")
    let diagnostic = try #require(found.first)
    let other = try #require(diagnostic.notes.first?.location)
    let places = [diagnostic.location, other].map { [$0.line, $0.column] }
    #expect(
      places == [1, 2].map { [marked.places[$0]?.line ?? 0, marked.places[$0]?.column ?? 0] })
  }

  @Test func `Two cases of one prompt name each other`() throws {
    let marked = MarkedText(
      Text.head + """
        request: {prompt: 1️⃣"{{a}}{{b}}", images: https://x.example/a.png}
        matrix: {a: [2️⃣x, xy], b: [yz, z]}
        """)
    let found = try #require(diagnostics(of: marked.text).first)
    let other = try #require(found.notes.first?.location)
    #expect(found.location.line == marked.places[1]?.line)
    #expect([other.line, other.column] == [marked.places[2]?.line, marked.places[2]?.column])
  }

  @Test func `A failure names the pictures that could be read`() throws {
    try withFolder { folder in
      for name in ["cup.png", "mask.png"] {
        try DurableFile.write(picture(name), to: folder.appending(name))
      }
      let text =
        Text.head + """
          request: {prompt: x, images: cup.png, n: 9}
          checks: [{similar-to: mask.png}]
          """
      let failure = #expect(throws: SuiteFailure.self) {
        try load(text, path: folder.appending("s.yaml"))
      }
      #expect(failure?.inputs.map(\.written) == ["cup.png"])
      #expect(failure?.references.map(\.written) == ["mask.png"])
    }
  }
}
