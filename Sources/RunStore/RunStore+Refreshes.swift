package import Canonical
internal import GRDB

extension RunStore {
  /// The query for what refreshes have bought and the next one does not buy again: `suite`, `case_key` and
  /// `run_id`; of one suite where `:suite` names it.
  ///
  /// A refresh has come to its end where it went over all of its cases: one that was interrupted or killed, or
  /// stopped by a cap, by `--max-failures` or by an account without credit or quota, has left some, and the
  /// same command goes on with it. What such a refresh has bought counts until a later one that came to its
  /// end went over the same case; one of other cases, by a filter or a shard, ends nothing of it.
  static let openPurchases = """
    WITH refresh AS (
      -- In the order in which runs were begun: the clock may have been set back.
      SELECT id, rowid AS place, summary IS NOT NULL
          AND NOT json_extract(summary, '$.interrupted')
          AND COALESCE(json_extract(summary, '$.counts."over-budget"'), 0) = 0
          AND COALESCE(json_extract(summary, '$.counts."cancelled"'), 0) = 0
          AND COALESCE(json_extract(summary, '$.counts."rate-limited"'), 0) = 0
          -- Refused for the account's sake: the other orders may have been under way already.
          AND NOT EXISTS (
            SELECT 1 FROM attempt WHERE run_id = run.id AND role = 'generate' AND is_usable = 0
              AND iif(exchange IS NULL, NULL, json_extract(exchange, '$.response.status'))
                IN (401, 402, 403)
          ) AS ended
      FROM run WHERE mode = 'refresh'
    ), bought AS (
      SELECT DISTINCT suite, case_key, run_id, place
      FROM attempt JOIN refresh ON refresh.id = run_id
      WHERE NOT ended AND role = 'generate' AND state = 'promoted' AND is_usable = 1
        AND (:suite IS NULL OR suite = :suite)
    ), closed AS (
      SELECT suite, case_key, MAX(refresh.place) AS place FROM result JOIN refresh ON refresh.id = run_id
      WHERE ended AND refresh.place > (SELECT MIN(place) FROM bought)
        AND (:suite IS NULL OR suite = :suite)
      GROUP BY suite, case_key
    )
    SELECT suite, case_key, run_id FROM bought LEFT JOIN closed USING (suite, case_key)
    WHERE closed.place IS NULL OR closed.place < bought.place
    """

  /// The cases of a suite that refreshes have bought which have not come to their end: the next refresh
  /// does not buy them again.
  ///
  /// - Throws: ``StoreFailure``.
  package func refreshed(of suite: SuiteName) throws(StoreFailure) -> Set<CaseKey> {
    let keys = try perform {
      try database.read { database in
        try Row.fetchAll(
          database, sql: Self.openPurchases, arguments: ["suite": suite.text]
        ).map { $0["case_key"] as String }
      }
    }
    return Set(keys.compactMap { CaseKey($0) })
  }

  /// The refreshes of any suite that have bought what the next one does not buy again.
  ///
  /// - Throws: ``StoreFailure``.
  func refreshesToGoOnWith() throws(StoreFailure) -> Set<RunID> {
    let runs = try perform {
      try database.read { database in
        try Row.fetchAll(database, sql: Self.openPurchases, arguments: ["suite": nil])
          .map { $0["run_id"] as String }
      }
    }
    return Set(runs.compactMap { RunID($0) })
  }
}
