internal import ArgumentParser
internal import Canonical
internal import Experiments
internal import SeedreamAPI

/// What may be spent.
struct SpendingOptions: ParsableArguments {
  // A number below zero is told of as a wrong amount, not as an option that nobody knows.
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "What the run may spend at most, in US dollars.", valueName: "usd"))
  var maxCost: String?

  @Option(
    help: ArgumentHelp(
      "How many requests for pictures the run may send.", valueName: "n"))
  var maxRequests: String?

  @Option(
    help: ArgumentHelp(
      "How many cases may fail before no further one is begun.", valueName: "n"))
  var maxFailures: String?

  @Flag(help: "Spend without asking; needs a cap where there is no terminal.")
  var yes = false

  /// What was stated, as it was written.
  var flags: [SettingName: String] {
    [.maxCost: maxCost, .maxRequests: maxRequests, .maxFailures: maxFailures].compactMapValues(
      \.self)
  }

  /// Lets a purchase go on, or ends the command before anything is sent.
  ///
  /// - Throws: ``CommandExit`` that says what is missing.
  func approve(
    _ totals: PlanTotals, _ settings: Settings, _ context: CommandContext
  ) throws {
    guard totals.cost > .zero else { return }
    if yes, settings.maxCost.value != nil { return }
    let command = "--yes --max-cost \(totals.cost.decimal)"
    guard let answer = question(totals, settings, context) else {
      throw CommandExit.usage(
        "this run would spend up to \(totals.cost); nothing was sent",
        hint: "agree to it and to a limit with \(command)")
    }
    guard answer else { throw CommandExit(.incomplete, "nothing was sent") }
  }

  /// Asks at a terminal; small amounts need no answer, and where nobody can answer there is none.
  private func question(
    _ totals: PlanTotals, _ settings: Settings, _ context: CommandContext
  ) -> Bool? {
    guard context.isTerminal else { return nil }
    if yes { return true }
    let confirmAbove = settings.confirmAbove
    if totals.cost <= confirmAbove.value {
      if totals.cost > Settings.defaultConfirmAbove {
        context.say("not asked: up to \(confirmAbove.value) is agreed by \(confirmAbove.origin)")
      }
      return true
    }
    let answer = context.ask("Spend up to \(totals.cost)? [y/N] ")
    return answer.map { ["y", "yes"].contains($0.lowercased()) }
  }
}
