package import Canonical
internal import GRDB
internal import Recording

extension RunStore {
  /// What is paid for and not yet a recording.
  package struct Unpromoted: Hashable, Sendable {
    /// The cases.
    package var caseKeys: Set<CaseKey> = []
    /// The blobs that their exchanges name.
    package var blobs: Set<BlobID> = []

    /// Starts with nothing.
    package init() {}
  }

  /// The answers of a suite that are paid for and not yet part of a recording, live ones too, since
  /// they may still be adopted.
  ///
  /// - Throws: ``StoreFailure``.
  package func unpromoted(of suite: SuiteName) throws(StoreFailure) -> Unpromoted {
    try perform {
      try database.read { database in
        var found = Unpromoted()
        let rows = try Row.fetchCursor(
          database,
          sql: """
            SELECT case_key, exchange FROM attempt
            WHERE suite = ? AND state = 'answered' AND exchange IS NOT NULL
            """, arguments: [suite.text])
        while let row = try rows.next() {
          if let key = CaseKey(row["case_key"]) { found.caseKeys.insert(key) }
          let entry = try JSONParser.parse(Self.bytes(row["exchange"]))
          found.blobs.formUnion(try HARReader.exchange(from: entry).blobs)
        }
        return found
      }
    }
  }
}
