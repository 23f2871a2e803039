import Canonical
import SeedreamAPI
import Suites
import SystemPackage
import Testing

/// What the cases of a suite are, in which order, and under which names.
struct ExpansionTests {
  /// `Tests/Interop/request_keys.py` computes the keys from the requests alone.
  static let golden = """
    version: 1
    name: mugs
    description: Changing the background must leave the mug alone.
    request:
      output_format: b64_json
    matrix:
      edit:
        - id: paper
          prompt: "Put the cup on paper\\u2028— café \\"white\\"\\n"
          images: [cup.png]
          tags: [background]
        - {id: sky, prompt: Put the cup in the sky, images: https://x.example/a.png}
      size: [square_hd, {id: wide, value: {width: 1280, height: 960}}]
      seed: [1..100 step 50]
    exclude: [{edit: sky, size: wide}]
    include: [{edit: sky, size: auto_4K, seed: 7, n: 2}]
    """

  @Test func `Ids and keys of the golden suite are those computed elsewhere`() throws {
    try withFolder { folder in
      try DurableFile.write(picture("cup"), to: folder.appending("cup.png"))
      let suite = try load(Self.golden, path: folder.appending("suite.yaml"))
      #expect(
        suite.cases.map { "\($0.id) \($0.caseKey)" } == [
          "paper--square_hd--s1 134371129843c53e5b5fbac7faa404b2fdae9653b69bdb47ad1ec2e34ea6459c.0",
          "paper--square_hd--s51 cc5831519e117d0aba7e2e794b0e7c34bd1d879a996e4bdecf846c362fb6ef04.0",
          "paper--wide--s1 b4d4faf1706d773fbaf2dd8fdd1cbf3edb59469a57762d025aa198c63bc0099f.0",
          "paper--wide--s51 7d5dc0f3982f29203c6a42da0245238a75c0b90192312f5ddf6a8fec4d78e6e6.0",
          "sky--square_hd--s1 a7a15fc544c9f7d1c7809d82fd69e5531d85288d08d32e8a6e1548eca79e42eb.0",
          "sky--square_hd--s51 fae79e5c6769770c986dd14c8c8ce947dfdb23b54e35a74db9cb38838af0794f.0",
          "sky--auto_4K--s7--n2 3a531bc281baad2b54dc9386bd17180a49d409930978f30cec1bea0bac9c81dd.0",
        ])
      #expect(suite.caseCount == 7)
      #expect(suite.name.text == "mugs")
      #expect(suite.description == "Changing the background must leave the mug alone.")
      #expect(suite.sourceDigest == SHA256Digest(hashing: Array(Self.golden.utf8)))
      #expect(suite.inputs.map(\.written) == ["cup.png"])
      #expect(suite.inputs.first?.byteCount == 11)
      #expect(suite.warnings.isEmpty)
    }
  }

  @Test func `A case says its cells, tags, place and position`() throws {
    try withFolder { folder in
      try DurableFile.write(picture("cup"), to: folder.appending("cup.png"))
      let suite = try load(Self.golden, path: folder.appending("suite.yaml"))
      let cases = Array(suite.cases)
      #expect(cases.map(\.position) == Array(0..<7))
      #expect(
        cases[3].cells == [
          CaseCell(
            axis: "edit", entry: "paper", value: "Put the cup on paper\u{2028}— café \"white\"\n"),
          CaseCell(axis: "size", entry: "wide", value: "1280x960"),
          CaseCell(axis: "seed", entry: "s51", value: "51"),
        ])
      #expect(cases[3].tags == ["background"])
      #expect(cases[3].location.line == 8)
      #expect(cases[4].location.line == 12)
      #expect(cases[6].location.line == 16)
      #expect(cases[6].cells.last == CaseCell(axis: "n", entry: "n2", value: "2"))
      #expect(suite.axes.map(\.name) == ["edit", "size", "seed"])
      #expect(suite.axes.map(\.count) == [2, 2, 2])
      #expect(suite.axes[0].fields == [.prompt, .images])
      #expect(suite.axes[2].entry(at: 1).id == "s51")
    }
  }

  @Test func `A JSON suite means the same as the YAML one`() throws {
    let yaml =
      Text.request + "matrix: {seed: [1..2, 9], n: [1, 2], enable_safety_checker: [true]}\n"
    let json = """
      {"version": 1, "name": "t",
       "request": {"prompt": "cup", "images": ["https:\\/\\/x.example\\/a.png"]},
       "matrix": {"seed": ["1..2", 9], "n": [1, 2], "enable_safety_checker": [true]}}
      """
    let keys = try load(yaml).cases.map { "\($0.id) \($0.caseKey)" }
    #expect(keys.count == 6)
    #expect(try load(json).cases.map { "\($0.id) \($0.caseKey)" } == keys)
  }

  @Test func `The first axis is outermost and repeats are innermost`() throws {
    let suite = try load(Text.request + "matrix: {n: [1, 2], repeat: 2, seed: 1..2}\n")
    #expect(
      suite.cases.map(\.id.text) == [
        "n1--s1", "n1--s1--r1", "n1--s2", "n1--s2--r1",
        "n2--s1", "n2--s1--r1", "n2--s2", "n2--s2--r1",
      ])
    #expect(suite.cases.map(\.repeatIndex) == [0, 1, 0, 1, 0, 1, 0, 1])
    #expect(suite.caseCount == 8)
  }

  @Test func `Raising repeat renames nothing and changes no key`() throws {
    let once = try load(Text.request + "matrix: {seed: 1..3}\n")
    let thrice = try load(Text.request + "matrix: {seed: 1..3, repeat: 3}\n")
    let names = Dictionary(
      uniqueKeysWithValues: thrice.cases.map { ($0.id, $0.caseKey) })
    #expect(once.cases.allSatisfy { names[$0.id] == $0.caseKey })
  }

  @Test func `Without a matrix a suite is its one request`() throws {
    let suite = try load(Text.request + "matrix: {repeat: 2}\n")
    #expect(suite.cases.map(\.id.text) == ["only", "r1"])
    #expect(suite.caseCount == 2)
  }

  @Test func `An empty matrix leaves the included cases alone`() throws {
    let suite = try load(
      Text.head + """
        request: {images: https://x.example/a.png}
        matrix: {}
        include:
          - {id: paper, prompt: On paper, seed: 7, tags: [a], checks: [{count: 1}]}
          - {prompt: On "White" slate!, size: {width: 1280, height: 960}}
        """)
    #expect(suite.cases.map(\.id.text) == ["paper", "on-white-slate--1280x960"])
    #expect(suite.cases.map(\.request.prompt) == ["On paper", "On \"White\" slate!"])
    #expect(suite.cases.map(\.tags) == [["a"], []])
    #expect(suite.caseCount == 2)
  }

  @Test(arguments: [
    ("model: [seedream-v4, {id: b, value: seedream-4.5}]", ["seedream-v4", "b"]),
    ("seed: [7, {id: lucky, value: 8}]", ["s7", "lucky"]),
    ("size: [auto_2K, {width: 1280, height: 960}]", ["auto_2K", "1280x960"]),
    ("enable_safety_checker: [true, false]", ["checker-on", "checker-off"]),
    ("enhance_prompt_mode: [standard, fast]", ["standard", "fast"]),
    ("n: [1, 3]", ["n1", "n3"]),
    ("output_format: [url, b64_json]", ["url", "b64_json"]),
    ("seed: 1..10 step 4", ["s1", "s5", "s9"]),
  ])
  func `Entries without an id get one`(axis: String, ids: [String]) throws {
    #expect(try load(Text.request + "matrix:\n  \(axis)\n").cases.map(\.id.text) == ids)
  }

  @Test func `Prompts and pictures make ids of their letters and names`() throws {
    let suite = try load(
      Text.head + """
        matrix:
          prompt:
            - Make the background WHITE — please, and keep the rest
            - no
          images:
            - https://x.example/photos/My%20Cup.final.png?v=1
            - [https://x.example/a.png, https://x.example/b.png]
        """)
    #expect(
      suite.axes[0].entry(at: 0).id == "make-the-background-white-please"
        && suite.axes[0].entry(at: 1).id == "no")
    #expect(suite.axes[1].entry(at: 0).id == "my-20cup-final")
    #expect(suite.axes[1].entry(at: 1).id == "a-b")
    #expect(suite.cases.map(\.request.images.count) == [1, 2, 1, 2])
    #expect(suite.cases.map(\.request.prompt).last == "no")
  }

  @Test func `A long case id is cut and still unique`() throws {
    let long = String(repeating: "a", count: 70)
    let suite = try load(
      Text.request
        + "matrix:\n  model: [{id: \(long), value: x}]\n  n: [{id: \(long), value: 2}]\n"
        + "  seed: 1..2\n")
    let ids = suite.cases.map(\.id.text)
    #expect(
      Set(ids).count == 2
        && ids.allSatisfy { $0.utf8.count <= CaseID.byteCountMax && $0.contains("~") })
  }

  @Test func `A check of an entry replaces the suite's and the default`() throws {
    let suite = try load(
      Text.head + """
        request: {images: https://x.example/a.png}
        checks: [{baseline: identical-pixels}, {latency: {max: 500ms}}, {size: as-requested}]
        matrix:
          edit:
            - {id: a, prompt: one}
            - {id: b, prompt: two, checks: [{latency: {max: 2m}}, {count: 2}, {size: {width: 9, height: 8}}]}
        """)
    let cases = Array(suite.cases)
    #expect(
      cases[0].checks.map(\.kind) == [
        .count(.asRequested), .size(.asRequested), .decodable, .notBlank,
        .baseline(BaselineExpectation(.identicalPixels)),
        .latency(max: .milliseconds(500)),
      ])
    #expect(cases[0].checks.map(\.isDefault) == [true, false, true, true, false, false])
    #expect(cases[0].checks == suite.checks)
    #expect(
      cases[1].checks.map(\.kind) == [
        .count(.exactly(2)), .size(.exactly(PixelSize(width: 9, height: 8))), .decodable, .notBlank,
        .baseline(BaselineExpectation(.identicalPixels)), .latency(max: .seconds(120)),
      ])
    #expect(cases[1].checks[5].location?.line == 8)
  }

  @Test func `Every check takes a severity`() throws {
    let suite = try load(
      Text.request + """
        checks:
          - {baseline: identical-pixels, severity: warn}
          - {latency: {max: 1s, severity: warn}}
          - {count: 1, severity: fail}
        """)
    let checks = try #require(suite.cases.first { _ in true }).checks
    #expect(
      checks.map { "\($0.name) \($0.severity)" } == [
        "count fail", "size fail", "decodable fail", "notBlank fail", "baseline warn",
        "latency warn",
      ])
  }
}

