internal import Canonical
package import Experiments
internal import GRDB
internal import Synchronization

/// Writes a run into the store as it happens.
///
/// Results are written in batches: what was paid for is kept by the ledger, and a result that a crash
/// loses is computed again from its recording.
package final class StoreSink: RunSink {
  /// Results that are written together.
  static let batchCount = 256

  private struct State {
    var header: RunHeader?
    var places: [String: Int] = [:]
    var waiting: [(place: Int, result: CaseResult)] = []
  }

  private let store: RunStore
  private let state = Mutex(State())

  /// Takes the store to write to.
  package init(store: RunStore) { self.store = store }

  /// Writes what an event says.
  package func receive(_ event: RunEvent) throws {
    switch event {
    case .notice, .paced, .caseStarted: break
    case .started(let header):
      state.withLock { $0.header = header }
      try store.perform {
        try store.database.write { database in
          // The row may be there: the ledger needs it before the first event.
          try database.execute(
            sql: """
              INSERT INTO run (id, started_ms, mode, header) VALUES (?, ?, ?, ?)
              ON CONFLICT (id) DO UPDATE SET header = excluded.header
              """,
            arguments: [
              header.id.text, header.startedAt.milliseconds, header.mode.rawValue,
              EncodedHeader.encode(header).canonicalText,
            ])
        }
      }
    case .caseFinished(let result, _):
      let isFull = state.withLock { state in
        let place = state.places[result.identity.suite.text, default: 0]
        state.places[result.identity.suite.text] = place + 1
        state.waiting.append((place, result))
        return state.waiting.count >= Self.batchCount
      }
      if isFull { try flush() }
    case .finished(let summary):
      try flush()
      try finish(summary)
    }
  }

  private func flush() throws {
    let (header, batch) = state.withLock { state in
      defer { state.waiting = [] }
      return (state.header, state.waiting)
    }
    guard let header, !batch.isEmpty else { return }
    try store.perform {
      try store.database.write { database in
        let statement = try database.makeStatement(
          sql: """
            INSERT INTO result (run_id, suite, place, case_id, case_key, outcome, document)
            VALUES (?, ?, ?, ?, ?, ?, ?)
            """)
        let facts = try FactWriter(database)
        for (place, result) in batch {
          let identity = result.identity
          try statement.execute(arguments: [
            header.id.text, identity.suite.text, place, identity.id.text,
            identity.caseKey.description, result.outcome.rawValue,
            EncodedCase.encode(result).canonicalText,
          ])
          guard result.group == nil,
            let suite = header.suites.first(where: { $0.name == identity.suite })
          else { continue }
          try facts.write(CaseFact(result, of: suite), of: suite.name, in: header.id, at: place)
        }
      }
    }
  }

  private func finish(_ summary: RunSummary) throws {
    guard let header = state.withLock({ $0.header }) else { return }
    try store.perform {
      try store.database.write { database in
        try database.execute(
          sql: "UPDATE run SET summary = ? WHERE id = ?",
          arguments: [EncodedSummary.encode(summary).canonicalText, header.id.text])
      }
    }
  }
}
