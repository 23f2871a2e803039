import Canonical
import Experiments
import GRDB
import Recording
import SystemPackage
import TestSupport
import Testing

@testable import RunStore

@Suite(.temporaryFolder)
struct RunStoreTests {
  private let folder = TemporaryFolder.path.appending("reports")

  private func open(spends: Bool = false) throws -> RunStore {
    try RunStore(folder: folder, spends: spends)
  }

  /// Writes a whole run as a command does.
  private func write(
    _ run: Int, _ results: [CaseResult], startedAfter: Int64 = 0, to store: RunStore
  ) throws {
    let sink = StoreSink(store: store)
    try sink.receive(.started(try Made.header(run, startedAfter: startedAfter)))
    for result in results { try sink.receive(.caseFinished(result, spending: Spending())) }
    try sink.receive(.finished(RunSummary(counts: [.passed: results.count])))
  }

  @Test func `Where money is spent every commit is synced`() throws {
    let store = try open(spends: true)
    for _ in 0..<3 {
      let level = try store.database.writeWithoutTransaction {
        try Int.fetchOne($0, sql: "PRAGMA synchronous")
      }
      #expect(level == 2)
      try store.database.write { try $0.execute(sql: "UPDATE run SET mode = mode") }
    }
    let mode = try store.database.read { try String.fetchOne($0, sql: "PRAGMA journal_mode") }
    #expect(mode == "wal")
  }

  @Test func `A run is read back in the order in which its cases ended`() throws {
    let store = try open()
    // More than a batch, of two suites by turns.
    var results: [CaseResult] = []
    for position in 0..<(StoreSink.batchCount + 50) {
      results.append(try Made.result(position, suite: position.isMultiple(of: 3) ? "cup" : "mug"))
    }
    try write(1, results, to: store)
    let run = try open().run("latest")
    #expect(run.header == (try Made.header(1)))
    #expect(run.summary == RunSummary(counts: [.passed: results.count]))
    for suite in ["mug", "cup"] {
      var read: [CaseResult] = []
      try run.forEachResult(of: try Made.suite(suite)) { read.append($0) }
      #expect(read == results.filter { $0.identity.suite.text == suite })
    }
    try run.forEachResult(of: try Made.suite("none")) { _ in Issue.record("no such suite") }
  }

  /// The clock may have been set back between two runs.
  @Test func `The latest run is the one that was begun last and has ended`() throws {
    let store = try open()
    try write(1, [], startedAfter: 1_000, to: store)
    try write(2, [], startedAfter: 0, to: store)
    try StoreSink(store: store).receive(.started(try Made.header(3, startedAfter: 2_000)))
    #expect(try store.run("latest").header.id == Made.run(2))
    #expect(try store.run(Made.run(1).text).header.id == Made.run(1))
    #expect(try store.runIDs(limit: 10) == [Made.run(2), Made.run(1)])
    #expect(try store.runIDs(limit: 1) == [Made.run(2)])
  }

  @Test func `Processes that make a store at once all get it`() async throws {
    let folder = folder
    for round in 0..<20 {
      let place = folder.appending("\(round)")
      let stores = try await withThrowingTaskGroup(of: RunStore.self) { group in
        for _ in 0..<4 { group.addTask { try RunStore(folder: place, spends: true) } }
        return try await group.reduce(into: []) { $0.append($1) }
      }
      #expect(stores.count == 4)
    }
  }

  @Test func `A file that is no store is told with what helps`() throws {
    try DurableFile.createFolder(folder)
    let path = folder.appending(RunStore.fileName)
    try DurableFile.write(Array("no database at all, but some text".utf8), to: path)
    let failure = #expect(throws: StoreFailure.self) { try open() }
    #expect(failure?.description.contains("move the file away") == true)
    #expect(failure?.description.contains(path.string) == true)
  }

