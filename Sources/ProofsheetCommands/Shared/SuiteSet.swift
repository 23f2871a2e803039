internal import Canonical
internal import Experiments
internal import Recording
internal import SeedreamAPI
internal import Suites
internal import SystemPackage

/// The suites of a command line, loaded and looked through.
struct SuiteSet {
  /// Suites that one command may name.
  static let suitesMax = 1_000

  struct Member {
    let suite: LoadedSuite
    let folders: ProjectFolders
    let inputs: [SHA256Digest: InputFacts]
  }

  let members: [Member]
  let filter: CaseFilter

  /// Loads suites, and reads the filters of a command line for them.
  ///
  /// - Throws: ``CommandExit`` after all mistakes of all suites were told.
  init(paths: [FilePath], filter: [String], context: CommandContext) throws {
    var failed = 0
    var members: [Member] = []
    for path in paths {
      do {
        members.append(try Self.load(path, context))
      } catch let failure as SuiteFailure {
        failed += 1
        Self.tell(failure.diagnostics, of: path, context)
      }
    }
    guard failed == 0 else {
      throw CommandExit(
        .usage, "error: \(Count.of(failed, "suite")) cannot be used; nothing was run")
    }
    for (index, member) in members.enumerated() {
      if let other = members[..<index].first(where: { $0.suite.name == member.suite.name }) {
        guard other.suite.path != member.suite.path else {
          throw CommandExit.usage("\(member.suite.path) is named twice")
        }
        throw CommandExit.usage(
          "\(member.suite.path) and \(other.suite.path) are both named '\(member.suite.name)'",
          hint: "the name is that of the fixture folder, and must be of one suite only")
      }
    }
    self.members = members
    self.filter = try FilterReading.read(filter, for: members.map(\.suite))
  }

  private static func load(_ path: FilePath, _ context: CommandContext) throws -> Member {
    try refuseKey(in: path, context)
    let suite: LoadedSuite
    do throws(SuiteFailure) {
      suite = try SuiteLoader.load(path)
    } catch {
      throw error.withPictures()
    }
    let inspected = InputInspector.inspect(suite.inputs, references: suite.references)
    let diagnostics = (suite.warnings + inspected.diagnostics).inOrder
    guard !diagnostics.contains(where: { $0.severity == .error }) else {
      throw SuiteFailure(path: path, diagnostics: diagnostics)
    }
    tell(diagnostics, of: path, context)
    return Member(
      suite: suite,
      folders: ProjectFolders(suite: path, workingFolder: context.workingFolder),
      inputs: inspected.facts)
  }

  /// A key in a suite would be sent to the service and stand in every report.
  private static func refuseKey(in path: FilePath, _ context: CommandContext) throws {
    let bytes: [UInt8]
    do {
      bytes = try DurableFile.read(path, byteCountMax: SuiteLimits.standard.fileByteCountMax)
    } catch {
      // The loader says why it cannot be read.
      return
    }
    guard context.redactor.finds(in: bytes) else { return }
    throw CommandExit.usage(
      "\(path) holds the API key of \(context.keyVariable)",
      hint: "take it out, and replace the key at the gateway: it stood in a file")
  }

  static func tell(
    _ diagnostics: [Diagnostic], of path: FilePath, _ context: CommandContext
  ) {
    guard !diagnostics.isEmpty else { return }
    var source: [UInt8]?
    do {
      // The line is shown as it would be recorded: without what URLs carry in their queries.
      source = context.redactor.urls(
        in: try DurableFile.read(path, byteCountMax: SuiteLimits.standard.fileByteCountMax))
    } catch {
      // Without the file there is no line to show; the diagnostics say why it cannot be read.
      source = nil
    }
    for diagnostic in diagnostics { context.say(diagnostic.rendered(source: source)) }
  }

  /// The suite files that arguments name; of a folder every suite in it.
  ///
  /// - Throws: ``CommandExit`` for a folder without suites, or too many.
  static func files(_ arguments: [String]) throws -> [FilePath] {
    var files: [FilePath] = []
    for argument in arguments {
      let path = FilePath(argument)
      guard DurableFile.isFolder(path) else {
        files.append(path)
        continue
      }
      let names = try DurableFile.names(in: path).filter(isSuite)
      guard !names.isEmpty else {
        throw CommandExit.usage(
          "the folder \(path) holds no suite", hint: "a suite is a file *.yaml, *.yml or *.json")
      }
      files += names.map { path.appending($0) }
    }
    guard files.count <= suitesMax else {
      throw CommandExit.usage("\(files.count) suites; \(suitesMax) are allowed at once")
    }
    return files
  }

  /// Whether a file of that name can be a suite.
  static func isSuite(_ name: String) -> Bool {
    let isOurs = [".baseline.json", ".probe.json", ".schema.json"].contains { name.hasSuffix($0) }
    return !isOurs && !name.hasPrefix(".") && name != ConfigFiles.projectFileName
      && [".yaml", ".yml", ".json"].contains { name.hasSuffix($0) }
  }

  /// One plan a suite.
  ///
  /// - Throws: ``CommandExit`` when a baseline cannot be read, or the filter selects nothing.
  func plans(mode: RunMode, settings: Settings, prices: PriceTable?) throws -> [Plan] {
    let reports = members.first?.folders.reportsOption(settings) ?? ""
    let plans = try members.map { member in
      let path = BaselineFile.path(forSuite: member.suite.path)
      let baseline: Baseline
      let probe: ProbeFinding?
      do {
        baseline = try BaselineFile.read(path, suite: member.suite.name)
        probe = try ProbeFile.read(
          ProbeFile.path(forSuite: member.suite.path), suite: member.suite.name)
      } catch {
        throw CommandExit(.usage, "error: \(error)")
      }
      let folder = member.folders.fixtures(settings).appending(member.suite.name.text)
      return Plan(
        suite: member.suite, mode: mode, fixtures: FixtureFolder(folder: folder),
        baseline: baseline, inputs: member.inputs, filter: filter, prices: prices,
        probe: probe
      ).commanded(
        with: settings.caseOptions, folders: settings.folderOptions, reports: reports)
    }
    try FilterReading.requireCases(plans, filter)
    return plans
  }
}
