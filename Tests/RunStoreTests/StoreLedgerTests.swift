import Canonical
import Experiments
import GRDB
import Recording
import SeedreamAPI
import SystemPackage
import TestSupport
import Testing

@testable import RunStore

@Suite(.temporaryFolder)
struct StoreLedgerTests {
  private func dropped(_ phase: TransportFailure.Phase) -> TransportFailure {
    TransportFailure(.dropped, phase, "the connection broke")
  }

  @Test func `An answer survives a crash and is given to the next run`() throws {
    let exchange = Made.exchange(.generate, 0, #"{"m":"e\u0301 \u0000 😀"}"#)
    let first = try Session.begin(1)
    #expect(try first.ledger.stored(Made.id(1)) == nil)
    try first.buy(Made.id(1), Made.received(exchange))
    first.crash()
    let second = try Session.begin(2)
    #expect(try second.ledger.stored(Made.id(1)) == exchange)
    #expect(try second.ledger.stored(Made.id(2)) == nil)
    #expect(try second.ledger.stored(Made.id(1, .poll)) == nil)
    #expect(try second.ledger.stored(Made.id(1, .generate, 1)) == nil)
    #expect(try second.ledger.inDoubt(of: Made.suite()).isEmpty)
  }

  @Test func `What was sent and never answered is in doubt in the next run`() throws {
    let first = try Session.begin(1)
    for role in ExchangeRole.allCases {
      _ = try first.ledger.begin(
        Made.id(1, role), of: try Made.recordedCase(1), reservation: Made.price)
    }
    #expect(try first.ledger.inDoubt(of: Made.suite()).isEmpty)
    first.crash()
    for run in 2...3 {
      let session = try Session.begin(run)
      #expect(
        try session.ledger.inDoubt(of: Made.suite()) == [
          DoubtfulAttempt(run: Made.run(1), caseID: CaseID(joining: ["s1"]), amount: Made.price)
        ])
      #expect(try session.ledger.inDoubt(of: Made.suite("other")).isEmpty)
      #expect(try session.ledger.stored(Made.id(1)) == nil)
    }
  }

  @Test(arguments: [
    (ExchangeRole.generate, TransportFailure.Phase.beforeSending, false),
    (.generate, .afterSending, true), (.poll, .afterSending, false),
    (.download, .afterSending, false),
  ])
  func `A failed attempt is in doubt only where an order was sent`(
    role: ExchangeRole, phase: TransportFailure.Phase, isDoubtful: Bool
  ) throws {
    let first = try Session.begin(1)
    let attempt = try first.ledger.begin(
      Made.id(1, role), of: try Made.recordedCase(1), reservation: Made.price)
    try first.ledger.failed(attempt, failure: dropped(phase))
    first.crash()
    #expect(try Session.begin(2).ledger.inDoubt(of: Made.suite()).isEmpty == !isDoubtful)
  }

  @Test func `An answer that is not usable is not given again`() throws {
    let session = try Session.begin(1)
    try session.buy(Made.id(1), Made.received(Made.exchange(), isUsable: false))
    #expect(try session.ledger.stored(Made.id(1)) == nil)
    #expect(try session.ledger.storedCase(Made.key(1)) == nil)
  }

  @Test func `The latest of several usable answers counts`() throws {
    let session = try Session.begin(1)
    try session.buy(Made.id(1), Made.received(Made.exchange(.generate, 0, "[1]")))
    try session.buy(Made.id(1), Made.received(Made.exchange(.generate, 0, "[2]")))
    try session.buy(Made.id(1), Made.received(Made.exchange(.generate, 0, "[3]"), isUsable: false))
    let expected = Made.exchange(.generate, 0, "[2]")
    #expect(try session.ledger.stored(Made.id(1)) == expected)
    #expect(try session.ledger.storedCase(Made.key(1))?.exchanges == [expected])
  }

  @Test func `An answer of a live run is given to that run only`() throws {
    let live = try Session.begin(1, mode: .live)
    try live.buy(Made.id(1), Made.received(Made.exchange()))
    #expect(try live.ledger.stored(Made.id(1)) != nil)
    // How old an order is, is asked of the own run's alone.
    #expect(try live.ledger.storedCase(Made.key(1)) != nil)
    live.crash()
    for (run, mode) in [(2, RunMode.live), (3, .record), (4, .refresh)] {
      let session = try Session.begin(run, mode: mode)
      #expect(try session.ledger.stored(Made.id(1)) == nil)
      #expect(try session.ledger.storedCase(Made.key(1)) == nil)
    }
  }

