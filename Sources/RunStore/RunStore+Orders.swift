package import Canonical
internal import GRDB

/// An order that a run has placed and whose pictures are not recorded yet.
package struct PlacedOrder: Hashable, Sendable {
  /// The run that placed it.
  package let run: RunID
  /// The case.
  package let caseID: CaseID
  /// The key of the case.
  package let caseKey: CaseKey
  /// What it may cost at most.
  package let amount: Money
}

extension RunStore {
  /// What live runs have got answered of a suite: of each case the run of its last answer, which may be that of
  /// a picture whose order an earlier run has placed.
  ///
  /// - Throws: ``StoreFailure``.
  package func liveAnswers(of suite: SuiteName) throws(StoreFailure) -> [CaseKey: RunID] {
    try perform {
      let rows = try database.read { database in
        try Row.fetchAll(
          database,
          sql: """
            SELECT case_key, run_id, MAX(number) FROM attempt JOIN run ON run.id = run_id
            WHERE suite = ? AND purpose = 'live' AND state = 'answered' AND is_usable = 1
            GROUP BY case_key
            """, arguments: [suite.text])
      }
      var answers: [CaseKey: RunID] = [:]
      for row in rows {
        guard let caseKey = CaseKey(row["case_key"]) else { continue }
        answers[caseKey] = RunID(row["run_id"])
      }
      return answers
    }
  }

  /// What a run has sent, and what of it was never answered and may cost.
  ///
  /// - Throws: ``StoreFailure``.
  package func sent(
    by run: RunID
  ) throws(StoreFailure) -> (requests: Int, unanswered: Money) {
    try perform {
      let row = try database.read { database in
        try Row.fetchOne(
          database,
          sql: """
            SELECT COUNT(*) AS requests,
              SUM(CASE WHEN state IN ('sent', 'in-doubt') THEN reserved_micro ELSE 0 END) AS unanswered
            FROM attempt WHERE run_id = ? AND role = 'generate'
            """, arguments: [run.text])
      }
      return (row?["requests"] ?? 0, Money(microDollars: row?["unanswered"] ?? 0))
    }
  }

  /// Whether a run has sent anything.
  ///
  /// - Throws: ``StoreFailure``.
  package func hasAttempts(of run: RunID) throws(StoreFailure) -> Bool {
    try perform {
      try database.read { database in
        try Bool.fetchOne(
          database, sql: "SELECT EXISTS (SELECT 1 FROM attempt WHERE run_id = ?)",
          arguments: [run.text]) ?? false
      }
    }
  }

  /// The orders of a suite that were answered, by a task or by pictures, and are no recordings yet: the
  /// next recording run goes on with them and orders nothing in their place.
  ///
  /// - Throws: ``StoreFailure``.
  package func orders(of suite: SuiteName) throws(StoreFailure) -> [PlacedOrder] {
    try perform {
      try database.read { database in
        try Row.fetchAll(
          database,
          sql: """
            SELECT run_id, case_id, case_key, reserved_micro, MAX(number) FROM attempt
            WHERE suite = ? AND purpose = 'recording' AND role = 'generate'
              AND state = 'answered' AND is_usable = 1
            GROUP BY case_key ORDER BY MAX(number)
            """, arguments: [suite.text])
      }.compactMap { row in
        guard let run = RunID(row["run_id"]), let caseID = CaseID(row["case_id"]),
          let caseKey = CaseKey(row["case_key"])
        else { return nil }
        return PlacedOrder(
          run: run, caseID: caseID, caseKey: caseKey,
          amount: Money(microDollars: row["reserved_micro"]))
      }
    }
  }
}