/// What `exclude` and `include` leave and add.
struct ExclusionTests {
  /// Counts by looking at each combination, as a check of the counting by groups.
  private static func expected(_ isExcluded: (Int, Int, Int) -> Bool) -> [String] {
    var ids: [String] = []
    for n in 1...3 {
      for seed in 1...6 {
        for mode in 0...1 where !isExcluded(n, seed, mode) {
          ids.append("n\(n)--s\(seed)--\(mode == 0 ? "standard" : "fast")")
        }
      }
    }
    return ids
  }

  private static let rules: [(String, @Sendable (Int, Int, Int) -> Bool)] = [
    ("{n: 2}", { n, _, _ in n == 2 }),
    ("{n: n2, seed: 3}", { n, seed, _ in n == 2 && seed == 3 }),
    ("{seed: [1..2, s6]}", { _, seed, _ in seed <= 2 || seed == 6 }),
    (
      "{seed: 2..6 step 2, enhance_prompt_mode: fast}",
      { _, seed, mode in seed % 2 == 0 && mode == 1 }
    ),
    (
      "{n: [1, 3], seed: 4..100, enhance_prompt_mode: standard}",
      { n, seed, mode in
        n != 2 && seed >= 4 && mode == 0
      }
    ),
    (
      "{n: 1}, {n: [1, 2], seed: 2}, {seed: 1..3, enhance_prompt_mode: [fast]}",
      { n, seed, mode in
        n == 1 || (n == 2 && seed == 2) || (seed <= 3 && mode == 1)
      }
    ),
    (
      "{n: 1, seed: 1}, {n: 1, seed: 2}, {n: 1, seed: 3..6}, {enhance_prompt_mode: fast}",
      { n, _, mode in n == 1 || mode == 1 }
    ),
  ]

