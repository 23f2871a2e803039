internal import ArgumentParser
internal import Canonical
internal import Experiments
internal import Recording
internal import Suites
internal import SystemPackage

/// Cares for recordings.
struct FixturesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fixtures",
    abstract: "Check, list, scan, prune, adopt, export, push and pull recordings.",
    subcommands: [
      FixturesVerifyCommand.self, FixturesScanCommand.self, FixturesListCommand.self,
      FixturesPruneCommand.self, FixturesExportCommand.self, FixturesAdoptCommand.self,
      FixturesPushCommand.self, FixturesPullCommand.self,
    ])
}

/// What each command about the recordings of suites is told.
struct FixtureArguments: ParsableArguments {
  @Argument(help: ArgumentHelp("Suite files, or folders of them.", valueName: "suite"))
  var suites: [String]

  @OptionGroup var folders: FolderOptions

  func validate() throws {
    guard !suites.isEmpty else { throw ValidationError("name at least one suite") }
  }

  /// The suites with their recordings and baselines, every case selected.
  func plans(_ prepared: PreparedSuites) throws -> [Plan] {
    try prepared.set.plans(mode: .replay, settings: prepared.settings, prices: nil)
  }

  /// The suites and the settings in force.
  func prepare(filter: [String] = []) throws -> PreparedSuites {
    try PreparedSuites(
      suites, filter: filter, flags: folders.flags, config: folders.config,
      CommandContext.current)
  }
}

extension Plan {
  /// The id and key of each case, whatever the filter selects.
  var caseKeys: some Sequence<(id: CaseID, caseKey: CaseKey)> {
    suite.cases.lazy.map { (id: $0.id, caseKey: $0.caseKey) }
  }

  /// The pictures that were decided about.
  var baselinePictures: [FixtureVerifier.BaselinePicture] {
    baseline.entries.map {
      FixtureVerifier.BaselinePicture(
        blob: $0.blob, decision: $0.decision.rawValue, caseID: $0.caseID)
    }
  }
}

/// Runs a step that reads fixtures; one that cannot be read ends the command.
func readingFixtures<Result>(_ step: () throws -> Result) throws -> Result {
  do {
    return try step()
  } catch let failure as FileFailure {
    throw CommandExit(.usage, "error: \(failure)")
  }
}

/// What commands that change recordings have in common.
enum FixtureWriting {
  /// Takes the right to write the recordings of a suite; `nil` where it has no folder yet.
  ///
  /// - Throws: ``CommandExit`` when another process has it.
  static func lock(_ plan: Plan) throws -> FixtureLock? {
    guard DurableFile.isFolder(plan.fixtures.folder) else { return nil }
    do {
      return try FixtureLock(folder: plan.fixtures.folder)
    } catch {
      throw CommandExit(.usage, "error: \(error)")
    }
  }
}
