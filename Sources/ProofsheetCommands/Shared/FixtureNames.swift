internal import Canonical
internal import Experiments
internal import Recording
internal import Suites
internal import SystemPackage

/// Gives recordings and decisions the names that their cases have now.
enum FixtureNames {
  /// Renamed files that are told one by one.
  private static let toldMax = 10

  /// Renames what lies under the names of other cases.
  ///
  /// Recordings first: decisions go by keys, so that a name of theirs that is behind misleads nobody.
  ///
  /// - Parameters:
  ///   - plan: the suite with its recordings; every case of it counts, whatever its filter selects.
  ///   - dryRun: whether to say only what would be renamed.
  /// - Returns: how many recordings have, or would get, another name.
  /// - Throws: ``CommandExit`` when a file cannot be renamed or a baseline not be written.
  @discardableResult
  static func restore(
    of plan: Plan, _ context: CommandContext, dryRun: Bool = false
  ) throws -> Int {
    do {
      // Most folders need no renaming, and finding that out digests no request.
      guard try needsRenaming(plan) else { return 0 }
      let renaming = try FixtureRenaming(plan.fixtures, cases: plan.caseKeys)
      let count = renaming.moves.count
      guard count > 0 else { return 0 }
      tell(renaming.moves, plan, context, dryRun: dryRun)
      guard !dryRun else { return count }
      try renaming.carryOut(in: plan.fixtures)
      var baseline = plan.baseline
      let ids = Dictionary(uniqueKeysWithValues: renaming.moves.map { ($0.caseKey, $0.to) })
      guard baseline.rename(ids) > 0 else { return count }
      try DurableFile.write(
        BaselineFile.bytes(of: baseline), to: BaselineFile.path(forSuite: plan.suite.path))
      return count
    } catch let failure as FileFailure {
      throw CommandExit.usage(
        "\(failure)",
        hint: "no recording is lost: each has its old name or its new one; run the same again")
    }
  }

  /// Whether any recording has a name that no case of the suite has, or that of another case.
  private static func needsRenaming(_ plan: Plan) throws -> Bool {
    let survey = PlanSurvey(plan.replaying)
    return plan.suite.cases.contains { suiteCase in
      if case .recorded(_?) = survey.state(of: suiteCase) { true } else { false }
    }
  }

  private static func tell(
    _ moves: [FixtureRenaming.Move], _ plan: Plan, _ context: CommandContext, dryRun: Bool
  ) {
    let verb = dryRun ? "would rename" : "renamed"
    context.say(
      "\(plan.suite.name): \(verb) \(Count.of(moves.count, "recording")) after the cases that ask "
        + "for \(moves.count == 1 ? "it" : "them")")
    for move in moves.prefix(toldMax) { context.say("  \(move.from) to \(move.to)") }
    if moves.count > toldMax { context.say("  and \(moves.count - toldMax) more") }
  }
}
