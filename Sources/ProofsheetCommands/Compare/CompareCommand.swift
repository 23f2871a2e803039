internal import ArgumentParser
internal import Canonical
internal import Experiments
internal import Reports
internal import RunStore
internal import Suites
internal import SystemPackage

extension DriftTest.Noise: ExpressibleByArgument {}
extension CompareGate: ExpressibleByArgument {}

/// Says whether two sides differ by more than chance.
struct CompareCommand: AsyncParsableCommand {
  /// The forms of the output.
  enum Form: String, CaseIterable, ExpressibleByArgument {
    case text
    case json
    case csv
    case markdown
  }

  /// Remarks of one kind that a text lists.
  private static let remarksMax = 20

  static let configuration = CommandConfiguration(
    commandName: "compare",
    abstract: "Compare runs, versions or a baseline: has a prompt changed by more than chance?",
    discussion: """
      A side is a run (its id, 'latest', or its folder of reports, which may lie anywhere), \
      'baseline' (what is approved of the other side's suites), or AXIS=VALUE[@RUN]: the cases of a \
      run, the latest unless named, that take an entry from an axis.

        proofsheet compare model=v4 model=v45
        proofsheet compare baseline latest

      Cases line up by what they ask for, without model and delivery. Pictures are held against what \
      repeats of one request differ by or, where nothing was repeated, seeds of one prompt: by the \
      bits of their perceptual hashes, and by their colours (CIEDE2000 of 8 x 8 cells), which a hash \
      hardly sees. Of each prompt: 'same' (near or better, every pair), 'changed within noise', \
      'changed' (p at most 0.05 by exact permutation in either, corrected by Holm over all prompts and \
      both distances), or 'not enough samples' with how many would be.

      The exit code is 0 unless --gate is given, as often as there is something to hold: 'changed' \
      (a prompt has changed), 'undecided' (too few samples), 'missing' (a case has no partner or no \
      picture), 'worse' (B is worse in latency, cost, size or another quality). Then 1 where one of \
      these is so, and 4 where none is and something is not decided or has no partner.
      """)

  @Argument(help: ArgumentHelp("The first side.", valueName: "a"))
  var first: String

  @Argument(help: ArgumentHelp("The second side.", valueName: "b"))
  var second: String

  @Option(
    help: "What differences are held against: repeats or seeds; repeats where there are some.")
  var noise: DriftTest.Noise?

  @Option(help: ArgumentHelp("Compare these cases only.", discussion: FilterReading.help))
  var filter: [String] = []

  @Option(help: "The form of the output: text, json, csv or markdown.")
  var format: Form = .text

  @Option(help: ArgumentHelp("Write JUnit XML, each prompt a test.", valueName: "file"))
  var junit: String?

  @Option(help: "The dialect of JUnit XML: strict, extended or ant.")
  var junitDialect: JUnitDialect = .strict

  @Option(
    help: ArgumentHelp(
      "What fails the command, and tests of JUnit: changed, undecided, missing or worse.",
      discussion: "May be given several times."))
  var gate: [CompareGate] = []

  @Flag(help: "Read no picture: digests, hashes and colours that runs have stored decide.")
  var storedOnly = false

  @OptionGroup var page: ComparePage
  @OptionGroup var folders: FolderOptions

  func run() async throws {
    let context = CommandContext.current
    let operands = (try CompareOperand(first), try CompareOperand(second))
    _ = try FilterReading.read(filter)
    if let junit { try told { try JUnitTarget(junit).tryWriting() } }
    try page.check()
    let runs = try found(operands, context)
    let sides = try told {
      (
        try side(operands.0, runs.left, runs.right, context),
        try side(operands.1, runs.right, runs.left, context)
      )
    }
    try refuseSame(operands, runs, sides, context)
    let axes = Set([operands.0.axis, operands.1.axis].compactMap(\.self))
    let alignment = CaseAlignment(sides.0.cases, sides.1.cases, axes: axes)
    guard !alignment.pairs.isEmpty else {
      throw CommandExit.usage(
        "no case of A (\(sides.0.name), \(Count.of(sides.0.cases.count, "case"))) has a partner "
          + "in B (\(sides.1.name), \(Count.of(sides.1.cases.count, "case")))",
        hint:
          "cases line up by what they ask for, but for model, delivery and the axes that are named")
    }
    let facts = (runs.right.store ?? runs.left.store).map { StoredFacts(store: $0) }
    let compared = NamedComparison(
      left: sides.0.name, right: sides.1.name,
      isSimulated: sides.0.isSimulated || sides.1.isSimulated,
      found: await Comparer(
        axes: axes, noise: noise, isStoredOnly: storedOnly, facts: facts
      ).compare(alignment, concurrency: ProcessorCount.available))
    if let failure = facts?.finish() { context.say("warning: \(failure)") }
    write(compared, context)
    if let junit {
      try told { try write(compared, runs, to: JUnitTarget(junit), context) }
      context.say("written: \(junit)")
    }
    try told { try page.write(compared, alignment, runs, context) }
    let status = compared.found.status(of: Set(gate))
    if status != .success { throw CommandExit(status) }
  }