  @Test(arguments: rules.indices)
  func `Excluded cases are neither made nor counted`(index: Int) throws {
    let (rules, isExcluded) = Self.rules[index]
    let suite = try load(
      Text.request
        + "matrix: {n: [1, 2, 3], seed: [1..3, 4, 5..6], enhance_prompt_mode: [standard, fast]}\n"
        + "exclude: [\(rules)]\n")
    let expected = Self.expected(isExcluded)
    #expect(suite.cases.map(\.id.text) == expected)
    #expect(suite.caseCount == expected.count)
    #expect(suite.cases.map(\.position) == Array(expected.indices))
  }

  @Test func `More than 64 rules are all kept`() throws {
    let rules = (1...100).map { "{seed: \($0), n: \($0 % 3 + 1)}" }.joined(separator: ", ")
    let suite = try load(
      Text.request + "matrix: {seed: 1..100, n: [1, 2, 3]}\nexclude: [\(rules)]\n")
    #expect(suite.caseCount == 200)
    #expect(suite.cases.allSatisfy { $0.request.n != ($0.request.seed?.value ?? 0) % 3 + 1 })
  }

  @Test func `A value of an axis is excluded by what it is as well as by its id`() throws {
    let suite = try load(
      Text.request + """
        matrix:
          size: [auto, {id: wide, value: {width: 1280, height: 960}}, {width: 1024, height: 1024}]
          model: [{id: a, value: m1}, {id: b, value: m2}]
        exclude: [{size: {width: 1280, height: 960}, model: m1}, {size: 1024x1024}]
        """)
    #expect(suite.cases.map(\.id.text) == ["auto--a", "auto--b", "wide--b"])
  }

