internal import Canonical
internal import ImageComparison
internal import Recording
internal import SeedreamAPI
internal import Suites
internal import SystemPackage

/// Runs single cases of a plan.
package struct CaseRunner: Sendable {
  private let plan: Plan
  private let environment: RunEnvironment
  private let inputs: InputBlobs
  private let judge: CheckJudge

  /// Takes a plan and what it needs.
  package init(plan: Plan, environment: RunEnvironment) {
    self.plan = plan
    self.environment = environment
    inputs = InputBlobs(plan.suite.inputs)
    judge = CheckJudge(baseline: plan.baseline)
  }

  /// Where answers come from and where their pictures lie.
  private struct Course {
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
  @concurrent
  package func run(_ planned: PlannedCase) async -> CaseResult {
    let result = await resultAlone(planned)
    guard let known = planned.suiteCase.known else { return result }
    return result.quarantined(by: known, at: environment.clock())
  }

  /// The result of a case, known to fail or not.
  private func resultAlone(_ planned: PlannedCase) async -> CaseResult {
    switch plan.action(for: planned) {
    case .stop(let outcome, let reason, let hint, let details):
      return CaseResult(
        identity: planned.identity, outcome: outcome, reason: clean(reason), hint: hint,
        details: details.map(clean))
    case .replay(let fixture, let renamed):
      return await replay(planned, fixture, renamedFrom: renamed)
    case .buy(let pricing, let notice):
      return await buy(planned, pricing, notice)
    }
  }

  private func replay(
    _ planned: PlannedCase, _ fixture: Fixture, renamedFrom renamed: CaseID?
  ) async -> CaseResult {
    guard let endpoint = Self.replayEndpoint else {
      preconditionFailure("the placeholder endpoint is a URL")
    }
    var course = Course(
      transport: ReplayingTransport(
        fixture: fixture, blobs: plan.fixtures.blobs, redactor: environment.redactor),
      endpoint: endpoint, policy: .once, sleeper: NoSleeper(), pictures: plan.fixtures.blobs,
      source: .replayed, meter: nil, origin: fixture.origin, startedAt: fixture.recordedAt)
    if let renamed {
      course.notices.append("its recording lies under the case id \(renamed)")
    }
    return await execute(planned, course)
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
  ) async -> CaseResult {
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
      gate: purchasing.pace ?? OpenGate())
    let startedAt = environment.clock()
    var course = Course(
      transport: transport,
      endpoint: purchasing.endpoint, policy: purchasing.policy, sleeper: purchasing.sleeper,
      pictures: purchasing.blobs, source: .bought, meter: meter)
    course.orderSleeper = StoppableSleeper(purchasing.sleeper, purchasing.guardian.signal)
    if let notice { course.notices.append(notice) }
    let result = await execute(planned, course).with(
      origin: transport.answerOrigin, startedAt: startedAt, notice: nil, pictures: nil)
    guard plan.mode != .live else { return result }
    return promote(result, purchasing)
  }

  private func execute(_ planned: PlannedCase, _ course: Course) async -> CaseResult {
    let client = SeedreamClient(
      endpoint: course.endpoint, transport: course.transport, policy: course.policy,
      sleeper: course.sleeper, orderSleeper: course.orderSleeper,
      limits: environment.purchasing?.limits ?? HTTPLimits(),
      taskTime: environment.purchasing?.taskTime ?? SeedreamClient.taskTime)
    do throws(EditFailure) {
      let result = try await client.edit(
        planned.suiteCase.request, blobs: inputs, as: planned.identity.caseKey)
      course.meter?.close()
      return judged(planned, course, result)
    } catch {
      course.meter?.close()
      return refused(planned, course, error) ?? failed(planned, course, error)
    }
  }

  // MARK: - Judging

  private func judged(
    _ planned: PlannedCase, _ course: Course, _ result: EditResult
  ) -> CaseResult {
    let request = planned.suiteCase.request
    if let broken = result.missing.lazy.compactMap({ Self.brokenRecording($0.failure) }).first {
      return stopped(planned, course, broken.outcome, broken.reason)
    }
    let outputs = result.pictures.map { identify($0, in: course.pictures) }
    var lastInput: PixelSize?
    if case .local(let blob)? = request.images.last { lastInput = plan.inputs[blob.digest]?.size }
    let checks = judge.judge(
      planned.suiteCase.checks,
      CheckJudge.Evidence(
        request: request, caseKey: planned.identity.caseKey, lastInput: lastInput,
        outputs: outputs, missing: result.missing.map { clean($0.failure.description) },
        latencyMilliseconds: result.latencyMilliseconds,
        cost: cost(of: request, pictures: result.billedCount, course),
        refusal: result.refusal.map { clean($0.description) }))
    var (outcome, reason) = verdict(of: checks)
    var hint = hint(for: outcome, planned.identity)
    if let lost = result.missing.first(where: { $0.isTransportFailure }),
      case .transport(let failure) = lost.failure
    {
      // The picture may be as expected; running again tells.
      outcome = Self.outcome(of: failure.code)
      reason = clean("picture \(lost.index) could not be fetched: \(failure)")
      hint =
        (plan.mode == .live ? "run with --resume" : "run again")
        + ": it is paid for, and only fetched then"
      stop(after: failure)
    } else if let gone = result.missing.first(where: \.isLinkDead),
      let lost = lostOrder(planned, course)
    {
      outcome = .apiError
      reason = clean("picture \(gone.index) is paid for and gone: \(gone.failure)")
      hint = lost.settle()
    }
    var notices = course.notices
    notices += checks.compactMap(\.warning)
    if outcome == .passed,
      let waiting = checks.first(where: { $0.verdict == .unapproved && $0.severity == .fail })
    {
      notices.append("\(waiting.message); look at it and approve it")
    }
    return CaseResult(
      identity: planned.identity, outcome: outcome, reason: reason,
      hint: hint, notices: notices, checks: checks,
      outputs: outputs, source: course.source, origin: course.origin,
      startedAt: course.startedAt, latencyMilliseconds: result.latencyMilliseconds,
      cost: course.meter?.spent ?? .zero, possiblyBilled: course.meter?.possiblyBilled ?? .zero,
      failedAttempts: result.failedAttempts.map { clean($0.description) })
  }

  /// What a case costs: what was paid in this run or, where that is less because an answer was paid
  /// for earlier, the price of its pictures.
  private func cost(of request: EditRequest, pictures: Int, _ course: Course) -> Money? {
    let paid = (course.meter?.spent ?? .zero) + (course.meter?.possiblyBilled ?? .zero)
    guard pictures > 0 else { return paid }
    guard let price = (plan.prices ?? .listed).price(of: request.model) else { return nil }
    return max(paid, price * pictures)
  }

  /// The result of a case that the service refused, where that is what its checks expect.
  private func refused(
    _ planned: PlannedCase, _ course: Course, _ failure: EditFailure
  ) -> CaseResult? {
    guard case .api(let error) = failure.last, error.category == .blocked,
      planned.suiteCase.checks.contains(where: { $0.kind == .blocked })
    else { return nil }
    let request = planned.suiteCase.request
    let checks = judge.judge(
      planned.suiteCase.checks,
      CheckJudge.Evidence(
        request: request, caseKey: planned.identity.caseKey, lastInput: nil, outputs: [],
        missing: [], latencyMilliseconds: failure.latencyMilliseconds,
        cost: cost(of: request, pictures: 0, course), refusal: clean(error.description)))
    let (outcome, reason) = verdict(of: checks)
    return CaseResult(
      identity: planned.identity, outcome: outcome, reason: reason,
      notices: course.notices + checks.compactMap(\.warning), checks: checks,
      source: course.source, origin: course.origin, startedAt: course.startedAt,
      latencyMilliseconds: failure.latencyMilliseconds, cost: course.meter?.spent ?? .zero,
      possiblyBilled: course.meter?.possiblyBilled ?? .zero,
      failedAttempts: failure.earlier.map { clean($0.description) })
  }

  private func verdict(of checks: [CheckResult]) -> (Outcome, String) {
    let order: [(CheckResult.Verdict, Outcome)] = [
      (.failed, .failed), (.drifted, .drifted), (.unapproved, .unapproved),
    ]
    for (verdict, outcome) in order {
      let failing = checks.first { $0.verdict == verdict && $0.severity == .fail }
      guard let check = failing else { continue }
      if outcome == .unapproved, !environment.failsUnapproved { continue }
      return (outcome, "\(check.name): \(check.message)")
    }
    let said = checks.filter { $0.verdict == .passed }.map { "\($0.name): \($0.message)" }
    return (.passed, said.joined(separator: "; "))
  }

  private func hint(for outcome: Outcome, _ identity: CaseIdentity) -> String? {
    switch outcome {
    case .drifted, .unapproved:
      "when the picture is right: proofsheet approve latest --filter "
        + CaseFilter.exactly(identity.id, of: identity.suite)
    default: nil
    }
  }

  private func identify(_ picture: ReturnedPicture, in store: BlobStore) -> OutputRecord {
    let blob = BlobID(of: picture.bytes)
    var record: PictureRecord?
    var problem: String?
    do throws(PictureError) {
      let decoded = try Picture(decoding: picture.bytes)
      record = PictureRecord(
        codec: decoded.format?.rawValue ?? "unknown",
        size: PixelSize(width: decoded.width, height: decoded.height),
        pixelDigest: decoded.digest.description)
    } catch {
      problem = error.description
    }
    return OutputRecord(
      index: picture.index, blob: blob, byteCount: picture.bytes.count,
      path: store.path(of: blob), picture: record, problem: problem,
      revisedPrompt: picture.revisedPrompt.map(clean))
  }

  // MARK: - Failures

  private func failed(
    _ planned: PlannedCase, _ course: Course, _ failure: EditFailure
  ) -> CaseResult {
    let outcome: Outcome
    var reason = failure.description
    var hint: String?
    if let broken = Self.brokenRecording(failure.last) {
      (outcome, reason) = broken
      hint = plan.hint(for: planned.identity, mode: .refresh)
    } else {
      switch failure.last {
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
      if let lost = lostOrder(planned, course) {
        if failure.isTaskGone {
          hint = lost.settle()
        } else if failure.isTaskBegun, !failure.isTaskFailed {
          hint = LostOrder.pendingTask(plan.mode)
        } else if failure.last.isPossiblyBilled, outcome == .transportError {
          hint = LostOrder.inDoubt
        }
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

  /// The order of a case that was bought, where it brought less than it should.
  private func lostOrder(_ planned: PlannedCase, _ course: Course) -> LostOrder? {
    guard course.source == .bought, let purchasing = environment.purchasing else { return nil }
    return LostOrder(caseKey: planned.identity.caseKey, purchasing: purchasing, mode: plan.mode)
  }

  /// Stops the run where an answer could not be kept: each further one would be paid for and lost, or
  /// refused for the same reason.
  private func stop(after failure: TransportFailure) {
    guard failure.code == .storage else { return }
    environment.purchasing?.guardian.stop(clean(failure.message))
  }

  private func stopped(
    _ planned: PlannedCase, _ course: Course, _ outcome: Outcome, _ reason: String
  ) -> CaseResult {
    CaseResult(
      identity: planned.identity, outcome: outcome, reason: clean(reason),
      hint: plan.hint(for: planned.identity, mode: .refresh), notices: course.notices,
      source: course.source, origin: course.origin,
      startedAt: course.startedAt)
  }

  /// What a recording that cannot be served to the end means; `nil` for any other failure.
  private static func brokenRecording(
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

  private static func outcome(of category: APIError.Category) -> Outcome {
    switch category {
    case .blocked: .blocked
    case .rateLimited, .quotaExceeded: .rateLimited
    default: .apiError
    }
  }

  private static func outcome(of code: TransportFailure.Code) -> Outcome {
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
    case .noCredit: "add credit at the gateway, then run again: what is paid for is kept"
    case .notFound: "check the model's name"
    default: nil
    }
  }

  private func clean(_ text: String) -> String { environment.redactor.text(text) }

  // MARK: - Promotion

  /// Makes what was bought a recording; a failure is told and loses nothing.
  private func promote(
    _ result: CaseResult, _ purchasing: RunEnvironment.Purchasing
  ) -> CaseResult {
    let promotion = CasePromotion(
      fixtures: plan.fixtures, ledger: purchasing.ledger, blobs: purchasing.blobs,
      toolVersion: environment.toolVersion)
    let identity = result.identity
    do {
      guard let stored = try purchasing.ledger.storedCase(identity.caseKey) else { return result }
      let origin = stored.origin
      let notice = try promotion.promote(stored, as: identity.id)
      let isRecorded = notice == nil
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

extension MissingPicture {
  /// Whether there was no answer, rather than one that says why there is no picture.
  fileprivate var isTransportFailure: Bool {
    if case .transport = failure { true } else { false }
  }
}

extension EditResult {
  /// Pictures that were made, whether they could be fetched or not.
  fileprivate var billedCount: Int { pictures.count + missing.count(where: \.isTransportFailure) }

  /// What the service said where it refused every picture for safety; `nil` in any other case.
  fileprivate var refusal: APIError? {
    let refusals = missing.compactMap { picture -> APIError? in
      guard case .api(let error) = picture.failure, error.category == .blocked else { return nil }
      return error
    }
    return pictures.isEmpty && refusals.count == missing.count ? refusals.first : nil
  }
}

/// Waits for nothing: a replay has no reason to.
private struct NoSleeper: Sleeper {
  func sleep(for duration: Duration) async throws { try Task.checkCancellation() }
}
