package import Canonical
internal import Synchronization

/// Which recordings nobody has asked for yet; empty until somebody wants to know.
struct UnusedRecordings: Sendable {
  private var ids: Set<CaseID> = []

  mutating func begin(with ids: [CaseID]) { self.ids = Set(ids) }

  mutating func use(_ id: CaseID) { ids.remove(id) }

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

  /// Where what is recorded came from, as the index of the folder has it; `nil` where nothing is, or the
  /// folder cannot be listed.
  ///
  /// A suite does not mix origins, so that one recording speaks for all.
  package var knownOrigin: Origin? {
    do throws(FileFailure) {
      return try currentIndex().origin?.origin
    } catch {
      // A folder that cannot be listed is told of by every case.
      return nil
    }
  }

  /// The recordings that nothing has asked for since ``beginUse()``, sorted.
  package func unusedIDs() -> [CaseID] { unused.withLock { $0.sorted } }
}
