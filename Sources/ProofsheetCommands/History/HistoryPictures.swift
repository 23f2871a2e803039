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
      guard let (looks, isAnythingApproved) = try approvedLooks(of: suite), isAnythingApproved
      else {
        return (.first, "the first picture of each case, for nothing is approved")
      }
      return looks.isEmpty
        ? (.first, "the first picture of each case, for no approved one is known")
        : (.approved(looks), "what is approved, else the first picture of the case")
    }
  }

  /// How approved pictures look and whether there are any; `nil` where no run knows the suite.
  ///
  /// Of one that is not there the line of the baseline tells the hash.
  private func approvedLooks(
    of suite: SuiteName
  ) throws -> (looks: [OutputID: [PictureLooks]], isAnythingApproved: Bool)? {
    guard let header = try store.lastRun(of: suite)?.header,
      let stored = header.suites.first(where: { $0.name == suite })
    else { return nil }
    let place = try ApprovedPlace(stored, of: header, folders, context)
    let approved = place.baseline.entries.filter { $0.decision == .approved }
    var looks: [OutputID: [PictureLooks]] = [:]
    var missing: [(entry: BaselineEntry, isMeasured: Bool)] = []
    for entry in approved {
      let path = place.blobs.folder.appending(entry.blob.fileName)
      let known = look(at: entry.blob, in: path).flatMap { PictureLooks($0.hash, $0.colours) }
      let own = known ?? entry.hash.flatMap { PictureLooks(approvedHash: $0) }
      if known == nil { missing.append((entry, own != nil)) }
      if let own { looks[entry.output, default: []].append(own) }
    }
    tell(missing, of: approved.count, suite, place.blobs.folder)
    return (looks, !approved.isEmpty)
  }

  /// Names approved pictures that are not there.
  private func tell(
    _ missing: [(entry: BaselineEntry, isMeasured: Bool)], of count: Int, _ suite: SuiteName,
    _ folder: FilePath
  ) {
    guard let first = missing.first else { return }
    let unknown = missing.count { !$0.isMeasured }
    let measured = missing.count - unknown
    var deeds: [String] = []
    if measured > 0 {
      deeds.append("\(Count.grouped(measured)) by the hash in the baseline, without colours")
    }
    if unknown > 0 {
      deeds.append("\(Count.grouped(unknown)) not at all, for no hash stands there")
    }
    context.say(
      "warning: \(suite): \(Count.grouped(missing.count)) of "
        + "\(Count.of(count, "approved picture")) cannot be read in \(folder), such as that of "
        + "\(first.entry.caseID); measured \(deeds.joined(separator: ", and "))\n"
        + "hint: name the folder of recordings with --fixtures; what lies in Git LFS is fetched with: "
        + "git lfs pull")
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
