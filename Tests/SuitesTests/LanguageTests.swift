import SeedreamAPI
import Suites
import Testing

/// Mistakes of each part of the language, at their places.
struct LanguageTests {
  @Test(arguments: [
    ("1️⃣name: t\nrequest: {prompt: a, images: https://x.example/a}", "states no version"),
    (
      "version: 1️⃣2\nname: t\nrequest: {prompt: a, images: https://x.example/a}",
      "version 2 is not known"
    ),
    (
      "version: 1️⃣\"1\"\nname: t\nrequest: {prompt: a, images: https://x.example/a}",
      "without quotes"
    ),
    ("1️⃣version: 1\nrequest: {prompt: a, images: https://x.example/a}", "no name"),
    (
      "version: 1\nname: 1️⃣a--b\nrequest: {prompt: a, images: https://x.example/a}",
      "must not hold '--'"
    ),
    ("version: 1\nname: 1️⃣[]\nrequest: {prompt: a, images: https://x.example/a}", "found a list"),
    (Text.request + "1️⃣matrx: {}", "did you mean 'matrix'?"),
    (Text.request + "1️⃣axes: {}", "did you mean 'matrix'?"),
    (Text.request + "groups: 1️⃣{}", "'groups' must be a list"),
    (Text.request + "known: 1️⃣{}", "'known' must be a list"),
    (Text.request + "matrix: 1️⃣[]", "'matrix' must be a mapping"),
    (Text.request + "description: 1️⃣~", "has no value"),
    ("1️⃣version: 1\nname: t\nrequest: {prompt: a}", "no 'images' is set"),
    ("1️⃣version: 1\nname: t\nrequest: {images: https://x.example/a}", "no 'prompt' is set"),
  ])
  func `The top level`(text: String, message: String) { expect(text, [(1, message)]) }

  @Test(arguments: [
    ("1️⃣promt: a", "did you mean 'prompt'?"),
    ("1️⃣image_urls: a", "did you mean 'images'?"),
    ("1️⃣image_size: a", "did you mean 'size'?"),
    ("1️⃣zzz: a", "expected one of: model, prompt"),
    ("model: 1️⃣' '", "the model's name is empty"),
    ("model: 1️⃣[a]", "must be a text, found a list"),
    ("model: 1️⃣", "'model' has no value"),
    ("model: 1️⃣null", "quote it if the word itself is meant"),
    ("model: 1️⃣\"{{m}}\"", "'model' is no template, and holds '{{'"),
    ("size: 1️⃣sqare_hd", "did you mean 'square_hd'?"),
    ("size: 1️⃣1280x960", "{width: 1280, height: 960}"),
    ("size: 1️⃣{width: 1280}", "has no 'height'"),
    ("size: {width: 1280, 1️⃣heigth: 960, height: 1}", "did you mean 'height'?"),
    ("size: {width: 1️⃣0, height: 960}", "expected 1 to 14,142"),
    ("size: {width: 1️⃣99999999999999999999, height: 960}", "'width' is 99999999999999999999"),
    ("size: 1️⃣{width: 4000, height: 100}", "too elongated"),
    ("size: 1️⃣{width: 9000, height: 9000}", "makes at most 16777216"),
    ("size: 1️⃣{width: 100, height: 100}", "warning: 100x100 has 10000 pixels"),
    ("seed: 1️⃣1..4", "a range stands in the matrix"),
    ("seed: 1️⃣\"7\"", "write it without quotes"),
    ("seed: 1️⃣seven", "must be a whole number"),
    ("seed: 1️⃣007", "without leading zeros"),
    ("seed: 1️⃣0x10", "must be a whole number"),
    ("seed: 1️⃣2147483648", "expected 0 to 2,147,483,647"),
    ("seed: 1️⃣-1", "'seed' is -1"),
    ("seed: 1️⃣0", "warning: seed 0 means 'random'"),
    ("seed: 1️⃣{}", "must be a whole number, found a mapping"),
    ("enable_safety_checker: 1️⃣yes", "must be true or false"),
    ("enable_safety_checker: 1️⃣'true'", "without quotes"),
    ("enhance_prompt_mode: 1️⃣fats", "did you mean 'fast'?"),
    ("n: 1️⃣7", "expected 1 to 6"),
    ("output_format: 1️⃣png", "expected one of: url, b64_json"),
  ])
  func `Fields of the request`(field: String, message: String) {
    let text = Text.head + "request: {prompt: cup, images: https://x.example/a.png, \(field)}\n"
    expect(text, [(1, message)])
  }