  @Test func `A live run is not given what recording runs have bought`() throws {
    let first = try Session.begin(1)
    try first.buy(Made.id(1), Made.received(Made.exchange()))
    first.crash()
    #expect(try Session.begin(2, mode: .live).ledger.stored(Made.id(1)) == nil)
  }

  @Test func `A promoted answer is not given again, and its URLs are forgotten`() throws {
    let first = try Session.begin(1)
    try first.buy(
      Made.id(1), Made.received(Made.exchange(), urls: [0: "https://a/0", 3: "https://a/3"]))
    try first.buy(Made.id(2), Made.received(Made.exchange(), urls: [0: "https://b/0"]))
    first.crash()
    let session = try Session.begin(2)
    #expect(try session.ledger.pendingURLs(of: Made.key(1), index: 3) == ["https://a/3"])
    #expect(try session.ledger.pendingURLs(of: Made.key(1), index: 1).isEmpty)
    try session.ledger.promoted(Made.key(1))
    #expect(try session.ledger.stored(Made.id(1)) == nil)
    #expect(try session.ledger.storedCase(Made.key(1)) == nil)
    #expect(try session.ledger.pendingURLs(of: Made.key(1), index: 0).isEmpty)
    #expect(try session.ledger.stored(Made.id(2)) != nil)
    #expect(try session.ledger.pendingURLs(of: Made.key(2), index: 0) == ["https://b/0"])
    try session.ledger.promoted(Made.key(1))
    #expect(try session.store.countOfPendingURLs() == 1)
  }

  @Test func `A live run keeps the links of what it has not fetched, apart from others`() throws {
    let first = try Session.begin(1)
    try first.buy(Made.id(1), Made.received(Made.exchange(), urls: [0: "https://a/recorded"]))
    first.crash()
    let live = try Session.begin(2, mode: .live)
    try live.buy(
      Made.id(1), Made.received(Made.exchange(), urls: [0: "https://a/live", 1: "https://a/1"]))
    #expect(try live.ledger.pendingURLs(of: Made.key(1), index: 0) == ["https://a/live"])
    try live.buy(Made.id(1, .download, 0), Made.received(Made.exchange(.download)))
    #expect(try live.ledger.pendingURLs(of: Made.key(1), index: 0).isEmpty)
    #expect(try live.ledger.pendingURLs(of: Made.key(1), index: 1) == ["https://a/1"])
    live.crash()
    let session = try Session.begin(3)
    #expect(try session.ledger.pendingURLs(of: Made.key(1), index: 0) == ["https://a/recorded"])
    #expect(try session.ledger.pendingURLs(of: Made.key(1), index: 1).isEmpty)
    #expect(try session.store.countOfPendingURLs() == 2)
  }

