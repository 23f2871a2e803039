package import Canonical
package import Experiments
internal import GRDB
package import Recording
package import SystemPackage

/// Everything about the runs of a project, in `reports/proofsheet.sqlite` and `reports/blobs`.
///
/// What was paid for is here before anything else looks at it, and stays until it is a recording.
package final class RunStore: Sendable {
  /// The file name of the database.
  package static let fileName = "proofsheet.sqlite"

  /// The folder.
  package let folder: FilePath
  /// The bytes of what was paid for and is not yet a recording.
  package let blobs: BlobStore

  let database: DatabasePool

  /// Opens the store, and makes it where there is none.
  ///
  /// - Parameters:
  ///   - folder: the reports folder.
  ///   - spends: whether money will be spent: then every commit is synced to the disk.
  /// - Throws: ``StoreFailure``.
  package init(folder: FilePath, spends: Bool) throws(StoreFailure) {
    self.folder = folder
    blobs = BlobStore(folder: folder.appending("blobs"))
    let path = folder.appending(Self.fileName)
    do {
      try DurableFile.createFolder(folder)
      database = try Self.open(path)
      if spends { try Self.requireFullSync(database) }
    } catch {
      throw StoreFailure(
        path, "cannot be used", error, hint: Self.advice(on: error))
    }
  }

  /// How often a store is opened that other processes make just then.
  ///
  /// Each time at least one step of the schema was made before this one fails again, and there are fewer.
  private static let openTriesMax = 16
  /// How long another process is waited for that writes, in seconds.
  private static let busySeconds = 10.0

  /// Opens the database and brings it to the schema of this version.
  ///
  /// Where two processes do so at once, the second finds tables that it was about to make, and looks again.
  private static func open(_ path: FilePath) throws -> DatabasePool {
    var configuration = Configuration()
    configuration.busyMode = .timeout(busySeconds)
    var tries = 1
    while true {
      do {
        let pool = try DatabasePool(path: path.string, configuration: configuration)
        try StoreSchema.migrator.migrate(pool)
        return pool
      } catch let error as DatabaseError
        where tries < openTriesMax
        && [.SQLITE_ERROR, .SQLITE_CONSTRAINT].contains(error.resultCode)
      {
        tries += 1
      }
    }
  }

  /// What helps where the database cannot be opened: a file that is in order holds what was paid for, and is
  /// not to be moved away.
  private static func advice(on error: any Error) -> String {
    switch (error as? DatabaseError)?.resultCode {
    case .SQLITE_BUSY, .SQLITE_LOCKED:
      "Another process is writing to it; run again when that has ended"
    case .SQLITE_NOTADB, .SQLITE_CORRUPT:
      "Give another folder with --reports, or move the file away"
    default: "Give another folder with --reports"
    }
  }

  /// Opening a pool sets `synchronous` to NORMAL, which may lose the last commits in a power cut; a
  /// paid answer must not be among them.
  private static func requireFullSync(_ database: DatabasePool) throws {
    let level = try database.writeWithoutTransaction { database in
      try database.execute(sql: "PRAGMA synchronous = FULL")
      return try Int.fetchOne(database, sql: "PRAGMA synchronous")
    }
    guard level == 2 else {
      throw StoreFailure(description: "SQLite does not sync every commit (level \(level ?? -1))")
    }
  }

  /// Runs something on the database, with failures that name the file.
  func perform<Result>(_ work: () throws -> Result) throws(StoreFailure) -> Result {
    do {
      return try work()
    } catch {
      throw StoreFailure(folder.appending(Self.fileName), "failed", error)
    }
  }

  /// Keeps a JSON document beside the runs; ``judgedBaseline(of:)`` gives it back.
  ///
  /// - Throws: ``FileFailure`` when it cannot be written.
  package func attach(_ document: [UInt8]) throws -> SHA256Digest {
    let digest = SHA256Digest(hashing: document)
    let blob = BlobID(digest: digest, kind: .json)
    try blobs.write(document, as: blob)
    // A run of now names it, whose row comes later: it must not be taken for a file that nobody needs.
    try DurableFile.touch(blobs.path(of: blob))
    return digest
  }

  /// A JSON document that was kept beside the runs; `nil` where it is not there any more.
  ///
  /// - Throws: ``BlobFailure`` for bytes that are not those of the digest.
  func attachment(_ digest: SHA256Digest) throws -> [UInt8]? {
    let blob = BlobID(digest: digest, kind: .json)
    return blobs.contains(blob) ? try blobs.verifiedBytes(of: blob) : nil
  }

  /// The baseline that outputs of a suite of a run were compared with, also while the run goes on; `nil` where
  /// it kept none, or it is not there any more.
  ///
  /// - Throws: ``BlobFailure`` or `BaselineFailure` for one that is damaged.
  package func judgedBaseline(of suite: SuiteHeader) throws -> Baseline? {
    guard let digest = suite.baseline, let bytes = try attachment(digest) else { return nil }
    return try BaselineFile.read(
      bytes, from: FilePath("baseline-\(digest.short)"), suite: suite.name)
  }

  // MARK: - Runs

  /// The runs that ended, the one that was begun last first, whatever the clock said.
  package func runIDs(limit: Int) throws(StoreFailure) -> [RunID] {
    try perform {
      try database.read { database in
        try String.fetchAll(
          database,
          sql: """
            SELECT id FROM run WHERE summary IS NOT NULL
            ORDER BY rowid DESC LIMIT ?
            """, arguments: [limit])
      }.compactMap { RunID($0) }
    }
  }

  /// Reads a run by its id, or the latest that ended.
  ///
  /// - Throws: ``StoreFailure`` that lists the runs there are.
  package func run(_ name: String) throws(StoreFailure) -> StoredRun {
    let known = try runIDs(limit: 5)
    let id: RunID? = name == "latest" ? known.first : RunID(name)
    let row = try perform {
      try database.read { database in
        try Row.fetchOne(
          database, sql: "SELECT header, summary FROM run WHERE id = ? AND summary IS NOT NULL",
          arguments: [id?.text])
      }
    }
    guard let row else {
      let shown = TerminalText.shortened(name, countMax: 80)
      let list =
        known.isEmpty
        ? "there is none yet: run a suite first"
        : (["the latest are:"] + known.map(\.text)).joined(separator: "\n  ")
      throw StoreFailure(
        description: "there is no finished run '\(shown)' in \(folder)\nhint: \(list)")
    }
    return try perform {
      StoredRun(
        store: self,
        header: try EncodedHeader.decode(try JSONParser.parse(Self.bytes(row["header"]))),
        summary: try EncodedSummary.decode(try JSONParser.parse(Self.bytes(row["summary"]))))
    }
  }

  /// Reads a run by its id, or the one that was begun last, whether it has ended or not.
  ///
  /// - Returns: the run, with the results that it has so far, and whether it has ended; one that has not counts
  ///   as interrupted.
  /// - Throws: ``StoreFailure`` that lists the runs there are.
  package func begunRun(
    _ name: String
  ) throws(StoreFailure) -> (run: StoredRun, hasEnded: Bool) {
    let isLatest = name == "latest"
    let row = try perform {
      try database.read { database in
        try Row.fetchOne(
          database,
          sql: "SELECT header, summary FROM run WHERE header <> '' "
            + (isLatest ? "ORDER BY rowid DESC LIMIT 1" : "AND id = ?"),
          arguments: isLatest ? [] : [name])
      }
    }
    guard let row else { return (try run(name), true) }
    return try perform {
      let summary = try (row["summary"] as String?).map {
        try EncodedSummary.decode(try JSONParser.parse(Self.bytes($0)))
      }
      let run = StoredRun(
        store: self,
        header: try EncodedHeader.decode(try JSONParser.parse(Self.bytes(row["header"]))),
        summary: summary ?? RunSummary(isInterrupted: true))
      return (run, summary != nil)
    }
  }

  static func bytes(_ text: String?) -> [UInt8] { Array((text ?? "").utf8) }
}

