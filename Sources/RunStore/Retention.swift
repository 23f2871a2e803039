package import Canonical
internal import Experiments
internal import GRDB
internal import Recording
package import SystemPackage

/// Which runs stay in a store.
package enum RetentionRule: Hashable, Sendable, CustomStringConvertible {
  /// Runs or days that may be named.
  package static let range = 1...1_000_000

  /// So many runs that ended last.
  case runs(Int)
  /// Those that were begun within so many days.
  case days(Int)

  /// Reads `20` or `90d`; `nil` for anything else.
  package init?(_ text: String) {
    let isDays = text.last == "d"
    let digits = isDays ? text.dropLast() : text[...]
    guard digits.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
      let count = Int(digits), Self.range.contains(count)
    else { return nil }
    self = isDays ? .days(count) : .runs(count)
  }

  /// What stays, in words.
  package var description: String {
    switch self {
    case .runs(let count): "the last \(Count.of(count, "run"))"
    case .days(let count): "the runs of the last \(Count.of(count, "day"))"
    }
  }
}

/// What a rule takes out of a store, and what it leaves there and why.
package struct Retention: Sendable {
  /// A run.
  package struct Run: Hashable, Sendable {
    /// The run.
    package let id: RunID
    /// When it was started.
    package let startedAt: Timestamp
    /// Where its answers came from.
    package let mode: String
    /// How many results it holds.
    package let resultCount: Int
  }

  /// A run that is older than the rule keeps, and stays.
  package struct Held: Hashable, Sendable {
    /// The run.
    package let id: RunID
    /// Why it stays, with what would let it go.
    package let reason: String
  }

  /// A run that did not end is taken for one that goes on for so long.
  static let unfinishedMilliseconds: Int64 = 24 * 3_600_000
  /// A file that nothing names yet may belong to a run that is about to begin for so long.
  static let recentMilliseconds: Int64 = 3_600_000

  /// The runs that go, the latest first.
  package internal(set) var removed: [Run] = []
  /// The runs that would go and stay, the earliest first.
  package internal(set) var held: [Held] = []
  /// How many runs stay.
  package internal(set) var keptCount = 0
  /// Files of paid pictures and attachments that nothing names then.
  package internal(set) var blobs: [FilePath] = []
  /// The bytes of ``blobs``.
  package internal(set) var blobByteCount = 0

  /// Whether there is nothing to do.
  package var isEmpty: Bool { removed.isEmpty && blobs.isEmpty }
}

/// A run with what its attempts have come to.
private struct StoredRow {
  let place: Int64
  let run: Retention.Run
  let hasEnded: Bool
  let resumes: RunID?
  let inDoubt: Int
  let unpromoted: Int

  init?(_ row: Row) {
    guard let id = RunID(row["id"]) else { return nil }
    place = row["place"]
    run = Retention.Run(
      id: id, startedAt: Timestamp(milliseconds: row["started_ms"]), mode: row["mode"],
      resultCount: row["results"])
    hasEnded = row["has_ended"]
    resumes = RunID(row["resumes"] ?? "")
    inDoubt = row["in_doubt"]
    unpromoted = row["unpromoted"]
  }

  /// What brings an answer in the place of one that never came.
  private var advice: String {
    switch run.mode {
    case "live": "go on with it: run the suite again with --mode live --resume"
    case "refresh": "refresh the suite again"
    default: "record the suite again"
    }
  }

  /// Why the run must stay, whatever its age.
  var obstacle: String? {
    if inDoubt > 0 {
      return
        "\(Count.of(inDoubt, "order")) of it may be billed and \(inDoubt == 1 ? "has" : "have") "
        + "no answer yet; \(advice)"
    }
    if unpromoted > 0 {
      return "\(Count.of(unpromoted, "paid answer")) of it \(unpromoted == 1 ? "is" : "are") in no "
        + "recording; keep them with: proofsheet fixtures adopt \(run.id)"
    }
    return nil
  }
}

