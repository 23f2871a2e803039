internal import ArgumentParser
internal import Canonical
internal import Experiments
internal import Recording
internal import Suites
internal import SystemPackage

/// Exports recordings as one HAR.
struct FixturesExportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract: "Write the exchanges of cases as one HAR 1.2 that other tools read.",
    discussion: """
      With --embed every body stands in the file, as mitmproxy and browsers need it. Without, \
      pictures stay where they are and are named by '_file', a path relative to the HAR, as Playwright \
      reads it; such a HAR must lie above the pictures. A case without a sound recording ends the \
      export with 5, and no file is written.
      """)

  /// Problems that are told one by one.
  static let problemsShownMax = 20

  @OptionGroup var arguments: FixtureArguments

  @Option(help: ArgumentHelp("The file to write.", valueName: "file"))
  var har: String

  @Flag(help: "Put every body into the file.")
  var embed = false

  @Option(help: ArgumentHelp("Export these cases only.", discussion: FilterReading.help))
  var filter: [String] = []

  func run() throws {
    let prepared = try arguments.prepare(filter: filter)
    let context = prepared.context
    let plans = try arguments.plans(prepared)
    let path = FilePath(har)
    try checkTarget(path, plans, context)
    var problems: [String] = []
    let summary: HARExport.Summary
    do {
      var export = try HARExport(
        to: path, embeds: embed, workingFolder: context.workingFolder,
        creatorVersion: Proofsheet.version)
      for plan in plans {
        for planned in plan { try add(planned, of: plan, to: &export, &problems) }
      }
      guard problems.isEmpty else { throw incomplete(problems) }
      summary = try export.finish()
    } catch let failure as FileFailure {
      throw CommandExit.usage("\(failure)", hint: "choose another place with --har")
    } catch let failure as CommandExit {
      throw failure
    } catch {
      throw CommandExit(
        .fixture,
        "error: \(error)\nhint: nothing was written; see what is wrong "
          + "with: proofsheet fixtures verify \(plans.map { ShellText.quoted($0.suite.path) }.joined(separator: " "))"
      )
    }
    context.say(
      "written: \(har): \(Count.of(summary.cases, "case")), "
        + "\(Count.of(summary.exchanges, "exchange")), "
        + ByteCount.text(summary.byteCount))
  }

  private func add(
    _ planned: PlannedCase, of plan: Plan, to export: inout HARExport, _ problems: inout [String]
  ) throws {
    switch plan.action(for: planned) {
    case .replay(let fixture, _):
      // With a problem nothing will be kept; what is left to do is to find the others.
      guard problems.isEmpty else { return }
      try export.add(
        fixture, suite: plan.suite.name, id: planned.identity.id, blobs: plan.fixtures.blobs)
    case .stop(let outcome, let reason, let hint, _):
      problems.append(
        "\(outcome.rawValue): \(planned.identity.id): \(reason)"
          + (hint.map { "\n  hint: \($0)" } ?? ""))
    case .buy: preconditionFailure("a replay buys nothing")
    }
  }

  private func incomplete(_ problems: [String]) -> CommandExit {
    let rest = problems.count - Self.problemsShownMax
    return CommandExit(
      .fixture,
      (problems.prefix(Self.problemsShownMax) + (rest > 0 ? ["and \(rest) more"] : []))
        .joined(separator: "\n")
        + "\nerror: \(Count.of(problems.count, "case")) cannot be exported; nothing was written\n"
        + "hint: leave them out with --filter")
  }

  /// An export among recordings would be taken for a damaged one, or take the place of one.
  private func checkTarget(
    _ path: FilePath, _ plans: [Plan], _ context: CommandContext
  ) throws {
    let folder = context.workingFolder.pushing(path).lexicallyNormalized().removingLastComponent()
    for plan in plans {
      let fixtures = context.workingFolder.pushing(plan.fixtures.folder).lexicallyNormalized()
      guard folder.starts(with: fixtures) else {
        if !embed, !fixtures.starts(with: folder) {
          context.say(
            "warning: \(har) does not lie above \(plan.fixtures.folder); Playwright reads pictures "
              + "below the HAR's folder only: write it higher up, or use --embed")
        }
        continue
      }
      throw CommandExit.usage(
        "\(har) lies in the fixture folder of \(plan.suite.name), where it would be taken for a "
          + "recording", hint: "choose another place with --har")
    }
  }
}