  @Test func `A case that is excluded may be included again`() throws {
    let suite = try load(
      Text.request
        + "matrix: {n: [1, 2], seed: 1..2}\nexclude: [{n: 2}]\ninclude: [{n: 2, seed: 2}]\n")
    #expect(suite.cases.map(\.id.text) == ["n1--s1", "n1--s2", "n2--s2"])
  }

  @Test func `Included cases name entries, give new values and are repeated`() throws {
    let suite = try load(
      Text.head + """
        matrix:
          model: [{id: v4, value: seedream-v4}]
          edit:
            - {id: paper, prompt: On paper, images: https://x.example/a.png, tags: [a]}
            - {id: sky, prompt: In the sky, images: https://x.example/a.png}
          seed: 1..2
          repeat: 2
        include:
          - {edit: paper, seed: 7, tags: [b]}
          - {edit: {id: sea, prompt: At sea, images: https://x.example/b.png}, seed: s1, model: {id: v5, value: m5}}
        """)
    #expect(suite.caseCount == 12)
    let included = Array(suite.cases.dropFirst(8))
    #expect(
      included.map(\.id.text) == [
        "v4--paper--s7", "v4--paper--s7--r1", "v5--sea--s1", "v5--sea--s1--r1",
      ])
    #expect(included[0].tags == ["a", "b"])
    #expect(included[2].request.model.text == "m5")
    #expect(included[2].request.images == [.remote("https://x.example/b.png")])
    #expect(included[2].location.line == 12)
  }

  @Test func `A million cases of a range are counted without making them`() throws {
    let suite = try load(
      Text.request + "matrix: {seed: 1..1000000, n: [1, 2]}\nexclude: [{seed: 500..1000, n: 2}]\n")
    #expect(suite.caseCount == 2_000_000 - 501)
    #expect(suite.axes[0].count == 1_000_000)
    #expect(suite.cases.prefix(3).map(\.id.text) == ["s1--n1", "s1--n2", "s2--n1"])
  }
}