extension RunStore {
  /// What a rule takes out; nothing is removed.
  ///
  /// Runs stay whose orders are in doubt or not recorded, that a run that stays or the next refresh goes on
  /// with, that may still be going on, and the latest that ended.
  ///
  /// - Parameters:
  ///   - rule: the rule.
  ///   - now: the time.
  ///   - approved: pictures that stay whatever names them; `nil` keeps all files.
  /// - Throws: ``StoreFailure``, or `FileFailure` for a folder that cannot be listed.
  package func retention(
    _ rule: RetentionRule, at now: Timestamp, approved: Set<SHA256Digest>?
  ) throws -> Retention {
    let rows = try storedRows()
    var retention = Retention()
    let ended = rows.filter(\.hasEnded)
    let latest = ended.last?.run.id
    let oldest: (StoredRow) -> Bool =
      switch rule {
      case .runs(let count):
        { row in row.place < (ended.suffix(count).first?.place ?? 0) }
      case .days(let count):
        { $0.run.startedAt.milliseconds < now.milliseconds - Int64(count) * 86_400_000 }
      }
    let unended = try refreshesToGoOnWith()
    var reasons: [RunID: String] = [:]
    var going: Set<RunID> = []
    for row in rows where oldest(row) {
      let isRecent =
        row.run.startedAt.milliseconds > now.milliseconds - Retention.unfinishedMilliseconds
      if let obstacle = row.obstacle {
        reasons[row.run.id] = obstacle
      } else if unended.contains(row.run.id) {
        reasons[row.run.id] =
          "it is a refresh that has not come to its end, and the next one buys nothing of it again; "
          + "refresh the suite to the end"
      } else if row.run.id == latest {
        reasons[row.run.id] = "it is the latest that ended"
      } else if !row.hasEnded, isRecent {
        reasons[row.run.id] = "it has not ended, and may be going on"
      } else {
        going.insert(row.run.id)
      }
    }
    let settlers = try settledDoubts()
    // What is held may itself rely on another.
    var count: Int
    repeat {
      count = going.count
      hold(rows, settlers, &going, &reasons)
    } while going.count < count
    retention.removed = rows.reversed().filter { going.contains($0.run.id) }.map(\.run)
    retention.held = rows.compactMap { row in
      reasons[row.run.id].map { Retention.Held(id: row.run.id, reason: $0) }
    }
    retention.keptCount = rows.count - retention.removed.count
    if let approved { try findBlobs(approved, at: now, in: &retention) }
    return retention
  }

  /// Holds what runs that stay rely on.
  private func hold(
    _ rows: [StoredRow], _ settlers: [RunID: Set<RunID>], _ going: inout Set<RunID>,
    _ reasons: inout [RunID: String]
  ) {
    for row in rows.reversed() where !going.contains(row.run.id) {
      for settler in settlers[row.run.id] ?? [] where going.remove(settler) != nil {
        reasons[settler] = "it has answered what run \(row.run.id), which stays, left in doubt"
      }
      if let earlier = row.resumes, going.remove(earlier) != nil {
        reasons[earlier] = "run \(row.run.id) goes on with it"
      }
    }
    // What a refresh that broke off has bought counts until one that came to its end.
    if let broken = rows.first(where: { $0.run.mode == "refresh" && !going.contains($0.run.id) }) {
      for row in rows
      where row.run.mode == "refresh" && row.hasEnded && row.place > broken.place
        && going.remove(row.run.id) != nil
      {
        reasons[row.run.id] = "the earlier refresh \(broken.run.id) stays, which this one has ended"
      }
    }
  }

  /// Which run has answered last what another has left in doubt.
  private func settledDoubts() throws(StoreFailure) -> [RunID: Set<RunID>] {
    try perform {
      let rows = try database.read { database in
        try Row.fetchAll(
          database,
          sql: """
            SELECT DISTINCT run_id, (\(Self.laterAnswer) ORDER BY number DESC LIMIT 1) AS settler
            FROM attempt WHERE state IN ('in-doubt', 'sent') AND role = 'generate'
            """)
      }
      return rows.reduce(into: [:]) { settlers, row in
        guard let run = RunID(row["run_id"]), let settler = RunID(row["settler"] ?? "") else {
          return
        }
        settlers[run, default: []].insert(settler)
      }
    }
  }

