package import Canonical
package import Experiments
internal import GRDB
internal import Synchronization

/// What earlier runs have found out about pictures, in the run store.
///
/// It is asked and told while pictures are judged, and may fail at any time: then pictures are decoded
/// again, and the first failure is told at the end of the run.
package final class StoredFacts: PictureFacts {
  /// Facts that are written together.
  static let batchCount = 256

  private struct State {
    var waiting: [(digest: String, document: String)] = []
    var failure: StoreFailure?
  }

  private let store: RunStore
  private let state = Mutex(State())

  /// Takes the store that keeps the facts.
  package init(store: RunStore) { self.store = store }

  /// What is known of a picture.
  package func facts(of blob: BlobID) -> KnownPicture? {
    do throws(StoreFailure) {
      return try store.perform {
        let document = try store.database.read { database in
          try String.fetchOne(
            database,
            sql: "SELECT document FROM picture_facts WHERE digest = ? AND version = ?",
            arguments: [blob.digest.hex, KnownPicture.version])
        }
        return try document.map {
          try EncodedFacts.decode(try JSONParser.parse(RunStore.bytes($0)))
        }
      }
    } catch {
      note(error)
      return nil
    }
  }

  /// Takes note of a picture that was decoded.
  package func keep(_ facts: KnownPicture, of blob: BlobID) {
    let isFull = state.withLock { state in
      state.waiting.append((blob.digest.hex, EncodedFacts.encode(facts).canonicalText))
      return state.waiting.count >= Self.batchCount
    }
    if isFull { flush() }
  }

  /// Writes what waits, and says what went wrong first since the start.
  package func finish() -> String? {
    flush()
    return state.withLock { $0.failure?.description }
  }

  private func flush() {
    let batch = state.withLock { state in
      defer { state.waiting = [] }
      return state.waiting
    }
    do throws(StoreFailure) {
      if !batch.isEmpty { try write(batch) }
    } catch {
      note(error)
    }
  }

  private func write(
    _ batch: [(digest: String, document: String)]
  ) throws(StoreFailure) {
    try store.perform {
      try store.database.write { database in
        let statement = try database.makeStatement(
          sql: """
            INSERT INTO picture_facts (digest, version, document) VALUES (?, ?, ?)
            ON CONFLICT (digest) DO UPDATE
              SET version = excluded.version, document = excluded.document
            """)
        for (digest, document) in batch {
          try statement.execute(arguments: [digest, KnownPicture.version, document])
        }
      }
    }
  }

  private func note(_ failure: StoreFailure) {
    state.withLock { state in state.failure = state.failure ?? failure }
  }
}