  @Test(arguments: [
    ("prompt: 1️⃣' ', images: https://x.example/a", "the prompt is empty"),
    ("prompt: 1️⃣'On {{colour}} paper', images: https://x.example/a", "unknown variable 'colour'"),
    ("prompt: 1️⃣\"a\\u0007\", images: https://x.example/a", "warning: the prompt holds the control"),
    ("prompt: a, images: 1️⃣[]", "is an empty list"),
    ("prompt: a, images: 1️⃣\"https://x.example/ä\"", "printable ASCII only"),
    ("prompt: a, images: [1️⃣[https://x.example/a]]", "must be a text, found a list"),
    ("prompt: a, images: 1️⃣\"data:image/png;base64,AA\"", "neither a path nor an https URL"),
  ])
  func `Prompts and pictures`(fields: String, message: String) {
    expect(Text.head + "request: {\(fields)}\n", [(1, message)])
  }

  @Test func `A prompt may be long, but not without end`() {
    let words = Array(repeating: "word", count: 601).joined(separator: " ")
    let end = ", images: https://x.example/a}\n"
    expect(
      Text.head + "request: {prompt: 1️⃣\(words)\(end)", [(1, "warning: the prompt has 601 words")])
    let bytes = String(repeating: "x", count: 32_769)
    expect(Text.head + "request: {prompt: 1️⃣\(bytes)\(end)", [(1, "32769 bytes; 32768 are allowed")])
  }

