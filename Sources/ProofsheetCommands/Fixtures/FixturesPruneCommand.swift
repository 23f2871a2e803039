internal import ArgumentParser
internal import Canonical
internal import Experiments
internal import Recording
internal import RunStore
internal import Suites
internal import SystemPackage

/// Removes what nothing refers to.
struct FixturesPruneCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "prune",
    abstract: "Remove recordings that no case asks for, and blobs that nothing names.",
    discussion: """
      Pictures that the baseline names stay, rejected ones too, and so does what the run store holds \
      and has not recorded yet. While a recording cannot be read, no blob is removed: it may name it.
      """)

  @OptionGroup var arguments: FixtureArguments

  @Flag(help: "Say what would be removed and remove nothing.")
  var dryRun = false

  @Flag(help: "Remove without asking; needed where there is no terminal.")
  var yes = false

  func run() throws {
    let prepared = try arguments.prepare()
    let context = prepared.context
    let plans = try arguments.plans(prepared)
    var isRefused = false
    for (member, plan) in zip(prepared.set.members, plans) {
      let reports = member.folders.reports(prepared.settings)
      guard !dryRun, DurableFile.isFolder(reports) else {
        isRefused = try prune(plan, reports, context) || isRefused
        continue
      }
      // A recording run writes blobs before the recording that names them; none may be on its way.
      let lock: StoreLock
      do {
        lock = try StoreLock(folder: reports)
      } catch {
        throw CommandExit(.usage, "error: \(error)")
      }
      let fixtureLock = try FixtureWriting.lock(plan)
      isRefused = try prune(plan, reports, context) || isRefused
      withExtendedLifetime(fixtureLock) {}
      _ = consume lock
    }
    if isRefused { throw CommandExit(.incomplete, "nothing more was removed") }
  }

  /// - Returns: whether a person has said no.
  private func prune(
    _ plan: Plan, _ reports: FilePath, _ context: CommandContext
  ) throws -> Bool {
    let survey = try readingFixtures { try FixtureInventory(plan.fixtures) }
    let pruning = FixturePruning(
      survey, uses: FixtureUses(survey, cases: plan.caseKeys),
      keeping: try kept(plan, reports))
    tell(pruning, plan, context)
    guard !pruning.items.isEmpty, !dryRun else { return false }
    if !yes {
      guard context.isTerminal,
        let answer = context.ask("Remove \(Self.amount(pruning))? [y/N] ")
      else {
        throw CommandExit.usage(
          "nothing was removed: there is nobody to ask", hint: "agree to it with --yes")
      }
      guard ["y", "yes"].contains(answer.lowercased()) else { return true }
    }
    do {
      try pruning.carryOut(in: plan.fixtures)
    } catch {
      throw CommandExit.usage(
        "\(error)", hint: "what was listed before it is removed; run the same command again")
    }
    context.say("\(plan.suite.name): removed \(Self.amount(pruning))")
    return false
  }

  private static func amount(_ pruning: FixturePruning) -> String {
    "\(Count.of(pruning.items.count, "file")), \(ByteCount.text(pruning.byteCount))"
  }

  /// What the baseline and the run store hold on to.
  private func kept(_ plan: Plan, _ reports: FilePath) throws -> FixturePruning.Kept {
    var kept = FixturePruning.Kept(baseline: Set(plan.baseline.entries.map(\.blob)))
    guard DurableFile.isFile(reports.appending(RunStore.fileName)) else { return kept }
    do {
      let held = try RunStore(folder: reports, spends: false).unpromoted(of: plan.suite.name)
      kept.unpromotedKeys = held.caseKeys
      kept.unpromotedBlobs = held.blobs
      return kept
    } catch {
      throw CommandExit(.usage, "error: \(error)")
    }
  }

  private func tell(_ pruning: FixturePruning, _ plan: Plan, _ context: CommandContext) {
    let verb = dryRun ? "would remove" : "remove"
    for item in pruning.items {
      context.output("\(verb) \(item.path) (\(ByteCount.text(item.byteCount))): \(item.reason)\n")
    }
    if pruning.doubtfulCount > 0 {
      let names = pruning.unreadable.prefix(3).map(\.string).joined(separator: ", ")
      context.say(
        "\(plan.suite.name): \(Count.of(pruning.doubtfulCount, "blob")) that nothing seems to name stay, "
          + "since \(Count.of(pruning.unreadable.count, "recording")) cannot be read: \(names)\n"
          + "hint: see what is wrong with: proofsheet fixtures verify \(ShellText.quoted(plan.suite.path))"
      )
    }
    if pruning.items.isEmpty {
      context.say("\(plan.suite.name): there is nothing to remove")
    } else if dryRun {
      context.say("\(plan.suite.name): would remove \(Self.amount(pruning))")
    }
  }
}
