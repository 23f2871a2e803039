import Canonical
import Experiments
import Recording
import SeedreamAPI
import Suites
import SystemPackage
import TestSupport
import Testing

@Suite(.temporaryFolder)
struct PlanSurveyTests {
  private func states(_ plan: Plan) -> [String] {
    var states: [String] = []
    PlanSurvey(plan).forEach { suiteCase, state in
      states.append("\(suiteCase.id) \(state.word)" + (state.note.map { ": \($0)" } ?? ""))
    }
    return states
  }

  @Test(
    "What would become of cases depends on the mode",
    arguments: [
      (
        RunMode.replay,
        ["s1 recorded", "s2 stale", "s3 recorded: in the file of moved", "s4 missing"]
      ),
      (.record, ["s1 recorded", "s2 buy: stale", "s3 recorded: in the file of moved", "s4 buy"]),
      (.refresh, ["s1 buy", "s2 buy", "s3 buy", "s4 buy"]),
      (.live, ["s1 buy", "s2 buy", "s3 buy", "s4 buy"]),
    ])
  func followsTheMode(mode: RunMode, expected: [String]) async throws {
    _ = try await Bench(seeds: "[1, 3, 9]").run(
      .record, .always(Sample.answer(try Sample.png())))
    let bench = try Bench(seeds: "[1..4]")
    func path(_ id: String) -> FilePath { bench.fixtures.path(of: CaseID(joining: [id])) }
    for (from, to) in [("s9", "s2"), ("s3", "moved")] {
      let bytes = try DurableFile.read(path(from), byteCountMax: 1_000_000)
      try DurableFile.write(bytes, to: path(to))
      try DurableFile.remove(path(from))
    }
    let plan = try bench.plan(mode)
    #expect(states(plan) == expected)
    // A survey and what a run decides later are the same.
    let actions = plan.map { planned in
      switch plan.action(for: planned) {
      case .replay(_, let other): "recorded" + (other.map { ": in the file of \($0)" } ?? "")
      case .buy: "buy"
      case .stop(let outcome, _, _, _): outcome == .fixtureStale ? "stale" : "missing"
      }
    }
    #expect(
      zip(plan.selected, actions).map { "\($0.id) \($1)" }
        == expected.map { $0.replacing("buy: stale", with: "buy") })
    let totals = PlanTotals(plan)
    #expect(totals.cases == 4)
    #expect(totals.replayed == expected.count { $0.contains("recorded") })
    #expect(totals.renamed == expected.count { $0.contains("moved") })
    #expect(totals.toBuy == expected.count { $0.contains("buy") })
    #expect(totals.stale == expected.count { $0.contains("buy: stale") })
  }

  @Test("Totals are priced later as they are priced at once")
  func pricesLater() throws {
    let bench = try Bench(seeds: "[1..3]", fields: "n: 2, model: other-model")
    let table = PriceTable(
      asOf: "2026-01-01", entries: [.init(namePart: "other", price: Money(microDollars: 5))])
    let unpriced = PlanTotals(try bench.plan(.record, prices: nil))
    #expect(unpriced.toBuy == 3 && unpriced.cost == .zero && unpriced.pictures == 6)
    for prices in [nil, PriceTable.listed, table] {
      let priced = PlanTotals(try bench.plan(.record, prices: prices))
      #expect(unpriced.priced(by: prices) == priced)
    }
    #expect(unpriced.priced(by: table).cost == Money(microDollars: 30))
    #expect(unpriced.priced(by: .listed).stopped == [.overBudget: 3])
    #expect(unpriced.priced(by: .listed).toBuy == 0)
  }

  @Test("Cases of models that take turns are priced each by its own")
  func pricesByModel() throws {
    let bench = try Bench(seeds: "[1..3], model: [seedream-v4, seedream-v4.5, odd]")
    let totals = PlanTotals(try bench.plan(.record))
    #expect(totals.cases == 9 && totals.toBuy == 6)
    #expect(
      totals.purchases.mapValues(\.cost) == [
        ModelName("seedream-v4"): Money(microDollars: 90_000),
        ModelName("seedream-v4.5"): Money(microDollars: 120_000),
      ])
    #expect(totals.stopped == [.overBudget: 3])
  }
}
