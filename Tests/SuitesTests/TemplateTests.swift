import Canonical
import SeedreamAPI
import Suites
import Testing

/// Prompts with variables.
struct TemplateTests {
  private static let image = "images: https://x.example/a.png"

  /// A suite whose `request` has a prompt.
  private static func suite(_ prompt: String, _ rest: String) -> String {
    Text.head + "request: {prompt: \(prompt), \(image)}\n\(rest)"
  }

  @Test func `An axis that is no field fills in the prompt`() throws {
    let suite = try load(
      Text.head + """
        request: {\(Self.image)}
        matrix:
          edit:
            - {id: paper, prompt: "On {{colour}} paper, {{ colour }} all over", tags: [a]}
            - {id: wall, prompt: "Before a {{colour}} wall"}
          colour: [Warm White, {id: dark, value: "deep blue: é", n: 2}]
          seed: 1..2
        """)
    #expect(
      suite.cases.map(\.id.text) == [
        "paper--warm-white--s1", "paper--warm-white--s2", "paper--dark--s1", "paper--dark--s2",
        "wall--warm-white--s1", "wall--warm-white--s2", "wall--dark--s1", "wall--dark--s2",
      ])
    let cases = Array(suite.cases)
    #expect(cases[0].request.prompt == "On Warm White paper, Warm White all over")
    #expect(cases[7].request.prompt == "Before a deep blue: é wall")
    #expect(cases.map(\.request.n) == [1, 1, 2, 2, 1, 1, 2, 2])
    #expect(cases[2].cells[1] == CaseCell(axis: "colour", entry: "dark", value: "deep blue: é"))
    #expect(suite.axes[1].variables == ["colour"])
    #expect(Set(cases.map(\.caseKey)).count == 8)
  }

  @Test func `Entries set variables beside fields`() throws {
    let suite = try load(
      Self.suite(
        "\"A {{thing}} of {{material}}\"",
        """
        matrix:
          what:
            - {id: a, vars: {thing: cup, material: tin}}
            - {id: b, vars: {thing: bowl, material: tin}, seed: 7, checks: [{count: 1}]}
        """))
    #expect(suite.cases.map(\.request.prompt) == ["A cup of tin", "A bowl of tin"])
    #expect(suite.cases.map(\.cells[0].value)[0] == "thing=cup, material=tin")
    #expect(suite.cases.map(\.location.line) == [6, 7])
  }

  @Test(arguments: [
    ("'a \\{{b}} c'", "a {{b}} c"), ("'\\{{ {{x}} }} }'", "{{ v }} }"),
    ("'{ {x}} {{x}}'", "{ {x}} v"), ("'{{x}}{{x}}'", "vv"),
  ])
  func `Braces that are no variable are written with a backslash`(
    prompt: String, filled: String
  ) throws {
    let rest = prompt.contains("{{x}}") ? "matrix: {x: [v]}" : ""
    #expect(try load(Self.suite(prompt, rest)).cases.map(\.request.prompt) == [filled])
  }

  @Test func `A value is put in as it is`() throws {
    let suite = try load(
      Self.suite(
        "'{{a}}-{{b}}'",
        "matrix: {a: [{id: x, value: '}}{ $1 \\'}], b: [{id: y, value: '{'}]}"))
    #expect(suite.cases.map(\.request.prompt) == ["}}{ $1 \\-{"])
    expect(
      Self.suite("'{{a}}'", "matrix: {a: [{id: x, value: 1️⃣'{{a}}'}]}"),
      [(1, "the value of a variable holds '{{'")])
  }

  @Test(arguments: [
    ("1️⃣'On {{color}} paper'", "matrix: {colour: [red, blue]}", "did you mean 'colour'?"),
    ("1️⃣'On {{x}} paper'", "", "add an axis of that name to the matrix"),
    ("1️⃣'On {{seed}} paper'", "matrix: {seed: 1..2}", "'seed' is a field of the request and no"),
    ("1️⃣'On {{colour paper'", "", "'{{' is never closed"),
    ("1️⃣'{{{x}}'", "matrix: {x: [v]}", "'{x' is no name of a variable"),
    ("1️⃣'On {{}} paper'", "", "'' is no name of a variable"),
    ("1️⃣'On {{a b}} paper'", "", "'a b' is no name of a variable"),
    ("'{{a}}'", "matrix: {a: [x, y], 1️⃣b: [x, y]}", "no prompt uses it"),
    ("x", "matrix: {1️⃣sead: [1, 2]}", "did you mean 'seed'?"),
    ("x", "matrix: {e: [{id: a, n: 2, vars: {b: 1️⃣c}}]}", "no prompt uses the variable 'b'"),
    ("'{{a}}'", "matrix: {a: [x], e: [{id: b, vars: {a: 1️⃣y}}]}", "is set by the axis 'a' and by"),
    (
      "'{{a}}'", "matrix: {e: [{id: b, vars: {a: y}}, 1️⃣{id: c, n: 2}]}", "does not set the variable"
    ),
    ("'{{a}}'", "matrix: {e: [{id: b, vars: {a: y, 1️⃣n: 2}}]}", "is a field of the request and no"),
    ("'{{a}}'", "matrix: {e: [{id: b, vars: 1️⃣[a]}]}", "'vars' must be a mapping"),
    ("'{{a}}'", "matrix: {a: [1️⃣' ']}", "makes no id for its cases"),
    ("'{{a}}'", "matrix: {a: [x, 1️⃣x]}", "asks for the same as an earlier one"),
    ("'{{a}}'", "matrix: {a: [x, {id: b, 1️⃣vlaue: y}]}", "did you mean 'value'?"),
    ("1️⃣'{{a}}'", "matrix: {a: [{id: x, value: ' '}]}", "the prompt is empty"),
    (
      "1️⃣'{{a}}{{b}}'", "matrix: {a: [x, xy], b: [yz, z]}", "'x--yz' and 'xy--z' would send the same"
    ),
  ])
  func `Mistakes of templates`(prompt: String, rest: String, message: String) {
    expect(Self.suite(prompt, rest), [(1, message)])
  }

  @Test func `A template of an entry names only what its own entry sets`() {
    expect(
      Text.head + """
        request: {\(Self.image)}
        matrix:
          edit:
            - {id: a, prompt: "A {{x}}", vars: {x: cup}}
            - {id: b, prompt: "A plate"}
            - {id: c, prompt: 1️⃣"A {{x}}"}
        """, [(1, "uses the variable 'x', which its entry does not set")])
  }

  @Test func `Cases that a template leaves the same must be excluded`() throws {
    let text =
      Text.head + """
        request: {\(Self.image)}
        matrix:
          size: [square_hd, landscape_16_9]
          edit:
            - {id: paper, prompt: "On {{colour}} paper"}
            - {id: sky, prompt: 1️⃣In the sky}
          colour: [linen, slate]

        """
    expect(text, [(1, "'sky--linen' and 'sky--slate' would send the same request")])
    let plain = MarkedText(text).text
    #expect(try load(plain + "exclude: [{edit: sky, colour: slate}]\n").caseCount == 6)
    // Each size keeps one of the two, so that no two cases are the same.
    let split =
      "exclude: [{edit: sky, colour: slate, size: square_hd}, "
      + "{edit: sky, colour: linen, size: landscape_16_9}]\n"
    #expect(try load(plain + split).caseCount == 6)
    expect(
      text + "exclude: [{edit: sky, colour: slate, size: square_hd}]\n",
      [(1, "would send the same request")])
  }

  @Test func `Included cases name values, give new ones and set variables`() throws {
    let text =
      Self.suite("'On {{colour}} paper'", "matrix: {colour: [linen, slate], seed: 1..2}\n")
    let suite = try load(
      text + "include: [{colour: linen, seed: 7}, {colour: gold, seed: 1}]\n")
    #expect(
      suite.cases.suffix(2).map { "\($0.id) \($0.request.prompt)" } == [
        "linen--s7 On linen paper", "gold--s1 On gold paper",
      ])
    expect(text + "include: [{colour: 1️⃣linnen, seed: 1}]", [(1, "did you mean 'linen'?")])
    expect(
      text + "include: [1️⃣{colour: {id: x, value: slate}, seed: 2}]",
      [(1, "asks for the same as the case 'slate--s2' of the matrix")])
    let free =
      Text.head
      + "include: [{prompt: 'A {{x}}', vars: {x: cup}, images: https://x.example/a.png, id: cup}]\n"
    #expect(try load(free).cases.map(\.request.prompt) == ["A cup"])
    expect(
      MarkedText(free).text.replacing("{x: cup}", with: "{x: cup, y: 1️⃣z}"),
      [(1, "does not use the variable 'y'")])
    expect(
      free.replacing("prompt: ", with: "prompt: 1️⃣").replacing("vars: {x: cup}, ", with: ""),
      [(1, "unknown variable 'x'")])
  }

  @Test func `A million cases fill in their prompts as they are made`() throws {
    let suite = try load(
      Self.suite("'On {{colour}} paper'", "matrix: {colour: [linen, slate], seed: 1..1000000}\n"))
    #expect(suite.caseCount == 2_000_000)
    #expect(suite.cases.first { _ in true }?.request.prompt == "On linen paper")
  }

  @Test func `A template is no longer than a prompt may be`() {
    let names = (0..<4_000).map { "{{v\($0)}}" }.joined()
    expect(
      Self.suite("1️⃣'\(names)'", "matrix: {v1: [x, y]}"),
      [(1, "the prompt has \(names.utf8.count) bytes before its variables are filled in; 32768")])
  }

  @Test func `Thousands of variables that nothing sets are told in part`() {
    let entries = (0..<200).map { entry in
      let vars = (0..<60).map { "a\(entry)-\($0): x" }.joined(separator: ", ")
      return "{id: e\(entry), vars: {\(vars)}}"
    }
    let names = (0..<3_000).map { "{{b\($0)}}" }.joined()
    let found = diagnostics(
      of: Self.suite("'\(names)'", "matrix: {e: [\(entries.joined(separator: ", "))]}"))
    #expect(found.count == SuiteLimits.standard.diagnosticsMax + 1)
    #expect(found.first?.message == "unknown variable 'b0'")
    #expect(found.last?.message == "2900 more are not shown")
  }

  @Test func `Prompts that are filled in have limits`() {
    var limits = SuiteLimits.standard
    limits.filledPromptsMax = 3
    let text = Self.suite("'{{a}} {{b}}'", "matrix: {a: [x, y], b: [u, v]}").replacing(
      "version", with: "1️⃣version")
    expect(text, [(1, "too many to be filled in")], limits: limits)
    limits = .standard
    limits.filledByteCountMax = 7
    expect(text, [(1, "too long to be filled in")], limits: limits)
  }
}
