internal import Canonical
internal import Experiments
internal import Recording
internal import SeedreamAPI
internal import Suites

/// Plans in words.
enum PlanText {
  /// What a person wants to know of one suite: what it is made of, and what would become of it.
  static func lines(of plan: Plan, _ totals: PlanTotals) -> [String] {
    let suite = plan.suite
    let ownLines = totals.lines(where: of(plan))
    return ["\(suite.name): \(shape(of: suite))"] + ownLines.map { "  \($0)" }
  }

  private static func of(_ plan: Plan) -> String {
    plan.filter.isAll ? "" : " of \(Count.grouped(plan.suite.caseCount))"
  }

  /// How the cases come about: `prompt 2 × size 3, 1 excluded, 2 included, each 3 times`.
  private static func shape(of suite: LoadedSuite) -> String {
    let cases = suite.cases
    var parts: [String] = []
    if !suite.axes.isEmpty {
      parts.append(
        suite.axes.map { "\($0.name) \(Count.grouped($0.count))" }.joined(separator: " × "))
    }
    if cases.excludedCount > 0 { parts.append("\(Count.grouped(cases.excludedCount)) excluded") }
    if cases.includedCount > 0 { parts.append("\(Count.grouped(cases.includedCount)) included") }
    if parts.isEmpty { parts.append("one request") }
    if suite.repeatCount > 1 { parts.append("each \(Count.grouped(suite.repeatCount)) times") }
    return parts.joined(separator: ", ")
  }

  /// The last lines: of what day the prices are, and what to run.
  static func ending(
    _ totals: PlanTotals, _ mode: RunMode, _ filter: CaseFilter, _ settings: Settings,
    _ plans: [Plan], _ suites: [String]
  ) -> [String] {
    guard totals.toBuy > 0 || totals.stopped[.overBudget] != nil else { return [] }
    var lines = [settings.pricesText]
    if totals.toBuy > 0 {
      lines.append(LongestTime(totals, settings).text)
      let files = suites.map { ShellText.quoted($0) }.joined(separator: " ")
      lines.append(
        "buy with: proofsheet run \(files) --mode \(mode.rawValue)"
          + (filter.isAll ? "" : " --filter \(ShellText.quoted(filter))")
          + spending(totals, settings, plans))
    }
    return lines
  }
}

extension PlanText {
  /// The options of the command that buys: what is added to recordings of the simulator comes from it.
  private static func spending(
    _ totals: PlanTotals, _ settings: Settings, _ plans: [Plan]
  ) -> String {
    let isSimulated = plans.contains { $0.recordedOrigin == .simulator }
    if case .builtIn = settings.endpoint.origin, isSimulated {
      return settings.commandOptions + " --endpoint simulator"
    }
    return settings.commandOptions + " --yes --max-cost \(totals.cost.decimal)"
  }
}

extension PlanTotals {
  /// What is recorded and what would be bought, in lines for a person.
  var lines: [String] { lines(where: "") }

  /// The same.
  ///
  /// - Parameter place: what follows the number of cases: ` of 40`, ` in 2 suites`.
  func lines(where place: String) -> [String] {
    // "5 of 40 cases", but "5 cases in 2 suites".
    let count =
      place.hasPrefix(" of ")
      ? "\(Count.grouped(cases))\(place) cases" : Count.of(cases, "case") + place
    return ["\(count): \(states.joined(separator: ", "))"] + prices.map { "  \($0)" }
  }

  private var states: [String] {
    var states: [String] = []
    if buysAnew {
      states.append("\(Count.grouped(toBuy)) to buy anew")
      if replayed > 0 { states.append("\(Count.grouped(replayed)) bought already") }
    } else {
      let other = renamed > 0 ? " (\(Count.grouped(renamed)) under another case id)" : ""
      states.append("\(Count.grouped(replayed)) recorded\(other)")
      if toBuy > 0 {
        let stale = stale > 0 ? " (\(Count.grouped(self.stale)) in place of a stale recording)" : ""
        states.append("\(Count.grouped(toBuy)) to buy\(stale)")
      }
    }
    if ordered > 0 {
      states.append(
        "\(Count.grouped(ordered)) already ordered, being asked after, up to \(orderedCost)")
    }
    for outcome in Outcome.allCases {
      guard let count = stopped[outcome], count > 0 else { continue }
      states.append("\(Count.grouped(count)) \(Self.words[outcome] ?? outcome.rawValue)")
    }
    return states
  }

  private static let words: [Outcome: String] = [
    .fixtureMissing: "not recorded", .fixtureStale: "stale", .fixtureCorrupt: "corrupt",
    .overBudget: "of a model without a price",
  ]

  private var prices: [String] {
    let sorted = purchases.sorted { $0.key.text.utf8.lexicographicallyPrecedes($1.key.text.utf8) }
    var lines = sorted.map { model, purchase in
      let each = purchase.pictures > 1 && purchase.price > .zero ? " (\(purchase.price) each)" : ""
      return "\(Count.of(purchase.pictures, "picture")) of \(VisibleText.escape(model.text)): "
        + "\(Count.grouped(purchase.cost))\(each)"
    }
    if lines.count > 1 {
      lines.append("\(Count.of(pictures, "picture")) in all: \(Count.grouped(cost))")
    }
    return lines
  }

  /// The counts and prices as scripts read them.
  var members: [(String, JSONValue)] {
    let sorted = purchases.sorted { $0.key.text.utf8.lexicographicallyPrecedes($1.key.text.utf8) }
    return [
      ("cases", .integer(cases)),
      ("recorded", .integer(replayed)),
      ("renamed", .integer(renamed)),
      ("to_buy", .integer(toBuy)),
      ("ordered", .integer(ordered)),
      ("ordered_usd", .string(orderedCost.decimal)),
      ("stale", .integer(stale)),
      ("pictures", .integer(pictures)),
      (
        "stopped", .object(JSONObject(stopped.map { ($0.key.rawValue, .integer($0.value)) }))
      ),
      ("cost_usd", .string(cost.decimal)),
      (
        "cost_usd_by_model",
        .object(JSONObject(purchases.map { ($0.key.text, .string($0.value.cost.decimal)) }))
      ),
      (
        "models",
        .array(
          sorted.map { model, purchase in
            .members([
              "model": .string(model.text), "cases": .integer(purchase.cases),
              "pictures": .integer(purchase.pictures),
              "price_usd": .string(purchase.price.decimal),
              "cost_usd": .string(purchase.cost.decimal),
            ])
          })
      ),
    ]
  }
}
