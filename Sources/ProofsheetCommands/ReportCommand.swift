internal import ArgumentParser
internal import Canonical
internal import Experiments
internal import Reports
internal import RunStore
internal import SystemPackage

/// Renders a stored run again.
struct ReportCommand: ParsableCommand {
  /// The reports there are.
  enum Kind: String, CaseIterable, ExpressibleByArgument {
    case text
    case junit
    case jsonl
  }

  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract: "Render a stored run again: as text, JUnit XML or JSON lines.")

  @Argument(help: ArgumentHelp("The run: its id, or 'latest'.", valueName: "run"))
  var name: String

  @Option(help: "What to write: text, junit or jsonl.")
  var format: Kind = .text

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp(
      "Where to; text goes to standard output.",
      discussion: "JUnit XML goes into a folder, a file a suite, when the path ends with a slash.",
      valueName: "file"))
  var output: String?

  @Option(help: "The dialect of JUnit XML: strict, extended or ant.")
  var junitDialect: JUnitDialect = .strict

  @Option(
    help: ArgumentHelp(
      "Report these cases only, for example 'outcome=drifted prompt=paper'.",
      discussion: "Counts and sums of the report are then those of these cases."))
  var filter: String?

  @OptionGroup var folders: FolderOptions

  func validate() throws {
    if format != .text, output == nil { throw ValidationError("name a file with --output") }
  }

  func run() throws {
    let context = CommandContext.current
    let stored = try StoredRuns.find(name, folders, context)
    let run: SelectedRun
    do {
      let filter = try FilterReading.read(filter, for: stored)
      run = try SelectedRun(stored, filter)
      if !filter.isAll, run.header.caseCount == 0 {
        context.say("warning: \(try FilterReading.emptySelection(of: stored, filter))")
      }
      try write(run, context)
    } catch let exit as CommandExit {
      throw exit
    } catch {
      throw CommandExit(.usage, "error: \(error)")
    }
    guard let output else { return }
    let part =
      filter == nil
      ? ""
      : " (\(Count.grouped(run.header.caseCount)) of "
        + "\(Count.of(stored.header.caseCount, "case")), by --filter)"
    context.say("written: \(output)\(part)")
  }

  private func write(_ run: SelectedRun, _ context: CommandContext) throws {
    switch format {
    case .text: try writeText(run, context)
    case .junit:
      let target = JUnitTarget(output ?? "")
      if target.isFolder { try target.tryWriting() }
      try target.write(run, junitDialect, context)
    case .jsonl: try writeLines(run, to: FilePath(output ?? ""))
    }
  }

  private func writeLines(_ run: SelectedRun, to path: FilePath) throws {
    try LineFile.write(to: path) { sink in
      try sink.receive(.started(run.header))
      var spending = Spending(cap: run.summary.spending.cap)
      for suite in run.header.suites {
        try run.forEachResult(of: suite.name) { result in
          spending.spent += result.cost
          spending.possiblyBilled += result.possiblyBilled
          try sink.receive(.caseFinished(result, spending: spending))
        }
      }
      try sink.receive(.finished(run.summary))
    }
  }

  private func writeText(_ run: SelectedRun, _ context: CommandContext) throws {
    var output = OutputBuffer(context.output)
    for suite in run.header.suites {
      try run.forEachResult(of: suite.name) { result in
        output.write(
          "\(result.outcome.rawValue)\t\(suite.name)\t\(result.identity.id)\t\(result.reason)\n")
      }
    }
    output.flush()
  }
}
