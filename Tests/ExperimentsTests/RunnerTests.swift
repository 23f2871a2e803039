import Canonical
import Experiments
import Recording
import SeedreamAPI
import Suites
import Synchronization
import SystemPackage
import TestSupport
import Testing

@Suite(.temporaryFolder)
struct RunnerTests {
  private struct SinkFailure: Error, CustomStringConvertible { let description = "no space" }

  private struct FailingSink: RunSink {
    func receive(_ event: RunEvent) throws { throw SinkFailure() }
  }

  private func run(
    _ bench: Bench, _ gateway: Gateway?, concurrency: Int = 4, mode: RunMode = .live,
    failuresMax: Int? = nil, pace: PaceGate? = nil,
    sinks: [(name: String, sink: any RunSink)],
    clock: Timestamp = Timestamp(milliseconds: Sample.start.milliseconds + 5_000),
    isInterrupted: @escaping @Sendable () -> Bool = { false }
  ) async throws -> RunSummary {
    let runner = Runner(
      plans: [try bench.plan(mode)], environment: try bench.environment(gateway, pace: pace),
      concurrency: concurrency, failuresMax: failuresMax, sinks: SinkGroup(sinks), clock: { clock })
    return await runner.run(try Sample.header(), isInterrupted: isInterrupted)
  }

  @Test(arguments: [1, 3, 8])
  func `Results come in plan order, and no more run at once than allowed`(
    concurrency: Int
  ) async throws {
    let bench = try Bench(seeds: "[1..60]")
    let answer = Sample.answer(try Sample.png())
    let gateway = Gateway { (_, _) throws(TransportFailure) in
      for _ in 0..<Int.random(in: 0...20) { await Task.yield() }
      return Sample.response(answer)
    }
    let log = EventLog()
    let summary = try await run(bench, gateway, concurrency: concurrency, sinks: [("log", log)])
    #expect(log.results.map(\.identity.position) == Array(0..<60))
    #expect(summary.counts == [.passed: 60])
    #expect(summary.wallMilliseconds == 5_000)
    #expect(summary.spending.spent == Money(microDollars: 60 * 30_000))
    #expect(gateway.peak <= concurrency)
    #expect(concurrency == 1 || gateway.peak > 1)
    guard case .started? = log.all.first, case .finished(summary)? = log.all.last else {
      Issue.record("the first and last events are those of the run")
      return
    }
  }

  @Test func `Results wait behind a slow case in a bounded window`() async throws {
    let bench = try Bench(seeds: "[1..200]")
    let answer = Sample.answer(try Sample.png())
    let isOpen = Mutex(false)
    let first = try #require(try bench.plan(.live).first { _ in true }).identity.caseKey
    let log = EventLog()
    let gateway = Gateway { (_, id) throws(TransportFailure) in
      // The first case ends only when nothing further has been begun for long.
      if id.caseKey == first {
        var seen = 0
        var idle = 0
        while idle < 200 {
          await Task.yield()
          let now = log.course.count
          (seen, idle) = (now, now == seen ? idle + 1 : 0)
        }
        isOpen.withLock { $0 = true }
      }
      return Sample.response(answer)
    }
    _ = try await run(bench, gateway, concurrency: 2, sinks: [("log", log)])
    let course = log.course
    let ended = try #require(course.firstIndex(of: "-1"))
    #expect(course[..<ended].allSatisfy { $0.hasPrefix("+") })
    #expect(ended <= 2 * 16 + 1)
    #expect(log.results.map(\.identity.position) == Array(0..<200))
    #expect(isOpen.withLock { $0 })
  }