  @Test(arguments: ["latest", "20261122T181500Z-000009", "../etc", ""])
  func `In an empty store no run is found`(name: String) throws {
    let store = try open()
    let failure = #expect(throws: StoreFailure.self) { try store.run(name) }
    #expect(failure?.description.contains("there is none yet") == true)
    #expect(failure?.description.contains("'\(name)'") == true)
  }

  @Test(arguments: ["20261122T181500Z-000009", "../etc", "20261122T181500Z-000003"])
  func `A run that is not there, or has not ended, is told with those that are`(
    name: String
  ) throws {
    let store = try open()
    try write(1, [], to: store)
    try StoreSink(store: store).receive(.started(try Made.header(3)))
    let failure = #expect(throws: StoreFailure.self) { try store.run(name) }
    #expect(failure?.description.contains("20261122T181500Z-000001") == true)
    #expect(failure?.description.contains("\(folder)") == true)
  }

  @Test func `A ledger's row becomes the run's`() throws {
    let store = try open(spends: true)
    let lock = try StoreLock(folder: folder)
    _ = try StoreLedger(
      store: store, run: try Made.run(1), mode: .record, startedAt: Made.start, lock: lock)
    #expect(try store.runIDs(limit: 9).isEmpty)
    try write(1, [try Made.result(0)], to: store)
    #expect(try store.run("latest").header.id == Made.run(1))
    _ = consume lock
  }

  @Test func `A result that is damaged is an error, not a trap`() throws {
    let store = try open()
    try write(1, [try Made.result(0)], to: store)
    try store.database.write { try $0.execute(sql: "UPDATE result SET document = '{'") }
    let run = try store.run("latest")
    #expect(throws: (any Error).self) { try run.forEachResult(of: Made.suite()) { _ in } }
    try store.database.write { try $0.execute(sql: "UPDATE run SET header = '{}'") }
    #expect(throws: StoreFailure.self) { try store.run("latest") }
  }

  @Test func `A file that is no database is named`() throws {
    try DurableFile.createFolder(folder)
    let path = folder.appending(RunStore.fileName)
    try DurableFile.write(Array(repeating: 0x41, count: 5_000), to: path)
    let failure = #expect(throws: StoreFailure.self) { try open() }
    #expect(failure?.description.contains("\(path)") == true)
    #expect(failure?.description.contains("--reports") == true)
  }

  @Test func `A file in the place of the folder is named`() throws {
    try DurableFile.write([], to: folder)
    let failure = #expect(throws: StoreFailure.self) { try open() }
    #expect(failure?.description.contains("\(folder)") == true)
  }

  @Test func `A store is opened again and again`() throws {
    for run in 1...3 { try write(run, [try Made.result(0)], to: try open(spends: run == 2)) }
    #expect(try open().runIDs(limit: 9).count == 3)
  }
}

@Suite(.temporaryFolder)
struct StoreLockTests {
  /// Why the lock cannot be taken; `nil` where it can, and is given back at once.
  private func refusal(_ folder: FilePath) -> String? {
    do {
      _ = try StoreLock(folder: folder)
      return nil
    } catch {
      return error.description
    }
  }

  @Test func `One holder at a time has the right to spend`() throws {
    let folder = TemporaryFolder.path
    let lock = try StoreLock(folder: folder)
    for _ in 0..<3 {
      let refusal = try #require(self.refusal(folder))
      #expect(refusal.contains("another run (process "))
      #expect(refusal.contains("--reports"))
    }
    _ = consume lock
    #expect(refusal(folder) == nil)
    #expect(refusal(folder) == nil)
  }

  @Test func `Folders of their own do not wait for each other`() throws {
    let other = TemporaryFolder.path.appending("other")
    try DurableFile.createFolder(other)
    let lock = try StoreLock(folder: TemporaryFolder.path)
    #expect(refusal(other) == nil)
    _ = consume lock
  }

  @Test func `Without a folder the lock names the file`() throws {
    let folder = TemporaryFolder.path.appending("none")
    #expect(refusal(folder)?.contains("proofsheet.lock") == true)
  }
}
