internal import Canonical
internal import Recording
internal import SeedreamAPI
internal import Suites

/// Runs single cases of a plan.
package struct CaseRunner: Sendable {
  let plan: Plan
  let environment: RunEnvironment
  private let inputs: InputBlobs
  let judge: CheckJudge

  /// Takes a plan and what it needs.
  package init(plan: Plan, environment: RunEnvironment) {
    self.plan = plan
    self.environment = environment
    inputs = InputBlobs(plan.suite.inputs)
    judge = CheckJudge(
      baseline: plan.baseline,
      tools: JudgeTools(
        suite: plan.suite, approved: plan.fixtures.blobs, probe: plan.probe,
        commands: plan.purchaseCommands, programs: environment.programs,
        workingFolder: environment.workingFolder))
  }

  /// Where answers come from and where their pictures lie.
  struct Course {
    let transport: any HTTPTransport
    let endpoint: Endpoint
    let policy: RetryPolicy
    let sleeper: any Sleeper
    var orderSleeper: (any Sleeper)?
    let pictures: BlobStore
    let source: AnswerSource
    let meter: CaseMeter?
    var origin: Origin?
    var startedAt: Timestamp?
    var notices: [String] = []
  }

  /// Runs a case to its outcome; never throws, since every failure is an outcome.
  ///
  /// What its checks ask of other cases is taken from their recordings.
  @concurrent
  package func run(_ planned: PlannedCase) async -> CaseResult {
    switch await begin(planned) {
    case .ended(let result): return result
    case .waiting(let pending): return await finish(pending, PeerOutputs())
    }
  }

  /// Runs a case as far as it can be judged by itself.
  @concurrent
  package func begin(_ planned: PlannedCase) async -> CaseProgress {
    switch plan.action(for: planned) {
    case .stop(let outcome, let reason, let hint, let miss):
      if let miss { environment.keepMiss(planned.identity, miss) }
      let result = CaseResult(
        identity: planned.identity, outcome: outcome, reason: clean(reason), hint: hint,
        details: (miss?.nearest ?? []).flatMap(\.lines).map(clean))
      return .ended(quarantined(result, planned))
    case .replay(let fixture, let renamed):
      return settled(await replay(planned, fixture, renamedFrom: renamed), planned)
    case .buy(let pricing, let notice):
      // Whatever lies in the case's file is about to be replaced, or is told of by the case.
      plan.fixtures.use(planned.identity.id)
      return settled(await buy(planned, pricing, notice), planned)
    }
  }

  /// One that waits is no failure yet.
  private func settled(_ progress: CaseProgress, _ planned: PlannedCase) -> CaseProgress {
    guard case .ended(let result) = progress else { return progress }
    return .ended(quarantined(result, planned))
  }

  func quarantined(_ result: CaseResult, _ planned: PlannedCase) -> CaseResult {
    guard let known = planned.suiteCase.known else { return result }
    return result.quarantined(by: known, at: environment.clock())
  }

  private func replay(
    _ planned: PlannedCase, _ fixture: Fixture, renamedFrom renamed: CaseID?
  ) async -> CaseProgress {
    var course = course(of: fixture)
    if let renamed {
      course.notices.append("its recording lies under the case id \(renamed)")
    }
    return await execute(planned, course)
  }

  private func course(of fixture: Fixture) -> Course {
    guard let endpoint = Self.replayEndpoint else {
      preconditionFailure("the placeholder endpoint is a URL")
    }
    return Course(
      transport: ReplayingTransport(
        fixture: fixture, blobs: plan.fixtures.verifier, redactor: environment.redactor),
      endpoint: endpoint, policy: .once, sleeper: NoSleeper(), pictures: plan.fixtures.blobs,
      source: .replayed, meter: nil, origin: fixture.origin, startedAt: fixture.recordedAt)
  }

  /// The pictures that are recorded of a case, for the checks of others.
  func recorded(_ id: CaseID) async -> PeerAnswer {
    guard let suiteCase = plan.suite.cases.first(where: { $0.id == id }) else {
      return .none("the suite has no such case")
    }
    let request = suiteCase.request
    let found = plan.fixtures.lookup(
      id, caseKey: suiteCase.caseKey, canonicalRequest: request.canonical)
    guard case .found(let fixture, _) = found else {
      return .none("it is no part of this run, and there is no recording of it that can be used")
    }
    let course = course(of: fixture)
    let client = SeedreamClient(
      endpoint: course.endpoint, transport: course.transport, policy: course.policy,
      sleeper: course.sleeper, limits: HTTPLimits())
    do throws(EditFailure) {
      let result = try await client.edit(request, blobs: inputs, as: suiteCase.caseKey)
      return .outputs(
        result.pictures.map { identify($0, in: course.pictures, keeps: true) })
    } catch {
      return .none(clean("\(error)"))
    }
  }

  /// An address that stands in for the API's where nothing is sent.
  private static let replayEndpoint: Endpoint? = {
    do {
      return Endpoint(base: try HTTPURL("https://replay.invalid"), authorization: nil)
    } catch {
      return nil
    }
  }()

  private func buy(
    _ planned: PlannedCase, _ pricing: RecordingTransport.Pricing, _ notice: String?
  ) async -> CaseProgress {
    guard let purchasing = environment.purchasing else {
      preconditionFailure("a case is bought only in a mode that may spend")
    }
    let identity = planned.identity
    let meter = CaseMeter(purchasing.guardian)
    let recordedCase = RecordedCase(
      suite: identity.suite, caseID: identity.id, caseKey: identity.caseKey,
      canonicalRequest: planned.suiteCase.request.canonical)
    let transport = RecordingTransport(
      base: purchasing.transport, ledger: purchasing.ledger, blobs: purchasing.blobs,
      redactor: environment.redactor, recordedCase: recordedCase, pricing: pricing, meter: meter,
      gate: purchasing.pace ?? OpenGate(), expectedError: planned.suiteCase.expectedError)
    var policy = purchasing.policy
    policy.expectedError = planned.suiteCase.expectedError
    let startedAt = environment.clock()
    var course = Course(
      transport: transport,
      endpoint: purchasing.endpoint, policy: policy, sleeper: purchasing.sleeper,
      pictures: purchasing.blobs, source: .bought, meter: meter)
    course.orderSleeper = StoppableSleeper(purchasing.sleeper, purchasing.guardian.signal)
    if let notice { course.notices.append(notice) }
    let progress = await execute(planned, course).map {
      $0.with(
        origin: transport.answerOrigin, startedAt: startedAt, notice: Self.earlier(meter),
        pictures: nil)
    }
    guard plan.mode != .live else { return progress }
    return progress.map { promote($0, expecting: planned.suiteCase.expectedError, purchasing) }
  }

  /// Whose money it was, where an earlier run has ordered the pictures.
  private static func earlier(_ meter: CaseMeter) -> String? {
    guard meter.earlier > .zero else { return nil }
    return "ordered by an earlier run, which its price of \(meter.earlier) belongs to"
  }

  private func execute(_ planned: PlannedCase, _ course: Course) async -> CaseProgress {
    let client = SeedreamClient(
      endpoint: course.endpoint, transport: course.transport, policy: course.policy,
      sleeper: course.sleeper, orderSleeper: course.orderSleeper,
      limits: environment.purchasing?.limits ?? HTTPLimits(),
      taskTime: environment.purchasing?.taskTime ?? SeedreamClient.taskTime)
    do throws(EditFailure) {
      let result = try await client.edit(
        planned.suiteCase.request, blobs: inputs, as: planned.identity.caseKey)
      course.meter?.close()
      return await judged(planned, course, result)
    } catch {
      course.meter?.close()
      return .ended(await refused(planned, course, error) ?? failed(planned, course, error))
    }
  }

  // MARK: - Failures

  private func failed(
    _ planned: PlannedCase, _ course: Course, _ failure: EditFailure
  ) -> CaseResult {
    let outcome: Outcome
    let decisive = failure.decisive
    var reason = failure.description
    var hint: String?
    if let broken = Self.brokenRecording(failure.last) {
      (outcome, reason) = broken
      hint = plan.hint(for: planned.identity, mode: .refresh)
    } else {
      switch decisive {
      case .api(let error):
        outcome = Self.outcome(of: error.category)
        if error.abortsRun, course.source == .bought {
          environment.purchasing?.guardian.stop(clean(error.description))
        }
        hint =
          course.source == .replayed && outcome == .apiError
          ? plan.hint(for: planned.identity, mode: .refresh) : self.hint(for: error)
      case .transport(let failure):
        outcome = Self.outcome(of: failure.code)
        stop(after: failure)
      }
      if decisive != failure.last { reason = "\(decisive); not repeated: \(failure.last)" }
      if course.source == .bought, let lost = lostOrder(planned) {
        hint = lost.hint(for: failure, outcome, at: environment.clock()) ?? hint
      }
    }
    return CaseResult(
      identity: planned.identity, outcome: outcome, reason: clean(reason), hint: hint,
      notices: course.notices,
      source: course.source, origin: course.origin, startedAt: course.startedAt,
      latencyMilliseconds: failure.latencyMilliseconds, cost: course.meter?.spent ?? .zero,
      possiblyBilled: course.meter?.possiblyBilled ?? .zero,
      failedAttempts: failure.earlier.map { clean($0.description) })
  }

  /// The order of a case, where it may be bought.
  func lostOrder(_ planned: PlannedCase) -> LostOrder? {
    environment.purchasing.map {
      LostOrder(caseKey: planned.identity.caseKey, purchasing: $0, mode: plan.mode)
    }
  }

  /// Stops the run where an answer could not be kept: each further one would be paid for and lost, or
  /// refused for the same reason.
  func stop(after failure: TransportFailure) {
    guard failure.code == .storage else { return }
    environment.purchasing?.guardian.stop(clean(failure.message))
  }

  func stopped(
    _ planned: PlannedCase, _ course: Course, _ outcome: Outcome, _ reason: String
  ) -> CaseResult {
    CaseResult(
      identity: planned.identity, outcome: outcome, reason: clean(reason),
      hint: plan.hint(for: planned.identity, mode: .refresh), notices: course.notices,
      source: course.source, origin: course.origin,
      startedAt: course.startedAt)
  }

  /// What a recording that cannot be served to the end means; `nil` for any other failure.
  static func brokenRecording(
    _ failure: AttemptFailure
  ) -> (outcome: Outcome, reason: String)? {
    guard case .transport(let failure) = failure else { return nil }
    switch failure.code {
    case .exhausted: return (.fixtureMissing, "exhausted: \(failure.message)")
    case .mismatch: return (.fixtureStale, failure.message)
    case .corrupt: return (.fixtureCorrupt, failure.message)
    default: return nil
    }
  }

  static func outcome(of category: APIError.Category) -> Outcome {
    switch category {
    case .blocked: .blocked
    case .rateLimited, .quotaExceeded: .rateLimited
    default: .apiError
    }
  }

  static func outcome(of code: TransportFailure.Code) -> Outcome {
    switch code {
    case .overBudget: .overBudget
    case .cancelled: .cancelled
    default: .transportError
    }
  }

  private func hint(for error: APIError) -> String? {
    switch error.category {
    case .unauthorized:
      environment.purchasing.map {
        "check the key in \($0.keyVariable) and --auth-scheme bearer|raw"
      }
    case .noCredit:
      "add credit at the gateway, then \(LostOrder.again(plan.mode)): what is paid for is kept"
    case .notFound: "check the model's name"
    case .rateLimited where plan.mode != .replay:
      "nothing was billed; \(LostOrder.again(plan.mode)), slower with --requests-per-minute or more "
        + "patient with --max-wait"
    case .quotaExceeded:
      "raise the account's own limit at the gateway, then \(LostOrder.again(plan.mode)): what is paid "
        + "for is kept"
    default: nil
    }
  }

  func clean(_ text: String) -> String { environment.redactor.text(text) }

  // MARK: - Promotion

  /// Makes what was bought a recording; a failure is told and loses nothing.
  private func promote(
    _ result: CaseResult, expecting expectedError: APIError.Category?,
    _ purchasing: RunEnvironment.Purchasing
  ) -> CaseResult {
    let promotion = CasePromotion(
      fixtures: plan.fixtures, blobs: purchasing.blobs, toolVersion: environment.toolVersion,
      settle: purchasing.ledger.promoted)
    let identity = result.identity
    do {
      guard let stored = try purchasing.ledger.storedCase(identity.caseKey) else { return result }
      let origin = stored.origin
      let notice = try promotion.promote(
        stored, as: identity.id, expecting: expectedError, hasPassed: result.outcome == .passed)
      let isRecorded = notice == nil
      if let conflict = try plan.fixtures.conflict(with: origin) {
        // Each further answer would be paid for and not be recorded either.
        purchasing.guardian.fail(clean(conflict))
      }
      return result.with(
        origin: origin, startedAt: stored.exchanges.first?.timing.start,
        notice: notice.map(clean), pictures: isRecorded ? plan.fixtures.blobs : nil)
    } catch {
      purchasing.guardian.fail("what was bought cannot be recorded: \(clean("\(error)"))")
      return result.with(
        origin: result.origin, startedAt: result.startedAt,
        notice: clean("it is paid for and kept in the run store, but not recorded yet: \(error)"),
        pictures: nil)
    }
  }
}

extension EditFailure {
  /// The failure that says what became of the order: one that may have been billed counts more than that
  /// it could not be repeated, for want of money or time.
  fileprivate var decisive: AttemptFailure {
    guard case .transport(let failure) = last,
      failure.code == .overBudget || failure.code == .cancelled
    else { return last }
    return earlier.last(where: \.isPossiblyBilled) ?? last
  }
}

extension EditResult {
  /// Pictures that were made, whether they could be fetched or not.
  var billedCount: Int { pictures.count + missing.count { $0.loss != .refused } }
}

/// Waits for nothing: a replay has no reason to.
private struct NoSleeper: Sleeper {
  func sleep(for duration: Duration) async throws { try Task.checkCancellation() }
}
