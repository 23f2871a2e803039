package import Canonical
package import Experiments
internal import GRDB
package import Recording
package import SeedreamAPI

/// The run store as the place where paid answers are kept.
package struct StoreLedger: ExchangeLedger {
  private let store: RunStore
  private let run: RunID
  /// Answers of live runs are not given to later runs: each live run asks anew.
  private let isRecording: Bool

  /// Begins a run that may spend.
  ///
  /// Attempts that an earlier process has sent and not seen answered are in doubt from now on; the
  /// lock that is needed for this says that no such process is alive.
  ///
  /// - Throws: ``StoreFailure``.
  package init(
    store: RunStore, run: RunID, mode: RunMode, startedAt: Timestamp, lock: borrowing StoreLock
  ) throws(StoreFailure) {
    self.store = store
    self.run = run
    isRecording = mode != .live
    try store.perform {
      try store.database.write { database in
        try database.execute(
          sql: """
            UPDATE attempt SET state = 'released'
            WHERE state = 'sent' AND role IN ('poll', 'download');
            UPDATE attempt SET state = 'in-doubt',
              failure = 'the process ended before an answer came'
            WHERE state = 'sent';
            """)
        try database.execute(
          sql: "INSERT INTO run (id, started_ms, mode, header) VALUES (?, ?, ?, '')",
          arguments: [run.text, startedAt.milliseconds, mode.rawValue])
      }
    }
  }

  private var purpose: String { isRecording ? "recording" : "live" }

  /// The usable answer of an exchange that was stored and is not yet part of a recording.
  package func stored(_ id: ExchangeID) throws -> Exchange? {
    let text = try store.perform {
      try store.database.read { database in
        try String.fetchOne(
          database,
          sql: """
            SELECT exchange FROM attempt
            WHERE case_key = ? AND role = ? AND ordinal = ? AND state = 'answered'
              AND is_usable = 1 AND purpose = ? AND (purpose = 'recording' OR run_id = ?)
            ORDER BY number DESC LIMIT 1
            """,
          arguments: [
            id.caseKey.description, id.role.rawValue, id.ordinal, purpose, run.text,
          ])
      }
    }
    return try text.map { try RunStore.exchange(from: $0) }
  }

  /// The URL of a picture before redaction, while it is still to be fetched.
  package func pendingURL(of caseKey: CaseKey, index: Int) throws -> String? {
    guard isRecording else { return nil }
    return try store.perform {
      try store.database.read { database in
        try String.fetchOne(
          database, sql: "SELECT url FROM pending_url WHERE case_key = ? AND place = ?",
          arguments: [caseKey.description, index])
      }
    }
  }

  /// Notes that an exchange is about to be sent.
  package func begin(
    _ id: ExchangeID, of recordedCase: RecordedCase, reservation: Money
  ) throws -> AttemptID {
    try store.perform {
      try store.database.write { database in
        try database.execute(
          sql: """
            INSERT INTO attempt
              (run_id, purpose, suite, case_id, case_key, request, role, ordinal, state,
               reserved_micro)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'sent', ?)
            """,
          arguments: [
            run.text, purpose, recordedCase.suite.text, recordedCase.caseID.text,
            id.caseKey.description, recordedCase.canonicalRequest.canonicalText,
            id.role.rawValue, id.ordinal, reservation.microDollars,
          ])
        return AttemptID(number: database.lastInsertedRowID)
      }
    }
  }

  /// Stores an answer.
  package func received(_ attempt: AttemptID, _ received: ReceivedExchange) throws {
    try store.perform {
      try store.database.write { database in
        try database.execute(
          sql: """
            UPDATE attempt SET state = 'answered', exchange = ?, cost_micro = ?, is_usable = ?,
              is_promotable = ?
            WHERE number = ?
            """,
          arguments: [
            HARWriter.json(of: received.exchange).canonicalText, received.cost.microDollars,
            received.isUsable, received.isPromotable, attempt.number,
          ])
        // The new order of a next run must not be taken for this one.
        if received.endsOrder {
          try database.execute(
            sql: """
              UPDATE attempt SET is_usable = 0
              WHERE role = 'generate' AND state = 'answered' AND (case_key, purpose) =
                (SELECT case_key, purpose FROM attempt WHERE number = ?)
              """, arguments: [attempt.number])
        }
        // A live run fetches its pictures at once or never, so that nothing would wipe these.
        guard isRecording else { return }
        for (place, url) in received.pendingURLs {
          try database.execute(
            sql: """
              INSERT OR REPLACE INTO pending_url (case_key, place, url)
              SELECT case_key, ?, ? FROM attempt WHERE number = ?
              """, arguments: [place, url, attempt.number])
        }
      }
    }
  }

  /// Notes that an attempt brought no answer.
  package func failed(_ attempt: AttemptID, failure: TransportFailure) throws {
    try store.perform {
      try store.database.write { database in
        try database.execute(
          sql: """
            UPDATE attempt SET failure = ?,
              state = CASE WHEN ? AND role = 'generate' THEN 'in-doubt' ELSE 'released' END
            WHERE number = ?
            """,
          arguments: [failure.message, failure.phase == .afterSending, attempt.number])
      }
    }
  }

  /// Everything stored of a case that is not yet part of a recording.
  package func storedCase(_ caseKey: CaseKey) throws -> StoredCase? {
    try store.cases(
      where: "case_key = ? AND purpose = 'recording'", [caseKey.description]
    ).first
  }

  /// All such cases of a suite.
  package func storedCases(of suite: SuiteName) throws -> [StoredCase] {
    try store.cases(where: "suite = ? AND purpose = 'recording'", [suite.text])
  }

  /// Notes that a case's exchanges are part of a recording now, and forgets its result URLs.
  package func promoted(_ caseKey: CaseKey) throws {
    try store.perform {
      try store.database.write { database in
        try database.execute(
          sql: """
            UPDATE attempt SET state = 'promoted'
            WHERE case_key = ? AND state = 'answered' AND purpose = 'recording'
            """, arguments: [caseKey.description])
        try database.execute(
          sql: "DELETE FROM pending_url WHERE case_key = ?", arguments: [caseKey.description])
      }
    }
  }

  /// The cases that refreshes of a suite have bought since the last one that came to its end.
  package func refreshed(of suite: SuiteName) throws -> Set<CaseKey> {
    let keys = try store.perform {
      try store.database.read { database in
        try String.fetchAll(
          database,
          sql: """
            WITH refresh AS (
              SELECT run.id, run.started_ms,
                run.summary IS NOT NULL AND NOT json_extract(run.summary, '$.interrupted') AS ended
              FROM run WHERE mode = 'refresh' AND id <> :run
                AND EXISTS (SELECT 1 FROM attempt WHERE run_id = run.id AND suite = :suite)
            )
            SELECT DISTINCT case_key FROM attempt JOIN refresh ON refresh.id = attempt.run_id
            WHERE suite = :suite AND role = 'generate' AND state = 'promoted'
              AND started_ms > COALESCE((SELECT MAX(started_ms) FROM refresh WHERE ended), -1)
            """, arguments: ["run": run.text, "suite": suite.text])
      }
    }
    return Set(keys.compactMap { CaseKey($0) })
  }

  /// Attempts of earlier runs that were sent and never answered.
  package func inDoubt(of suite: SuiteName) throws -> [DoubtfulAttempt] {
    try store.perform {
      try store.database.read { database in
        try Row.fetchAll(
          database,
          sql: """
            SELECT run_id, case_id, reserved_micro FROM attempt
            WHERE suite = ? AND state = 'in-doubt' AND run_id <> ? ORDER BY number
            """, arguments: [suite.text, run.text])
      }.compactMap { row in
        guard let run = RunID(row["run_id"]), let caseID = CaseID(row["case_id"]) else {
          return nil
        }
        return DoubtfulAttempt(
          run: run, caseID: caseID, amount: Money(microDollars: row["reserved_micro"]))
      }
    }
  }
}
