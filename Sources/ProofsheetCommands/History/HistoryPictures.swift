internal import Canonical
internal import Experiments
internal import Recording
internal import RunStore
internal import SystemPackage

/// How pictures of a history look, read again where a run of an earlier version has not stored it.
struct HistoryPictures {
  private let store: RunStore
  private let folders: FolderOptions
  private let context: CommandContext
  private let facts: StoredFacts

  init(store: RunStore, folders: FolderOptions, context: CommandContext) {
    self.store = store
    self.folders = folders
    self.context = context
    facts = StoredFacts(store: store)
  }

  /// Makes the facts of runs that have none yet, which takes a while once.
  func fillFacts() throws {
    let waiting = try store.runsWithoutFacts()
    guard !waiting.isEmpty else { return }
    context.say("reading \(Count.of(waiting.count, "run")) of an earlier version, once")
    for id in waiting {
      let run = try store.run(id.text)
      try store.fillFacts(of: run) { output in
        look(at: output.blob, in: run.header.locate(output.path, context))
      }
    }
  }

  /// Keeps what was found out.
  func finish() {
    if let failure = facts.finish() { context.say("warning: \(failure)") }
  }

  private func look(at blob: BlobID, in path: FilePath) -> KnownPicture? {
    if let known = facts.facts(of: blob) { return known }
    guard DurableFile.isFile(path) else { return nil }
    do {
      let known = try KnownPicture(of: blob, in: BlobStore(folder: path.removingLastComponent()))
      facts.keep(known, of: blob)
      return known
    } catch {
      // The run said so of what cannot be decoded; its distance is told as not known.
      return nil
    }
  }

  /// What pictures of a suite are held against, with the words for it.
  ///
  /// - Throws: ``CommandExit`` for a baseline that cannot be read.
  func reference(
    _ reference: HistoryCommand.Reference, of suite: SuiteName
  ) throws -> (HistoryReference, String) {
    switch reference {
    case .first: return (.first, "the first picture of each case")
    case .before: return (.before, "the picture of the run before")
    case .approved:
      let approved = try approvedLooks(of: suite)
      return approved.isEmpty
        ? (.first, "the first picture of each case, for nothing is approved")
        : (.approved(approved), "what is approved, else the first picture of the case")
    }
  }

  private func approvedLooks(of suite: SuiteName) throws -> [OutputID: [PictureLooks]] {
    guard let header = try store.lastRun(of: suite)?.header,
      let stored = header.suites.first(where: { $0.name == suite })
    else { return [:] }
    let place = try ApprovedPlace(stored, of: header, folders, context)
    var looks: [OutputID: [PictureLooks]] = [:]
    for entry in place.baseline.entries where entry.decision == .approved {
      let path = place.blobs.folder.appending(entry.blob.fileName)
      guard let known = look(at: entry.blob, in: path),
        let own = PictureLooks(known.hash, known.colours)
      else { continue }
      looks[entry.output, default: []].append(own)
    }
    return looks
  }
}

/// The baseline of a suite of a run, and where its pictures lie.
struct ApprovedPlace {
  let baseline: Baseline
  let blobs: BlobStore

  /// Reads it.
  ///
  /// - Throws: ``CommandExit`` for a baseline that cannot be read.
  init(
    _ suite: SuiteHeader, of header: RunHeader, _ options: FolderOptions, _ context: CommandContext
  ) throws {
    let path = header.locate(suite.path, context)
    let folders = ProjectFolders(suite: path, workingFolder: context.workingFolder)
    let settings = try SettingSources(
      flags: options.flags, config: options.config, roots: [folders.root], context
    ).settings()
    do {
      baseline = try BaselineFile.read(BaselineFile.path(forSuite: path), suite: suite.name)
    } catch {
      throw CommandExit(.usage, "error: \(error)")
    }
    blobs =
      FixtureFolder(
        folder: folders.fixtures(settings).appending(suite.name.text)
      ).blobs
  }
}
