package import Canonical
package import Experiments
internal import GRDB
internal import Recording
internal import SeedreamAPI

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

/// An order that a run has sent, with what it came to, whichever run went on with it.
package struct SentOrder: Hashable, Sendable {
  /// The case.
  package let caseID: CaseID
  /// What it did cost.
  package let spent: Money
  /// What it may have cost beside that: no answer came, or it is worked on still.
  package let possiblyBilled: Money
}

extension RunStore {
  /// The query for the run of a later order of the same case that brought something.
  static let laterAnswer = """
    SELECT later.run_id FROM attempt AS later
    WHERE later.case_key = attempt.case_key AND later.purpose = attempt.purpose
      AND later.role = 'generate' AND later.is_usable = 1 AND later.number > attempt.number
    """

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

  /// The orders that a run has sent, of one suite or of all.
  ///
  /// The price of a task belongs to the run that ordered it, also where a later run has asked after it.
  ///
  /// - Throws: ``StoreFailure``, also for an answer that cannot be read.
  package func sentOrders(
    by run: RunID, of suite: SuiteName? = nil
  ) throws(StoreFailure) -> [SentOrder] {
    try perform {
      let rows = try database.read { database in
        try Row.fetchAll(
          database,
          sql: """
            WITH RECURSIVE family (id) AS (
              -- The run and those that go on with it.
              SELECT :run UNION SELECT run.id FROM run JOIN family ON run.resumes = family.id
            )
            SELECT case_id, state, reserved_micro, exchange, cost_micro + COALESCE((
                SELECT SUM(poll.cost_micro) FROM attempt AS poll
                WHERE poll.case_key = attempt.case_key AND poll.purpose = attempt.purpose
                  AND poll.role = 'poll' AND poll.number > attempt.number
                  AND (poll.purpose = 'recording' OR poll.run_id IN (SELECT id FROM family))
                  AND NOT EXISTS (
                    SELECT 1 FROM attempt AS next
                    WHERE next.case_key = attempt.case_key AND next.purpose = attempt.purpose
                      AND next.role = 'generate' AND next.number > attempt.number
                      AND next.number < poll.number
                      AND (next.purpose = 'recording' OR next.run_id IN (SELECT id FROM family)))
              ), 0) AS cost
            FROM attempt
            WHERE run_id = :run AND role = 'generate' AND state <> 'released'
              AND (:suite IS NULL OR suite = :suite)
            ORDER BY number
            """, arguments: ["run": run.text, "suite": suite?.text])
      }
      return try rows.compactMap { row in
        guard let caseID = CaseID(row["case_id"]) else { return nil }
        let spent = Money(microDollars: row["cost"])
        let isOpen =
          ["sent", "in-doubt"].contains(row["state"] as String)
          ? true : try spent == .zero && isTask(row["exchange"])
        return SentOrder(
          caseID: caseID, spent: isOpen ? .zero : spent,
          possiblyBilled: isOpen ? Money(microDollars: row["reserved_micro"]) : .zero)
      }
    }
  }

  /// The money of a run by what it has sent, as far as that is known by now.
  ///
  /// - Throws: ``StoreFailure``, also for an answer that cannot be read.
  package func spending(of run: RunID) throws(StoreFailure) -> Spending {
    let orders = try sentOrders(by: run)
    return Spending(
      spent: orders.reduce(.zero) { $0 + $1.spent },
      possiblyBilled: orders.reduce(.zero) { $0 + $1.possiblyBilled }, requests: orders.count)
  }

  /// Whether an order was answered by a task, whose price its pictures tell.
  private func isTask(_ exchange: String?) throws -> Bool {
    guard let exchange = try exchange.map(Self.exchange) else { return false }
    let answer = EditAnswer(
      HTTPResponse(
        status: exchange.response.status, headers: exchange.response.headers,
        body: try exchange.response.body.parts.joined(from: blobs), timing: exchange.timing))
    if case .task = answer { return true }
    return false
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
