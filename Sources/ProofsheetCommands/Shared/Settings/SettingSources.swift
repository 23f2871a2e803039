internal import Canonical
internal import Experiments
internal import Recording
internal import SeedreamAPI
internal import Suites
internal import SystemPackage

/// Where a command's settings come from, read before its suites are: who reads a suite has to know
/// which key must not stand in it.
struct SettingSources: Sendable {
  /// The context, which knows the key in force.
  let context: CommandContext
  /// The configuration files.
  let files: ConfigFiles
  private let stated: [SettingLayer]
  private let gateway: HTTPURL

  /// Reads flags, the environment and the configuration files.
  ///
  /// - Parameters:
  ///   - flags: what the command line states, as it was written.
  ///   - config: the configuration file that the command line names.
  ///   - roots: the folders of the projects that the command works in.
  /// - Throws: ``CommandExit`` after all mistakes of flags and environment, or of the files, were
  ///   told.
  init(
    flags: [SettingName: String], config: String?, roots: [FilePath], _ context: CommandContext
  ) throws {
    var problems: [String] = []
    stated = [
      SettingLayer(flags: flags, problems: &problems),
      SettingLayer(environment: context.environment, problems: &problems),
    ]
    guard problems.isEmpty else {
      throw CommandExit(
        .usage, problems.map { "error: " + context.redactor.text($0) }.joined(separator: "\n"))
    }
    do {
      gateway = try HTTPURL(Endpoint.defaultURL)
    } catch {
      throw CommandExit.usage("\(error)")
    }
    files = try ConfigFiles(roots: roots, named: config, context)
    self.context = context.holdingKey(in: files.keyVariable)
  }

  /// Reads them for a command that works in the project of the working folder.
  ///
  /// - Throws: ``CommandExit`` as ``init(flags:config:roots:_:)``.
  init(_ folders: FolderOptions, _ context: CommandContext) throws {
    let root = ProjectFolders(workingFolder: context.workingFolder).root
    try self.init(flags: folders.flags, config: folders.config, roots: [root], context)
  }

  /// The settings in force.
  ///
  /// - Parameter suites: what the suites of the command line state.
  func settings(suites: [RunLimits] = []) -> Settings {
    let configured = [files.project, files.user].compactMap { $0.map { SettingLayer($0) } }
    return Settings(
      stated + [SettingLayer(suites: suites)] + configured, gateway: gateway, config: files.named)
  }

  /// What messages call the user's own file.
  var userFile: String {
    ConfigFiles.userPath(context.environment).map { VisibleText.escape($0.string) }
      ?? "your own configuration"
  }
}

/// The suites of a command line, and the settings in force for them.
struct PreparedSuites: Sendable {
  /// The suites.
  let set: SuiteSet
  /// The settings.
  let settings: Settings
  /// Where the settings come from.
  let sources: SettingSources

  /// The context, which knows the key in force.
  var context: CommandContext { sources.context }

  /// Reads the settings and loads the suites.
  ///
  /// - Throws: ``CommandExit`` after all mistakes were told.
  init(
    _ arguments: [String], filter: [String], flags: [SettingName: String], config: String?,
    _ context: CommandContext
  ) throws {
    let paths = try SuiteSet.files(arguments)
    sources = try SettingSources(
      flags: flags, config: config,
      roots: paths.map { ProjectFolders(suite: $0, workingFolder: context.workingFolder).root },
      context)
    set = try SuiteSet(paths: paths, filter: filter, context: sources.context)
    settings = sources.settings(suites: set.members.map(\.suite.limits))
  }
}
