import Canonical
import Suites
import Testing

/// Checks that compare with another case.
struct CaseNameTests {
  private static let matrix =
    Text.request + """
      matrix:
        model: [{id: v4, value: seedream-v4}, {id: v5, value: m5}]
        seed: [1..3, {id: lucky, value: 42}]
        repeat: 2
      exclude: [{model: v5, seed: 3}]
      include: [{id: extra, model: v4, seed: 9}, {model: v4, seed: 7}]

      """

  @Test(arguments: ["v4--s1", "v5--lucky", "extra", "v4--s7", "v4--s2--r1", "extra--r1"])
  func `A check names a case of the matrix, an included one, or a repeat`(id: String) throws {
    let check = "checks: [{similar-to: {case: \(id)}, where: {model: v5, seed: 1}}]\n"
    let suite = try load(Self.matrix + check)
    let found = suite.cases.compactMap { suiteCase in
      suiteCase.checks.first { $0.name == .similarTo }.map { (suiteCase.id.text, $0.kind) }
    }
    #expect(found.map(\.0) == ["v5--s1", "v5--s1--r1"])
    let other = try #require(CaseID(id))
    #expect(found.allSatisfy { $0.1 == .similarTo(SimilarityExpectation(.outputs(of: other))) })
    #expect(suite.cases.contains { $0.id == other })
  }

  @Test(arguments: [
    ("v4--s0", "the suite has no case 'v4--s0'"), ("v4--lucki", "did you mean 'v4--lucky'?"),
    ("V4--s1", "did you mean 'v4--s1'?"), ("v5--s3", "the suite has no case 'v5--s3'"),
    ("v4--s1--r2", "no case 'v4--s1--r2' (did you mean 'v4--s1--r1'?)"),
    ("extr", "did you mean 'extra'?"),
    ("only", "the suite has no case 'only'"), ("a b", "is no case id"), ("v4", "proofsheet plan"),
  ])
  func `A case that is not there is told with the nearest`(id: String, message: String) {
    expect(
      Self.matrix + "checks: [{similar-to: {case: 1️⃣\(id)}, where: {model: v5, seed: 1}}]\n",
      [(1, message)])
  }

  @Test func `A case is not compared with itself`() {
    for (id, scope) in [("v4--s1", ""), ("v4--s1--r1", ", where: {seed: 1}"), ("extra", "")] {
      expect(
        Self.matrix + "checks: [{similar-to: {case: 1️⃣\(id)}\(scope)}]\n",
        [(1, "compares the case '\(id)' with itself (say with 'where'")])
    }
    expect(
      Text.request + """
        matrix:
          n: [{id: a, value: 1}, {id: b, value: 2, checks: [{similar-to: {case: 1️⃣b--s2}}]}]
          seed: 1..2
        """, [(1, "compares the case 'b--s2' with itself")])
    expect(
      Text.request + "checks: [{similar-to: {case: 1️⃣only}}]\n", [(1, "'only' with itself")])
  }

  @Test func `A case that declares the check otherwise may be named`() throws {
    let suite = try load(
      Text.request + """
        checks: [{similar-to: {case: b}}]
        matrix: {n: [{id: a, value: 1}, {id: b, value: 2, checks: [{similar-to: {case: a}}]}]}
        """)
    let found = suite.cases.flatMap { $0.checks.filter { $0.name == .similarTo }.map(\.kind) }
    let ids = ["b", "a"].map { CaseID(joining: [$0]) }
    #expect(found == ids.map { .similarTo(SimilarityExpectation(.outputs(of: $0))) })
  }

  @Test func `A long id is named in full or as it is cut`() throws {
    let long = String(repeating: "a", count: 70)
    let text =
      Text.request
      + "matrix:\n  model: [{id: \(long), value: x}]\n  n: [{id: \(long), value: 2}]\n  seed: 1..2\n"
    let cut = try #require(try load(text).cases.first { _ in true }).id
    for id in ["\(long)--\(long)--s1", cut.text] {
      let check = "checks: [{similar-to: {case: 1️⃣\(id)}, where: {seed: 2}}]\n"
      let suite = try load(text + MarkedText(check).text)
      let kinds = suite.cases.flatMap { $0.checks.filter { $0.name == .similarTo }.map(\.kind) }
      #expect(kinds == [.similarTo(SimilarityExpectation(.outputs(of: cut)))])
      expect(text + check.replacing("seed: 2", with: "seed: 1"), [(1, "with itself")])
    }
    var limits = SuiteLimits.standard
    limits.cutIDsMax = 0
    expect(
      text + "checks: [{similar-to: {case: 1️⃣\(cut)}, where: {seed: 2}}]\n",
      [(1, "the suite has no case")], limits: limits)
  }

  @Test func `Nothing is said of a name while the cases are not known`() {
    expect(
      Text.request + """
        matrix: {n: [{id: a, value: 1}, {id: b, value: 1️⃣9}]}
        checks: [{similar-to: {case: b}, where: {n: a}}]
        """, [(1, "expected 1 to 6")])
  }
}
