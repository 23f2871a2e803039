import Suites
import Testing

/// Cases that are judged together.
struct GroupTests {
  private static let matrix = """
    matrix:
      model: [{id: v4, value: seedream-v4}, {id: v5, value: m5}]
      size: [square_hd, auto, auto_2K]
      seed: [1..3, {id: lucky, value: 42}]
      repeat: 2

    """

  /// The groups of one declaration: counted by the suite, and made of its cases one by one.
  private static func counts(
    _ declaration: String, _ rest: String = "", matrix: String = matrix
  ) throws -> (counted: Int, made: [Int]) {
    let suite = try load(Text.request + matrix + rest + "groups: [{\(declaration)}]\n")
    let group = try #require(suite.groups.first)
    var groups: [GroupKey: Int] = [:]
    for suiteCase in suite.cases {
      if let key = group.key(of: suiteCase) { groups[key, default: 0] += 1 }
    }
    return (group.groupCount, groups.values.sorted())
  }

  static let declarations: [(String, String, Int)] = [
    ("across: seed, expect: distinct", "", 12),
    ("across: model, expect: near", "", 24),
    ("across: size, expect: distinct", "", 16),
    ("across: repeat, expect: identical", "", 24),
    ("across: seed, expect: distinct, where: {model: v4}", "", 6),
    ("across: seed, expect: distinct, where: {seed: [1..2, lucky], size: auto}", "", 4),
    ("across: repeat, expect: near, where: {seed: 2..3, model: [v4, v5]}", "", 12),
    ("across: model, expect: near, severity: warn", "exclude: [{size: auto}]\n", 16),
    ("across: seed, expect: distinct", "exclude: [{model: v4, seed: 1..2}, {size: auto}]\n", 8),
    ("across: seed, expect: distinct", "exclude: [{model: v4, size: auto, seed: 3}]\n", 12),
    (
      "across: seed, expect: distinct",
      "exclude: [{seed: 3}, {model: v5, size: [auto, auto_2K]}]\n", 8
    ),
    ("across: repeat, expect: near", "exclude: [{model: v4, seed: 1..2}, {size: auto}]\n", 12),
    (
      "across: model, expect: near, where: {seed: 2..3}",
      "exclude: [{model: v5, seed: 1}, {size: auto_2K, seed: 2}]\n", 10
    ),
    ("across: seed, expect: distinct", "include: [{model: v4, size: auto, seed: 9}]\n", 12),
    (
      "across: seed, expect: distinct",
      "include: [{model: v4, size: square, seed: 9}, {model: v4, size: square, seed: 1}]\n", 14
    ),
    (
      "across: model, expect: near",
      "exclude: [{model: v5, size: auto, seed: 2}]\n"
        + "include: [{model: {id: v6, value: m6}, size: auto, seed: 2}]\n", 24
    ),
    ("across: repeat, expect: near", "include: [{model: v4, size: auto, seed: 9, n: 2}]\n", 25),
    (
      "across: n, expect: distinct, where: {seed: lucky, model: v4, size: auto}",
      "include: [{model: v4, size: auto, seed: lucky, n: 2}]\n", 2
    ),
  ]

  @Test(arguments: declarations.indices)
  func `Groups are counted as the cases make them`(index: Int) throws {
    let (declaration, rest, count) = Self.declarations[index]
    let found = try Self.counts(declaration, rest)
    #expect(found.counted == count)
    #expect(found.made.count == count)
    #expect(found.made.allSatisfy { $0 >= 2 }, "\(found.made)")
  }

  /// Every set of two of these rules, so that rules meet in all ways.
  private static let rules = [
    "{model: v4, size: auto}", "{size: auto, seed: 1..2}", "{model: v5, seed: lucky}",
    "{seed: 2}", "{model: [v4, v5], size: auto_2K, seed: 3}", "{size: [square_hd, auto]}",
    "{model: v4}", "{model: v4, size: square_hd, seed: [1, lucky]}",
  ]

