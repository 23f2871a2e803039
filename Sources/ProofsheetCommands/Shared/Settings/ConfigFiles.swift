internal import Canonical
internal import Experiments
internal import Recording
internal import Suites
internal import SystemPackage

/// The configuration files in force.
struct ConfigFiles: Sendable {
  /// The name of a project's file, in the folder above `suites`.
  static let projectFileName = "proofsheet.yaml"
  /// The variable that names a project's file.
  static let variable = "PROOFSHEET_CONFIG"

  /// The project's file; `nil` without one.
  let project: ConfigFile?
  /// The user's own; `nil` without one.
  let user: ConfigFile?
  /// The project's file where a flag or a variable names it; `nil` where it is looked for.
  let named: Setting<FilePath?>

  /// The name of the variable that holds the key.
  var keyVariable: String {
    project?.keyVariable?.value ?? user?.keyVariable?.value ?? Settings.defaultKeyVariable
  }

  /// A file that was found.
  private struct Found {
    let bytes: [UInt8]
    let file: ConfigFile
    let diagnostics: [Diagnostic]

    var hasErrors: Bool { diagnostics.contains { $0.severity == .error } }
  }

  /// Finds and reads the files.
  ///
  /// - Parameters:
  ///   - roots: the folders of the projects that the command works in.
  ///   - named: the file that a flag names; else the environment, else each root is looked at.
  /// - Throws: ``CommandExit`` after all mistakes of both files were told.
  init(roots: [FilePath], named: String?, _ context: CommandContext) throws {
    let userPath = Self.userPath(context.environment)
    self.named = Self.named(named, context)
    let found = [
      try Self.project(roots, named: self.named, userPath, context),
      try userPath.flatMap { try Self.read($0, .user, isNamed: false) },
    ]
    project = found[0]?.file
    user = found[1]?.file
    let redactor = context.holdingKey(in: keyVariable).redactor
    for found in found.compactMap(\.self) where redactor.finds(in: found.bytes) {
      throw CommandExit.usage(
        "\(found.file.path) holds the API key of \(keyVariable)",
        hint: "take it out, and replace the key at the gateway: it stood in a file")
    }
    for found in found.compactMap(\.self) {
      // Lines are shown as they would be recorded: without what URLs carry in their queries.
      let source = redactor.urls(in: found.bytes)
      for diagnostic in found.diagnostics { context.say(diagnostic.rendered(source: source)) }
    }
    let failed = found.count { $0?.hasErrors == true }
    guard failed == 0 else {
      throw CommandExit(.usage, "error: \(Count.of(failed, "configuration file")) cannot be used")
    }
  }

  /// Where the user's own file lies; `nil` where the user has no home.
  static func userPath(_ environment: [String: String]) -> FilePath? {
    // A relative path counts as none (XDG Base Directory Specification, "Basics").
    if let folder = environment["XDG_CONFIG_HOME"], folder.hasPrefix("/") {
      return FilePath(folder).appending("proofsheet").appending("config.yaml")
    }
    guard let home = environment["HOME"], home.hasPrefix("/") else { return nil }
    return FilePath(home).appending(".config").appending("proofsheet").appending("config.yaml")
  }

  private static func named(_ flag: String?, _ context: CommandContext) -> Setting<FilePath?> {
    if let flag { return Setting(FilePath(flag), .flag("--config")) }
    let path = context.environment[variable] ?? ""
    return path.isEmpty ? Setting(nil, .builtIn) : Setting(FilePath(path), .environment(variable))
  }

  private static func project(
    _ roots: [FilePath], named: Setting<FilePath?>, _ userPath: FilePath?,
    _ context: CommandContext
  ) throws -> Found? {
    let owner = ConfigOwner.project(userFile: userPath)
    if let path = named.value {
      let isByVariable = named.origin == .environment(variable)
      return try read(path, owner, isNamed: true, by: isByVariable ? variable : nil)
    }
    var seen: Set<FilePath> = []
    let different = roots.filter {
      seen.insert(context.workingFolder.pushing($0).lexicallyNormalized()).inserted
    }
    let found = try different.compactMap {
      try read($0.appending(projectFileName), owner, isNamed: false)
    }
    guard let first = found.first else { return nil }
    guard different.count == 1 else {
      throw CommandExit.usage(
        "\(first.file.path) is of one project, and the suites are of \(different.count)",
        hint: "run the projects apart, or name the one file to use with --config")
    }
    return first
  }

  /// - Parameter isNamed: whether somebody named it, so that it must be there.
  private static func read(
    _ path: FilePath, _ owner: ConfigOwner, isNamed: Bool, by variable: String? = nil
  ) throws -> Found? {
    let bytes: [UInt8]
    do {
      bytes = try DurableFile.read(path, byteCountMax: ConfigLoader.byteCountMax)
    } catch {
      if !isNamed, error.errno == .noSuchFileOrDirectory || error.errno == .notDirectory {
        return nil
      }
      throw CommandExit.usage(
        "\(error)", hint: variable.map { "the variable \($0) names it as configuration" })
    }
    let (file, diagnostics) = ConfigLoader.load(bytes: bytes, path: path, owner: owner)
    return Found(bytes: bytes, file: file, diagnostics: diagnostics)
  }
}
