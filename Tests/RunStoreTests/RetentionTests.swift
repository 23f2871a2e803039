import Canonical
import Experiments
import Foundation
import GRDB
import Recording
import SeedreamAPI
import SystemPackage
import TestSupport
import Testing

@testable import RunStore

/// Which runs a rule takes out of a store, and what is left of it.
@Suite(.temporaryFolder)
struct RetentionTests {
  private let folder = TemporaryFolder.path
  private let day: Int64 = 86_400_000

  private func open() throws -> RunStore { try RunStore(folder: folder, spends: true) }

  private func time(_ days: Int64) -> Timestamp {
    Timestamp(milliseconds: Made.start.milliseconds + days * day)
  }

  /// Writes a run with one result, begun so many days after the start; one that does not end has no
  /// summary.
  private func write(
    _ run: Int, days: Int64, mode: RunMode = .replay, ends: Bool = true, to store: RunStore
  ) throws {
    let sink = StoreSink(store: store)
    try sink.receive(
      .started(try Made.header(run, mode: mode, startedAfter: days * day)))
    try sink.receive(.caseFinished(try Made.result(1), spending: Spending()))
    if ends { try sink.receive(.finished(RunSummary(counts: [.passed: 1]))) }
    try DurableFile.createFolder(folder.appending(try Made.run(run).text).appending("pictures"))
    try DurableFile.write(
      [1, 2, 3], to: folder.appending(try Made.run(run).text).appending("junit.xml"))
  }

  private func removed(
    _ rule: RetentionRule, at days: Int64, of store: RunStore
  ) throws -> (ids: [RunID], held: [Retention.Held]) {
    let retention = try store.retention(rule, at: time(days), approved: [])
    return (retention.removed.map(\.id), retention.held)
  }

  @Test(
    arguments: [
      ("3", RetentionRule.runs(3)), ("90d", .days(90)), ("0", nil), ("d", nil), ("", nil),
      ("-1", nil),
      ("3w", nil), ("１", nil), ("99999999999999999999", nil),
    ] as [(String, RetentionRule?)])
  func `A rule is a number of runs, or of days`(text: String, rule: RetentionRule?) {
    #expect(RetentionRule(text) == rule)
  }

  @Test func `The last runs stay, or those of the last days`() throws {
    let store = try open()
    for run in 1...4 { try write(run, days: Int64(run) * 10, to: store) }
    #expect(try removed(.runs(3), at: 50, of: store).ids == [Made.run(1)])
    #expect(try removed(.runs(4), at: 50, of: store).ids.isEmpty)
    #expect(try removed(.days(25), at: 50, of: store).ids == [Made.run(2), Made.run(1)])
    let all = try removed(.days(1), at: 500, of: store)
    #expect(all.ids == [try Made.run(3), try Made.run(2), try Made.run(1)])
    #expect(all.held.map(\.id) == [try Made.run(4)])
    #expect(all.held[0].reason == "it is the latest that ended")
  }

  @Test func `A run that may be going on stays for a day`() throws {
    let store = try open()
    try write(1, days: 0, ends: false, to: store)
    for run in 2...3 { try write(run, days: 0, to: store) }
    let early = try removed(.runs(1), at: 0, of: store)
    #expect(early.ids == [try Made.run(2)])
    #expect(early.held.map(\.reason) == ["it has not ended, and may be going on"])
    #expect(try removed(.runs(1), at: 2, of: store).ids == [Made.run(2), Made.run(1)])
  }

  @Test func `Orders in doubt and answers that no recording holds keep their run`() throws {
    let first = try Session.begin(1)
    _ = try first.ledger.begin(
      Made.id(1), of: try Made.recordedCase(1), reservation: Made.price)
    first.crash()
    let second = try Session.begin(2)
    try second.buy(Made.id(2), Made.received(Made.exchange()))
    try second.ledger.promoted(Made.key(2))
    second.crash()
    let third = try Session.begin(3, mode: .live)
    try third.buy(Made.id(3), Made.received(Made.exchange()))
    third.crash()
    let store = try open()
    for (run, mode) in [(1, RunMode.record), (2, .record), (3, .live), (4, .replay)] {
      try write(run, days: 0, mode: mode, to: store)
    }
    let found = try removed(.runs(1), at: 10, of: store)
    #expect(found.ids == [try Made.run(2)])
    #expect(found.held.map(\.id) == [try Made.run(1), try Made.run(3)])
    #expect(found.held[0].reason.contains("may be billed"))
    #expect(found.held[1].reason.contains("proofsheet fixtures adopt \(try Made.run(3))"))
  }

