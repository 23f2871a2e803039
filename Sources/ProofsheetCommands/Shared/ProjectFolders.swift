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
  /// Whether a command without a suite works in the same project.
  let isOfWorkingFolder: Bool

  /// Finds the project of a suite file: the folder above `suites`, else the suite's own folder.
  init(suite: FilePath, workingFolder: FilePath) {
    let folder = suite.removingLastComponent()
    let absolute = workingFolder.pushing(folder).lexicallyNormalized()
    if absolute.lastComponent?.string == "suites" {
      root = folder.lastComponent?.string == "suites" ? folder.removingLastComponent() : ".."
    } else {
      root = folder
    }
    let here = ProjectFolders(workingFolder: workingFolder).root
    isOfWorkingFolder =
      workingFolder.pushing(root).lexicallyNormalized()
      == workingFolder.pushing(here).lexicallyNormalized()
  }

  /// The project that a command without a suite works in: the working folder.
  init(workingFolder: FilePath) {
    root = workingFolder.lastComponent?.string == "suites" ? ".." : ""
    isOfWorkingFolder = true
  }

  /// The folder of recordings.
  func fixtures(_ settings: Settings) -> FilePath {
    settings.fixtures.value ?? root.appending("fixtures")
  }

  /// The folder of the run store and of reports.
  func reports(_ settings: Settings) -> FilePath {
    settings.reports.value ?? root.appending("reports")
  }

  /// The option that leads a command about a run of this project to it, with a blank before it; empty where
  /// the command finds it from the working folder, or by what stands on this command line.
  func reportsOption(_ settings: Settings) -> String {
    guard !isOfWorkingFolder, !settings.leadToReports else { return "" }
    return " --reports \(ShellText.quoted(reports(settings)))"
  }
}
