package import Canonical
package import SystemPackage

/// What can be removed from a fixture folder because nothing refers to it.
package struct FixturePruning: Sendable {
  /// What refers to recordings and blobs from outside of the folder.
  package struct Kept: Sendable {
    /// Pictures that the baseline names, approved and rejected.
    package var baseline: Set<BlobID>
    /// Cases whose paid answers are in the run store and not yet recorded.
    package var unpromotedKeys: Set<CaseKey>
    /// Blobs that such answers name.
    package var unpromotedBlobs: Set<BlobID>

    /// Puts together what is to be kept.
    package init(
      baseline: Set<BlobID> = [], unpromotedKeys: Set<CaseKey> = [],
      unpromotedBlobs: Set<BlobID> = []
    ) {
      self.baseline = baseline
      self.unpromotedKeys = unpromotedKeys
      self.unpromotedBlobs = unpromotedBlobs
    }
  }

  /// One file that goes.
  package struct Item: Hashable, Sendable {
    /// Its path.
    package let path: FilePath
    /// Its length.
    package let byteCount: Int
    /// Why it goes.
    package let reason: String
  }

  /// Recordings that no case asks for.
  package let recordings: [Item]
  /// Blobs that nothing names, once those recordings are gone.
  package let blobs: [Item]
  /// Files of writes that were cut off.
  package let partials: [Item]
  /// Blobs that nothing names as far as can be read, kept for the recordings that cannot be.
  package let doubtfulCount: Int
  /// Recordings that cannot be read, which may name any blob.
  package let unreadable: [FilePath]

  /// Decides what goes; removes nothing.
  package init(_ survey: FixtureInventory, uses: FixtureUses, keeping kept: Kept) {
    var recordings: [Item] = []
    var named = kept.baseline.union(kept.unpromotedBlobs)
    for recording in survey.recordings {
      let use = uses.use(of: recording)
      var isDuplicate = false
      if case .duplicate = use { isDuplicate = true }
      // What another file holds as well is kept for nobody.
      if use.isUsed || (!isDuplicate && kept.unpromotedKeys.contains(recording.caseKey)) {
        named.formUnion(recording.blobs)
      } else {
        recordings.append(
          Item(path: recording.path, byteCount: recording.byteCount, reason: use.reason))
      }
    }
    let orphans = survey.blobs.filter { !named.contains($0.key) }
      .sorted { $0.key < $1.key }
      .map { Item(path: $0.value.path, byteCount: $0.value.byteCount, reason: "nothing names it") }
    self.recordings = recordings
    unreadable = survey.unreadable.map(\.path)
    // A recording that cannot be read now may be restored or fetched, and needs its pictures then.
    blobs = unreadable.isEmpty ? orphans : []
    doubtfulCount = orphans.count - blobs.count
    partials = survey.partials.map {
      Item(path: $0.path, byteCount: $0.byteCount, reason: "a write was cut off")
    }
  }

  /// Everything that goes, in the order in which it does.
  package var items: [Item] { recordings + blobs + partials }

  /// Bytes that are freed.
  package var byteCount: Int { items.reduce(0) { $0 + $1.byteCount } }

  /// Removes what was decided: recordings durably first, so that no recording is left whose pictures
  /// are gone, whenever the process ends.
  ///
  /// - Throws: ``FileFailure`` for the first file that cannot be removed; what comes after it stays.
  package func carryOut(in folder: FixtureFolder) throws(FileFailure) {
    for step in [recordings, blobs, partials] where !step.isEmpty {
      for item in step { try DurableFile.remove(item.path) }
      for parent in Set(step.map(\.path.parent)) { try DurableFile.syncFolder(parent) }
    }
    folder.refresh()
  }
}
