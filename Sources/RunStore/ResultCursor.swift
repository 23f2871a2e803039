package import Canonical
package import Experiments
internal import GRDB

/// Walks the results of one suite of a stored run, a page in memory at a time.
package struct ResultCursor {
  private static let pageCount = 256

  private let run: StoredRun
  private let suite: SuiteName
  private var page: ArraySlice<CaseResult> = []
  private var lastPlace = -1
  private var isDone = false

  /// Starts before the first result.
  package init(_ run: StoredRun, of suite: SuiteName) {
    self.run = run
    self.suite = suite
  }

  /// The next result without taking it; `nil` after the last.
  ///
  /// - Throws: ``StoreFailure``.
  package mutating func peek() throws(StoreFailure) -> CaseResult? {
    if page.isEmpty, !isDone { try readPage() }
    return page.first
  }

  /// Takes the next result.
  package mutating func advance() { page = page.dropFirst() }

  private mutating func readPage() throws(StoreFailure) {
    let rows = try run.store.perform {
      try run.store.database.read { database in
        try Row.fetchAll(
          database,
          sql: """
            SELECT place, document FROM result WHERE run_id = ? AND suite = ? AND place > ?
            ORDER BY place LIMIT ?
            """, arguments: [run.header.id.text, suite.text, lastPlace, Self.pageCount])
      }
    }
    page = try run.store.perform {
      try rows.map { row in
        try EncodedCase.decode(try JSONParser.parse(RunStore.bytes(row["document"])))
      }[...]
    }
    lastPlace = rows.last?["place"] ?? lastPlace
    isDone = rows.count < Self.pageCount
  }
}
