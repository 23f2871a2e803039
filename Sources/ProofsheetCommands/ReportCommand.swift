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
    case json
    case jsonl
    case csv
    case markdown

    /// Whether it goes to standard output where no file is named.
    var isText: Bool { [.text, .json, .csv, .markdown].contains(self) }
  }

  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract: "Render a run again: proof sheet, text, JUnit XML, JSON, CSV or Markdown.",
    discussion: """
      The run is read from the run store, or from a folder of reports that lies anywhere: it holds \
      'run.jsonl', and pictures as far as they were kept with it.

      csv has a row for each output, and one for each case without any; its columns keep their names, \
      meaning and order. markdown has counts, money and the worst cases first, in at most 1 MiB.

      A run that was killed is reported as far as it came: 'latest' is the run that was begun last. \
      What has no result is told, and the exit code is 4.
      """)

  @Argument(
    help: ArgumentHelp("The run: its id, 'latest', or the folder of its reports.", valueName: "run")
  )
  var name: String

  @Option(help: "What to write: text, html, junit, json, jsonl, csv or markdown.")
  var format: Kind = .text

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp(
      "Where to: a file, or a folder for html.",
      discussion:
        "Without it text, json, csv and markdown go to standard output, and html beside the "
        + "run's other reports. JUnit XML goes into a folder, a file a suite, when the path ends "
        + "with a slash.",
      valueName: "path"))
  var output: String?

  @Option(help: "The dialect of JUnit XML: strict, extended or ant.")
  var junitDialect: JUnitDialect = .strict

  @Option(
    help: ArgumentHelp(
      "Report these cases only, for example 'outcome=drifted prompt=paper'.",
      discussion:
        "Counts and sums of the report are then those of these cases. \(FilterReading.several)"))
  var filter: [String] = []

  @OptionGroup var sheet: SheetOptions
  @OptionGroup var folders: FolderOptions

  func validate() throws {
    switch format {
    case .text, .json, .csv, .markdown: break
    case .html:
      if !filter.isEmpty, output == nil {
        throw ValidationError("name a folder with --output for a part of a run")
      }
    case .junit, .jsonl:
      if output == nil { throw ValidationError("name a file with --output") }
    }
  }

  func run() throws {
    let context = CommandContext.current
    // A mistake in the filter is told before a run is looked for.
    _ = try FilterReading.read(filter)
    if let folder = StoredRuns.foreignFolder(name) {
      try told {
        try render(try RunFolder(folder), in: folder, context)
      }
    } else if let (folder, store) = try StoredRuns.halfFolder(name, folders, context) {
      let settings = try SettingSources(folders, context).settings()
      try told {
        var run = try RunFolder(folder, isOwn: true) {
          settings.resumption(of: $0, in: store.folder, context)
        }
        run.replaceSpending(try store.spending(of: run.header.id))
        try render(run, in: folder, context)
      }
    } else {
      let stored = try StoredRuns.find(name, folders, context)
      try render(stored, in: stored.folder, context)
    }
  }

  private func render(_ base: some RunReader, in folder: FilePath, _ context: CommandContext) throws
  {
    let (run, target) = try told {
      let filter = try FilterReading.read(filter, for: base)
      let run = try SelectedRun(base, filter)
      if !filter.isAll, run.header.caseCount == 0 {
        context.say("warning: \(try FilterReading.emptySelection(of: base, filter))")
      }
      let target = output.map { FilePath($0) } ?? folder
      try write(run, to: target, from: folder)
      return (run, target)
    }
    for finding in run.summary.findings where finding.kind == .incomplete {
      context.say("error: \(finding.suite): \(finding.message)\nhint: \(finding.next)")
    }
    if output != nil || !format.isText { tell(target, run, base, context) }
    if run.summary.state == "incomplete" { throw CommandExit(.incomplete) }
  }

  private func tell(
    _ target: FilePath, _ run: SelectedRun, _ base: some RunReader, _ context: CommandContext
  ) {
    let part =
      filter.isEmpty
      ? ""
      : " (\(Count.grouped(run.header.caseCount)) of "
        + "\(Count.of(base.header.caseCount, "case")), by --filter)"
    context.say("written: \(format == .html ? target.appending("index.html") : target)\(part)")
  }

  private func write(_ run: SelectedRun, to target: FilePath, from folder: FilePath) throws {
    switch format {
    case .text: try writeText { try listCases(run, $0) }
    case .csv: try writeText { try CSVReport.write(run, to: $0) }
    case .markdown: try writeText { try $0(MarkdownReport.text(run)) }
    case .json:
      try writeText { write in
        try RunDocument.writeWhole(run) { try write(String(decoding: $0, as: UTF8.self)) }
      }
    case .html:
      let isOfStore = DurableFile.isFile(folder.parent.appending(RunStore.fileName))
      if target != folder || !isOfStore { try PageFolder.check(target, option: "--output") }
      // Lines that a run wrote itself hold its notices too.
      let isOwn = target == folder && DurableFile.isFile(folder.appending(RunFolder.fileName))
      try HTMLReport.write(
        run, to: target,
        options: sheet.options(reports: folder.parent, sources: target == folder ? [] : [folder]),
        writesLines: !isOwn)
      try RunDocument.write(run, to: target, host: CommandContext.current.host)
    case .junit:
      let target = JUnitTarget(output ?? "")
      if target.isFolder { try target.tryWriting() }
      // Of a stranger's folder nothing is drawn into.
      let pictures =
        DurableFile.isFile(folder.parent.appending(RunStore.fileName))
        ? try JUnitPictures(run, in: folder, options: sheet.options(reports: folder.parent))
        : JUnitPictures()
      try target.write(run, junitDialect, pictures: pictures, CommandContext.current)
    case .jsonl: try HTMLReport.writeLines(run, to: target)
    }
  }

  /// Writes text to the file that was named, or else to standard output.
  private func writeText(_ body: ((String) throws -> Void) throws -> Void) throws {
    guard let output else {
      let context = CommandContext.current
      var buffer = OutputBuffer(format == .json ? context.jsonOutput : context.output)
      try body { buffer.write($0) }
      buffer.flush()
      return
    }
    let file = try PartialFile(output: FilePath(output))
    try body { try file.write(Array($0.utf8)) }
    try file.commit()
  }

  private func listCases(_ run: SelectedRun, _ write: (String) throws -> Void) throws {
    for suite in run.header.suites {
      try run.forEachResult(of: suite.name) { result in
        try write(
          "\(result.outcome.rawValue)\t\(suite.name)\t\(result.identity.id)\t"
            + "\(TerminalText.escape(result.reason))\n")
      }
    }
  }
}
