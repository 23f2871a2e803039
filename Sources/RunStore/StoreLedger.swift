package import Canonical
package import Experiments
internal import GRDB
package import Recording
package import SeedreamAPI

/// The run store as the place where paid answers are kept.
package struct StoreLedger: ExchangeLedger {
  let store: RunStore
  private let run: RunID
  /// Answers of live runs are not given to later runs: each live run asks anew.
  private let isRecording: Bool
  /// This run, and those that it goes on with, the latest first.
  private let runs: [RunID]

  /// Begins a run that may spend.
  ///
  /// Attempts that an earlier process has sent and not seen answered are in doubt from now on; the
  /// lock that is needed for this says that no such process is alive.
  ///
  /// - Parameter resumed: the live run whose answers are not asked for again.
  /// - Throws: ``StoreFailure``.
  package init(
    store: RunStore, run: RunID, mode: RunMode, startedAt: Timestamp,
    resuming resumed: RunID? = nil, lock: borrowing StoreLock
  ) throws(StoreFailure) {
    precondition(resumed == nil || mode == .live, "recordings are gone on with in any case")
    self.store = store
    self.run = run
    isRecording = mode != .live
    let isNewLive = mode == .live && resumed == nil
    runs = try store.perform {
      try store.database.write { database in
        // Nothing goes on with an earlier live run once there is a later one.
        if isNewLive {
          try database.execute(sql: "DELETE FROM pending_link WHERE purpose = 'live'")
        }
        try database.execute(
          sql: """
            UPDATE attempt SET state = 'released'
            WHERE state = 'sent' AND role IN ('poll', 'download');
            UPDATE attempt SET state = 'in-doubt',
              failure = 'the process ended before an answer came'
            WHERE state = 'sent';
            """)
        try database.execute(
          sql: "INSERT INTO run (id, started_ms, mode, header, resumes) VALUES (?, ?, ?, '', ?)",
          arguments: [run.text, startedAt.milliseconds, mode.rawValue, resumed?.text])
        return try String.fetchAll(database, sql: RunStore.chain, arguments: [run.text])
          .compactMap { RunID($0) }
      }
    }
  }

  /// The runs whose live answers count, for a list in SQL; ids are plain text of a narrow alphabet.
  var runList: String { runs.map { "'\($0.text)'" }.joined(separator: ", ") }

  private var purpose: String { isRecording ? "recording" : "live" }

  /// The usable answer of an exchange that was stored and is not yet part of a recording.
  package func stored(_ id: ExchangeID) throws -> Exchange? {
    let text = try store.perform {
      try store.database.read { database in
        try String.fetchOne(
          database,
          sql: """
            SELECT exchange FROM attempt
            WHERE case_key = ? AND role = ? AND ordinal = ? AND is_usable = 1 AND purpose = ?
              AND (purpose = 'recording' AND state = 'answered'
                OR purpose = 'live' AND run_id IN (\(runList)) AND state IN ('answered', 'promoted'))
            ORDER BY number DESC LIMIT 1
            """,
          arguments: [id.caseKey.description, id.role.rawValue, id.ordinal, purpose])
      }
    }
    return try text.map { try RunStore.exchange(from: $0) }
  }

  /// The URL of a picture before redaction, while it is still to be fetched.
  package func pendingURL(of caseKey: CaseKey, index: Int) throws -> String? {
    try store.perform {
      try store.database.read { database in
        try String.fetchOne(
          database,
          sql: "SELECT url FROM pending_link WHERE case_key = ? AND purpose = ? AND place = ?",
          arguments: [caseKey.description, purpose, index])
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
            UPDATE attempt SET state = CASE WHEN ? AND role = 'generate' THEN 'in-doubt' ELSE 'answered' END,
              exchange = ?, cost_micro = ?, is_usable = ?, is_promotable = ?, failure = ?
            WHERE number = ?
            """,
          arguments: [
            received.isDoubtful, HARWriter.json(of: received.exchange).canonicalText,
            received.cost.microDollars, received.isUsable, received.isPromotable,
            received.isGone ? Self.gone : nil, attempt.number,
          ])
        // The new order of a next run must not be taken for this one.
        if received.endsOrder {
          try database.execute(
            sql: """
              UPDATE attempt SET is_usable = 0, state = 'in-doubt'
              WHERE role = 'generate' AND state = 'answered' AND (case_key, purpose) =
                (SELECT case_key, purpose FROM attempt WHERE number = ?)
              """, arguments: [attempt.number])
        }
        for (place, url) in received.pendingURLs {
          try database.execute(
            sql: """
              INSERT OR REPLACE INTO pending_link (case_key, purpose, place, url)
              SELECT case_key, purpose, ?, ? FROM attempt WHERE number = ?
              """, arguments: [place, url, attempt.number])
        }
        // A picture that is stored needs its link no more.
        if received.exchange.role == .download, received.isUsable {
          try database.execute(
            sql: """
              DELETE FROM pending_link WHERE (case_key, purpose, place) =
                (SELECT case_key, purpose, ordinal FROM attempt WHERE number = ?)
              """, arguments: [attempt.number])
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
          sql: "DELETE FROM pending_link WHERE case_key = ? AND purpose = 'recording'",
          arguments: [caseKey.description])
      }
    }
  }

  /// The failure of an answer that says that nothing is there any more.
  private static let gone = "gone"

  /// Gives up what an earlier run has ordered.
  package func giveUp(_ caseKey: CaseKey, isCertain: Bool) throws -> Bool {
    try store.perform {
      try store.database.write { database in
        let order = try Row.fetchOne(
          database,
          sql: """
            SELECT number, run_id FROM attempt
            WHERE case_key = ? AND purpose = ? AND role = 'generate' AND state = 'answered'
              AND is_usable = 1
            ORDER BY number DESC LIMIT 1
            """, arguments: [caseKey.description, purpose])
        guard let order, order["run_id"] as String != run.text else { return false }
        let isGone = try Bool.fetchOne(
          database,
          sql: """
            SELECT EXISTS (SELECT 1 FROM attempt
              WHERE case_key = ? AND purpose = ? AND run_id <> ? AND failure = ? AND number > ?)
            """,
          arguments: [
            caseKey.description, purpose, run.text, Self.gone, order["number"] as Int64,
          ])
        guard isCertain || isGone == true else { return false }
        // What was fetched of the old order must not be taken for a picture of the new one.
        try database.execute(
          sql: """
            UPDATE attempt SET is_usable = 0
            WHERE case_key = ? AND purpose = ? AND state = 'answered'
            """, arguments: [caseKey.description, purpose])
        try database.execute(
          sql: "DELETE FROM pending_link WHERE case_key = ? AND purpose = ?",
          arguments: [caseKey.description, purpose])
        return true
      }
    }
  }

  /// The cases that refreshes of a suite have bought since the last one that came to its end.
  package func refreshed(of suite: SuiteName) throws -> Set<CaseKey> {
    try Self.refreshed(of: suite, in: store, before: run)
  }

  /// The same for a command that only looks.
  ///
  /// - Parameter run: the run that goes on; `nil` where none has begun.
  package static func refreshed(
    of suite: SuiteName, in store: RunStore, before run: RunID? = nil
  ) throws -> Set<CaseKey> {
    let keys = try store.perform {
      try store.database.read { database in
        try String.fetchAll(
          database,
          sql: """
            WITH refresh AS (
              -- In the order in which runs were begun: the clock may have been set back.
              SELECT run.id, run.rowid AS place,
                run.summary IS NOT NULL AND NOT json_extract(run.summary, '$.interrupted') AS ended
              FROM run WHERE mode = 'refresh' AND id <> :run
                AND EXISTS (SELECT 1 FROM attempt WHERE run_id = run.id AND suite = :suite)
            )
            SELECT DISTINCT case_key FROM attempt JOIN refresh ON refresh.id = attempt.run_id
            WHERE suite = :suite AND role = 'generate' AND state = 'promoted'
              AND place > COALESCE((SELECT MAX(place) FROM refresh WHERE ended), -1)
            """, arguments: ["run": run?.text ?? "", "suite": suite.text])
      }
    }
    return Set(keys.compactMap { CaseKey($0) })
  }

  /// Orders of earlier runs that may be billed and brought nothing, and were not followed by one that did.
  package func inDoubt(of suite: SuiteName) throws -> [DoubtfulAttempt] {
    try store.perform {
      try store.database.read { database in
        try Row.fetchAll(
          database,
          sql: """
            SELECT run_id, case_id, reserved_micro FROM attempt
            WHERE suite = ? AND state = 'in-doubt' AND run_id <> ? AND purpose = ?
              AND NOT EXISTS (SELECT 1 FROM attempt AS later
                WHERE later.case_key = attempt.case_key AND later.purpose = attempt.purpose
                  AND later.role = 'generate' AND later.is_usable = 1
                  AND later.number > attempt.number)
              AND (purpose = 'recording' OR run_id IN (\(runList)) OR run_id = (
                SELECT run_id FROM attempt
                WHERE suite = ? AND purpose = 'live' AND run_id <> ? ORDER BY number DESC LIMIT 1))
            ORDER BY number
            """, arguments: [suite.text, run.text, purpose, suite.text, run.text])
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
