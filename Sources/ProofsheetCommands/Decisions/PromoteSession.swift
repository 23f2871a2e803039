internal import Canonical
internal import Experiments
internal import Recording
internal import RunStore
internal import SeedreamAPI
internal import Suites
internal import SystemPackage

/// Copies cases of a run into another suite: recordings first, then decisions, the suite's text last.
struct PromoteSession {
  private let command: PromoteCommand
  private let context: CommandContext
  private let settings: Settings
  private let target: FilePath

  /// The suite that cases are added to, as it grows.
  private struct Target {
    var bytes: [UInt8]
    let original: [UInt8]
    let name: SuiteName
    let fixtures: FixtureFolder
    let baselinePath: FilePath
    let baselineBytes: [UInt8]?
    var changes: Approval.Changes
    var recordings: [(fixture: Fixture, blobs: BlobStore, id: CaseID)] = []
    var lines: [String] = []
  }

  /// A case of a run with the suite that it comes from.
  private struct Source {
    let result: CaseResult
    let suite: LoadedSuite
    let suiteCase: SuiteCase
    let fixtures: FixtureFolder
    let baseline: Baseline
  }

  init(_ command: PromoteCommand, _ context: CommandContext) throws {
    self.command = command
    target = FilePath(command.target)
    let sources = try SettingSources(command.folders, context)
    self.context = sources.context
    settings = sources.settings()
  }

  func run() throws {
    if let reason = command.reason, context.redactor.finds(in: Array(reason.utf8)) {
      throw CommandExit.usage("the reason holds the API key, which would stand in the baseline")
    }
    let run = try StoredRuns.find(command.fromRun, settings, context)
    let sources = try sources(of: run)
    var target = try openTarget()
    for source in sources { try add(source, to: &target, run) }
    if !command.dryRun { try write(target) }
    for line in target.lines { context.say("\(command.dryRun ? "would be added: " : "")\(line)") }
  }

  // MARK: - Finding

  private func sources(of run: StoredRun) throws -> [Source] {
    var wanted = Set(command.cases)
    var found: [String: Source] = [:]
    for header in run.header.suites {
      var results: [CaseResult] = []
      try told {
        try run.forEachResult(of: header.name) { result in
          if wanted.contains(result.identity.id.text) { results.append(result) }
        }
      }
      guard !results.isEmpty else { continue }
      let path = run.header.locate(header.path, context)
      let set = try SuiteSet(paths: [path], filter: [], context: context)
      guard let member = set.members.first else { continue }
      for result in results {
        let id = result.identity.id.text
        guard wanted.remove(id) != nil else {
          throw CommandExit.usage(
            "several suites of the run have a case \(id)",
            hint: "run the one that is meant alone, and name that run with --run")
        }
        found[id] = try source(result, member)
      }
    }
    guard wanted.isEmpty else {
      throw CommandExit.usage(
        "run \(run.header.id) has no case \(wanted.sorted().joined(separator: ", "))",
        hint: "the cases are listed by: proofsheet report \(run.header.id)")
    }
    return command.cases.compactMap { found[$0] }
  }

  private func source(_ result: CaseResult, _ member: SuiteSet.Member) throws -> Source {
    let identity = result.identity
    guard let suiteCase = member.suite.cases.first(where: { $0.caseKey == identity.caseKey })
    else {
      throw CommandExit.usage(
        "\(member.suite.path) asks for something else by now than \(identity.id) of the run did",
        hint: "run it again, and look at what it shows now")
    }
    let folder = member.folders.fixtures(settings).appending(member.suite.name.text)
    return Source(
      result: result, suite: member.suite, suiteCase: suiteCase,
      fixtures: FixtureFolder(folder: folder),
      baseline: try told {
        try BaselineFile.read(
          BaselineFile.path(forSuite: member.suite.path), suite: member.suite.name)
      })
  }

  private func openTarget() throws -> Target {
    let set = try SuiteSet(paths: [target], filter: [], context: context)
    guard let member = set.members.first else {
      preconditionFailure("a set of one path has a suite, or throws")
    }
    let bytes = try told {
      try DurableFile.read(target, byteCountMax: SuiteLimits.standard.fileByteCountMax)
    }
    let path = BaselineFile.path(forSuite: target)
    let baselineBytes = try told { try DecisionDesk.content(of: path) }
    let baseline = try told { try BaselineFile.read(path, suite: member.suite.name) }
    return Target(
      bytes: bytes, original: bytes, name: member.suite.name,
      fixtures: FixtureFolder(
        folder: member.folders.fixtures(settings).appending(member.suite.name.text)),
      baselinePath: path, baselineBytes: baselineBytes, changes: Approval.Changes(baseline))
  }

  // MARK: - Adding

  private func add(_ source: Source, to target: inout Target, _ run: StoredRun) throws {
    let identity = source.result.identity
    guard source.suite.name != target.name else {
      throw CommandExit.usage("\(identity.id) is a case of \(target.name) already")
    }
    let fixture = try recording(of: source, run)
    let placement: CasePlacement
    do {
      placement = try CasePlacement.place(try wanted(source), in: target.bytes, path: self.target)
    } catch let problem as PlacementProblem {
      throw CommandExit.usage(
        "\(identity.id) cannot be placed in \(self.target): \(problem)",
        hint: problem.element.map { "nothing was written; by hand, add to 'include': \($0)" }
          ?? "nothing was written")
    }
    target.bytes = placement.bytes
    let placed = placement.placed
    target.recordings.append(
      (
        Fixture(
          caseKey: placed.caseKey, canonicalRequest: fixture.canonicalRequest,
          origin: fixture.origin, redactionPolicy: fixture.redactionPolicy,
          exchanges: fixture.exchanges),
        source.fixtures.blobs, placed.id
      ))
    try approve(source, as: placed, in: &target, run)
    let what = placement.element ?? "the suite asks for it already"
    target.lines.append("\(identity.id) of \(source.suite.name) as \(placed.id): \(what)")
  }