  @Test func `A later live run leaves the links and the orders of an earlier one alone`() throws {
    let first = try Session.begin(1, mode: .live)
    for number in 1...3 {
      try first.buy(
        Made.id(number), Made.received(Made.exchange(), urls: [0: "https://a/first"]))
    }
    first.crash()
    // It orders the same anew: one is fetched, one is given up by a run that goes on with it, of one the
    // task fails.
    let second = try Session.begin(2, mode: .live)
    for number in 1...3 {
      try second.buy(
        Made.id(number), Made.received(Made.exchange(), urls: [0: "https://a/second"]))
    }
    #expect(try second.ledger.pendingURLs(of: Made.key(1), index: 0) == ["https://a/second"])
    try second.buy(Made.id(1, .download, 0), Made.received(Made.exchange(.download)))
    try second.buy(
      Made.id(3, .poll, 0), Made.received(Made.exchange(.poll), isUsable: false, endsOrder: true))
    second.crash()
    let third = try Session.begin(3, mode: .live, resuming: 2)
    #expect(try third.ledger.giveUp(Made.key(2), isCertain: true))
    #expect(try third.ledger.stored(Made.id(2)) == nil)
    third.crash()
    let fourth = try Session.begin(4, mode: .live, resuming: 1)
    for number in 1...3 {
      #expect(try fourth.ledger.stored(Made.id(number)) != nil)
      #expect(
        try fourth.ledger.pendingURLs(of: Made.key(number), index: 0) == ["https://a/first"])
      #expect(try fourth.ledger.storedCase(Made.key(number)) != nil)
    }
  }

  @Test(arguments: RunMode.allCases.filter(\.maySpend))
  func `A run that nobody agrees to changes nothing`(mode: RunMode) throws {
    let live = try Session.begin(1, mode: .live)
    try live.buy(Made.id(1), Made.received(Made.exchange(), urls: [0: "https://a/0"]))
    live.crash()
    let store = try RunStore(folder: TemporaryFolder.path, spends: true)
    let lock = try StoreLock(folder: TemporaryFolder.path)
    _ = try StoreLedger(
      store: store, run: try Made.run(2), mode: mode, startedAt: Made.start, lock: lock)
    _ = consume lock
    #expect(try store.countOfPendingURLs() == 1)
    let runs = try store.database.read { try Int.fetchOne($0, sql: "SELECT COUNT(*) FROM run") }
    #expect(runs == 1)
    let resumed = try Session.begin(3, mode: .live, resuming: 1)
    #expect(try resumed.ledger.pendingURLs(of: Made.key(1), index: 0) == ["https://a/0"])
  }

  @Test func `Links go with what is adopted, and with the rows of a run that is removed`() throws {
    let first = try Session.begin(1, mode: .live)
    for number in 1...2 {
      try first.buy(
        Made.id(number), Made.received(Made.exchange(), urls: [0: "https://a/0"]))
    }
    try first.store.adopted(Made.key(1), of: Made.run(1))
    #expect(try first.ledger.pendingURLs(of: Made.key(1), index: 0).isEmpty)
    #expect(try first.store.countOfPendingURLs() == 1)
    try first.store.database.write { try $0.execute(sql: "DELETE FROM attempt") }
    #expect(try first.store.countOfPendingURLs() == 0)
  }

  @Test func `Links that an earlier version has kept are those of the latest order`() throws {
    let path = TemporaryFolder.path.appending(RunStore.fileName).string
    let old = try DatabasePool(path: path)
    try StoreSchema.migrator.migrate(old, upTo: "5: rows by their run")
    let key = Made.key(1).description
    try old.write { database in
      try database.execute(
        sql: """
          INSERT INTO run (id, started_ms, mode, header) VALUES ('a', 0, 'live', '');
          """)
      for (number, state) in [(1, "answered"), (2, "answered"), (3, "in-doubt")] {
        try database.execute(
          sql: """
            INSERT INTO attempt (number, run_id, purpose, suite, case_id, case_key, request, role,
              ordinal, state, reserved_micro, is_usable)
            VALUES (?, 'a', 'live', 'mug', 's1', ?, '{}', 'generate', 0, ?, 0, ?)
            """, arguments: [number, key, state, state == "answered"])
      }
      for (caseKey, url) in [(key, "https://a/0"), ("none", "https://a/1")] {
        try database.execute(
          sql: "INSERT INTO pending_link VALUES (?, 'live', 0, ?)", arguments: [caseKey, url])
      }
    }
    try old.close()
    let store = try RunStore(folder: TemporaryFolder.path, spends: false)
    let links = try store.database.read { try Row.fetchAll($0, sql: "SELECT * FROM order_link") }
    #expect(links.map { $0["order_number"] as Int } == [2])
    #expect(links.map { $0["url"] as String } == ["https://a/0"])
  }

  @Test func `A live run goes on with another, and with what that went on with`() throws {
    let suite = try Made.suite()
    let first = try Session.begin(1, mode: .live)
    try first.buy(Made.id(1), Made.received(Made.exchange(.generate, 0, "[1]")))
    _ = try first.ledger.begin(
      Made.id(2), of: try Made.recordedCase(2), reservation: Made.price)
    first.crash()
    #expect(
      try RunStore(folder: TemporaryFolder.path, spends: false)
        .lastLiveRun(of: [suite, Made.suite("other")]) == Made.run(1))
    let second = try Session.begin(2, mode: .live, resuming: 1)
    #expect(try second.ledger.stored(Made.id(1)) == Made.exchange(.generate, 0, "[1]"))
    #expect(try second.ledger.stored(Made.id(2)) == nil)
    #expect(try second.ledger.inDoubt(of: suite).map(\.run) == [Made.run(1)])
    try second.buy(Made.id(3), Made.received(Made.exchange(), isUsable: false))
    second.crash()
    let third = try Session.begin(3, mode: .live, resuming: 2)
    #expect(try third.ledger.stored(Made.id(1)) != nil)
    let sent = try third.ledger.sentLive(of: suite)
    #expect(sent.map(\.recordedCase.caseKey) == [Made.key(1), Made.key(2), Made.key(3)])
    #expect(sent.map(\.isAnswered) == [true, false, false])
    #expect(try third.ledger.sentLive(of: Made.suite("other")).isEmpty)
    third.crash()
    let fourth = try Session.begin(4, mode: .live)
    #expect(try fourth.ledger.stored(Made.id(1)) == nil)
    #expect(try fourth.ledger.sentLive(of: suite).isEmpty)
  }

  @Test func `What is adopted of a run is also what it went on with, and is not sent again`() throws
  {
    let suite = try Made.suite()
    let first = try Session.begin(1, mode: .live)
    try first.buy(Made.id(1), Made.received(Made.exchange()))
    first.crash()
    let second = try Session.begin(2, mode: .live, resuming: 1)
    try second.buy(Made.id(2), Made.received(Made.exchange()))
    let store = second.store
    let cases = try store.liveCases(of: suite, in: Made.run(2))
    #expect(Set(cases.map(\.recordedCase.caseKey)) == [Made.key(1), Made.key(2)])
    #expect(try store.liveCases(of: suite, in: Made.run(1)).count == 1)
    try store.adopted(Made.key(1), of: Made.run(2))
    #expect(try store.liveCases(of: suite, in: Made.run(2)).count == 1)
    second.crash()
    let third = try Session.begin(3, mode: .live, resuming: 2)
    #expect(try third.ledger.stored(Made.id(1)) != nil)
    #expect(try third.ledger.sentLive(of: suite).map(\.isAnswered) == [true, true])
  }

  @Test func `A live run that was killed is found with what it received`() throws {
    let suite = try Made.suite()
    try Session.begin(1).crash()
    let live = try Session.begin(2, mode: .live)
    try StoreSink(store: live.store).receive(.started(try Made.header(2, mode: .live)))
    try live.buy(Made.id(1), Made.received(Made.exchange()))
    live.crash()
    let store = try RunStore(folder: TemporaryFolder.path, spends: false)
    let (run, hasEnded) = try store.begunRun("latest")
    #expect(run.header.id == (try Made.run(2)) && !hasEnded && run.summary.isInterrupted)
    #expect(try store.liveCases(of: suite, in: run.header.id).count == 1)
    #expect(try store.liveAnswers(of: suite) == [Made.key(1): Made.run(2)])
    #expect(throws: StoreFailure.self) { try store.begunRun("nosuch") }
  }

  @Test func `What a live run left in doubt is told to the next one, and to no recording`() throws {
    let suite = try Made.suite()
    let live = try Session.begin(1, mode: .live)
    _ = try live.ledger.begin(Made.id(1), of: try Made.recordedCase(1), reservation: Made.price)
    live.crash()
    #expect(try Session.begin(2).ledger.inDoubt(of: suite).isEmpty)
    #expect(try Session.begin(3, mode: .live).ledger.inDoubt(of: suite).map(\.run) == [Made.run(1)])
  }

  @Test func `An order whose links are gone is given up by a later run only`() throws {
    let first = try Session.begin(1)
    try first.buy(
      Made.id(1), Made.received(Made.exchange(), urls: [0: "https://a/0", 1: "https://a/1"]))
    try first.buy(Made.id(1, .download, 0), Made.received(Made.exchange(.download)))
    try first.buy(Made.id(2), Made.received(Made.exchange()))
    #expect(try !first.ledger.giveUp(Made.key(1), isCertain: true))
    #expect(try first.ledger.stored(Made.id(1)) != nil)
    first.crash()
    let second = try Session.begin(2)
    #expect(try second.ledger.giveUp(Made.key(1), isCertain: true))
    #expect(try second.ledger.stored(Made.id(1)) == nil)
    // A picture of the old order must not pass for one of the new.
    #expect(try second.ledger.stored(Made.id(1, .download, 0)) == nil)
    #expect(try second.ledger.storedCase(Made.key(1)) == nil)
    #expect(try second.ledger.stored(Made.id(2)) != nil)
    #expect(try second.store.countOfPendingURLs() == 0)
    #expect(try !second.ledger.giveUp(Made.key(1), isCertain: true))
    #expect(try !second.ledger.giveUp(Made.key(3), isCertain: true))
  }

  @Test func `A link that was gone once is asked for by one more run, whatever failed before`()
    throws
  {
    let first = try Session.begin(1)
    try first.buy(Made.id(1), Made.received(Made.exchange(), urls: [0: "https://a/0"]))
    try first.buy(
      Made.id(1, .download, 0), Made.received(Made.exchange(.download), isUsable: false))
    first.crash()
    let second = try Session.begin(2)
    try second.buy(
      Made.id(1, .download, 0),
      Made.received(Made.exchange(.download), isUsable: false, isGone: true))
    #expect(try !second.ledger.giveUp(Made.key(1), isCertain: false))
    #expect(try second.ledger.stored(Made.id(1)) != nil)
    second.crash()
    let third = try Session.begin(3)
    #expect(try third.ledger.giveUp(Made.key(1), isCertain: false))
    try third.buy(Made.id(1), Made.received(Made.exchange(), urls: [0: "https://a/1"]))
    third.crash()
    // What was gone of the first order says nothing of the second.
    #expect(try !Session.begin(4).ledger.giveUp(Made.key(1), isCertain: false))
  }

  @Test
  func `An answer that may be billed and brings nothing is in doubt until one brings something`()
    throws
  {
    let suite = try Made.suite()
    let first = try Session.begin(1)
    try first.buy(
      Made.id(1), Made.received(Made.exchange(), isUsable: false, isDoubtful: true))
    _ = try first.ledger.begin(Made.id(2), of: try Made.recordedCase(2), reservation: Made.price)
    try first.buy(Made.id(3), Made.received(Made.exchange()))
    try first.buy(
      Made.id(3, .poll, 0), Made.received(Made.exchange(.poll), isUsable: false, endsOrder: true))
    first.crash()
    let second = try Session.begin(2)
    #expect(
      try second.ledger.inDoubt(of: suite).map(\.caseID)
        == [1, 2, 3].map { try Made.recordedCase($0).caseID })
    for number in [1, 2, 3] { try second.buy(Made.id(number), Made.received(Made.exchange())) }
    try second.ledger.promoted(Made.key(1))
    second.crash()
    #expect(try Session.begin(3).ledger.inDoubt(of: suite).isEmpty)
  }

  private func orders(of run: Int) throws -> [String] {
    let store = try RunStore(folder: TemporaryFolder.path, spends: false)
    return try store.sentOrders(by: Made.run(run)).map {
      "\($0.caseID) \($0.spent) \($0.possiblyBilled)"
    }
  }

  @Test(arguments: [RunMode.live, .record])
  func `The money of a killed run is that of its orders, also where a later run went on with them`(
    mode: RunMode
  ) throws {
    let task = #"{"data":{"task_id":"t","status":"pending"}}"#
    let refusal = #"{"error":{"code":"InputImageSensitiveContentDetected","message":"no"}}"#
    let first = try Session.begin(1, mode: mode)
    try first.buy(Made.id(1), Made.received(Made.exchange()))
    for number in [2, 3] {
      try first.buy(
        Made.id(number), Made.received(Made.exchange(.generate, 0, task), cost: .zero))
    }
    try first.buy(
      Made.id(4), Made.received(Made.exchange(.generate, 0, refusal, status: 400), cost: .zero))
    for number in [5, 6] {
      let attempt = try first.ledger.begin(
        Made.id(number), of: try Made.recordedCase(number), reservation: Made.price)
      if number == 6 { try first.ledger.failed(attempt, failure: dropped(.beforeSending)) }
    }
    first.crash()
    let open = [
      "s1 $0.03 $0.00", "s2 $0.00 $0.03", "s3 $0.00 $0.03", "s4 $0.00 $0.00", "s5 $0.00 $0.03",
    ]
    #expect(try orders(of: 1) == open)
    // Another run in between orders the same anew; only what goes on with the first is of its orders.
    if mode == .live {
      let other = try Session.begin(2, mode: mode)
      try other.buy(Made.id(2), Made.received(Made.exchange(.generate, 0, task), cost: .zero))
      try other.buy(Made.id(2, .poll, 0), Made.received(Made.exchange(.poll)))
      other.crash()
      #expect(try orders(of: 1) == open)
      #expect(try orders(of: 2) == ["s2 $0.03 $0.00"])
    }
    let third = try Session.begin(3, mode: mode, resuming: mode == .live ? 1 : nil)
    try third.buy(Made.id(2, .poll, 0), Made.received(Made.exchange(.poll)))
    third.crash()
    #expect(try orders(of: 1)[1] == "s2 $0.03 $0.00")
    #expect(try orders(of: 3).isEmpty)
    let spending = try RunStore(folder: TemporaryFolder.path, spends: false)
      .spending(of: Made.run(1))
    #expect(
      spending
        == Spending(
          spent: Money(microDollars: 60_000), possiblyBilled: Money(microDollars: 60_000),
          requests: 5))
    let store = try RunStore(folder: TemporaryFolder.path, spends: false)
    #expect(try store.history(of: Made.suite()).map(\.id).first == Made.run(1))
    #expect(try store.history(of: Made.suite()).allSatisfy { !$0.hasEnded })
    #expect(try store.history(of: Made.suite("other")).isEmpty)
  }

  @Test func `An order whose task failed is not given again`() throws {
    let first = try Session.begin(1)
    try first.buy(Made.id(1), Made.received(Made.exchange()))
    try first.buy(Made.id(2), Made.received(Made.exchange()))
    try first.buy(
      Made.id(1, .poll, 0), Made.received(Made.exchange(.poll), isUsable: false, endsOrder: true))
    first.crash()
    let session = try Session.begin(2)
    #expect(try session.ledger.stored(Made.id(1)) == nil)
    #expect(try session.ledger.storedCase(Made.key(1)) == nil)
    #expect(try session.ledger.stored(Made.id(2)) != nil)
  }

  @Test func `Stored cases come with all their exchanges in the order in which they ran`() throws {
    let simulator = [HTTPHeader("x-simulator", "1")]
    let first = try Session.begin(1)
    try first.buy(Made.id(1), Made.received(Made.exchange(headers: simulator)))
    try first.buy(Made.id(2), Made.received(Made.exchange()))
    try first.buy(Made.id(1, .poll, 4), Made.received(Made.exchange(.poll, 4)))
    try first.buy(Made.id(3), suite: "other", Made.received(Made.exchange()))
    for index in [1, 0] {
      try first.buy(
        Made.id(1, .download, index),
        Made.received(Made.exchange(.download, index), isPromotable: index == 0))
    }
    first.crash()
    let cases = try Session.begin(2).ledger.storedCases(of: Made.suite())
    #expect(Set(cases.map(\.recordedCase)) == [try Made.recordedCase(1), try Made.recordedCase(2)])
    let one = try #require(cases.first { $0.recordedCase.caseKey == Made.key(1) })
    #expect(one.exchanges.map(\.role) == [.generate, .poll, .download, .download])
    #expect(one.exchanges.map(\.ordinal) == [0, 4, 1, 0])
    #expect(!one.isPromotable)
    #expect(one.origin == .simulator)
    #expect(one.fixture.caseKey == Made.key(1))
    let two = try #require(cases.first { $0.recordedCase.caseKey == Made.key(2) })
    #expect(two.isPromotable)
    #expect(two.origin == .api("https://image.example"))
  }

  @Test func `A damaged exchange is an error that says where`() throws {
    let session = try Session.begin(1)
    try session.buy(Made.id(1), Made.received(Made.exchange()))
    try session.store.database.write { try $0.execute(sql: "UPDATE attempt SET exchange = '{}'") }
    let failure = #expect(throws: (any Error).self) { try session.ledger.stored(Made.id(1)) }
    #expect(failure.map { "\($0)" }?.contains("_proofsheet") == true)
  }
}

extension RunStore {
  func countOfPendingURLs() throws -> Int {
    try database.read { try Int.fetchOne($0, sql: "SELECT COUNT(*) FROM order_link") } ?? -1
  }
}
