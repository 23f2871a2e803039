import Canonical
import Experiments
import Reports
import SeedreamAPI
import Suites
import SystemPackage
import TestSupport
import Testing

/// The proof sheet's plot of distance by seed and model.
@Suite(.temporaryFolder)
struct DistancePlotTests {
  private let folder = TemporaryFolder.path

  @Test func `Each measured distance is a dot in the row of its model`() throws {
    let page = try page(
      try [("v4", nil), ("v4", 4), ("v45", 34)].enumerated().map {
        try result($0, $1.0, bits: $1.1)
      })
    #expect(page.contains("<figcaption>Distance by seed and model</figcaption>"))
    #expect(
      page.contains(
        "v4: 2 distances over 1 seed, 0.0 to 4.0 bits, mean 2.0, farthest at seed 7; "
          + "v45: 1 distance over 1 seed, 34.0 to 34.0 bits, mean 34.0, farthest at seed 7"))
    #expect(page.contains("<title>seed 7: 34.0 bits</title>"))
    #expect(page.contains(">v45</text>"))
    #expect(page.components(of: "width=\"4\" height=\"4\"") == 3)
  }

  @Test func `A run that was held against nothing has no such plot`() throws {
    let page = try page([try Made.result(.passed), try result(1, "v4", bits: 3, isGroup: true)])
    #expect(!page.contains("Distance by seed and model"))
  }

  @Test func `Many distances are joined to bars, and models beyond the limit are counted`() throws {
    var results: [CaseResult] = []
    for number in 0..<700 {
      results.append(try result(number, "m\(number % 10)", bits: Double(number % 50)))
    }
    let page = try page(results)
    #expect(page.contains("140 distances of further models and seeds left out"))
    #expect(page.contains("m7: 70 distances"))
    #expect(!page.contains("m8: "))
    #expect(page.contains("<title>from seed 7: 0.0 bits to 40.0 bits, mean 20.0 bits</title>"))
    #expect(page.components(of: "width=\"4\" height=\"4\"") == 0)
  }

  private func result(
    _ position: Int, _ model: String, bits: Double?, isGroup: Bool = false
  ) throws -> CaseResult {
    let measures = bits.map { [Measure(picture: 0, figures: [Measure.Figure("pdq-nn512", $0)])] }
    let made = try Made.result(
      .passed, position, id: "case-\(position)",
      checks: [
        CheckResult(
          name: "baseline", verdict: .passed, message: "near", measures: measures ?? [])
      ],
      outputs: [Made.output(0, path: "a.png")],
      cells: [CaseCell(axis: "model", entry: model, value: model)])
    guard isGroup else { return made }
    return CaseResult(
      identity: made.identity, outcome: .passed, reason: "", checks: made.checks,
      group: GroupRecord(
        across: "seed", expectation: .distinct, memberCount: 2, caseCount: 2, pair: []))
  }

  private func page(_ results: [CaseResult]) throws -> String {
    try HTMLReport.write(
      try Made.run(results), to: folder.appending("sheet"), options: HTMLOptions(pictures: .none))
    return String(
      decoding: try DurableFile.read(
        folder.appending("sheet/index.html"), byteCountMax: 1 << 24), as: UTF8.self)
  }
}

extension String {
  /// How often a part occurs.
  fileprivate func components(of part: String) -> Int { ranges(of: part).count }
}