  /// The places of a case's entries in the axes but one.
  private static func order(_ suiteCase: SuiteCase, but across: String) -> [Int] {
    let entries = [
      "model": ["v4", "v5"], "size": ["square_hd", "auto", "auto_2K"],
      "seed": ["s1", "s2", "s3", "lucky"],
    ]
    return suiteCase.cells.filter { $0.axis != across }.map {
      entries[$0.axis]?.firstIndex(of: $0.entry) ?? .max
    }
  }

  @Test(arguments: rules.indices, rules.indices)
  func `Counting with rules agrees with counting cases`(first: Int, second: Int) throws {
    let rules = Set([Self.rules[first], Self.rules[second]]).sorted().joined(separator: ", ")
    for across in ["model", "size", "seed"] {
      let text =
        Text.request + Self.matrix + "exclude: [\(rules)]\n"
      let suite = try load(text)
      // Counted by hand, for a suite with a group of one case is refused.
      var groups: [[String]: Int] = [:]
      for suiteCase in suite.cases {
        let others = suiteCase.cells.filter { $0.axis != across }.map(\.entry)
        groups[others + ["\(suiteCase.repeatIndex)"], default: 0] += 1
      }
      let group = "groups: [1️⃣{across: \(across), expect: near}]\n"
      if groups.values.allSatisfy({ $0 > 1 }) {
        #expect(try load(text + MarkedText(group).text).groups.map(\.groupCount) == [groups.count])
        continue
      }
      let isAlone = groups.values.allSatisfy { $0 == 1 }
      // Groups are in the order of their cases without the axis.
      let singles = suite.cases.filter { suiteCase in
        let others = suiteCase.cells.filter { $0.axis != across }.map(\.entry)
        return groups[others + ["\(suiteCase.repeatIndex)"]] == 1
      }
      let first = singles.min {
        Self.order($0, but: across).lexicographicallyPrecedes(Self.order($1, but: across))
      }
      let alone = try #require(first).id
      expect(
        text + group,
        [
          (
            1,
            isAlone
              ? "each group across '\(across)' has one case"
              : "the group of the case '\(alone)' across '\(across)' has no other case"
          )
        ])
    }
  }

  @Test func `A declaration says what it expects, how severe it is and where it stands`() throws {
    let suite = try load(
      Text.request + Self.matrix + """
        groups:
          - {across: repeat, expect: identical}
          - {across: seed, expect: distinct, severity: warn, where: {model: v4}}
          - {across: seed, expect: distinct, where: {model: v5}}
        """)
    #expect(suite.groups.map(\.across) == [.repeats, .axis("seed"), .axis("seed")])
    #expect(suite.groups.map(\.expectation) == [.identical, .distinct, .distinct])
    #expect(suite.groups.map(\.severity) == [.fail, .warn, .fail])
    #expect(suite.groups.map(\.location.line) == [10, 11, 12])
    #expect(suite.groupCount == 24 + 6 + 6)
    let first = try #require(suite.cases.first { _ in true })
    #expect(suite.groups[1].key(of: first) != nil)
    #expect(suite.groups[2].key(of: first) == nil)
  }

  @Test func `Groups of a million cases are counted without making them`() throws {
    let suite = try load(
      Text.request + """
        matrix: {seed: 1..1000000, n: [1, 2, 3], repeat: 2}
        exclude: [{seed: 500..1000, n: 2}]
        groups: [{across: n, expect: distinct}, {across: seed, expect: distinct}, {across: repeat, expect: near}]
        """)
    #expect(suite.groups.map(\.groupCount) == [2_000_000, 6, 3_000_000 - 501])
  }