  private func storedRows() throws(StoreFailure) -> [StoredRow] {
    try perform {
      try database.read { database in
        try Row.fetchAll(
          database,
          sql: """
            WITH RECURSIVE live (run_id) AS (
              -- The last live run of each suite, and what it goes on with: later ones are told their doubts.
              SELECT run_id FROM (
                SELECT run_id, MAX(number) FROM attempt WHERE purpose = 'live' GROUP BY suite)
              UNION SELECT resumes FROM run JOIN live ON run.id = live.run_id
                WHERE resumes IS NOT NULL
            ), tally AS (
              SELECT run_id,
                SUM(CASE WHEN state IN ('in-doubt', 'sent') AND role = 'generate'
                  THEN (purpose = 'recording' OR run_id IN (SELECT run_id FROM live))
                    AND NOT EXISTS (\(Self.laterAnswer)) ELSE 0 END) AS in_doubt,
                -- What was given up has nothing to keep.
                SUM(state = 'answered' AND is_usable = 1
                  -- What a live run received of the simulator has cost nothing.
                  AND NOT (purpose = 'live'
                    AND iif(header = '', '', json_extract(header, '$.endpoint')) IS 'simulator')
                ) AS unpromoted
              FROM attempt JOIN run ON run.id = run_id GROUP BY run_id
            )
            SELECT run.rowid AS place, id, started_ms, mode, summary IS NOT NULL AS has_ended,
              resumes, COALESCE(in_doubt, 0) AS in_doubt, COALESCE(unpromoted, 0) AS unpromoted,
              (SELECT COUNT(*) FROM result WHERE run_id = run.id) AS results
            FROM run LEFT JOIN tally ON tally.run_id = run.id
            ORDER BY run.rowid
            """)
      }.compactMap { StoredRow($0) }
    }
  }

  // MARK: - Files

  private func findBlobs(
    _ approved: Set<SHA256Digest>, at now: Timestamp, in retention: inout Retention
  ) throws {
    guard DurableFile.isFolder(blobs.folder) else { return }
    let named = try namedDigests(without: retention.removed.map(\.id)).union(approved)
    for name in try DurableFile.names(in: blobs.folder) {
      let path = blobs.folder.appending(name)
      guard let digest = path.stem.flatMap({ SHA256Digest(hex: $0) }), !named.contains(digest)
      else { continue }
      let status = try FileStatus(of: path)
      guard status.kind == .file,
        status.modifiedAt.milliseconds < now.milliseconds - Retention.recentMilliseconds
      else { continue }
      retention.blobs.append(path)
      retention.blobByteCount += status.byteCount
    }
  }

  /// Every digest that rows name but those of some runs: pictures, bodies and baselines.
  private func namedDigests(without runs: [RunID]) throws(StoreFailure) -> Set<SHA256Digest> {
    let list = JSONValue.array(runs.map { .string($0.text) }).canonicalText
    return try perform {
      try database.read { database in
        var found: Set<SHA256Digest> = []
        let others = "run_id NOT IN (SELECT value FROM json_each(?))"
        let texts = try String.fetchCursor(
          database,
          sql: """
            SELECT json_extract(output.value, '$.digest')
              FROM result, json_each(document, '$.outputs') AS output WHERE \(others)
            UNION SELECT json_extract(suite.value, '$.baseline')
              FROM (SELECT id AS run_id, iif(header = '', '{}', header) AS header FROM run),
                json_each(header, '$.suites') AS suite
              WHERE \(others) AND json_extract(suite.value, '$.baseline') IS NOT NULL
            """, arguments: [list, list])
        while let text = try texts.next() {
          if let digest = SHA256Digest(hex: text) { found.insert(digest) }
        }
        let exchanges = try String.fetchCursor(
          database,
          sql: "SELECT exchange FROM attempt WHERE exchange IS NOT NULL AND \(others)",
          arguments: [list])
        while let text = try exchanges.next() {
          found.formUnion(try Self.exchange(from: text).blobs.map(\.digest))
        }
        return found
      }
    }
  }