  /// The recording of a case, which must hold what the run showed.
  private func recording(of source: Source, _ run: StoredRun) throws -> Fixture {
    let result = source.result
    let identity = result.identity
    guard ![.failed, .known, .blocked].contains(result.outcome), !result.outputs.isEmpty else {
      throw CommandExit.usage(
        "\(identity.id) is no good case: \(result.outcome.rawValue) (\(result.reason))")
    }
    let found = source.fixtures.lookup(
      identity.id, caseKey: identity.caseKey,
      canonicalRequest: source.suiteCase.request.canonical)
    guard case .found(let fixture, _) = found else {
      throw CommandExit.usage(
        "\(identity.id) has no recording in \(source.fixtures.folder) that can be copied",
        hint: "what a live run received becomes one with: proofsheet fixtures adopt "
          + run.header.id.text)
    }
    let held = Set(fixture.blobs.map(\.digest))
    guard result.outputs.allSatisfy({ held.contains($0.blob.digest) }) else {
      throw CommandExit(
        .failure,
        "error: the recording of \(identity.id) holds other pictures by now than run "
          + "\(run.header.id) showed; nothing was written\n"
          + "hint: run the suite again and look at what it shows now")
    }
    return fixture
  }

  private func wanted(_ source: Source) throws -> WantedCase {
    let request = source.suiteCase.request
    let images = try request.images.map { image -> String in
      switch image {
      case .remote(let url): return url
      case .local(let blob):
        guard let file = source.suite.inputs.first(where: { $0.blob == blob }) else {
          throw CommandExit.usage("the picture \(blob) of the case is not among the suite's files")
        }
        return RelativePath.text(
          to: context.workingFolder.pushing(file.path).lexicallyNormalized(),
          from: context.workingFolder.pushing(target).lexicallyNormalized()
            .removingLastComponent())
      }
    }
    let id = command.newID ?? source.result.identity.id.text.replacing("--", with: "-")
    return WantedCase(
      id: String(id.replacing("~", with: "-").prefix(IdentifierRule.byteCountMax)),
      request: request, images: images,
      entries: Dictionary(
        source.suiteCase.cells.map { ($0.axis, $0.entry) }, uniquingKeysWith: { first, _ in first })
    )
  }

  /// Takes the decisions about the pictures along; those not decided about are approved.
  private func approve(
    _ source: Source, as placed: SuiteCase, in target: inout Target, _ run: StoredRun
  ) throws {
    let result = source.result
    for output in result.outputs {
      let entries = source.baseline.entries(
        for: OutputID(caseKey: result.identity.caseKey, index: output.index))
      if let rejected = entries.first(where: {
        $0.decision == .rejected && $0.blob.digest == output.blob.digest
      }) {
        let why = rejected.note.map { ": \($0)" } ?? ""
        throw CommandExit.usage(
          "picture \(output.index) of \(result.identity.id) was rejected by \(rejected.by)\(why)")
      }
    }
    let moved = result.named(placed.id, placed.caseKey, in: target.name)
    var tally = Approval.Result()
    let reason =
      command.reason ?? "promoted from \(source.suite.name), case \(result.identity.id)"
    try told {
      try Approval(
        .approved, run: run.header.id,
        by: command.by ?? context.decider, note: reason,
        at: context.clock(), replaces: false
      ).decide(moved, in: &target.changes, tally: &tally) { run.header.locate($0, context) }
    }
    guard tally.skipped.isEmpty else {
      throw CommandExit.usage("nothing was written: \(tally.skipped.joined(separator: "; "))")
    }
  }

  // MARK: - Writing

  private func write(_ target: Target) throws {
    try told {
      try DurableFile.createFolder(target.fixtures.folder)
      let lock = try FixtureLock(folder: target.fixtures.folder)
      defer { withExtendedLifetime(lock) {} }
      for (fixture, blobs, id) in target.recordings {
        let promotion = Promotion(
          folder: target.fixtures, source: blobs, creatorVersion: Proofsheet.version)
        if case .kept(let reason) = try promotion.promote(fixture, as: id) {
          throw CommandExit.usage("the recording of \(id) cannot be copied: \(reason)")
        }
      }
      try target.changes.keepPictures(in: target.fixtures.blobs)
      let baselines = try BaselineLock(folders: [target.baselinePath.removingLastComponent()])
      defer { withExtendedLifetime(baselines) {} }
      let now = try DurableFile.read(
        self.target, byteCountMax: SuiteLimits.standard.fileByteCountMax)
      guard now == target.original,
        try DecisionDesk.content(of: target.baselinePath) == target.baselineBytes
      else {
        throw CommandExit(
          .failure,
          "error: \(self.target) or its baseline was changed while this command ran\n"
            + "hint: look at the change and run the command again")
      }
      try DurableFile.write(
        BaselineFile.bytes(of: target.changes.baseline), to: target.baselinePath)
      if target.bytes != target.original { try DurableFile.write(target.bytes, to: self.target) }
    }
  }
}

/// Paths as files name each other.
enum RelativePath {
  /// The way from a folder to a file, both absolute and normalized.
  static func text(to file: FilePath, from folder: FilePath) -> String {
    let (there, here) = (Array(file.components), Array(folder.components))
    let common = zip(there, here).prefix { $0 == $1 }.count
    let up = here.dropFirst(common).map { _ in ".." }
    return (up + there.dropFirst(common).map(\.string)).joined(separator: "/")
  }
}