  /// Leaves orders in doubt as a run does that is killed.
  private func doubt(_ run: Int, _ mode: RunMode, resuming: Int? = nil) throws {
    let session = try Session.begin(run, mode: mode, resuming: resuming)
    _ = try session.ledger.begin(
      Made.id(1), of: try Made.recordedCase(1), reservation: Made.price)
    // A question about a task is never billed.
    _ = try session.ledger.begin(
      Made.id(2, .poll), of: try Made.recordedCase(2), reservation: .zero)
    session.crash()
    try write(run, days: 0, mode: mode, ends: false, to: try open())
  }

  @Test(arguments: [RunMode.record, .refresh])
  func `An order in doubt keeps its run until another answers`(mode: RunMode) throws {
    try doubt(1, mode)
    let store = try open()
    try write(2, days: 0, to: store)
    let held = try removed(.runs(1), at: 10, of: store).held
    #expect(held.map(\.id) == [try Made.run(1)])
    #expect(held[0].reason.hasPrefix("1 order of it may be billed and has no answer yet; "))
    #expect(held[0].reason.hasSuffix("\(mode.rawValue) the suite again"))
    let third = try Session.begin(3, mode: mode)
    try third.buy(Made.id(1), Made.received(Made.exchange()))
    try third.ledger.promoted(Made.key(1))
    third.crash()
    for run in 3...4 { try write(run, days: 0, mode: mode, to: store) }
    let found = try removed(.runs(1), at: 10, of: store)
    #expect(try found.ids == [3, 2, 1].map { try Made.run($0) })
    #expect(found.held.isEmpty)
    // While the run that was in doubt stays, its answer does too.
    let early = try removed(.runs(1), at: 0, of: store)
    #expect(early.ids == [try Made.run(2)])
    #expect(early.held.map(\.id) == [try Made.run(1), try Made.run(3)])
    #expect(early.held[1].reason.contains("left in doubt"))
  }

