package import Canonical
internal import Synchronization

/// Which recordings nobody has asked for yet; empty until somebody wants to know.
struct UnusedRecordings: Sendable {
  private var ids: Set<CaseID> = []

  mutating func begin(with ids: [CaseID]) { self.ids = Set(ids) }

  mutating func use(_ id: CaseID) { ids.remove(id) }

  /// Takes note of what a case asks for that was not run, by the ids of the files that there are.
  mutating func use(_ id: CaseID, caseKey: CaseKey, in index: FixtureIndex) {
    ids.remove(id)
    if index.recordings[id]?.caseKey != caseKey, let other = index.files[caseKey] {
      ids.remove(other)
    }
  }

  var isEmpty: Bool { ids.isEmpty }

  var sorted: [CaseID] { ids.sorted() }
}

extension FixtureFolder {
  /// Begins to watch which recordings are asked for, with all that are there now.
  ///
  /// A folder that cannot be listed has none to tell of; each case says what is wrong with it.
  package func beginUse() {
    let ids: [CaseID]
    do throws(FileFailure) {
      ids = try caseIDs()
    } catch {
      ids = []
    }
    unused.withLock { $0.begin(with: ids) }
  }

  /// Takes note that a case asked for what lies in a file, whatever became of it.
  package func use(_ id: CaseID) { unused.withLock { $0.use(id) } }

  /// The recordings that nothing has asked for since ``beginUse()``, sorted.
  package func unusedIDs() -> [CaseID] { unused.withLock { $0.sorted } }

  /// The recordings that nothing has asked for since ``beginUse()`` and that no other case would ask for,
  /// sorted.
  ///
  /// - Parameter others: the cases that were left out. Their keys are made only where something is left
  ///   that no case is named after.
  /// - Throws: ``FileFailure`` when the folder cannot be listed.
  package func unusedIDs(
    beside others: some Sequence<(id: CaseID, caseKey: () -> CaseKey)>
  ) throws(FileFailure) -> [CaseID] {
    var rest = unused.withLock { $0 }
    for other in others { rest.use(other.id) }
    guard !rest.isEmpty else { return [] }
    let index = try currentIndex()
    for other in others { rest.use(other.id, caseKey: other.caseKey(), in: index) }
    return rest.sorted
  }
}
