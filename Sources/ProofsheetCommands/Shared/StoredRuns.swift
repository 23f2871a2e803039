internal import Canonical
internal import Experiments
internal import Reports
internal import RunStore
internal import SystemPackage

extension RunHeader {
  /// Finds a path of the run from where a command runs now.
  func locate(_ path: FilePath, _ context: CommandContext) -> FilePath {
    guard !workingFolder.isEmpty, workingFolder != context.workingFolder else { return path }
    let there = workingFolder.pushing(path)
    return DurableFile.isFile(there) ? there : path
  }
}

extension StoredRun {
  /// Folders above that of a store in which its project is looked for.
  private static let ancestorsMax = 16

  /// The run as it is where its store lies now.
  ///
  /// A checkout that was copied holds a copy of its runs, which say where they were made: what is decided about
  /// them there must not be written into the other one.
  func relocated(_ context: CommandContext) -> StoredRun {
    let made = header.workingFolder
    let place = context.workingFolder.pushing(store.folder).lexicallyNormalized()
    guard !made.isEmpty, !place.starts(with: made.lexicallyNormalized()),
      let suite = header.suites.first?.path, suite.isRelative
    else { return self }
    var ancestor = place
    for _ in 0..<Self.ancestorsMax where ancestor.removeLastComponent() {
      if DurableFile.isFile(ancestor.pushing(suite)) { return with(workingFolder: ancestor) }
    }
    return self
  }
}

/// Finds stored runs for commands.
enum StoredRuns {
  /// The folder that a name leads to, where it holds a run and no store lies beside it.
  static func foreignFolder(_ name: String) -> FilePath? {
    let path = FilePath(name)
    guard path.components.count > 1 || DurableFile.isFolder(path) else { return nil }
    let isRun = DurableFile.isFile(path.appending(RunFolder.fileName))
    return isRun && !DurableFile.isFile(path.parent.appending(RunStore.fileName)) ? path : nil
  }

  /// Finds a run where flags, environment and the project of the working folder say.
  static func find(
    _ name: String, _ options: FolderOptions, _ context: CommandContext
  ) throws -> StoredRun {
    let sources = try SettingSources(options, context)
    return try find(name, sources.settings(), sources.context)
  }

  /// The folder of a run that has not come to its end, where its lines are there: it was killed, or goes
  /// on still.
  static func halfFolder(
    _ name: String, _ options: FolderOptions, _ context: CommandContext
  ) throws -> (folder: FilePath, store: RunStore)? {
    let sources = try SettingSources(options, context)
    let (store, name) = try store(of: name, sources.settings(), sources.context)
    do {
      let (run, hasEnded) = try store.begunRun(name)
      guard !hasEnded else { return nil }
      let folder = store.folder.appending(run.header.id.text)
      return DurableFile.isFile(folder.appending(RunFolder.fileName)) ? (folder, store) : nil
    } catch {
      throw CommandExit(.usage, "error: \(error)")
    }
  }

  /// Finds a run that has begun, whether it has ended or not.
  static func begun(
    _ name: String, _ options: FolderOptions, _ context: CommandContext
  ) throws -> (run: StoredRun, hasEnded: Bool) {
    let sources = try SettingSources(options, context)
    let (store, name) = try store(of: name, sources.settings(), sources.context)
    do {
      let (run, hasEnded) = try store.begunRun(name)
      return (run.relocated(context), hasEnded)
    } catch {
      throw CommandExit(.usage, "error: \(error)")
    }
  }

  static func find(
    _ name: String, _ settings: Settings, _ context: CommandContext
  ) throws -> StoredRun {
    let (store, name) = try store(of: name, settings, context)
    do {
      return try store.run(name).relocated(context)
    } catch {
      throw CommandExit(.usage, "error: \(error)")
    }
  }

  /// Opens the store that a run is in.
  ///
  /// - Parameter name: an id, `latest`, or the folder of the run's reports.
  /// - Returns: the store, and the name of the run in it.
  static func store(
    of name: String, _ settings: Settings, _ context: CommandContext
  ) throws -> (RunStore, String) {
    var folder = ProjectFolders(workingFolder: context.workingFolder).reports(settings)
    var name = name
    let path = FilePath(name)
    if path.components.count > 1, let last = path.lastComponent, DurableFile.isFolder(path) {
      // The folder of a run's reports names the run and the store beside it.
      (folder, name) = (path.parent, last.string)
    }
    guard DurableFile.isFile(folder.appending(RunStore.fileName)) else {
      throw CommandExit.usage(
        "there is no run store in \(folder)",
        hint: "run a suite first, or name the folder with --reports")
    }
    do {
      return (try RunStore(folder: folder, spends: false), name)
    } catch {
      throw CommandExit(.usage, "error: \(error)")
    }
  }
}
