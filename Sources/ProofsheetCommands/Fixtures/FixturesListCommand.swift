internal import ArgumentParser
internal import Canonical
internal import Experiments
internal import Recording
internal import Suites
internal import SystemPackage

/// Lists recordings.
struct FixturesListCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract:
      "List the recordings of suites: age, size, exchanges, origin, and whether they are used.",
    discussion: """
      The size is that of the recording and of every picture that it names; pictures that recordings \
      share count for each. 'stale' is a recording whose case asks for another request now.
      """)

  @OptionGroup var arguments: FixtureArguments

  @Flag(help: "List only what no case asks for.")
  var unused = false

  @Option(help: "The form of the output: text or json.")
  var format: OutputFormat = .text

  /// One line of the list.
  private struct Line {
    let suite: SuiteName
    let id: CaseID
    let path: String
    let byteCount: Int
    var recordedAt: Timestamp?
    var exchanges: Int?
    var origin: String?
    var usedBy: CaseID?
    let state: String
    let isUsed: Bool
  }

  func run() throws {
    let prepared = try arguments.prepare()
    let context = prepared.context
    let plans = try arguments.plans(prepared)
    var lines: [Line] = []
    var byteCount = 0
    for plan in plans.sorted(by: { $0.suite.name < $1.suite.name }) {
      let survey = try readingFixtures { try FixtureInventory(plan.fixtures) }
      byteCount += survey.byteCount
      lines += Self.lines(plan, survey).filter { !unused || !$0.isUsed }
    }
    switch format {
    case .text:
      guard !lines.isEmpty else {
        context.say(unused ? "every recording is used" : "there is no recording")
        return
      }
      for line in table(lines, suites: plans.count, now: context.clock()).lines {
        context.output(line + "\n")
      }
      context.say(
        "\(lines.count) recording(s); everything in the fixture folders: "
          + ByteCount.text(byteCount))
    case .json:
      let json = JSONValue.members([
        "version": .integer(1), "byte_count": .integer(byteCount),
        "recordings": .array(lines.map { Self.json($0, now: context.clock()) }),
      ])
      context.output(json.canonicalText + "\n")
    }
  }

  /// The recordings of a suite by id; those that cannot be read among them.
  private static func lines(_ plan: Plan, _ survey: FixtureInventory) -> [Line] {
    let uses = FixtureUses(survey, cases: plan.caseKeys)
    let readable = survey.recordings.map { recording in
      let use = uses.use(of: recording)
      var usedBy: CaseID?
      if case .usedAs(let id) = use { usedBy = id }
      return Line(
        suite: plan.suite.name, id: recording.id, path: recording.path.string,
        byteCount: recording.blobs.reduce(recording.byteCount) {
          $0 + (survey.blobs[$1]?.byteCount ?? 0)
        },
        recordedAt: recording.recordedAt, exchanges: recording.exchangeCount,
        origin: recording.origin.description, usedBy: usedBy, state: use.word,
        isUsed: use.isUsed)
    }
    let rest = survey.unreadable.map { file in
      Line(
        suite: plan.suite.name, id: file.id, path: file.path.string, byteCount: file.byteCount,
        state: file.damage == nil ? "not-fetched" : "damaged", isUsed: uses.hasCase(file.id))
    }
    return (readable + rest).sorted { $0.id < $1.id }
  }

  private static func ageInDays(_ line: Line, now: Timestamp) -> Int? {
    line.recordedAt.map { Int((now.milliseconds - $0.milliseconds) / 86_400_000) }
  }

  private func table(_ lines: [Line], suites: Int, now: Timestamp) -> TextTable {
    let suiteColumn: [(String, TextTable.Side)] = suites > 1 ? [("suite", .left)] : []
    var table = TextTable(
      suiteColumn + [
        ("case", .left), ("age", .right), ("size", .right), ("exchanges", .right),
        ("origin", .left), ("use", .left),
      ])
    for line in lines {
      let use = line.usedBy.map { "used as \($0)" } ?? line.state
      table.add(
        (suites > 1 ? [line.suite.text] : []) + [
          line.id.text, Self.ageInDays(line, now: now).map { "\($0) d" } ?? "-",
          ByteCount.text(line.byteCount), line.exchanges.map { "\($0)" } ?? "-",
          line.origin ?? "-", use,
        ])
    }
    return table
  }

  private static func json(_ line: Line, now: Timestamp) -> JSONValue {
    .members([
      "suite": .string(line.suite.text), "case": .string(line.id.text),
      "path": .string(line.path), "byte_count": .integer(line.byteCount),
      "recorded_at": line.recordedAt.map { .string($0.description) },
      "age_days": ageInDays(line, now: now).map { .integer($0) },
      "exchanges": line.exchanges.map { .integer($0) },
      "origin": line.origin.map { .string($0) }, "state": .string(line.state),
      "used": .bool(line.isUsed), "used_by": line.usedBy.map { .string($0.text) },
    ])
  }
}