  // MARK: - Sides

  /// The run of each side; that of a baseline is the other side's.
  private func found(
    _ operands: (CompareOperand, CompareOperand), _ context: CommandContext
  ) throws -> (left: ComparedRun, right: ComparedRun) {
    let names = (operands.0.run ?? operands.1.run, operands.1.run ?? operands.0.run)
    guard let left = names.0, let right = names.1 else {
      throw CommandExit.usage(
        "both sides are 'baseline'", hint: "name a run as one of them, for example 'latest'")
    }
    return (
      try ComparedRun(left, folders, context), try ComparedRun(right, folders, context)
    )
  }

  /// Refuses the same cases of the same run, whatever the command line calls them.
  private func refuseSame(
    _ operands: (CompareOperand, CompareOperand), _ runs: (left: ComparedRun, right: ComparedRun),
    _ sides: (CompareSide, CompareSide), _ context: CommandContext
  ) throws {
    guard operands.0 != .baseline, operands.1 != .baseline,
      runs.left.isSame(as: runs.right, context), !sides.0.cases.isEmpty,
      sides.0.cases.map(\.name) == sides.1.cases.map(\.name)
    else { return }
    throw CommandExit.usage(
      "\(VisibleText.quote(first)) and \(VisibleText.quote(second)) are the same pictures",
      hint: "name another run or another entry as one of them")
  }

  private func side(
    _ operand: CompareOperand, _ run: ComparedRun, _ other: ComparedRun,
    _ context: CommandContext
  ) throws -> CompareSide {
    let filter = try FilterReading.read(filter, for: run.reader)
    guard operand != .baseline else {
      return try CompareSide(approvedOf: other.reader, folders, filter, context)
    }
    return try CompareSide(operand, of: run.reader, filter, context)
  }

  // MARK: - Output

  private func write(_ compared: NamedComparison, _ context: CommandContext) {
    switch format {
    case .json: context.output(compared.json.canonicalText + "\n")
    case .csv: context.output(compared.csv)
    case .markdown: context.output(compared.markdown)
    case .text:
      var table = TextTable(
        NamedComparison.titles.enumerated().map { (title: $1, side: $0 < 2 ? .left : .right) })
      for prompt in compared.found.prompts { table.add(compared.cells(prompt)) }
      var tags = TextTable(
        NamedComparison.tagTitles.enumerated().map {
          (title: $1, side: [1, 2].contains($0) ? .right : .left)
        })
      for row in compared.tagRows { tags.add(row) }
      let lines =
        compared.heading + [""] + table.lines + ["", compared.counts]
        + compared.remarks(listing: Self.remarksMax)
        + (compared.found.qualities.isEmpty ? [] : [""]) + compared.qualityLines
        + (compared.tagRows.isEmpty ? [] : [""] + tags.lines)
      context.output(lines.joined(separator: "\n") + "\n")
    }
  }

  private func write(
    _ compared: NamedComparison, _ runs: (left: ComparedRun, right: ComparedRun),
    to target: JUnitTarget, _ context: CommandContext
  ) throws {
    var suites = runs.left.header.suites
    for suite in runs.right.header.suites where !suites.contains(where: { $0.name == suite.name }) {
      suites.append(suite)
    }
    let own = runs.left.header
    let header = RunHeader(
      id: own.id, startedAt: own.startedAt, mode: own.mode, toolVersion: Proofsheet.version,
      workingFolder: own.workingFolder, endpoint: nil, suites: suites)
    try target.write(compared.run(header, gates: Set(gate)), junitDialect, context)
  }
}
