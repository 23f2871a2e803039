package import Canonical
internal import Recording
internal import Synchronization

/// Tells several sinks of a run; one that fails is remembered and hides no other.
package final class SinkGroup: Sendable {
  private let sinks: [(name: String, sink: any RunSink)]
  private let failed = Mutex<[String: String]>([:])

  /// Takes sinks by the names under which their failures are told.
  package init(_ sinks: [(name: String, sink: any RunSink)]) { self.sinks = sinks }

  /// Tells every sink.
  package func receive(_ event: RunEvent) {
    for (name, sink) in sinks {
      do {
        try sink.receive(event)
      } catch {
        failed.withLock { if $0[name] == nil { $0[name] = "\(name): \(error)" } }
      }
    }
  }

  /// Whether the sink of that name has failed.
  package func hasFailed(_ name: String) -> Bool { failed.withLock { $0[name] != nil } }

  /// The first failure of each sink that failed, sorted by name.
  package var failures: [String] {
    failed.withLock { $0.sorted { $0.key < $1.key }.map(\.value) }
  }
}

/// Runs plans: bounded, concurrent, with results in plan order.
package struct Runner: Sendable {
  /// How many cases may be ahead of the slowest one, as a multiple of the concurrency: results wait
  /// for their turn, and must not pile up behind a case that hangs.
  static let windowFactor = 16

  private let plans: [Plan]
  private let environment: RunEnvironment
  private let concurrency: Int
  private let failuresMax: Int?
  private let sinks: SinkGroup
  private let clock: @Sendable () -> Timestamp

  /// Puts a run together.
  ///
  /// - Parameters:
  ///   - plans: one a suite, in order.
  ///   - environment: what running needs.
  ///   - concurrency: how many cases run at once.
  ///   - failuresMax: cases that may fail before no further one is begun; `nil` for any number.
  ///   - sinks: who is told.
  ///   - clock: tells the time.
  package init(
    plans: [Plan], environment: RunEnvironment, concurrency: Int, failuresMax: Int? = nil,
    sinks: SinkGroup,
    clock: @escaping @Sendable () -> Timestamp = { Timestamp.now() }
  ) {
    precondition(concurrency > 0, "concurrency is positive (was \(concurrency))")
    self.plans = plans
    self.environment = environment
    self.concurrency = concurrency
    self.failuresMax = failuresMax
    self.sinks = sinks
    self.clock = clock
  }

  /// Runs everything and gives what it came to.
  ///
  /// - Parameters:
  ///   - header: what reports say of the run.
  ///   - isInterrupted: asked before each case; once it says so, no further case is begun.
  package func run(
    _ header: RunHeader, isInterrupted: @escaping @Sendable () -> Bool = { false }
  ) async -> RunSummary {
    sinks.receive(.started(header))
    var summary = RunSummary()
    var course = Course()
    for plan in plans {
      await run(plan, into: &summary, &course, isInterrupted: isInterrupted)
    }
    summary.spending = spending
    // A clock that is set back during a run must not make a time that no report can show.
    summary.wallMilliseconds = Int(
      max(0, clock().milliseconds - header.startedAt.milliseconds))
    summary.isInterrupted = isInterrupted()
    sinks.receive(.finished(summary))
    return summary
  }

  /// What was seen of a run so far, over all of its plans.
  private struct Course {
    var failures = 0
    var limit: Int?
  }

  private var spending: Spending { environment.purchasing?.guardian.spending ?? Spending() }

  private func run(
    _ plan: Plan, into summary: inout RunSummary, _ course: inout Course,
    isInterrupted: @escaping @Sendable () -> Bool
  ) async {
    let runner = CaseRunner(plan: plan, environment: environment)
    var tally = RecordingTally(environment.rules, plan, now: environment.clock())
    var cases = plan.makeIterator()
    var desk = PeerDesk(plan)
    var line = TellingLine(groups: GroupDesk(plan))
    await withTaskGroup(of: (Int, CaseProgress).self) { group in
      var running = 0
      var isDone = false
      while !isDone || running > 0 || desk.hasWaiting {
        while !isDone, running < concurrency,
          // What waits for a later case must not keep it from starting.
          line.aheadCount < concurrency * Self.windowFactor || desk.hasWaiting
        {
          guard let planned = cases.next() else {
            isDone = true
            desk.close()
            break
          }
          let place = line.start(planned)
          if let reason = stopReason(course, isInterrupted: isInterrupted()) {
            line.end(place, Self.cancelled(planned, reason, plan.mode))
            desk.leave(planned)
            tell(&line, &summary, &tally)
            continue
          }
          desk.enter(planned)
          running += 1
          sinks.receive(.caseStarted(planned.identity.id))
          group.addTask { (place, await runner.begin(planned)) }
        }
        for (place, pending, answers) in desk.takeReady(isOver: isDone && running == 0) {
          running += 1
          group.addTask {
            (place, .ended(await runner.finish(pending, answers)))
          }
        }
        guard running > 0, let (place, progress) = await group.next() else { continue }
        running -= 1
        let planned = line.planned(place)
        switch progress {
        case .ended(let result):
          note(result, &course)
          line.end(place, result)
        case .waiting(let pending): desk.wait(place, pending)
        }
        desk.ended(planned, progress)
        tell(&line, &summary, &tally)
      }
    }
    for result in await line.groups.judged(concurrency: concurrency, clock: environment.clock) {
      summary.counts[result.outcome, default: 0] += 1
      summary.groupCount += 1
      sinks.receive(.caseFinished(result, spending: spending))
    }
    let isDone = stopReason(course, isInterrupted: isInterrupted()) == nil
    tally.tell(&summary, isDone: isDone)
  }

  /// Why no further case is begun; `nil` while the run goes on.
  private func stopReason(_ course: Course, isInterrupted: Bool) -> String? {
    if isInterrupted { return "interrupted" }
    if let reason = environment.purchasing?.guardian.stopReason { return reason }
    guard let failuresMax, course.failures >= failuresMax else { return nil }
    return
      "\(Count.of(course.failures, "case")) failed, and the limit max_failures is \(failuresMax)"
  }

  /// Counts failures as they come, and tells when the pace has changed.
  private func note(_ result: CaseResult, _ course: inout Course) {
    switch result.outcome.verdict {
    case .failure, .error: course.failures += 1
    case .success, .skipped: break
    }
    if let guardian = environment.purchasing?.guardian,
      let reason = stopReason(course, isInterrupted: false)
    {
      // Orders that wait for their turn are not sent any more.
      guardian.stop(reason)
    }
    guard let limit = environment.purchasing?.pace?.limit, limit != course.limit else { return }
    course.limit = limit
    sinks.receive(.paced(limit: limit))
  }

  private func tell(
    _ line: inout TellingLine, _ summary: inout RunSummary, _ tally: inout RecordingTally
  ) {
    while let result = line.next() {
      summary.counts[result.outcome, default: 0] += 1
      tally.add(result)
      if result.origin == .simulator { summary.isSimulated = true }
      sinks.receive(.caseFinished(result, spending: spending))
    }
  }

  private static func cancelled(
    _ planned: PlannedCase, _ reason: String, _ mode: RunMode
  ) -> CaseResult {
    CaseResult(
      identity: planned.identity, outcome: .cancelled,
      reason: "the run was stopped before this case: \(reason)",
      hint: "\(LostOrder.again(mode)): what is paid for is kept and not bought twice")
  }
}