  @Test(arguments: [
    (
      "1️⃣colour: [linen, slate]",
      "no field of the request, and no prompt uses it (write {{colour}} in a prompt"
    ),
    ("1️⃣sead: [1, 2]", "did you mean 'seed'?"),
    ("1️⃣image_size: [auto]", "did you mean 'size'?"),
    ("1️⃣a--b: [{id: x, n: 2}]", "cannot name an axis"),
    ("1️⃣tag: [{id: x, n: 2}]", "it has a meaning of its own"),
    ("seed: 1️⃣[]", "has no entries"),
    ("seed: [1️⃣4..1]", "write 1..4"),
    ("seed: [1️⃣1..x]", "is no range of seeds"),
    ("seed: [1️⃣1..4 by 2]", "write 1..4 or 100..200 step 50"),
    ("seed: [1️⃣1..4 step 0]", "a step is at least 1"),
    ("seed: [1️⃣1...4]", "is no range of seeds"),
    ("seed: [1️⃣0..99999999999999999999]", "is no range of seeds"),
    (
      "seed: [1️⃣1..1000000000000]", "asks for 1,000,000,000,000 seeds (an axis has at most 1,000,000"
    ),
    ("seed: [1️⃣-9223372036854775808..9223372036854775807]", "asks for more than 9,223,372"),
    ("seed: [1️⃣2147483640..2147483650]", "expected 0 to 2,147,483,647"),
    ("seed: [1️⃣0..3]", "warning: seed 0 means 'random'"),
    ("seed: [1..5, 1️⃣3]", "the seed 3 stands twice"),
    ("seed: [1..9 step 2, 1️⃣2..8 step 3]", "the seed 5 stands twice"),
    ("seed: [7, 1️⃣{id: lucky, value: 7}]", "the seed 7 stands twice"),
    ("seed: [7, {id: 1️⃣S7, value: 8}]", "the seed 7 makes it"),
    ("seed: [{id: a, value: 1️⃣1..4}]", "one number here"),
    ("seed: [1️⃣[1]]", "must be a whole number, found a list"),
    ("n: [1, 1️⃣1]", "asks for the same as an earlier one"),
    ("model: [{id: a, value: m}, 1️⃣{id: b, value: m}]", "asks for the same as an earlier one"),
    ("model: [{id: a, value: m}, {id: 1️⃣a, value: k}]", "stands for two entries"),
    ("model: [{id: a, value: m}, {id: 1️⃣A, value: k}]", "differ in case only"),
    ("model: [my model, 1️⃣my-model]", "stands for two entries"),
    ("model: [1️⃣日本]", "makes no id for its cases (give it one: {id: …, value: …})"),
    ("model: [1️⃣R2]", "kept for repeats"),
    ("model: [{id: 1️⃣-a, value: m}]", "must not start or end with '-'"),
    ("model: [{id: 1️⃣a/b, value: m}]", "letters A-Z and a-z"),
    ("model: [1️⃣{id: a}]", "sets no field of the request"),
    ("model: [1️⃣{id: a, n: 2}]", "has no 'value'"),
    ("model: [{id: a, value: m, 1️⃣model: k}]", "sets 'model' twice"),
    ("model: [{id: a, value: m, 1️⃣vlaue: k}]", "did you mean 'value'?"),
    ("model: [{id: a, value: m, tags: 1️⃣x}]", "tags must be a list, found 'x'"),
    ("model: [{id: a, value: m, tags: [1️⃣a b]}]", "a tag may hold letters"),
    ("model: [{id: a, value: m, tags: [b, 1️⃣b]}]", "stands twice"),
    ("edit: [{id: a, n: 2}, 1️⃣b]", "must be a mapping, found 'b'"),
    ("edit: [1️⃣{n: 2}]", "has no 'id'"),
    ("edit: [1️⃣{id: a}]", "sets no field of the request"),
    (
      "edit: [{id: a, seed: 1}, 1️⃣{id: b, seed: 1, n: 1}]",
      "the seed 1 stands twice in the axis 'edit'"
    ),
    ("edit: [{id: a, n: 2}, 1️⃣{id: b, n: 2, size: auto}]", "asks for the same as an earlier one"),
    ("repeat: 1️⃣0", "expected 1 to 10,000"),
    ("repeat: 1️⃣[1]", "must be a whole number"),
    (
      "edit: [{id: a, prompt: 1️⃣b, n: 2}]",
      "'prompt' is set by request and by the axis 'edit'"
    ),
    ("n: [1, 2]\n  edit: [{id: a, n: 1️⃣3}]", "'n' is set by the axis 'n' and by the axis 'edit'"),
  ])
  func `The matrix`(axes: String, message: String) {
    expect(Text.request + "matrix:\n  \(axes)\n", [(1, message)])
  }

  @Test func `Every case has a prompt and a picture`() {
    expect(
      Text.head + """
        request: {images: https://x.example/a}
        matrix:
          edit: [{id: a, prompt: x}, 1️⃣{id: b, n: 2}]
        """, [(1, "sets no 'prompt', which other entries set")])
  }

  @Test func `Two axes may not declare one check`() {
    expect(
      Text.request + """
        matrix:
          a: [{id: a, n: 2, checks: [{count: 1}, decodable]}]
          b: [{id: b, seed: 2, checks: [{1️⃣count: 2}]}]
        checks: 2️⃣{}
        """, [(1, "entries of two axes declare the check 'count'"), (2, "must be a list")])
  }
}

/// Mistakes that need the whole suite to be seen.
struct WholeSuiteTests {
  static let matrix = Text.request + "matrix: {n: [1, 2], seed: [1..3, 9]}\n"

