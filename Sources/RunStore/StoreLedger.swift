package import Canonical
package import Experiments
internal import GRDB
package import Recording
package import SeedreamAPI

/// The run store as the place where paid answers are kept.
package struct StoreLedger: ExchangeLedger {
  let store: RunStore
  private let run: RunID
  private let mode: RunMode
  private let startedAt: Timestamp
  /// The live run that this one goes on with.
  private let resumed: RunID?
  /// This run, and those that it goes on with, the latest first.
  private let runs: [RunID]

  /// Opens the ledger for a run that may spend; ``start()`` begins the run.
  ///
  /// Attempts that an earlier process has sent and not seen answered are in doubt from now on; the
  /// lock that is needed for this says that no such process is alive. Nothing else is changed: a run
  /// that nobody agrees to leaves everything as it was.
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
    self.mode = mode
    self.startedAt = startedAt
    self.resumed = resumed
    let earlier = try store.perform {
      try store.database.write { database in
        try database.execute(
          sql: """
            UPDATE attempt SET state = 'released'
            WHERE state = 'sent' AND role IN ('poll', 'download');
            UPDATE attempt SET state = 'in-doubt',
              failure = 'the process ended before an answer came'
            WHERE state = 'sent';
            """)
        return try String.fetchAll(database, sql: RunStore.chain, arguments: [resumed?.text])
          .compactMap { RunID($0) }
      }
    }
    runs = [run] + earlier
  }

  /// Notes that the run begins: only then anything can be sent, and later runs find it.
  ///
  /// - Throws: ``StoreFailure``.
  package func start() throws(StoreFailure) {
    try store.perform {
      try store.database.write { database in
        try database.execute(
          sql: "INSERT INTO run (id, started_ms, mode, header, resumes) VALUES (?, ?, ?, '', ?)",
          arguments: [run.text, startedAt.milliseconds, mode.rawValue, resumed?.text])
      }
    }
  }

  /// The runs whose live answers count, for a list in SQL; ids are plain text of a narrow alphabet.
  var runList: String { runs.map { "'\($0.text)'" }.joined(separator: ", ") }

  /// Answers of live runs are not given to later runs: each live run asks anew.
  private var isRecording: Bool { mode != .live }

  private var purpose: String { isRecording ? "recording" : "live" }

  /// What an attempt has to fulfil in SQL to be one of this run or of those that it goes on with.
  private var isOurs: String {
    isRecording ? "purpose = 'recording'" : "purpose = 'live' AND run_id IN (\(runList))"
  }

  /// The usable answer of an exchange that was stored and is not yet part of a recording.
  package func stored(_ id: ExchangeID) throws -> Exchange? {
    let text = try store.perform {
      try store.database.read { database in
        try String.fetchOne(
          database,
          sql: """
            SELECT exchange FROM attempt
            WHERE case_key = ? AND role = ? AND ordinal = ? AND is_usable = 1 AND \(isOurs)
              AND (state = 'answered' OR purpose = 'live' AND state = 'promoted')
            ORDER BY number DESC LIMIT 1
            """,
          arguments: [id.caseKey.description, id.role.rawValue, id.ordinal])
      }
    }
    return try text.map { try RunStore.exchange(from: $0) }
  }

  /// The URLs of a picture before redaction, while it is still to be fetched; the latest order first.
  package func pendingURLs(of caseKey: CaseKey, index: Int) throws -> [String] {
    try store.perform {
      try store.database.read { database in
        try String.fetchAll(
          database,
          sql: """
            SELECT url FROM order_link JOIN attempt ON number = order_number
            WHERE case_key = ? AND place = ? AND \(isOurs) ORDER BY number DESC
            """,
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
              WHERE role = 'generate' AND state = 'answered' AND \(isOurs)
                AND case_key = (SELECT case_key FROM attempt WHERE number = ?)
              """, arguments: [attempt.number])
        }
        try keepLinks(of: received, attempt, database)
      }
    }
  }

  /// Keeps the links that an answer names with their order, and forgets that of a picture that has come.
  private func keepLinks(
    of received: ReceivedExchange, _ attempt: AttemptID, _ database: Database
  ) throws {
    let isFetched = received.exchange.role == .download && received.isUsable
    guard isFetched || !received.pendingURLs.isEmpty else { return }
    let order = try Int64.fetchOne(
      database,
      sql: """
        SELECT number FROM attempt
        WHERE role = 'generate' AND is_usable = 1 AND state IN ('answered', 'promoted') AND \(isOurs)
          AND case_key = (SELECT case_key FROM attempt WHERE number = ?)
        ORDER BY number DESC LIMIT 1
        """, arguments: [attempt.number])
    for (place, url) in received.pendingURLs {
      try database.execute(
        sql: "INSERT OR REPLACE INTO order_link (order_number, place, url) VALUES (?, ?, ?)",
        arguments: [order ?? attempt.number, place, url])
    }
    if isFetched {
      try database.execute(
        sql: "DELETE FROM order_link WHERE order_number = ? AND place = ?",
        arguments: [order, received.exchange.ordinal])
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

  /// Everything stored of a case that is not yet part of a recording; of a live run what it and those
  /// that it goes on with received.
  package func storedCase(_ caseKey: CaseKey) throws -> StoredCase? {
    try store.cases(where: "case_key = ? AND \(isOurs)", [caseKey.description]).first
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
        try RunStore.forgetLinks(of: caseKey, where: "purpose = 'recording'", database)
      }
    }
  }

  /// The failure of an answer that says that nothing is there any more.
  private static let gone = "gone"

  /// Gives up what an earlier run has ordered; of a live run only what those have that it goes on with.
  package func giveUp(_ caseKey: CaseKey, isCertain: Bool) throws -> Bool {
    try store.perform {
      try store.database.write { database in
        let order = try Row.fetchOne(
          database,
          sql: """
            SELECT number, run_id FROM attempt
            WHERE case_key = ? AND role = 'generate' AND state = 'answered' AND is_usable = 1
              AND \(isOurs)
            ORDER BY number DESC LIMIT 1
            """, arguments: [caseKey.description])
        guard let order, order["run_id"] as String != run.text else { return false }
        let isGone = try Bool.fetchOne(
          database,
          sql: """
            SELECT EXISTS (SELECT 1 FROM attempt
              WHERE case_key = ? AND run_id <> ? AND failure = ? AND number > ? AND \(isOurs))
            """,
          arguments: [caseKey.description, run.text, Self.gone, order["number"] as Int64])
        guard isCertain || isGone == true else { return false }
        // What was fetched of the old order must not be taken for a picture of the new one.
        try database.execute(
          sql: """
            UPDATE attempt SET is_usable = 0 WHERE case_key = ? AND state = 'answered' AND \(isOurs)
            """, arguments: [caseKey.description])
        try RunStore.forgetLinks(of: caseKey, where: isOurs, database)
        return true
      }
    }
  }

  /// The cases of a suite that a refresh goes on with and does not buy again.
  package func refreshed(of suite: SuiteName) throws -> Set<CaseKey> {
    try store.refreshed(of: suite)
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
              AND NOT EXISTS (\(RunStore.laterAnswer))
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
