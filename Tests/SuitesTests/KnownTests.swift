import Canonical
import Suites
import Testing

/// Failures that are known.
struct KnownTests {
  private static let matrix =
    Text.request + """
      matrix: {n: [1, 2], seed: [1..3, 42]}
      exclude: [{n: 2, seed: 42}]
      include: [{n: 1, seed: 9, size: auto}]

      """

  @Test func `Cases say that they are known to fail, and until when`() throws {
    let suite = try load(
      Self.matrix + """
        known:
          - {where: {seed: [42, 2..3], n: 1}, reason: "watermark overlaps", until: 2028-02-29}
          - {where: {seed: 3}, reason: too dark}
          - {where: {size: auto}, reason: included}
        """)
    let found = suite.cases.compactMap { suiteCase in
      suiteCase.known.map {
        "\(suiteCase.id) \($0.reason) \($0.until ?? "ever") \($0.location.line)"
      }
    }
    #expect(
      found == [
        "n1--s2 watermark overlaps 2028-02-29 8", "n1--s3 watermark overlaps 2028-02-29 8",
        "n1--s42 watermark overlaps 2028-02-29 8", "n2--s3 too dark ever 9",
        "n1--s9--auto included ever 10",
      ])
    let known = try #require(suite.cases.compactMap(\.known).first)
    let last = try #require(Timestamp("2028-02-29T23:59:59.999Z"))
    #expect(!known.isOver(at: last))
    #expect(known.isOver(at: Timestamp(milliseconds: last.milliseconds + 1)))
  }

  @Test(arguments: [
    ("1️⃣{reason: x}", "has no 'where'"),
    ("1️⃣{where: {n: 1}}", "has no 'reason'"),
    ("{where: {n: 1}, reason: 1️⃣' '}", "'reason' is empty"),
    ("{where: {n: 1}, 1️⃣reson: x, reason: y}", "did you mean 'reason'?"),
    ("{where: {n: 1️⃣3}, reason: x}", "so that nothing is known to fail"),
    ("{where: {1️⃣sed: 3}, reason: x}", "did you mean 'seed'?"),
    ("{where: 1️⃣{n: 2, seed: 42}, reason: x}", "no case matches this 'where'"),
    ("{where: 1️⃣{n: 2, seed: 9}, reason: x}", "no case matches this 'where'"),
    ("{where: 1️⃣{n: 2, size: auto}, reason: x}", "no case matches this 'where'"),
    ("{where: {n: 1}, reason: x, until: 1️⃣2027-02-29}", "is no day (year, month and day"),
    ("{where: {n: 1}, reason: x, until: 1️⃣tomorrow}", "is no day"),
    ("{where: {n: 1}, reason: x, until: 1️⃣2027-1-31}", "is no day"),
    ("{where: {n: 1}, reason: x, until: 1️⃣2027-01-31T00:00:00.000Z}", "is no day"),
    ("1️⃣x", "must be a mapping"),
  ])
  func `Mistakes of known`(known: String, message: String) {
    expect(Self.matrix + "known: [\(known)]\n", [(1, message)])
  }

  @Test func `All mistakes of a known failure are told at once`() {
    expect(
      Self.matrix + "known: [{where: {n: 1️⃣3}, reason: 2️⃣' ', until: 3️⃣2027-02-30}]\n",
      [(1, "matches no entry"), (2, "'reason' is empty"), (3, "is no day")])
  }

  @Test func `Known failures have a limit`() {
    var limits = SuiteLimits.standard
    limits.knownMax = 1
    expect(
      Self.matrix + "known: 1️⃣[{where: {n: 1}, reason: x}, {where: {n: 2}, reason: x}]\n",
      [(1, "2 known failures (at most 1")], limits: limits)
  }
}
