internal import ArgumentParser
internal import Canonical
internal import Experiments
internal import SeedreamAPI
internal import Suites

/// Shows what a run would do.
struct PlanCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plan",
    abstract: "Expand and check suites, and price what is not recorded; sends nothing.")

  @Argument(help: ArgumentHelp("Suite files, or folders of them.", valueName: "suite"))
  var suites: [String]

  @Option(help: "Plan for this mode: replay, record, refresh or live.")
  var mode: RunMode = .record

  @Option(help: "Plan these cases only.")
  var filter: String?

  @Flag(help: "List every case id.")
  var list = false

  @Option(help: "The form of the output: text or json.")
  var format: OutputFormat = .text

  @OptionGroup var folders: FolderOptions
  @OptionGroup var pace: PaceOptions

  func run() throws {
    let context = CommandContext.current
    let prepared = try PreparedSuites(
      suites, filter: filter, flags: folders.flags.merging(pace.flags) { $1 },
      config: folders.config, context)
    let settings = prepared.settings
    let plans = try prepared.set.plans(
      mode: mode, settings: settings, prices: settings.pricesInForce)
    if list, format == .text {
      for plan in plans {
        for planned in plan { context.output("\(planned.identity.id)\n") }
      }
      return
    }
    var totals = PlanTotals()
    for plan in plans { totals += PlanTotals(plan) }
    switch format {
    case .text:
      for line in totals.lines { context.output("\(line)\n") }
      let total = totals.toBuy > 0 ? "\(totals.cost) in all, " : ""
      context.output("\(total)\(settings.pricesText)\n")
      if totals.toBuy > 0 { context.output(LongestTime(totals, settings).text + "\n") }
    case .json: context.output(json(plans, totals, settings).canonicalText + "\n")
    }
  }

  private func json(_ plans: [Plan], _ totals: PlanTotals, _ settings: Settings) -> JSONValue {
    .members([
      "version": .integer(1),
      "mode": .string(mode.rawValue),
      "suites": .array(plans.map { .string($0.suite.name.text) }),
      "cases": .integer(totals.cases),
      "recorded": .integer(totals.replayed),
      "to_buy": .integer(totals.toBuy),
      "stopped": .object(
        JSONObject(totals.stopped.map { ($0.key.rawValue, .integer($0.value)) })),
      "cost_usd": .string(totals.cost.decimal),
      "cost_usd_by_model": .object(
        JSONObject(totals.costByModel.map { ($0.key.text, .string($0.value.decimal)) })),
      "prices_as_of": .string(settings.prices.value.asOf),
      "prices_from": .string(settings.prices.origin.description),
      "longest_seconds": .integer(LongestTime(totals, settings).seconds),
      "case_ids": list
        ? .array(plans.flatMap { plan in plan.map { .string($0.identity.id.text) } }) : nil,
    ])
  }
}