  @Test(arguments: [
    ("1️⃣{}", "'exclude' must be a list"),
    ("[1️⃣{}]", "names no axis"),
    ("[{1️⃣sed: 1}]", "did you mean 'seed'?"),
    ("[{1️⃣repeat: 1}]", "repeats cannot be excluded"),
    ("[{1️⃣prompt: x}]", "unknown axis 'prompt'"),
    ("[{n: 1️⃣3}]", "matches no entry of the axis 'n'"),
    ("[{seed: 1️⃣4..8}]", "matches no entry of the axis 'seed'"),
    ("[{seed: 1️⃣s04}]", "matches no entry"),
    ("[{seed: 1️⃣{width: 1, height: 2}}]", "must be an id or a value"),
    ("[{n: 1️⃣[]}]", "names an empty list"),
    ("[{n: [1, 1️⃣[2]]}]", "must be a text, found a list"),
    ("[{n: 1}, 1️⃣{n: [n1]}]", "excludes the same as an earlier one"),
    ("1️⃣[{n: 1}, {n: 2}]", "leaves no case"),
  ])
  func `Exclude`(rules: String, message: String) {
    expect(Self.matrix + "exclude: \(rules)\n", [(1, message)])
  }

  @Test(arguments: [
    ("1️⃣{n: 1}", "'include' must be a list"),
    ("[1️⃣x]", "must be a mapping"),
    ("[1️⃣{n: 1}]", "lacks 'seed'"),
    ("[1️⃣{tags: [a]}]", "lacks 'n', 'seed'"),
    ("[{n: 1, seed: 5, 1️⃣sise: auto}]", "did you mean 'size'?"),
    ("[{n: 1, seed: 5, 1️⃣repeat: 2}]", "no part of an included case"),
    ("[{n: 1, seed: 5, 1️⃣prompt: x}]", "'prompt' is set by request and by the included case"),
    ("[{n: 1, seed: 1️⃣1..2}]", "one number here"),
    ("[{n: 1️⃣8, seed: 5}]", "expected 1 to 6"),
    ("[1️⃣{n: 1, seed: 2}]", "asks for the same as the case 'n1--s2' of the matrix"),
    ("[1️⃣{n: 1, seed: 9, size: auto}]", "asks for the same as the case 'n1--s9' of the matrix"),
    ("[{n: 1, seed: 5}, 1️⃣{n: n1, seed: {id: five, value: 5}}]", "the same as an earlier one"),
    ("[{n: 1, seed: {id: 1️⃣s9, value: 5}}]", "stands for another entry of the axis 'seed'"),
    ("[{n: 1, seed: {id: a, value: 5}}, 1️⃣{n: 1, seed: {id: A, value: 6}}]", "have the id 'n1--A'"),
    ("[{id: a, n: 1, seed: 5}, {id: 1️⃣a, n: 1, seed: 6}]", "have the id 'a'"),
    ("[{id: 1️⃣r1, n: 1, seed: 5}]", "kept for repeats"),
    ("[{id: 1️⃣a--b, n: 1, seed: 5}]", "must not hold '--'"),
    ("[{n: 1, seed: {id: x, value: 5, prompt: 1️⃣y}}]", "'prompt' is set by request"),
    ("[{n: 1, seed: {id: 1️⃣r4, value: 5}}]", "kept for repeats"),
  ])
  func `Include`(cases: String, message: String) {
    expect(Self.matrix + "include: \(cases)\n", [(1, message)])
  }

  @Test func `A slip in an id is not bought as a new prompt`() {
    let head =
      Text.head + "request: {images: https://x.example/a}\nmatrix:\n"
      + "  prompt: [{id: paper, value: On paper}, {id: sky, value: In the sky}]\n"
    expect(head + "include: [{prompt: 1️⃣papr}]", [(1, "did you mean 'paper'?")])
    #expect(diagnostics(of: head + "include: [{prompt: On a rock}]").isEmpty)
    let edits = head.replacing("prompt: [", with: "edit: [").replacing("value", with: "prompt")
    expect(edits + "include: [{edit: 1️⃣sand}]", [(1, "expected one of: paper, On paper, sky")])
  }