  @Test func `What a live run left in doubt keeps it while later ones are told`() throws {
    try doubt(1, .live)
    try doubt(2, .live, resuming: 1)
    let store = try open()
    try write(3, days: 0, to: store)
    let held = try removed(.runs(1), at: 10, of: store).held
    #expect(held.map(\.id) == [try Made.run(1), try Made.run(2)])
    #expect(held[0].reason.contains("--mode live --resume"))
    try doubt(4, .live)
    try write(5, days: 0, to: store)
    #expect(
      try removed(.runs(1), at: 10, of: store).ids == [3, 2, 1].map { try Made.run($0) })
  }

  @Test func `An order that was given up keeps no run`() throws {
    let first = try Session.begin(1)
    try first.buy(Made.id(1), Made.received(Made.exchange()))
    first.crash()
    let second = try Session.begin(2)
    #expect(try second.ledger.giveUp(Made.key(1), isCertain: true))
    second.crash()
    let store = try open()
    for run in 1...3 { try write(run, days: 0, mode: .record, to: store) }
    #expect(try removed(.runs(1), at: 10, of: store).ids == [Made.run(2), Made.run(1)])
  }

  @Test func `What a run that stays goes on with stays`() throws {
    let first = try Session.begin(1, mode: .live)
    first.crash()
    let second = try Session.begin(2, mode: .live, resuming: 1)
    try second.buy(Made.id(1), Made.received(Made.exchange()))
    second.crash()
    let store = try open()
    for run in 1...2 { try write(run, days: 0, mode: .live, to: store) }
    try write(3, days: 0, to: store)
    let found = try removed(.runs(1), at: 10, of: store)
    #expect(found.ids.isEmpty)
    #expect(found.held[0].reason == "run \(try Made.run(2)) goes on with it")
  }

  @Test(arguments: [nil, RunSummary(isInterrupted: true), RunSummary(counts: [.overBudget: 1])])
  func `A refresh that the next one goes on with stays, however old it is`(
    summary: RunSummary?
  ) throws {
    let first = try Session.begin(1, mode: .refresh)
    try first.buy(Made.id(1), Made.received(Made.exchange()))
    try first.ledger.promoted(Made.key(1))
    first.crash()
    let store = try open()
    try write(1, days: 0, mode: .refresh, ends: false, to: store)
    if let summary { try end(1, summary, in: store) }
    for run in 2...3 { try write(run, days: 10, to: store) }
    let found = try removed(.runs(1), at: 20, of: store)
    #expect(found.ids == [try Made.run(2)])
    #expect(found.held.map(\.id) == [try Made.run(1)])
    #expect(found.held[0].reason.contains("refresh the suite to the end"))
    // A refresh that came to its end lets it go, and what comes later is removed with it or stays.
    try write(4, days: 30, mode: .refresh, to: store)
    for run in 5...6 { try write(run, days: 40, to: store) }
    #expect(
      try removed(.runs(1), at: 50, of: store).ids.map(\.text)
        == (1...5).reversed().map { try Made.run($0).text })
  }

  /// Writes what a run came to.
  private func end(_ run: Int, _ summary: RunSummary, in store: RunStore) throws {
    try store.database.write { database in
      try database.execute(
        sql: "UPDATE run SET summary = ? WHERE id = ?",
        arguments: [EncodedSummary.encode(summary).canonicalText, try Made.run(run).text])
    }
  }

  @Test func `The end of a refresh stays while one that broke off before it stays`() throws {
    let first = try Session.begin(1, mode: .refresh)
    _ = try first.ledger.begin(
      Made.id(1), of: try Made.recordedCase(1), reservation: Made.price)
    first.crash()
    let store = try open()
    try write(2, days: 0, mode: .refresh, to: store)
    try write(3, days: 0, to: store)
    // The process of the first has ended, which the next one that may spend finds out.
    let found = try removed(.runs(1), at: 10, of: store)
    #expect(found.ids.isEmpty)
    #expect(found.held.map(\.id) == [try Made.run(1), try Made.run(2)])
    #expect(found.held[1].reason.contains("which this one has ended"))
  }

  @Test func `Rows, reports and files that nothing names go, and the rest stays`() throws {
    let store = try open()
    for run in 1...3 { try write(run, days: Int64(run), to: store) }
    let named = try store.attach([7])
    let loose = try store.attach([8])
    let approved = try store.attach([9])
    try store.database.write { database in
      try database.execute(
        sql: "UPDATE run SET header = json_set(header, '$.suites[0].baseline', ?) WHERE id = ?",
        arguments: [named.hex, try Made.run(3).text])
    }
    let rendered = folder.appending("rendered")
    try DurableFile.createFolder(rendered.appending("thumbnails"))
    try DurableFile.write([4, 5], to: rendered.appending("thumbnails/a.webp"))
    // Files count as recent for an hour by the clock of the file system.
    let now = Timestamp(milliseconds: Timestamp.now().milliseconds + 10_000 * day)
    let retention = try store.retention(.runs(1), at: now, approved: [approved])
    #expect(retention.removed.map(\.id) == [try Made.run(2), try Made.run(1)])
    #expect(retention.blobs.map { $0.lastComponent?.stem } == [loose.hex])
    let lock = try StoreLock(folder: folder)
    let removed = try store.remove(retention, rendered: rendered, lock: lock)
    _ = consume lock
    #expect(removed.fileByteCount == 3 + 3 + 1 + 2)
    #expect(try store.runIDs(limit: 9) == [Made.run(3)])
    #expect(!DurableFile.exists(folder.appending(try Made.run(1).text)))
    #expect(DurableFile.isFile(folder.appending(try Made.run(3).text).appending("junit.xml")))
    #expect(try DurableFile.names(in: rendered.appending("thumbnails")).isEmpty)
    let left = Set(try DurableFile.names(in: folder.appending("blobs")))
    #expect(left == ["\(named.hex).json", "\(approved.hex).json"])
    for table in ["result", "case_fact", "run"] {
      let count = try store.database.read {
        try Int.fetchOne($0, sql: "SELECT COUNT(*) FROM \(table)")
      }
      #expect(count == 1, "\(table)")
    }
    #expect(
      try store.database.read { try Int.fetchOne($0, sql: "SELECT COUNT(*) FROM removal") } == 0)
  }

  @Test func `Without baselines that can be read no file goes, and recent ones stay`() throws {
    let store = try open()
    for run in 1...2 { try write(run, days: 0, to: store) }
    _ = try store.attach([8])
    let late = Timestamp(milliseconds: Timestamp.now().milliseconds + 10_000 * day)
    #expect(try store.retention(.runs(1), at: late, approved: nil).blobs.isEmpty)
    #expect(try store.retention(.runs(1), at: Timestamp.now(), approved: []).blobs.isEmpty)
    #expect(try store.retention(.runs(1), at: late, approved: []).blobs.count == 1)
  }

  @Test func `What a run that begins now attaches is recent, however old the file is`() throws {
    let store = try open()
    for run in 1...2 { try write(run, days: 0, to: store) }
    let path = folder.appending("blobs/\(try store.attach([8]).hex).json")
    try FileManager.default.setAttributes(
      [.modificationDate: Date(timeIntervalSince1970: 1_000)], ofItemAtPath: path.string)
    let now = Timestamp.now()
    #expect(try store.retention(.runs(1), at: now, approved: []).blobs.count == 1)
    _ = try store.attach([8])
    #expect(try store.retention(.runs(1), at: now, approved: []).blobs.isEmpty)
  }

  @Test func `Folders of a removal that was cut off go with the next one`() throws {
    let store = try open()
    for run in 1...2 { try write(run, days: 0, to: store) }
    try store.database.write { database in
      try database.execute(
        sql: "INSERT INTO removal VALUES (?)", arguments: [try Made.run(1).text])
      try database.execute(
        sql: "DELETE FROM result WHERE run_id = ?", arguments: [try Made.run(1).text])
      try database.execute(sql: "DELETE FROM run WHERE id = ?", arguments: [try Made.run(1).text])
    }
    let lock = try StoreLock(folder: folder)
    _ = try store.remove(Retention(), rendered: folder.appending("rendered"), lock: lock)
    _ = consume lock
    #expect(!DurableFile.exists(folder.appending(try Made.run(1).text)))
    #expect(DurableFile.exists(folder.appending(try Made.run(2).text)))
  }

  @Test(arguments: ["case_fact", "attempt", "result"])
  func `Rows of a run are found without a walk of their table`(table: String) throws {
    let steps = try open().database.read { database in
      try Row.fetchAll(
        database, sql: "EXPLAIN QUERY PLAN DELETE FROM \(table) WHERE run_id = 'x'")
    }.map { $0["detail"] as String }
    #expect(steps.first?.hasPrefix("SEARCH \(table) USING ") == true, "\(steps)")
  }

  @Test func `Runs of a time without facts are read once, with the same history`() throws {
    let store = try open()
    for run in 1...2 { try write(run, days: Int64(run), to: store) }
    func facts() throws -> [[CaseFact]] {
      try store.history(of: try Made.suite()).map { run in
        var found: [CaseFact] = []
        try store.forEachFact(of: try Made.suite(), in: run.id) { found.append($0) }
        return found
      }
    }
    let written = try facts()
    #expect(written.map(\.count) == [1, 1])
    try store.database.write { try $0.execute(sql: "DELETE FROM case_fact") }
    #expect(try store.runsWithoutFacts() == [Made.run(1), Made.run(2)])
    #expect(try store.suiteNames().isEmpty)
    for run in 1...2 {
      try store.fillFacts(of: try store.run(try Made.run(run).text)) { _ in nil }
    }
    #expect(try facts() == written)
    #expect(try store.runsWithoutFacts().isEmpty)
    #expect(try store.suiteNames() == [Made.suite()])
    #expect(try store.history(of: Made.suite(), last: 1).map(\.id) == [Made.run(2)])
  }

  @Test func `A case that ended in different ways is flaky; one that was not tried is not`() throws
  {
    let store = try open()
    for run in 1...4 { try write(run, days: 0, to: store) }
    func set(_ outcome: String, _ run: Int) throws {
      try store.database.write {
        try $0.execute(
          sql: "UPDATE case_fact SET outcome = ? WHERE run_id = ?",
          arguments: [outcome, try Made.run(run).text])
      }
    }
    let ids = try (1...4).map { try Made.run($0) }
    #expect(try store.flakyCases(of: Made.suite(), in: ids).isEmpty)
    try set("cancelled", 1)
    #expect(try store.flakyCases(of: Made.suite(), in: ids).isEmpty)
    try set("drifted", 2)
    let found = try store.flakyCases(of: Made.suite(), in: ids)
    #expect(found.map(\.counts) == [[.drifted: 1, .passed: 2]])
    #expect(try store.flakyCases(of: Made.suite(), in: Array(ids.prefix(2))).isEmpty)
  }
}
