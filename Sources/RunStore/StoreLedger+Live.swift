package import Canonical
internal import GRDB
package import Recording

/// A case whose order a live run has sent.
package struct SentCase: Sendable {
  /// The case as it was sent.
  package let recordedCase: RecordedCase
  /// Whether there is an answer that need not be asked for again.
  package let isAnswered: Bool
}

extension StoreLedger {
  /// The cases of a suite that this live run and those that it goes on with have sent, in the order in
  /// which they were sent last.
  package func sentLive(of suite: SuiteName) throws -> [SentCase] {
    let rows = try store.perform {
      try store.database.read { database in
        try Row.fetchAll(
          database,
          sql: """
            SELECT case_id, case_key, request, MAX(number),
              MAX(state IN ('answered', 'promoted') AND is_usable = 1) AS is_answered
            FROM attempt
            WHERE suite = ? AND purpose = 'live' AND role = 'generate' AND run_id IN (\(runList))
            GROUP BY case_key ORDER BY MAX(number)
            """, arguments: [suite.text])
      }
    }
    return try rows.compactMap { row in
      guard let caseID = CaseID(row["case_id"]), let caseKey = CaseKey(row["case_key"]) else {
        return nil
      }
      return SentCase(
        recordedCase: RecordedCase(
          suite: suite, caseID: caseID, caseKey: caseKey,
          canonicalRequest: try JSONParser.parse(RunStore.bytes(row["request"]))),
        isAnswered: row["is_answered"])
    }
  }
}

extension RunStore {
  /// The query for a run and those that it goes on with.
  static let chain = """
    WITH RECURSIVE chain (id, resumes) AS (
      SELECT id, resumes FROM run WHERE id = ?
      UNION SELECT run.id, run.resumes FROM run JOIN chain ON run.id = chain.resumes
    )
    SELECT id FROM chain
    """

  /// The run that ended and holds results of a suite, of these the one that was begun last.
  package func lastRun(of suite: SuiteName) throws(StoreFailure) -> StoredRun? {
    let id = try perform {
      try database.read { database in
        try String.fetchOne(
          database,
          sql: """
            SELECT id FROM run WHERE summary IS NOT NULL
              AND EXISTS (SELECT 1 FROM result WHERE run_id = run.id AND suite = ?)
            ORDER BY rowid DESC LIMIT 1
            """, arguments: [suite.text])
      }
    }
    return try id.map { (id) throws(StoreFailure) in try run(id) }
  }

  /// The live run that has sent an order of one of some suites last; `nil` without one.
  package func lastLiveRun(of suites: [SuiteName]) throws(StoreFailure) -> RunID? {
    try perform {
      try database.read { database in
        let rows = try suites.compactMap { suite in
          try Row.fetchOne(
            database,
            sql: """
              SELECT run_id, number FROM attempt WHERE suite = ? AND purpose = 'live'
              ORDER BY number DESC LIMIT 1
              """, arguments: [suite.text])
        }
        let last = rows.max { (left: Row, right: Row) in
          (left["number"] as Int64) < (right["number"] as Int64)
        }
        return last.flatMap { RunID($0["run_id"]) }
      }
    }
  }
}