  @Test func `After an error that no request survives the rest is cancelled`() async throws {
    let bench = try Bench(seeds: "[1..20]")
    let log = EventLog()
    let gateway = Gateway.always(#"{"error":{"message":"wrong key"}}"#, status: 401)
    let summary = try await run(bench, gateway, concurrency: 1, sinks: [("log", log)])
    #expect(summary.counts == [.apiError: 1, .cancelled: 19])
    #expect(summary.exitStatus == .service)
    #expect(gateway.seen.count == 1)
    #expect(log.results.last?.reason.contains("wrong key") == true)
  }

  @Test(arguments: [(1, 1), (3, 3), (20, 20)])
  func `After as many failures as are allowed the rest is cancelled`(
    allowed: Int, failed: Int
  ) async throws {
    let bench = try Bench(seeds: "[1..20]")
    let log = EventLog()
    let gateway = Gateway.always(#"{"error":{"message":"no"}}"#, status: 400)
    let summary = try await run(
      bench, gateway, concurrency: 1, failuresMax: allowed, sinks: [("log", log)])
    #expect(summary.counts[.apiError] == failed)
    #expect((summary.counts[.cancelled] ?? 0) == 20 - failed)
    #expect(summary.exitStatus == .service)
    #expect(failed == 20 || log.results.last?.reason.contains("max_failures") == true)
  }

  @Test func `Failures of a replay are counted as well`() async throws {
    let summary = try await run(
      try Bench(seeds: "[1..20]"), nil, concurrency: 1, mode: .replay, failuresMax: 2, sinks: [])
    #expect(summary.counts == [.fixtureMissing: 2, .cancelled: 18])
  }

  @Test func `A pace is kept, and each of its limits told once`() async throws {
    let bench = try Bench(seeds: "[1..40]")
    let answer = Sample.answer(try Sample.png())
    let gateway = Gateway { (_, _) throws(TransportFailure) in
      for _ in 0..<Int.random(in: 0...20) { await Task.yield() }
      return Sample.response(answer)
    }
    let log = EventLog()
    let pace = PaceGate(
      Pace(concurrency: PaceController.Terms(limitMax: 3, limitStart: 1)),
      signal: bench.guardian.signal, sleeper: NoWait(), now: { .zero })
    let summary = try await run(
      bench, gateway, concurrency: 16, pace: pace, sinks: [("log", log)])
    #expect(summary.counts == [.passed: 40])
    #expect(gateway.peak <= 3)
    let limits = log.all.compactMap { if case .paced(let limit) = $0 { limit } else { nil } }
    #expect(limits.last == 3)
    #expect(limits == Array(Set(limits)).sorted())
  }

  @Test func `After an interrupt no further case is begun`() async throws {
    let bench = try Bench(seeds: "[1..20]")
    let log = EventLog()
    let answer = Sample.answer(try Sample.png())
    let isInterrupted = Mutex(false)
    let gateway = Gateway { (_, id) throws(TransportFailure) in
      isInterrupted.withLock { $0 = true }
      return Sample.response(answer)
    }
    let summary = try await run(
      bench, gateway, concurrency: 1, sinks: [("log", log)],
      isInterrupted: { isInterrupted.withLock { $0 } })
    #expect(summary.counts == [.passed: 1, .cancelled: 19])
    #expect(summary.isInterrupted)
    #expect(summary.exitStatus == .interrupted)
    #expect(log.results.map(\.identity.position) == Array(0..<20))
  }

  @Test func `A sink that fails hides no other and is told once`() async throws {
    let log = EventLog()
    let group = SinkGroup([
      ("the table", FailingSink()), ("the log", log), ("a list", FailingSink()),
    ])
    let runner = Runner(
      plans: [try Bench(seeds: "[1, 2]").plan(.replay)], environment: try Bench().environment(nil),
      concurrency: 2, sinks: group)
    let summary = await runner.run(try Sample.header())
    #expect(group.failures == ["a list: no space", "the table: no space"])
    #expect(log.results.count == 2)
    #expect(summary.counts == [.fixtureMissing: 2])
  }

  @Test func `An empty plan starts and ends`() async throws {
    let log = EventLog()
    let runner = Runner(
      plans: [], environment: try Bench().environment(nil), concurrency: 1,
      sinks: SinkGroup([("log", log)]))
    let summary = await runner.run(try Sample.header())
    #expect(summary.caseCount == 0 && summary.exitStatus == .success)
    #expect(log.all.count == 2)
  }

  /// A summary with a negative time could not be read back from the run store.
  @Test func `A clock that was set back gives no negative time`() async throws {
    let summary = try await run(
      try Bench(), .always("{}"), sinks: [],
      clock: Timestamp(milliseconds: Sample.start.milliseconds - 60_000))
    #expect(summary.wallMilliseconds == 0)
  }
}
