internal import ArgumentParser
internal import Canonical
internal import SystemPackage

/// Where a project keeps its recordings and reports.
struct FolderOptions: ParsableArguments {
  @Option(
    name: .customLong("fixtures"),
    help: ArgumentHelp(
      "The folder of recordings, one folder a suite within.",
      discussion: "Default: 'fixtures' beside the folder 'suites', else beside the suite.",
      valueName: "dir"))
  var fixtures: String?

  @Option(
    name: .customLong("reports"),
    help: ArgumentHelp(
      "The folder of the run store and of reports.",
      discussion: "Default: 'reports' beside the folder 'suites', else beside the suite.",
      valueName: "dir"))
  var reports: String?

  @Option(
    name: .customLong("config"),
    help: ArgumentHelp(
      "The project's configuration file.",
      discussion: "Default: PROOFSHEET_CONFIG, else 'proofsheet.yaml' beside the folder 'suites'.",
      valueName: "file"))
  var config: String?

  /// What was stated, as it was written.
  var flags: [SettingName: String] {
    [.fixtures: fixtures, .reports: reports].compactMapValues(\.self)
  }
}

/// The folders of a project, found from a suite file.
struct ProjectFolders {
  /// The folder that holds `suites`, `fixtures` and `reports`.
  let root: FilePath

  /// Finds the project of a suite file: the folder above `suites`, else the suite's own folder.
  init(suite: FilePath, workingFolder: FilePath) {
    let folder = suite.removingLastComponent()
    let absolute = workingFolder.pushing(folder).lexicallyNormalized()
    guard absolute.lastComponent?.string == "suites" else {
      root = folder
      return
    }
    root = folder.lastComponent?.string == "suites" ? folder.removingLastComponent() : ".."
  }

  /// The project that a command without a suite works in: the working folder.
  init(workingFolder: FilePath) {
    root = workingFolder.lastComponent?.string == "suites" ? ".." : ""
  }

  /// The folder of recordings.
  func fixtures(_ settings: Settings) -> FilePath {
    settings.fixtures.value ?? root.appending("fixtures")
  }

  /// The folder of the run store and of reports.
  func reports(_ settings: Settings) -> FilePath {
    settings.reports.value ?? root.appending("reports")
  }
}
