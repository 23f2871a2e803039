package import Canonical
package import Experiments
internal import Foundation
internal import GRDB

/// Writes facts of cases.
struct FactWriter {
  private let statement: Statement

  /// Prepares writing within a transaction.
  init(_ database: Database) throws {
    statement = try database.makeStatement(
      sql: """
        INSERT OR REPLACE INTO case_fact
          (suite, run_id, place, case_id, case_key, outcome, latency_ms, cost_micro, is_answered,
           inputs, shown, looks, looks_version)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """)
  }

  /// Writes one.
  func write(_ fact: CaseFact, of suite: SuiteName, in run: RunID, at place: Int) throws {
    try statement.execute(arguments: [
      suite.text, run.text, place, fact.caseID.text, fact.caseKey.description,
      fact.outcome.rawValue, fact.latencyMilliseconds, fact.cost.microDollars, fact.isAnswered,
      Data(fact.inputs.bytes), fact.shown.map { Data($0.bytes) },
      fact.looks.isEmpty ? nil : Data(fact.looks.flatMap(\.bytes)),
      fact.looks.isEmpty ? nil : PictureLooks.version,
    ])
  }
}

extension RunStore {
  /// The suites that runs that ended hold results of, by name.
  ///
  /// - Throws: ``StoreFailure``.
  package func suiteNames() throws(StoreFailure) -> [SuiteName] {
    try perform {
      try database.read { database in
        // Each step goes to the next name: a run has many results and few suites.
        try String.fetchAll(
          database,
          sql: """
            WITH RECURSIVE name (text) AS (
              SELECT MIN(suite) FROM case_fact
              UNION ALL SELECT (SELECT MIN(suite) FROM case_fact WHERE suite > name.text)
                FROM name WHERE name.text IS NOT NULL
            )
            SELECT text FROM name WHERE text IS NOT NULL
            """)
      }.compactMap { SuiteName($0) }
    }
  }

  /// The runs that ended and hold results of a suite, and those that did not and have ordered something of
  /// it, in the order in which they were begun.
  ///
  /// - Parameter last: how many of the latest; `nil` for all.
  /// - Throws: ``StoreFailure``.
  package func history(
    of suite: SuiteName, last: Int? = nil
  ) throws(StoreFailure) -> [HistoryRun] {
    try perform {
      let rows = try database.read { database in
        try Row.fetchAll(
          database,
          sql: """
            SELECT id, started_ms, mode, json_extract(summary, '$.interrupted') AS interrupted,
              json_extract(summary, '$.simulated') AS simulated, summary IS NOT NULL AS has_ended
            FROM run WHERE CASE WHEN summary IS NOT NULL
              THEN EXISTS (SELECT 1 FROM case_fact WHERE suite = :suite AND run_id = run.id)
              ELSE EXISTS (
                SELECT 1 FROM attempt
                WHERE run_id = run.id AND suite = :suite AND role = 'generate'
                  AND state <> 'released') END
            ORDER BY rowid DESC LIMIT :last
            """, arguments: ["suite": suite.text, "last": last ?? -1])
      }
      return rows.reversed().compactMap { row in
        guard let id = RunID(row["id"]), let mode = RunMode(rawValue: row["mode"]) else {
          return nil
        }
        return HistoryRun(
          id: id, startedAt: Timestamp(milliseconds: row["started_ms"]), mode: mode,
          isInterrupted: row["interrupted"] ?? false, isSimulated: row["simulated"] ?? false,
          hasEnded: row["has_ended"])
      }
    }
  }

  /// Gives each case of a suite in a run in plan order; one row at a time is in memory.
  ///
  /// - Throws: ``StoreFailure``.
  package func forEachFact(
    of suite: SuiteName, in run: RunID, _ body: (CaseFact) -> Void
  ) throws(StoreFailure) {
    try perform {
      try database.read { database in
        let rows = try Row.fetchCursor(
          database.cachedStatement(
            sql: """
              SELECT case_id, case_key, outcome, latency_ms, cost_micro, is_answered, inputs, shown,
                looks, looks_version
              FROM case_fact WHERE suite = ? AND run_id = ? ORDER BY place
              """), arguments: [suite.text, run.text])
        while let row = try rows.next() { body(try Self.fact(row)) }
      }
    }
  }

  private static func fact(_ row: Row) throws -> CaseFact {
    guard let caseID = CaseID(row[0]), let caseKey = CaseKey(row[1]),
      let outcome = Outcome(rawValue: row[2]), let inputs = SHA256Digest(bytes: blob(row, 6))
    else { throw StoreFailure(description: "a fact of a case cannot be read") }
    // Looks of another definition are not known.
    let version: String? = row[9]
    let looks = version == PictureLooks.version ? blob(row, 8) : []
    let size = PictureLooks.byteCount
    return CaseFact(
      caseID: caseID, caseKey: caseKey, outcome: outcome, latencyMilliseconds: row[3],
      cost: Money(microDollars: row[4]), isAnswered: row[5], inputs: inputs,
      shown: SHA256Digest(bytes: blob(row, 7)),
      looks: stride(from: 0, to: looks.count, by: size).compactMap {
        PictureLooks(bytes: Array(looks[$0..<min($0 + size, looks.count)]))
      })
  }