  @Test func `An included case needs an id, a prompt and a picture of its own`() {
    expect(
      Text.head + "include: [1️⃣{seed: 1}, {prompt: 2️⃣日本, images: https://x.example/a}]",
      [(1, "sets no 'prompt'"), (2, "makes no id")])
    #expect(
      diagnostics(of: Text.head + "include: [{id: a, prompt: 日本, images: https://x.example/a}]")
        .isEmpty)
  }

  @Test func `An included case must not take the id of one of the matrix`() {
    expect(
      Text.request + "matrix: {model: [{id: a, value: m}, {id: b, value: k}]}\n"
        + "include: [{id: 1️⃣B, model: {id: c, value: l}}]\n",
      [(1, "has the id 'B' of a case of the matrix")])
  }

  @Test func `Fields that the contract judges together are reported once at the right entry`() {
    let text =
      Text.head + """
        request: {prompt: x}
        matrix:
          model: [seedream-v4, seedream-v4.5, {id: again, value: seedream-4-5}]
          size: [square_hd, 1️⃣{width: 1000, height: 1000}, {width: 2048, height: 2048}]
          enhance_prompt_mode: [standard, 2️⃣fast]
          images:
            - https://x.example/a
            - [\((0..<10).map { "https://x.example/\($0)" }.joined(separator: ", "))]
          n: [1, 3️⃣6]
          seed: 1..1000
        """
    // The preset is small for 4.5 too, and stands before.
    let marked = text.replacing("[square_hd", with: "[4️⃣square_hd")
    expect(
      marked,
      [
        (4, "warning: 1024x1024 has 1048576 pixels; Seedream 4.5 makes at least"),
        (1, "warning: 1000x1000 has 1000000 pixels; Seedream 4.5"),
        (2, "warning: 'fast' exists for Seedream 4.0 only"),
        (3, "error: 10 inputs and n 6 make 16; 15 are allowed together"),
      ])
  }

  @Test func `A combination that is excluded is not judged`() {
    let head =
      Text.head + """
        request: {prompt: x}
        matrix:
          images:
            - {id: one, value: https://x.example/a}
            - {id: ten, value: [\((0..<10).map { "https://x.example/\($0)" }.joined(separator: ", "))]}
          n: [1, 1️⃣6]
          seed: 1..3

        """
    expect(head + "exclude: [{images: ten, seed: 1..2}]", [(1, "make 16")])
    #expect(diagnostics(of: MarkedText(head).text + "exclude: [{images: ten, n: 6}]").isEmpty)
    #expect(
      diagnostics(
        of: MarkedText(head).text
          + "exclude: [{images: ten, n: 6, seed: 1..2}, {images: ten, seed: 3}]"
      ).isEmpty)
    expect(
      head + "exclude: [{images: ten, n: 6}]\ninclude: [{images: ten, n: 6, seed: 4}]\n",
      [(1, "make 16")])
  }

  @Test func `Entries that set model and size together are judged by themselves`() {
    expect(
      Text.request + """
        matrix:
          target:
            - {id: a, model: seedream-v4, size: {width: 1000, height: 1000}}
            - {id: b, model: seedream-v4.5, size: 1️⃣{width: 1000, height: 1000}}
        """, [(1, "warning: 1000x1000")])
  }

  @Test func `All mistakes of a file are told at once, in order of place`() {
    expect(
      """
      version: 1️⃣3
      name: 2️⃣a b
      request: {3️⃣promt: x, n: 4️⃣9}
      matrix:
        seed: [5️⃣5..1, 7]
        size: [6️⃣huge, auto]
      exclude: [{7️⃣colour: red}, {size: gone}]
      checks: [8️⃣latncy]
      """,
      [
        (1, "version 3"), (2, "is no id"), (3, "did you mean 'prompt'?"), (4, "'n' is 9"),
        (5, "ends before it starts"), (6, "unknown size"), (7, "unknown axis"),
        (8, "did you mean 'latency'?"),
      ])
  }

  @Test func `A file of mistakes is cut, and says so`() {
    var limits = SuiteLimits.standard
    limits.diagnosticsMax = 3
    let keys = (0..<9).map { "zz\($0): 1\n" }.joined()
    let found = diagnostics(of: Text.request + keys, limits: limits)
    #expect(found.count == 4)
    #expect(found.last?.severity == .note && found.last?.message == "6 more are not shown")
  }
}

