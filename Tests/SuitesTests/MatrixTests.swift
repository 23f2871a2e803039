import Canonical
import SeedreamAPI
import Suites
import Testing

/// Ranges, repeats, ids and checks of entries, in the mixtures that suites have.
struct MatrixTests {
  @Test(arguments: [
    ("[1..4, 42, 100..200 step 50]", [1, 2, 3, 4, 42, 100, 150, 200]),
    ("5..5", [5]),
    ("[1..10 step 4]", [1, 5, 9]),
    ("[{id: lucky, value: 7}, 1..2]", [7, 1, 2]),
    ("[2147483646..2147483647]", [2_147_483_646, 2_147_483_647]),
    ("[1..9 step 3, 2..9 step 3, 3]", [1, 4, 7, 2, 5, 8, 3]),
  ])
  func `Seeds are single ones, ranges and steps in any mixture`(
    list: String, seeds: [Int]
  ) throws {
    let suite = try load(Text.request + "matrix: {seed: \(list)}\n")
    #expect(suite.cases.map { $0.request.seed?.value } == seeds)
    #expect(suite.caseCount == seeds.count)
  }

  @Test(arguments: [
    ("1️⃣0", "expected 1 to 10,000"), ("1️⃣10001", "expected 1 to 10,000"),
    ("1️⃣1..3", "must be a whole number"), ("1️⃣'2'", "write it without quotes"),
    ("1️⃣[2]", "found a list"), ("1️⃣-1", "'repeat' is -1"),
  ])
  func `Mistakes of repeat`(repeats: String, message: String) {
    expect(Text.request + "matrix: {seed: 1..2, repeat: \(repeats)}\n", [(1, message)])
  }

  @Test func `Included cases of an empty matrix are repeated and have checks of their own`() throws
  {
    let suite = try load(
      Text.request + """
        checks: [{count: 1}, {format: png}]
        matrix: {repeat: 2}
        include:
          - {id: a, seed: 1, checks: [{format: [jpeg, webp]}, {cost: {max: 0.03}}]}
          - {seed: 2}
        """)
    #expect(suite.cases.map(\.id.text) == ["a", "a--r1", "s2", "s2--r1"])
    let checks = suite.cases.map { $0.checks.filter { !$0.isDefault }.map(\.kind) }
    let own: [CheckKind] = [
      .count(.exactly(1)), .format([.jpeg, .webp]), .cost(max: Money(microDollars: 30_000)),
    ]
    let base: [CheckKind] = [.count(.exactly(1)), .format([.png])]
    #expect(checks == [own, own, base, base])
  }

  @Test func `Entries of every kind of axis have checks`() throws {
    let suite = try load(
      Text.head + """
        request: {images: https://x.example/a.png, prompt: "A {{thing}}"}
        matrix:
          thing: [{id: cup, value: cup, checks: [blocked]}, jug]
          seed: [{id: lucky, value: 7, checks: [{latency: {max: 1s}}]}, 1..2]
          target: [{id: small, size: square_hd, checks: [{revised-prompt: absent}]}]
        """)
    #expect(
      suite.cases.map { suiteCase in
        suiteCase.checks.filter { !$0.isDefault }.map(\.name.rawValue).joined(separator: " ")
      } == [
        "blocked latency revised-prompt", "blocked revised-prompt", "blocked revised-prompt",
        "latency revised-prompt", "revised-prompt", "revised-prompt",
      ])
  }

  @Test func `The defaults are there without being declared`() throws {
    let suite = try load(Text.request)
    #expect(suite.checks.map(\.name) == [.count, .size, .decodable, .notBlank])
    #expect(suite.checks.allSatisfy { $0.isDefault && $0.severity == .fail })
    let replaced = try load(Text.request + "checks: [{size: as-requested, severity: warn}]\n")
    #expect(replaced.checks.map(\.isDefault) == [true, false, true, true])
  }

  @Test func `Repeats of a long id are cut each for itself`() throws {
    let long = String(repeating: "a", count: 59)
    let suite = try load(
      Text.request
        + "matrix: {n: [{id: \(long), value: 1}], model: [{id: \(long), value: m}], repeat: 12}\n")
    let ids = suite.cases.map(\.id.text)
    #expect(ids[0] == "\(long)--\(long)")
    #expect(Set(ids.map { $0.lowercased() }).count == 12)
    #expect(ids.dropFirst().allSatisfy { $0.utf8.count <= 120 && $0.contains("~") })
  }

  @Test(arguments: [
    "matrix: {n: [{id: 1️⃣a--b, value: 1}]}", "matrix: {n: [{id: 1️⃣--a, value: 1}]}",
    "matrix: {n: [{id: 1️⃣., value: 1}]}", "matrix: {n: [{id: 1️⃣.., value: 1}]}",
    "matrix: {n: [{id: 1️⃣'', value: 1}]}", "matrix: {n: [{id: 1️⃣a b, value: 1}]}",
    "matrix: {n: [{id: 1️⃣ä, value: 1}]}", "include: [{id: 1️⃣a-, n: 2}]",
  ])
  func `An id keeps the rule wherever it stands`(text: String) {
    expect(Text.request + text + "\n", [(1, "is no id")])
  }

  @Test func `A JSON suite has groups, quarantines and places as a YAML one`() throws {
    let json = """
      {"version": 1, "name": "t",
       "request": {"prompt": "cup", "images": "https://x.example/a.png"},
       "matrix": {"seed": ["1..3", {"id": "lucky", "value": 42}], "repeat": 2},
       "exclude": [{"seed": 2}],
       "include": [{"seed": 9, "checks": [{"count": 2, "where": {"seed": "s9"}}]}],
       "groups": [{"across": "repeat", "expect": "near"}],
       "known": [{"where": {"seed": 42}, "reason": "x", "until": "2027-01-31"}]}
      """
    let suite = try load(json)
    #expect(
      suite.cases.map(\.id.text) == [
        "s1", "s1--r1", "s3", "s3--r1", "lucky", "lucky--r1", "s9", "s9--r1",
      ])
    #expect(suite.groups.map(\.groupCount) == [4])
    #expect(suite.cases.count { $0.known != nil } == 2)
    expect(
      json.replacing("\"expect\"", with: "2️⃣\"expec\": \"near\", \"expect\"")
        .replacing("{\"seed\": 2}", with: "{\"seed\": \"s2\", 1️⃣\"n\": 1}"),
      [(1, "unknown axis 'n'"), (2, "did you mean 'expect'?")])
  }
}
