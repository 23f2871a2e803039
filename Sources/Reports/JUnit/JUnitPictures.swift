internal import Canonical
package import Experiments
internal import Synchronization
package import SystemPackage

/// Pictures that are drawn of failed cases, to be attached beside their outputs.
package struct JUnitPictures: Hashable, Sendable {
  /// Which case they are of.
  struct Key: Hashable, Sendable {
    let suite: SuiteName
    let id: CaseID

    init(_ identity: CaseIdentity) {
      suite = identity.suite
      id = identity.id
    }
  }

  /// Pictures of one case.
  struct Drawn: Hashable, Sendable {
    /// Each approved picture, output and heat map in one, for dashboards that show a single picture.
    var composites: [FilePath] = []
    /// What outputs were compared with.
    var references: [FilePath] = []
    /// Where they differ.
    var heats: [FilePath] = []
  }

  private var drawn: [Key: Drawn] = [:]

  /// No pictures.
  package init() {}

  /// Draws the pictures of each failed case of a run, several at a time; at most
  /// `SheetPictures.differencesMax` pairs, as on the proof sheet, which takes them from here.
  ///
  /// They are named by digests and lie in the cache of `options`, so that two runs that show the same attach
  /// the same; without a cache, or where no pictures are wanted, there are none.
  ///
  /// - Parameters:
  ///   - run: the run.
  ///   - folder: the folder of its reports.
  ///   - options: how the proof sheet is written.
  /// - Throws: `FileFailure` when the folder cannot be written, and what reading the run throws.
  package init(_ run: some RunReader, in folder: FilePath, options: HTMLOptions) throws {
    guard let cache = options.cache, options.pictures != .none else { return }
    var pictures: SheetPictures?
    var waiting: [(key: Key, left: SheetPicture, right: SheetPicture)] = []
    var count = 0
    for suite in run.header.suites {
      try run.forEachResult(of: suite.name) { result in
        guard result.outcome.verdict == .failure, count < SheetPictures.differencesMax else {
          return
        }
        let finder =
          try pictures
          ?? SheetPictures(run.header, SheetFolder(folder, folders: ["differences"]), options)
        pictures = finder
        for (left, right) in finder.differing(result).prefix(SheetPictures.differencesMax - count) {
          waiting.append((Key(result.identity), left, right))
          count += 1
        }
      }
    }
    guard let pictures else { return }
    let made = Mutex([(composite: String, heat: String?)?](repeating: nil, count: waiting.count))
    let pairs = waiting
    try Parallel.forEach(pairs.count, concurrency: options.concurrency) { index in
      let names = try pictures.makeComposite(pairs[index].left, pairs[index].right)
      made.withLock { $0[index] = names }
    }
    for (pair, names) in zip(waiting, made.withLock { $0 }) {
      guard let names, DurableFile.isFile(cache.appending(names.composite)) else { continue }
      drawn[pair.key, default: Drawn()].composites.append(cache.appending(names.composite))
      drawn[pair.key, default: Drawn()].references.append(pair.left.path)
      if let heat = names.heat {
        drawn[pair.key, default: Drawn()].heats.append(cache.appending(heat))
      }
    }
  }

  /// What to attach to a case, in order: composites, what was compared with, outputs, heat maps.
  func attachments(of result: CaseResult) -> [FilePath] {
    let own = result.outputs.map(\.path) + (result.group?.pair.map(\.path) ?? [])
    guard let drawn = drawn[Key(result.identity)] else { return own }
    return drawn.composites + drawn.references + own + drawn.heats
  }
}
