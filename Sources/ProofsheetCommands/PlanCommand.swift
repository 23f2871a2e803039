internal import ArgumentParser
internal import Canonical
internal import Experiments
internal import SeedreamAPI
internal import Suites
internal import SystemPackage

/// Shows what a run would do.
struct PlanCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plan",
    abstract: "Expand and check suites, and price what is not recorded; sends nothing.",
    discussion: """
      --list writes a line a case, with tabs between: the case id, what would become of it \
      (recorded, buy, ordered, stale, corrupt, missing or unpriced), the suite, and a note where there is \
      one. With --quiet it writes the case ids alone.
      """)

  @Argument(help: ArgumentHelp("Suite files, or folders of them.", valueName: "suite"))
  var suites: [String]

  @Option(help: "Plan for this mode: replay, record, refresh or live.")
  var mode: RunMode = .record

  @Option(help: ArgumentHelp("Plan these cases only.", discussion: FilterReading.help))
  var filter: [String] = []

  @Flag(help: "List every case and what would become of it.")
  var list = false

  @Flag(name: .shortAndLong, help: "List case ids alone, or say the totals only.")
  var quiet = false

  @Option(help: "The form of the output: text or json.")
  var format: OutputFormat = .text

  @OptionGroup var folders: FolderOptions
  @OptionGroup var pace: PaceOptions

  func run() throws {
    let prepared = try PreparedSuites(
      suites, filter: filter, flags: folders.flags.merging(pace.flags) { $1 },
      config: folders.config, CommandContext.current)
    let settings = prepared.settings
    let plans = try awaiting(
      try prepared.set.plans(mode: mode, settings: settings, prices: settings.pricesInForce),
      prepared)
    switch (format, list) {
    case (.json, _): writeJSON(plans, settings, prepared.context)
    case (.text, true): writeList(plans, prepared.context)
    case (.text, false): writeText(plans, settings, prepared.set.filter, prepared.context)
    }
  }

  /// The plans with what earlier runs have ordered or bought already, as a run would go on with it.
  private func awaiting(_ plans: [Plan], _ prepared: PreparedSuites) throws -> [Plan] {
    guard let project = prepared.set.members.first?.folders else { return plans }
    do {
      return try PlacedOrders.awaited(by: plans, below: project.reports(prepared.settings))
    } catch {
      throw CommandExit(.usage, "error: \(error)")
    }
  }

  // MARK: - Text

  private func writeText(
    _ plans: [Plan], _ settings: Settings, _ filter: CaseFilter, _ context: CommandContext
  ) {
    var totals = PlanTotals()
    for plan in plans {
      let own = PlanTotals(plan)
      totals += own
      guard !quiet else { continue }
      let lines = PlanText.lines(of: plan, own) + GroupLines.text([plan.suite])
      for line in lines { context.output("\(line)\n") }
    }
    if quiet || plans.count > 1 {
      let count = plans.count > 1 ? " in \(Count.of(plans.count, "suite"))" : ""
      for line in totals.lines(where: count) { context.output("\(line)\n") }
    }
    guard !quiet else { return }
    for line in PlanText.ending(totals, mode, filter, settings, plans, suites) {
      context.output("\(line)\n")
    }
  }

  private func writeList(_ plans: [Plan], _ context: CommandContext) {
    var output = OutputBuffer(context.output)
    for plan in plans {
      if quiet {
        for suiteCase in plan.selected { output.write("\(suiteCase.id)\n") }
        continue
      }
      let suite = plan.suite.name.text
      PlanSurvey(plan).forEach { suiteCase, state in
        // A note may hold a path, and the line must stay one line.
        let note = state.note.map { "\t" + VisibleText.escape($0) } ?? ""
        output.write("\(suiteCase.id.text)\t\(state.word)\t\(suite)\(note)\n")
      }
    }
    output.flush()
  }

  // MARK: - JSON

  /// Writes one object; lists of cases come first in it, so that they are written as they are made.
  private func writeJSON(_ plans: [Plan], _ settings: Settings, _ context: CommandContext) {
    var output = OutputBuffer(context.output)
    if list {
      output.write("{\"case_ids\":[")
      var isFirst = true
      for plan in plans {
        for suiteCase in plan.selected {
          output.write(isFirst ? "\"\(suiteCase.id)\"" : ",\"\(suiteCase.id)\"")
          isFirst = false
        }
      }
      output.write("],\"case_list\":[")
    }
    var totals = PlanTotals()
    var suites: [JSONValue] = []
    for plan in plans {
      let own = totalsOf(plan, listing: list ? !suites.isEmpty : nil, to: &output)
      totals += own
      suites.append(json(plan, own))
    }
    var object = JSONObject(totals.members)
    object["version"] = .integer(1)
    object["mode"] = .string(mode.rawValue)
    object["suites"] = .array(suites)
    object["prices_as_of"] = .string(settings.prices.value.asOf)
    object["prices_from"] = .string(settings.prices.origin.description)
    object["longest_seconds"] = .integer(LongestTime(totals, settings).seconds)
    let text = JSONValue.object(object).canonicalText
    output.write(list ? "]," + text.dropFirst() : text)
    output.write("\n")
    output.flush()
  }

  /// Adds a plan up.
  ///
  /// - Parameter isContinued: whether the list that is written has elements already; `nil` writes none.
  private func totalsOf(
    _ plan: Plan, listing isContinued: Bool?, to output: inout OutputBuffer
  ) -> PlanTotals {
    guard var isContinued else { return PlanTotals(plan) }
    return PlanTotals(plan) { id, state in
      let element = JSONValue.members([
        "id": .string(id.text), "state": .string(state.word),
        "suite": .string(plan.suite.name.text), "note": state.note.map { .string($0) },
      ])
      output.write((isContinued ? "," : "") + element.canonicalText)
      isContinued = true
    }
  }

  private func json(_ plan: Plan, _ totals: PlanTotals) -> JSONValue {
    var object = JSONObject(totals.members)
    object["name"] = .string(plan.suite.name.text)
    object["path"] = .string(plan.suite.path.string)
    object["axes"] = .array(
      plan.suite.axes.map {
        .members(["name": .string($0.name), "entries": .integer($0.count)])
      })
    object["repeat"] = .integer(plan.suite.repeatCount)
    object["groups"] = .integer(plan.suite.groupCount)
    return .object(object)
  }
}

/// Collects pieces of output and hands them on in large ones.
struct OutputBuffer {
  private static let byteCountMax = 65_536

  private let sink: @Sendable (String) -> Void
  private var text = ""

  init(_ sink: @escaping @Sendable (String) -> Void) { self.sink = sink }

  mutating func write(_ piece: String) {
    text += piece
    if text.utf8.count >= Self.byteCountMax { flush() }
  }

  mutating func flush() {
    guard !text.isEmpty else { return }
    sink(text)
    text.removeAll(keepingCapacity: true)
  }
}
