package import Canonical
internal import GRDB
package import Recording
internal import SeedreamAPI

extension RunStore {
  /// What a live run, or one that it goes on with, received of each case of a suite and nobody has
  /// adopted yet.
  ///
  /// - Throws: ``StoreFailure``.
  package func liveCases(
    of suite: SuiteName, in run: RunID
  ) throws(StoreFailure) -> [StoredCase] {
    try perform {
      try cases(
        where: "suite = ? AND purpose = 'live' AND run_id IN (\(Self.chain))",
        [suite.text, run.text])
    }
  }

  /// Forgets the links of a case's orders.
  ///
  /// - Parameter condition: which orders, in SQL.
  static func forgetLinks(
    of caseKey: CaseKey, where condition: String, _ database: Database,
    _ arguments: StatementArguments = []
  ) throws {
    try database.execute(
      sql: """
        DELETE FROM order_link WHERE order_number IN (
          SELECT number FROM attempt WHERE case_key = ? AND role = 'generate' AND \(condition))
        """, arguments: [caseKey.description] + arguments)
  }

  /// Notes that what a live run received of a case is part of a recording now.
  ///
  /// - Throws: ``StoreFailure``.
  package func adopted(_ caseKey: CaseKey, of run: RunID) throws(StoreFailure) {
    try perform {
      try database.write { database in
        try database.execute(
          sql: """
            UPDATE attempt SET state = 'promoted'
            WHERE case_key = ? AND state = 'answered' AND purpose = 'live'
              AND run_id IN (\(Self.chain))
            """, arguments: [caseKey.description, run.text])
        try Self.forgetLinks(
          of: caseKey, where: "purpose = 'live' AND run_id IN (\(Self.chain))", database, [run.text]
        )
      }
    }
  }

  /// The latest usable answer of each exchange, by case, in the order in which they were sent.
  func cases(
    where condition: String, _ arguments: StatementArguments
  ) throws -> [StoredCase] {
    let rows = try perform {
      try database.read { database in
        try Row.fetchAll(
          database,
          sql: """
            SELECT suite, case_id, case_key, request, exchange, is_promotable, MAX(number) AS number
            FROM attempt
            WHERE \(condition) AND state = 'answered' AND is_usable = 1
            GROUP BY case_key, role, ordinal ORDER BY case_key, number
            """, arguments: arguments)
      }
    }
    var cases: [StoredCase] = []
    var start = 0
    while start < rows.count {
      let key: String = rows[start]["case_key"]
      let end = rows[start...].firstIndex { $0["case_key"] != key } ?? rows.count
      cases.append(try Self.storedCase(rows[start..<end]))
      start = end
    }
    return cases
  }

  private static func storedCase(_ rows: ArraySlice<Row>) throws -> StoredCase {
    guard let last = rows.last, let suite = SuiteName(last["suite"]),
      let caseID = CaseID(last["case_id"]), let caseKey = CaseKey(last["case_key"])
    else {
      throw StoreFailure(description: "the run store holds an attempt without a usable case")
    }
    return StoredCase(
      recordedCase: RecordedCase(
        suite: suite, caseID: caseID, caseKey: caseKey,
        canonicalRequest: try JSONParser.parse(bytes(last["request"]))),
      exchanges: try rows.map { try exchange(from: $0["exchange"]) },
      isPromotable: rows.allSatisfy { $0["is_promotable"] })
  }

  static func exchange(from text: String) throws -> Exchange {
    try HARReader.exchange(from: try JSONParser.parse(Array(text.utf8)))
  }
}