  // MARK: - Carrying out

  /// What removing has come to.
  package struct Removed: Sendable {
    /// The bytes of the database before.
    package fileprivate(set) var databaseBefore = 0
    /// The bytes of the database after.
    package fileprivate(set) var databaseAfter = 0
    /// The bytes of reports, pictures and what was kept for later reports.
    package fileprivate(set) var fileByteCount = 0
    /// Why the database was not made smaller; `nil` where it was.
    package fileprivate(set) var compactionProblem: String?
  }

  /// Removes what a rule takes out.
  ///
  /// First the rows go, then the folders of reports, then files that nothing names, so that at no moment
  /// anything is named that is gone. What is cut off is gone on with the next time.
  ///
  /// - Parameters:
  ///   - retention: what goes.
  ///   - rendered: the folder of what reports keep for later ones.
  ///   - lock: says that no run is buying through the store.
  /// - Throws: ``StoreFailure`` or `FileFailure`.
  package func remove(
    _ retention: Retention, rendered: FilePath, lock: borrowing StoreLock
  ) throws -> Removed {
    var removed = Removed()
    removed.databaseBefore = try databaseByteCount()
    try removeRows(retention.removed.map(\.id))
    let left = try perform {
      try database.read { try String.fetchAll($0, sql: "SELECT run_id FROM removal") }
    }.compactMap { RunID($0) }
    for run in left {
      removed.fileByteCount += try DurableFile.removeFolder(folder.appending(run.text))
    }
    try DurableFile.syncFolder(folder)
    try perform { try database.write { try $0.execute(sql: "DELETE FROM removal") } }
    for path in retention.blobs { try DurableFile.remove(path) }
    removed.fileByteCount += retention.blobByteCount
    removed.fileByteCount += try Self.removeUnshared(below: rendered)
    do throws(StoreFailure) {
      try perform {
        try database.vacuum()
        _ = try database.writeWithoutTransaction { try $0.checkpoint(.truncate) }
      }
    } catch {
      // Another process reads or writes just now; the space is used again in any case.
      removed.compactionProblem = error.description
    }
    removed.databaseAfter = try databaseByteCount()
    return removed
  }

  private func removeRows(_ runs: [RunID]) throws(StoreFailure) {
    try perform {
      try database.write { database in
        // The latest first: an earlier one may be named by it.
        for run in runs {
          try database.execute(
            sql: "INSERT OR IGNORE INTO removal (run_id) VALUES (?)", arguments: [run.text])
          for (table, column) in [
            ("attempt", "run_id"), ("result", "run_id"), ("run", "id"),
          ] {
            try database.execute(
              sql: "DELETE FROM \(table) WHERE \(column) = ?", arguments: [run.text])
          }
        }
        try database.execute(
          sql: """
            DELETE FROM picture_facts WHERE version <> ?
            """, arguments: [KnownPicture.version])
      }
    }
  }

  private func databaseByteCount() throws(FileFailure) -> Int {
    var count = 0
    for suffix in ["", "-wal"] {
      let path = folder.appending(Self.fileName + suffix)
      if DurableFile.isFile(path) { count += try FileStatus(of: path).byteCount }
    }
    return count
  }

  /// Removes files that no report shares any more: reports have them by a second name.
  private static func removeUnshared(below folder: FilePath) throws(FileFailure) -> Int {
    guard DurableFile.isFolder(folder), !DurableFile.isLink(folder) else { return 0 }
    var byteCount = 0
    for name in try DurableFile.names(in: folder) {
      let path = folder.appending(name)
      let status = try FileStatus(of: path)
      switch status.kind {
      case .folder: byteCount += try removeUnshared(below: path)
      case .file where status.linkCount == 1:
        try DurableFile.remove(path)
        byteCount += status.byteCount
      default: break
      }
    }
    return byteCount
  }
}
