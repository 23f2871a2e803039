internal import Canonical
internal import Experiments
internal import Recording
internal import Suites
internal import SystemPackage

/// The files that a scan looks through.
struct ScanTargets {
  /// Files of one scan.
  static let filesMax = 1_000_000
  /// Folders within folders.
  static let depthMax = 64
  /// Folders that are never part of what a project commits.
  static let skippedFolders: Set<String> = [".git", ".build"]

  /// The files, each once, sorted.
  private(set) var paths: [FilePath] = []

  private let options: FolderOptions
  private let context: CommandContext

  /// Gathers files, suites with everything that belongs to them.
  ///
  /// - Throws: ``FileFailure`` for a path that is not there, ``CommandExit`` for a suite that cannot
  ///   be read.
  init(_ arguments: [String], _ options: FolderOptions, _ context: CommandContext) throws {
    self.options = options
    self.context = context
    for argument in arguments {
      let path = FilePath(argument)
      if DurableFile.isFolder(path) {
        try addFolder(path, depth: 0)
        // A suite keeps its recordings elsewhere; whoever names its folder means them too.
        for name in try DurableFile.names(in: path) where SuiteSet.isSuite(name) {
          try addSuite(path.appending(name), isNamed: false)
        }
      } else if path.lastComponent.map({ SuiteSet.isSuite($0.string) }) == true {
        _ = try FileStatus(of: path)
        try addSuite(path, isNamed: true)
      } else {
        _ = try FileStatus(of: path)
        paths.append(path)
      }
    }
    // One file may be found by several paths: `suites/../fixtures/inputs` and `fixtures/inputs`.
    let unique = Dictionary(
      paths.map { (context.workingFolder.pushing($0).lexicallyNormalized(), $0) }
    ) {
      $0.string.count <= $1.string.count ? $0 : $1
    }
    paths = unique.values.sorted { $0.string < $1.string }
  }

  private mutating func addFolder(_ folder: FilePath, depth: Int) throws {
    guard depth <= Self.depthMax else {
      throw CommandExit.usage("\(folder) lies deeper than \(Self.depthMax) folders")
    }
    for name in try DurableFile.names(in: folder) {
      let path = folder.appending(name)
      switch try FileStatus(of: path).kind {
      case .folder:
        if !Self.skippedFolders.contains(name) { try addFolder(path, depth: depth + 1) }
      case .file: paths.append(path)
      // What a link leads to is looked through where it lies.
      case .link, .other: break
      }
      guard paths.count <= Self.filesMax else {
        throw CommandExit.usage(
          "more than \(Self.filesMax) files below \(folder)", hint: "name folders further down")
      }
    }
  }

  /// - Parameter isNamed: whether the command line says that it is a suite.
  private mutating func addSuite(_ path: FilePath, isNamed: Bool) throws {
    let suite: LoadedSuite
    do {
      suite = try SuiteLoader.load(path)
    } catch {
      guard isNamed else {
        context.say("note: \(path) cannot be read as a suite; it was looked through as a file only")
        return
      }
      throw CommandExit.usage(
        "\(path) cannot be read as a suite, so that its recordings are not known",
        hint: "see why with: proofsheet plan \(ShellText.quoted(path)); or name its folders")
    }
    paths.append(path)
    let stem = path.lastComponent?.stem ?? "suite"
    for companion in [
      BaselineFile.path(forSuite: path), path.parent.appending("\(stem).probe.json"),
    ] where DurableFile.isFile(companion) {
      paths.append(companion)
    }
    paths += suite.inputs.map(\.path)
    let folders = ProjectFolders(suite: path, workingFolder: context.workingFolder)
    let sources = try SettingSources(
      flags: options.flags, config: options.config, roots: [folders.root], context)
    let fixtures = folders.fixtures(sources.settings()).appending(suite.name.text)
    if DurableFile.isFolder(fixtures) { try addFolder(fixtures, depth: 0) }
  }
}
