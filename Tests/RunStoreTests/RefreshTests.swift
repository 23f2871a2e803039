import Canonical
import Experiments
import GRDB
import Recording
import SeedreamAPI
import TestSupport
import Testing

@testable import RunStore

/// What a refresh has bought that the next one does not buy again.
@Suite(.temporaryFolder)
struct RefreshTests {
  /// Refreshes some cases, each with a recording, and ends as a run does that counts some outcomes; one
  /// without counts is killed.
  private func refresh(
    _ run: Int, buying cases: ClosedRange<Int>, over all: ClosedRange<Int>? = nil,
    status: Int? = nil, ending summary: RunSummary?
  ) throws {
    let session = try Session.begin(run, mode: .refresh)
    let sink = StoreSink(store: session.store)
    try sink.receive(.started(try Made.header(run, mode: .refresh)))
    for number in cases {
      try session.buy(Made.id(number), Made.received(Made.exchange()))
      try session.ledger.promoted(Made.key(number))
    }
    if let status {
      try session.buy(
        Made.id(9), Made.received(Made.exchange(status: status), isUsable: false))
    }
    for number in all ?? cases {
      try sink.receive(.caseFinished(try Made.result(number), spending: Spending()))
    }
    if let summary { try sink.receive(.finished(summary)) }
  }

  private func refreshed() throws -> Set<CaseKey> {
    try RunStore(folder: TemporaryFolder.path, spends: false).refreshed(of: Made.suite())
  }

  private func keys(_ numbers: ClosedRange<Int>) -> Set<CaseKey> {
    Set(numbers.map { Made.key($0) })
  }

  @Test func `What interrupted refreshes have bought is known until one comes to its end`() throws {
    try refresh(1, buying: 1...1, ending: nil)
    try refresh(2, buying: 2...2, ending: RunSummary(isInterrupted: true))
    #expect(try refreshed() == keys(1...2))
    let store = try RunStore(folder: TemporaryFolder.path, spends: false)
    #expect(try store.refreshed(of: Made.suite("other")).isEmpty)
    try refresh(3, buying: 3...3, over: 1...3, ending: RunSummary(counts: [.passed: 3]))
    #expect(try refreshed().isEmpty)
    try refresh(4, buying: 4...4, ending: nil)
    // The clock was set back, which must not make this run an earlier one.
    try store.database.write { database in
      try database.execute(
        sql: "UPDATE run SET started_ms = started_ms - 3600000 WHERE id = ?",
        arguments: [try Made.run(4).text])
    }
    #expect(try refreshed() == keys(4...4))
  }

  @Test(
    arguments: [
      (RunSummary(counts: [.passed: 2, .overBudget: 2]), nil),
      (RunSummary(counts: [.passed: 2, .cancelled: 2]), nil),
      (RunSummary(counts: [.passed: 2, .rateLimited: 2]), nil),
      (RunSummary(counts: [.passed: 2, .apiError: 2]), 402),
      (RunSummary(counts: [.passed: 2]), 401),
    ] as [(RunSummary, Int?)])
  func `A refresh that was stopped for money's sake has not come to its end`(
    summary: RunSummary, status: Int?
  ) throws {
    try refresh(1, buying: 1...2, over: 1...4, status: status, ending: summary)
    #expect(try refreshed() == keys(1...2))
    try refresh(2, buying: 3...4, over: 1...4, ending: RunSummary(counts: [.passed: 4]))
    #expect(try refreshed().isEmpty)
  }

  @Test(
    arguments: [
      (RunSummary(counts: [.passed: 2, .apiError: 2]), 500),
      (RunSummary(counts: [.passed: 2, .drifted: 1, .blocked: 1]), nil),
    ] as [(RunSummary, Int?)])
  func `A refresh some of whose cases fail has come to its end`(
    summary: RunSummary, status: Int?
  ) throws {
    try refresh(1, buying: 1...2, over: 1...4, status: status, ending: summary)
    #expect(try refreshed().isEmpty)
  }

  @Test func `The end of a refresh of other cases ends nothing of what was bought`() throws {
    try refresh(1, buying: 1...3, ending: nil)
    try refresh(2, buying: 5...6, ending: RunSummary(counts: [.passed: 2]))
    #expect(try refreshed() == keys(1...3))
    try refresh(3, buying: 4...4, over: 2...4, ending: RunSummary(counts: [.passed: 3]))
    #expect(try refreshed() == keys(1...1))
  }
}
