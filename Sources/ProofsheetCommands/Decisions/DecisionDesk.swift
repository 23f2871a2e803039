internal import Canonical
internal import Experiments
internal import Recording
internal import SystemPackage

/// Where decisions about a run are made: the baselines of its suites as they are now, and what guards them.
struct DecisionDesk: Sendable {
  /// What was decided about.
  let header: RunHeader
  let context: CommandContext
  /// Who decides.
  let by: String
  private let settings: Settings
  private let judged: @Sendable (SuiteHeader) throws -> Baseline?

  /// The decisions about one suite, before anything is written.
  struct Draft {
    /// The suite file.
    let suite: FilePath
    /// The baseline.
    let path: FilePath
    let fixtures: FixtureFolder
    /// The file as it was read; `nil` where there was none.
    let bytes: [UInt8]?
    let current: Baseline
    let guardian: DecisionGuard
    var changes: Approval.Changes
  }

  /// Finds the settings of the project that the run's suites belong to, wherever the command runs.
  ///
  /// - Parameters:
  ///   - header: the run.
  ///   - judged: the baseline that a suite's outputs were compared with; `nil` where it is not there any more.
  ///   - by: who decides; `nil` for the user.
  init(
    _ header: RunHeader, _ context: CommandContext, _ folders: FolderOptions, by: String?,
    judged: @escaping @Sendable (SuiteHeader) throws -> Baseline?
  ) throws {
    self.header = header
    self.context = context
    self.by = by ?? context.decider
    self.judged = judged
    let roots = header.suites.map { suite in
      ProjectFolders(
        suite: header.locate(suite.path, context), workingFolder: context.workingFolder
      ).root
    }
    settings = try SettingSources(
      flags: folders.flags, config: folders.config, roots: roots, context
    ).settings()
  }

  /// Finds a path of the run from where the command runs.
  func locate(_ path: FilePath) -> FilePath { header.locate(path, context) }

  /// The baseline's path of a suite of the run.
  func baselinePath(of suite: SuiteHeader) -> FilePath {
    BaselineFile.path(forSuite: locate(suite.path))
  }

  /// Reads the baseline of a suite as it is now.
  ///
  /// - Throws: ``CommandExit`` where the suite is not there, or something cannot be read.
  func open(_ suite: SuiteHeader) throws -> Draft {
    let suitePath = locate(suite.path)
    guard DurableFile.isFile(suitePath) else {
      throw CommandExit.usage(
        "the run is of the suite \(suitePath), which is not there",
        hint: "run this command in the folder where the run was made")
    }
    let folders = ProjectFolders(suite: suitePath, workingFolder: context.workingFolder)
    let path = BaselineFile.path(forSuite: suitePath)
    let bytes = try told { try Self.content(of: path) }
    let baseline = try told {
      try bytes.map { try BaselineFile.read($0, from: path, suite: suite.name) }
        ?? Baseline(suite: suite.name)
    }
    let fixtures = FixtureFolder(
      folder: folders.fixtures(settings).appending(suite.name.text))
    return Draft(
      suite: suitePath, path: path, fixtures: fixtures, bytes: bytes, current: baseline,
      guardian: DecisionGuard(
        run: header.id, mode: header.mode, judged: try judgedBaseline(of: suite),
        fixtures: fixtures),
      changes: Approval.Changes(baseline))
  }

  private func judgedBaseline(of suite: SuiteHeader) throws -> Baseline? {
    guard suite.baseline != nil else { return nil }
    guard let baseline = try told({ try judged(suite) }) else {
      throw CommandExit.usage(
        "the baseline that run \(header.id) was compared with is not in the run store any more",
        hint: "run the suite again, and decide about the new run")
    }
    return baseline
  }

  /// A decision as it is written.
  func approval(
    _ decision: BaselineEntry.Decision, note: String?, replaces: Bool = false
  ) -> Approval {
    Approval(
      decision, run: header.id, by: by, note: note, at: context.clock(), replaces: replaces)
  }

  /// The bytes of a file; `nil` where there is none.
  static func content(of path: FilePath) throws(FileFailure) -> [UInt8]? {
    do {
      return try DurableFile.read(path, byteCountMax: BaselineFile.byteCountMax)
    } catch {
      if error.errno == .noSuchFileOrDirectory { return nil }
      throw error
    }
  }

  /// Writes what was decided about the suites of a run: all of it or, where something is in the way, nothing.
  ///
  /// Pictures are kept first: a baseline never names a picture that is not there.
  ///
  /// - Throws: ``CommandExit``, also where a file was changed meanwhile; then all files are as they were.
  static func write(_ drafts: [Draft]) throws {
    let changed = drafts.filter { $0.changes.baseline != $0.current }
    guard !changed.isEmpty else { return }
    try told {
      for draft in changed { try draft.changes.keepPictures(in: draft.fixtures.blobs) }
      let lock = try BaselineLock(folders: changed.map { $0.path.removingLastComponent() })
      defer { withExtendedLifetime(lock) {} }
      for draft in changed where try content(of: draft.path) != draft.bytes {
        throw CommandExit(
          .failure,
          "error: \(draft.path) was changed while this command ran; nothing was decided\n"
            + "hint: look at the change and run the command again")
      }
      try replace(changed)
    }
  }

  /// Writes every file beside the one that it replaces, and gives them their names once all have found room.
  private static func replace(_ drafts: [Draft]) throws(FileFailure) {
    var made: [(file: FilePath, target: FilePath)] = []
    do throws(FileFailure) {
      for draft in drafts {
        let name = draft.path.lastComponent?.string ?? ""
        let file = draft.path.parent.appending(".\(name)\(DurableFile.partialSuffix)")
        do throws(FileFailure) {
          try DurableFile.write(BaselineFile.bytes(of: draft.changes.baseline), to: file)
        } catch {
          throw FileFailure(operation: "write", path: draft.path, errno: error.errno ?? .ioError)
        }
        made.append((file, draft.path))
      }
    } catch {
      for (file, _) in made { try DurableFile.remove(file) }
      throw error
    }
    for (file, target) in made { try DurableFile.rename(file, to: target) }
  }
}