/// Every limit has a name and is told with what was asked for.
struct LimitTests {
  private func limits(_ change: (inout SuiteLimits) -> Void) -> SuiteLimits {
    var limits = SuiteLimits.standard
    change(&limits)
    return limits
  }

  @Test func `Cases are counted before excludes and with repeats`() {
    expect(
      Text.request + "matrix: 1️⃣{seed: 1..1000000, n: [1, 2], repeat: 6}\nexclude: [{n: 2}]\n",
      [(1, "asks for 12,000,000 cases (a suite has at most 10,000,000, counted before 'exclude')")])
    let wide = (0..<4).map { axis in
      "  a\(axis): ["
        + (0..<100).map { "{id: x\($0), \(Self.field(axis, $0))}" }.joined(separator: ", ") + "]\n"
    }.joined()
    expect(
      Text.head + "request: {images: https://x.example/a}\nmatrix:\n  1️⃣" + wide.dropFirst(2),
      [(1, "asks for 100,000,000 cases")])
    expect(
      Self.request("matrix: 1️⃣{n: [1, 2], seed: 1..3}\ninclude: [{n: 1, seed: 9}]\n"),
      [(1, "asks for 7 cases")], limits: limits { $0.casesMax = 6 })
  }

  private static func field(_ axis: Int, _ value: Int) -> String {
    switch axis {
    case 0: "prompt: p\(value)"
    case 1: "model: m\(value)"
    case 2: "seed: \(value + 1)"
    default: "size: {width: 2000, height: \(2000 + value)}"
    }
  }

  private static func request(_ rest: String) -> String { Text.request + rest }

  @Test func `Entries, axes, rules, included cases, tags and checks have limits`() {
    expect(
      Self.request("matrix: {1️⃣seed: [1..3, 5..6]}"), [(1, "has 5 entries (an axis has at most 4")],
      limits: limits { $0.entriesPerAxisMax = 4 })
    expect(
      Self.request("matrix: 1️⃣{seed: 1..3, n: 1, size: auto}"), [(1, "has 3 axes (at most 2")],
      limits: limits { $0.axesMax = 2 })
    expect(
      Self.request("matrix: {seed: 1..3}\nexclude: 1️⃣[{seed: 1}, {seed: 2}]"),
      [(1, "2 rules of 'exclude' (at most 1 are")], limits: limits { $0.excludesMax = 1 })
    expect(
      Self.request("matrix: {seed: 1..9}\nexclude: [1️⃣{seed: 1..9 step 2}]"),
      [(1, "name too many single entries")], limits: limits { $0.excludedStretchesMax = 4 })
    expect(
      Self.request("matrix: {seed: 1..3}\ninclude: 1️⃣[{seed: 4}, {seed: 5}]"),
      [(1, "2 included cases (at most 1 are")], limits: limits { $0.includesMax = 1 })
    expect(
      Self.request("matrix: {n: [{id: a, value: 1, tags: 1️⃣[a, b]}]}"), [(1, "2 tags; at most 1")],
      limits: limits { $0.tagsMax = 1 })
    expect(
      Self.request("checks: 1️⃣[decodable, {count: 1}]"), [(1, "2 checks; at most 1")],
      limits: limits { $0.checksMax = 1 })
    expect(
      Self.request("matrix: {repeat: 1️⃣3}"), [(1, "expected 1 to 2")],
      limits: limits { $0.repeatMax = 2 })
  }
}
