internal import ArgumentParser
internal import Canonical
internal import Experiments
internal import SeedreamAPI

/// What may be spent.
struct SpendingOptions: ParsableArguments {
  /// Above this a person at a terminal is asked.
  static let confirmAbove = Money(microDollars: 500_000)

  @Option(
    help: ArgumentHelp(
      "What the run may spend at most, in US dollars.", valueName: "usd"))
  var maxCost: String?

  @Option(
    help: ArgumentHelp(
      "How many requests for pictures the run may send.", valueName: "n"))
  var maxRequests: Int?

  @Flag(help: "Spend without asking; needs --max-cost where there is no terminal.")
  var yes = false

  func validate() throws {
    if let maxCost, Money(maxCost) == nil {
      throw ValidationError(
        "--max-cost '\(maxCost)' is no amount; write dollars like 5 or 0.25")
    }
    if let maxRequests, maxRequests < 0 {
      throw ValidationError("--max-requests must not be negative")
    }
  }

  var cap: Money? { maxCost.flatMap { Money($0) } }

  /// Lets a purchase go on, or ends the command before anything is sent.
  ///
  /// - Throws: ``CommandExit`` that says what is missing.
  func approve(_ totals: PlanTotals, _ context: CommandContext) throws {
    guard totals.cost > .zero else { return }
    if yes, cap != nil { return }
    let command = "--yes --max-cost \(totals.cost.decimal)"
    guard let answer = question(totals, context) else {
      throw CommandExit.usage(
        "this run would spend up to \(totals.cost); nothing was sent",
        hint: "agree to it and to a limit with \(command)")
    }
    guard answer else { throw CommandExit(.incomplete, "nothing was sent") }
  }

  /// Asks at a terminal; small amounts need no answer, and where nobody can answer there is none.
  private func question(_ totals: PlanTotals, _ context: CommandContext) -> Bool? {
    guard context.isTerminal else { return nil }
    if yes || totals.cost <= Self.confirmAbove { return true }
    let answer = context.ask("Spend up to \(totals.cost)? [y/N] ")
    return answer.map { ["y", "yes"].contains($0.lowercased()) }
  }
}
