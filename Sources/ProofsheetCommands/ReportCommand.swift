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
    help: ArgumentHelp("Where to; text goes to standard output.", valueName: "file"))
  var output: String?

  @Option(help: "List these cases only, in text: 'outcome=drifted prompt=paper'.")
  var filter: String?

  @OptionGroup var folders: FolderOptions

  func validate() throws {
    if format != .text, output == nil { throw ValidationError("name a file with --output") }
    if format != .text, filter != nil {
      throw ValidationError(
        "--filter selects lines of the text; other reports are of the whole run")
    }
  }

  func run() throws {
    let context = CommandContext.current
    let stored = try StoredRuns.find(name, folders, context)
    do {
      switch format {
      case .text: try writeText(stored, context)
      case .junit: try JUnitReport.write(stored, to: FilePath(output ?? ""))
      case .jsonl: try writeLines(stored, to: FilePath(output ?? ""))
      }
    } catch let problem as CaseFilter.Problem {
      throw CommandExit(.usage, "error: \(problem)")
    } catch {
      throw CommandExit(.usage, "error: \(error)")
    }
    if let output { context.say("written: \(output)") }
  }

  private func writeLines(_ stored: StoredRun, to path: FilePath) throws {
    try LineFile.write(to: path) { sink in
      try sink.receive(.started(stored.header))
      var spending = Spending(cap: stored.summary.spending.cap)
      for suite in stored.header.suites {
        try stored.forEachResult(of: suite.name) { result in
          spending.spent += result.cost
          spending.possiblyBilled += result.possiblyBilled
          try sink.receive(.caseFinished(result, spending: spending))
        }
      }
      try sink.receive(.finished(stored.summary))
    }
  }

  private func writeText(_ stored: StoredRun, _ context: CommandContext) throws {
    let filter = try self.filter.map { try CaseFilter($0) } ?? .all
    for suite in stored.header.suites {
      try stored.forEachResult(of: suite.name) { result in
        let identity = result.identity
        guard
          filter.admits(identity, outcome: result.outcome)
        else { return }
        context.output(
          "\(result.outcome.rawValue)\t\(suite.name)\t\(identity.id)\t\(result.reason)\n")
      }
    }
  }
}