  private static func blob(_ row: Row, _ column: Int) -> [UInt8] {
    let data: Data? = row[column]
    return data.map { Array($0) } ?? []
  }

  // MARK: - Runs of earlier versions

  /// The runs that ended whose results have no facts yet.
  ///
  /// A new definition of looks empties the table by a migration, so that they are made anew.
  ///
  /// - Throws: ``StoreFailure``.
  package func runsWithoutFacts() throws(StoreFailure) -> [RunID] {
    try perform {
      try database.read { database in
        try String.fetchAll(
          database,
          sql: """
            SELECT id FROM run WHERE summary IS NOT NULL
              AND EXISTS (SELECT 1 FROM result WHERE run_id = run.id)
              AND NOT EXISTS (
                SELECT 1 FROM json_each(iif(header = '', '{}', header), '$.suites') AS suite
                JOIN case_fact
                  ON case_fact.suite = json_extract(suite.value, '$.name')
                  AND case_fact.run_id = run.id)
            ORDER BY rowid
            """)
      }.compactMap { RunID($0) }
    }
  }

  /// Makes the facts of a run out of its results.
  ///
  /// - Parameters:
  ///   - run: the run.
  ///   - known: what is known of a picture whose result says nothing of its looks.
  /// - Throws: ``StoreFailure``, also for results that cannot be read.
  package func fillFacts(
    of run: StoredRun, known: (OutputRecord) -> KnownPicture?
  ) throws(StoreFailure) {
    try perform {
      for suite in run.header.suites {
        var facts: [CaseFact] = []
        try run.forEachResult(of: suite.name) { result in
          if result.group == nil { facts.append(CaseFact(result, of: suite, known: known)) }
        }
        try database.write { database in
          let writer = try FactWriter(database)
          for (place, fact) in facts.enumerated() {
            try writer.write(fact, of: suite.name, in: run.header.id, at: place)
          }
        }
      }
    }
  }

  // MARK: - Answers that SQL adds up

  /// The cases of a suite that ended in different ways in runs with the same request, suite, baseline
  /// and, in replay, recording; cases that were not tried count nothing.
  ///
  /// - Parameter runs: the runs that are looked at.
  /// - Throws: ``StoreFailure``.
  package func flakyCases(
    of suite: SuiteName, in runs: [RunID]
  ) throws(StoreFailure) -> [FlakyCase] {
    let list = JSONValue.array(runs.map { .string($0.text) }).canonicalText
    return try perform {
      let rows = try database.read { database in
        try Row.fetchAll(
          database,
          sql: """
            WITH counted AS (
              SELECT case_id, inputs, outcome, COUNT(*) AS number FROM case_fact
              WHERE suite = ? AND run_id IN (SELECT value FROM json_each(?))
                AND outcome NOT IN ('cancelled', 'over-budget', 'fixture-missing', 'fixture-stale')
              GROUP BY case_id, inputs, outcome
            )
            SELECT case_id, inputs, outcome, number FROM counted
            WHERE (case_id, inputs) IN (
              SELECT case_id, inputs FROM counted GROUP BY case_id, inputs HAVING COUNT(*) > 1)
            ORDER BY case_id, inputs, outcome
            """, arguments: [suite.text, list])
      }
      var found: [FlakyCase] = []
      var start = 0
      while start < rows.count {
        let (id, inputs): (String, Data) = (rows[start]["case_id"], rows[start]["inputs"])
        let end =
          rows[start...].firstIndex { $0["case_id"] != id || $0["inputs"] != inputs } ?? rows.count
        var counts: [Outcome: Int] = [:]
        for row in rows[start..<end] {
          if let outcome = Outcome(rawValue: row["outcome"]) { counts[outcome] = row["number"] }
        }
        if let caseID = CaseID(id) { found.append(FlakyCase(caseID: caseID, counts: counts)) }
        start = end
      }
      return found
    }
  }

  /// The cases of a suite with what was known of each before it ran, as the latest of some runs says.
  ///
  /// - Parameter runs: the runs, the earliest first.
  /// - Throws: ``StoreFailure``.
  package func identities(
    of suite: SuiteName, in runs: [RunID]
  ) throws(StoreFailure) -> [CaseID: CaseIdentity] {
    var found: [CaseID: CaseIdentity] = [:]
    for run in runs.reversed() {
      try perform {
        try database.read { database in
          let rows = try Row.fetchCursor(
            database.cachedStatement(
              sql: """
                SELECT case_id, place FROM case_fact WHERE suite = ? AND run_id = ? ORDER BY place
                """), arguments: [suite.text, run.text])
          while let row = try rows.next() {
            guard let id = CaseID(row[0]), found[id] == nil else { continue }
            let document = try String.fetchOne(
              database.cachedStatement(
                sql: """
                  SELECT document FROM result WHERE run_id = ? AND suite = ? AND place = ?
                  """), arguments: [run.text, suite.text, row[1] as Int])
            guard let document else { continue }
            found[id] = try EncodedCase.decode(try JSONParser.parse(Self.bytes(document))).identity
          }
        }
      }
    }
    return found
  }
}