  @Test func `Included cases of their own make groups where there is no matrix`() throws {
    let head = Text.head + "request: {prompt: x, images: https://x.example/a.png}\nmatrix: {}\n"
    let suite = try load(
      head + "include: [{seed: 1}, {seed: 2}, {seed: 3}]\n"
        + "groups: [{across: seed, expect: distinct}]\n")
    #expect(suite.groups.map(\.groupCount) == [1])
    expect(
      head + "include: [{seed: 1}, {seed: 2}, {seed: 3, n: 2}]\n"
        + "groups: [1️⃣{across: seed, expect: distinct}]\n",
      [(1, "the group of the case 's3--n2' across 'seed' has no other case")])
  }

  @Test func `Included cases with variables of their own are not of one group`() {
    let image = "images: https://x.example/a.png"
    expect(
      Text.head + """
        request: {\(image)}
        matrix: {}
        include:
          - {id: a, prompt: "A {{x}}", vars: {x: cup}, seed: 1}
          - {id: b, prompt: "A {{x}}", vars: {x: jug}, seed: 2}
        groups: [1️⃣{across: seed, expect: distinct}]
        """, [(1, "each group across 'seed' has one case")])
  }

  @Test(arguments: [
    ("1️⃣x", "must be a mapping"),
    ("1️⃣{across: seed}", "has no 'expect'"),
    ("1️⃣{expect: near}", "has no 'across'"),
    ("{across: 1️⃣sed, expect: near}", "did you mean 'seed'?"),
    ("{across: 1️⃣repeats, expect: near}", "did you mean 'repeat'?"),
    ("{across: 1️⃣n, expect: near}", "unknown axis 'n' (expected one of: model, size, seed, repeat)"),
    ("{across: 1️⃣[seed], expect: near}", "must be a text"),
    ("{across: seed, expect: 1️⃣distict}", "did you mean 'distinct'?"),
    ("{across: seed, 1️⃣expects: near, expect: near}", "did you mean 'expect'?"),
    ("{across: seed, expect: near, severity: 1️⃣wrn}", "did you mean 'warn'?"),
    ("{across: seed, expect: near, where: {1️⃣modl: v4}}", "did you mean 'model'?"),
    ("{across: seed, expect: near, where: {model: 1️⃣v6}}", "so that there is no such group"),
    (
      "{across: seed, expect: near, where: 1️⃣{model: v5, size: auto}}",
      "no case matches this 'where'"
    ),
    ("1️⃣{across: seed, expect: near, where: {seed: 2}}", "each group across 'seed' has one case"),
    (
      "1️⃣{across: model, expect: near}", "the group of the case 'v4--auto--s1' across 'model' has no"
    ),
    (
      "{across: seed, expect: near}, 1️⃣{expect: near, across: seed, severity: warn}",
      "the groups across 'seed' are declared twice"
    ),
    (
      "{across: seed, expect: near, where: {size: square_hd, model: v4}}, "
        + "1️⃣{across: seed, expect: near, where: {model: seedream-v4, size: square_hd}}",
      "declared twice"
    ),
  ])
  func `Mistakes of groups`(groups: String, message: String) {
    expect(
      Text.request + Self.matrix + "exclude: [{model: v5, size: auto}]\ngroups: [\(groups)]\n",
      [(1, message)])
  }

  @Test func `A group of repeats needs repeats, and one of an axis entries`() {
    let head = Text.request + "matrix: {model: seedream-v4, seed: 1..2}\n"
    expect(
      head + "groups: [1️⃣{across: repeat, expect: near}, 2️⃣{across: model, expect: near}]\n",
      [
        (1, "each group across 'repeat' has one case (set repeat: 2 or more in the matrix"),
        (2, "each group across 'model' has one case"),
      ])
    expect(
      Text.request + "groups: [{across: 1️⃣seed, expect: near}]\n", [(1, "expected one of: repeat")])
  }

  @Test func `Groups have a limit`() {
    var limits = SuiteLimits.standard
    limits.groupsMax = 1
    expect(
      Text.request + Self.matrix
        + "groups: 1️⃣[{across: seed, expect: near}, {across: size, expect: near}]\n",
      [(1, "2 declarations of groups (at most 1")], limits: limits)
  }
}
