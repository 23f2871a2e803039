internal import ArgumentParser
internal import Canonical
internal import Experiments
internal import Reports
internal import RunStore
internal import SystemPackage

/// Renders a run again.
struct ReportCommand: ParsableCommand {
  /// The reports there are.
  enum Kind: String, CaseIterable, ExpressibleByArgument {
    case text
    case html
    case junit
    case jsonl
  }

  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract: "Render a run again: as a proof sheet, text, JUnit XML or JSON lines.",
    discussion: """
      The run is read from the run store, or from a folder of reports that lies anywhere: it holds \
      'run.jsonl', and pictures as far as they were kept with it.
      """)

  @Argument(
    help: ArgumentHelp("The run: its id, 'latest', or the folder of its reports.", valueName: "run")
  )
  var name: String

  @Option(help: "What to write: text, html, junit or jsonl.")
  var format: Kind = .text

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp(
      "Where to: a file, or a folder for html.",
      discussion: "Text goes to standard output, html beside the run's other reports. JUnit XML "
        + "goes into a folder, a file a suite, when the path ends with a slash.",
      valueName: "path"))
  var output: String?

  @Option(help: "The dialect of JUnit XML: strict, extended or ant.")
  var junitDialect: JUnitDialect = .strict

  @Option(
    help: ArgumentHelp(
      "Report these cases only, for example 'outcome=drifted prompt=paper'.",
      discussion: "Counts and sums of the report are then those of these cases."))
  var filter: String?

  @OptionGroup var sheet: SheetOptions
  @OptionGroup var folders: FolderOptions

  func validate() throws {
    switch format {
    case .text: break
    case .html:
      if filter != nil, output == nil {
        throw ValidationError("name a folder with --output for a part of a run")
      }
    case .junit, .jsonl:
      if output == nil { throw ValidationError("name a file with --output") }
    }
  }

  func run() throws {
    let context = CommandContext.current
    if let folder = StoredRuns.foreignFolder(name) {
      do {
        try render(try RunFolder(folder), in: folder, context)
      } catch let exit as CommandExit {
        throw exit
      } catch {
        throw CommandExit(.usage, "error: \(error)")
      }
    } else {
      let stored = try StoredRuns.find(name, folders, context)
      try render(stored, in: stored.store.folder.appending(stored.header.id.text), context)
    }
  }

  private func render(_ base: some RunReader, in folder: FilePath, _ context: CommandContext) throws
  {
    let run: SelectedRun
    let target: FilePath
    do {
      let filter = try FilterReading.read(filter, for: base)
      run = try SelectedRun(base, filter)
      if !filter.isAll, run.header.caseCount == 0 {
        context.say("warning: \(try FilterReading.emptySelection(of: base, filter))")
      }
      target = output.map { FilePath($0) } ?? folder
      try write(run, to: target, from: folder)
    } catch let exit as CommandExit {
      throw exit
    } catch {
      throw CommandExit(.usage, "error: \(error)")
    }
    guard format != .text else { return }
    let part =
      filter == nil
      ? ""
      : " (\(Count.grouped(run.header.caseCount)) of "
        + "\(Count.of(base.header.caseCount, "case")), by --filter)"
    context.say("written: \(format == .html ? target.appending("index.html") : target)\(part)")
  }

  private func write(_ run: SelectedRun, to target: FilePath, from folder: FilePath) throws {
    switch format {
    case .text: try writeText(run, CommandContext.current)
    case .html:
      // Lines that a run wrote itself hold its notices too.
      let isOwn = target == folder && DurableFile.isFile(folder.appending(RunFolder.fileName))
      try HTMLReport.write(
        run, to: target,
        options: sheet.options(reports: folder.parent, sources: target == folder ? [] : [folder]),
        writesLines: !isOwn)
    case .junit:
      let target = JUnitTarget(output ?? "")
      if target.isFolder { try target.tryWriting() }
      try target.write(run, junitDialect, CommandContext.current)
    case .jsonl: try HTMLReport.writeLines(run, to: target)
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
