import Suites
import Testing

/// Checks that hold for some cases only.
struct WhereTests {
  private static let matrix =
    Text.request + """
      matrix:
        model: [{id: v4, value: seedream-v4}, {id: v5, value: m5}]
        size: [square_hd, {id: wide, value: {width: 1280, height: 960}}]
        seed: [1..4, {id: lucky, value: 42}]

      """

  /// The ids of the cases that have a check of a latency.
  private static func timed(_ scope: String, _ rest: String = "") throws -> [String] {
    let checks = "checks: [{latency: {max: 1s, where: \(scope)}}]\n"
    let suite = try load(matrix + checks + rest)
    return suite.cases.filter { $0.checks.contains { $0.name == .latency } }.map { "\($0.id)" }
  }

  @Test(arguments: [
    ("{model: v4}", 10), ("{model: m5}", 10), ("{model: [v4, V5]}", 20), ("{seed: s2}", 4),
    ("{seed: 2}", 4), ("{seed: [lucky, 3..4]}", 12), ("{seed: 2..100 step 2}", 12),
    ("{size: wide, model: v4}", 5), ("{size: {width: 1280, height: 960}}", 10),
    ("{size: square_hd, model: v5, seed: 1..2}", 2),
  ])
  func `A check holds for the cases that its where names`(scope: String, count: Int) throws {
    #expect(try Self.timed(scope).count == count)
  }

  @Test func `It names included cases as well`() throws {
    let include = "include: [{model: v4, size: auto, seed: 7}, {model: v4, size: auto, seed: 9}]\n"
    #expect(try Self.timed("{size: auto}", include) == ["v4--auto--s7", "v4--auto--s9"])
    #expect(try Self.timed("{seed: 6..8}", include) == ["v4--auto--s7"])
    let extra = "include: [{model: v4, size: auto, seed: 7, n: 2}]\n"
    #expect(try Self.timed("{n: 2}", extra) == ["v4--auto--s7--n2"])
  }

  @Test func `A check for some cases leaves the others what they had`() throws {
    let suite = try load(
      Text.request + """
        matrix: {n: [1, {id: two, value: 2, checks: [{count: 2}]}], seed: 1..3}
        checks:
          - {count: 1, where: {seed: 1}}
          - {latency: {max: 1s}}
          - {latency: {max: 2s, where: {seed: 2..3}}}
          - {latency: {max: 3s, severity: warn}, where: {seed: 3}}
        """)
    let found = suite.cases.map { suiteCase in
      suiteCase.checks.map { check in
        switch check.kind {
        case .count(.exactly(let count)): "\(count)"
        case .count: "any"
        case .latency(let max): "\(max) \(check.severity)"
        default: ""
        }
      }.filter { !$0.isEmpty }.joined(separator: ", ")
    }
    #expect(
      found == [
        "1, 1.0 seconds fail", "any, 2.0 seconds fail", "any, 3.0 seconds warn",
        "2, 1.0 seconds fail", "2, 2.0 seconds fail", "2, 3.0 seconds warn",
      ])
  }

  @Test(arguments: [
    ("{1️⃣modl: v4}", "did you mean 'model'?"),
    ("{model: 1️⃣v6}", "did you mean 'v4'?"),
    ("{model: 1️⃣v6}", "so that the check applies to no case"),
    ("{seed: 1️⃣5..9}", "matches no entry of the axis 'seed'"),
    ("{seed: 1️⃣9..5}", "ends before it starts"),
    ("{seed: [1, 1️⃣[2]]}", "must be a text"),
    ("{seed: 1️⃣[]}", "names an empty list"),
    ("{1️⃣repeat: 1}", "takes no repeats"),
    ("{size: {1️⃣heigth: 1, width: 2, height: 3}}", "did you mean 'height'?"),
  ])
  func `Mistakes of where`(scope: String, message: String) {
    expect(
      Self.matrix + "checks: [{latency: {max: 1s, where: \(scope)}}]\n", [(1, message)])
  }

  @Test func `The checks of an entry take where, too`() throws {
    let text =
      Text.request + """
        matrix:
          n: [{id: one, value: 1, checks: [{count: 1, where: {seed: 1️⃣9}}]}]
          seed: 1..2
        """
    expect(text, [(1, "matches no entry of the axis 'seed'")])
    let suite = try load(MarkedText(text).text.replacing("9}", with: "2}"))
    #expect(suite.cases.map { $0.checks.count { !$0.isDefault } } == [0, 1])
  }
}