/// A stored run, read from the database as often as a report needs.
package struct StoredRun: RunReader {
  /// Where it is stored.
  package let store: RunStore
  /// What the run is.
  package let header: RunHeader
  /// What it came to.
  package let summary: RunSummary

  /// The folder of its reports, beside the store.
  package var folder: FilePath { store.folder.appending(header.id.text) }

  /// The same run, whose paths start from another folder.
  package func with(workingFolder: FilePath) -> StoredRun {
    StoredRun(store: store, header: header.with(workingFolder: workingFolder), summary: summary)
  }

  /// A JSON document that was kept beside the run; `nil` where it is not there any more.
  ///
  /// - Throws: ``BlobFailure`` for bytes that are not those of the digest.
  package func attachment(_ digest: SHA256Digest) throws -> [UInt8]? {
    try store.attachment(digest)
  }

  /// The baseline that outputs of a suite were compared with; `nil` where the run kept none, or it is not
  /// there any more.
  ///
  /// - Throws: ``BlobFailure`` or `BaselineFailure` for one that is damaged.
  package func judgedBaseline(of suite: SuiteHeader) throws -> Baseline? {
    try store.judgedBaseline(of: suite)
  }

  /// Gives each result of a suite in plan order; one row at a time is in memory.
  package func forEachResult(of suite: SuiteName, _ body: (CaseResult) throws -> Void) throws {
    try store.database.read { database in
      let rows = try String.fetchCursor(
        database,
        sql: "SELECT document FROM result WHERE run_id = ? AND suite = ? ORDER BY place",
        arguments: [header.id.text, suite.text])
      while let document = try rows.next() {
        try body(try EncodedCase.decode(try JSONParser.parse(RunStore.bytes(document))))
      }
    }
  }
}
