internal import Canonical
internal import ImageComparison
internal import Recording
internal import SeedreamAPI
internal import Suites
internal import SystemPackage

/// A picture that was made and could not be fetched, and what that makes of its case.
struct LostPicture: Sendable {
  let outcome: Outcome
  let reason: String
  let hint: String?
}

/// A case that ran, and that other cases are needed to judge.
package struct PendingCase: Sendable {
  let planned: PlannedCase
  /// What is known of it so far.
  var base: CaseResult
  var evidence: CheckJudge.Evidence
  let checks: [Check]
  /// What became of each check; `nil` where it waits.
  var results: [CheckResult?]
  let lost: LostPicture?

  init(
    planned: PlannedCase, base: CaseResult, evidence: CheckJudge.Evidence, checks: [Check],
    lost: LostPicture?
  ) {
    self.planned = planned
    self.base = base
    self.evidence = evidence
    self.checks = checks
    results = .init(repeating: nil, count: checks.count)
    self.lost = lost
  }

  var isComplete: Bool { results.allSatisfy { $0 != nil } }

  /// The cases whose pictures its checks ask for.
  var comparedCases: [CaseID] {
    zip(checks, results).compactMap { check, result in
      guard result == nil, case .similarTo(let expectation) = check.kind,
        case .outputs(let id) = expectation.reference
      else { return nil }
      return id
    }
  }

  /// Whether its checks ask for all repeats of the request.
  var looksAtRepeats: Bool {
    zip(checks, results).contains { check, result in result == nil && check.name == .baseline }
  }
}

/// How far a case is.
package enum CaseProgress: Sendable {
  /// It is judged.
  case ended(CaseResult)
  /// Others are needed to judge it.
  case waiting(PendingCase)

  /// What is known of it.
  var result: CaseResult {
    switch self {
    case .ended(let result): result
    case .waiting(let pending): pending.base
    }
  }

  /// The same with another result.
  func map(_ change: (CaseResult) -> CaseResult) -> CaseProgress {
    switch self {
    case .ended(let result): return .ended(change(result))
    case .waiting(var pending):
      pending.base = change(pending.base)
      return .waiting(pending)
    }
  }
}

extension CheckKind {
  /// Whether it may compare pixels, beside their digest.
  fileprivate var looksAtPixels: Bool {
    switch self {
    case .preserve, .change, .similarTo: true
    case .baseline(let expectation): expectation.level.comparison?.isMeasured ?? true
    case .count, .size, .decodable, .notBlank, .format, .latency, .cost, .revisedPrompt, .blocked,
      .error, .command:
      false
    }
  }
}

/// From an answer to an outcome.
extension CaseRunner {
  func judged(
    _ planned: PlannedCase, _ course: Course, _ result: EditResult
  ) async -> CaseProgress {
    let request = planned.suiteCase.request
    if let broken = result.missing.lazy.compactMap({ Self.brokenRecording($0.failure) }).first {
      return .ended(stopped(planned, course, broken.outcome, broken.reason))
    }
    let keeps = planned.suiteCase.checks.contains { $0.kind.looksAtPixels }
    let outputs = result.pictures.map {
      identify($0, in: course.pictures, keeps: keeps)
    }
    var lastInput: PixelSize?
    if case .local(let blob)? = request.images.last { lastInput = plan.inputs[blob.digest]?.size }
    let evidence = CheckJudge.Evidence(
      identity: planned.identity, request: request, lastInput: lastInput, outputs: outputs,
      missing: result.missing.map { clean($0.failure.description) },
      latencyMilliseconds: result.latencyMilliseconds,
      cost: cost(of: request, pictures: result.billedCount, course),
      origin: course.origin ?? (course.transport as? RecordingTransport)?.answerOrigin,
      isReplayed: course.source == .replayed)
    let base = CaseResult(
      identity: planned.identity, outcome: .passed, reason: "", notices: course.notices,
      outputs: outputs, source: course.source, origin: course.origin,
      startedAt: course.startedAt, latencyMilliseconds: result.latencyMilliseconds,
      cost: course.meter?.spent ?? .zero, possiblyBilled: course.meter?.possiblyBilled ?? .zero,
      failedAttempts: result.failedAttempts.map { clean($0.description) })
    var pending = PendingCase(
      planned: planned, base: base, evidence: evidence,
      checks: CheckJudge.applicable(planned.suiteCase.checks), lost: lost(result, planned, course))
    for (index, check) in pending.checks.enumerated() where !waits(check) {
      pending.results[index] = await judge.judge(check, evidence)
    }
    return pending.isComplete ? .ended(concluded(pending)) : .waiting(pending)
  }

  /// What became of a picture that was made and could not be fetched; running again tells whether it
  /// is as expected.
  private func lost(
    _ result: EditResult, _ planned: PlannedCase, _ course: Course
  ) -> LostPicture? {
    // While one may still come, what is gone is not given up: the whole order would be.
    guard
      let lost = result.missing.first(where: { $0.loss == .unfetched })
        ?? result.missing.first(where: { $0.loss == .gone })
    else { return nil }
    if case .transport(let failure) = lost.failure {
      stop(after: failure)
      let outcome = Self.outcome(of: failure.code)
      let isAsked = outcome == .transportError && failure.code != .storage
      return LostPicture(
        outcome: outcome,
        reason: clean("picture \(lost.index) could not be fetched: \(failure)"),
        hint: isAsked
          ? lostOrder(planned)?.fetchLater(
            at: environment.clock(), isUnreachable: failure.code == .refused,
            isForbidden: [.address, .invalidRequest].contains(failure.code))
          : LostOrder.fetchLater(plan.mode))
    }
    guard course.source == .bought, let order = lostOrder(planned) else { return nil }
    return LostPicture(
      outcome: .apiError,
      reason: clean(
        "picture \(lost.index) is paid for and "
          + "\(lost.loss == .gone ? "gone" : "could not be fetched"): \(lost.failure)"),
      hint: lost.loss == .gone ? order.settle() : order.fetchLater(at: environment.clock()))
  }

  /// Whether a check looks at other cases.
  private func waits(_ check: Check) -> Bool {
    if case .similarTo(let expectation) = check.kind, case .outputs = expectation.reference {
      return true
    }
    return plan.suite.repeatCount > 1 && judge.looksAtRepeats(check.kind)
  }

  /// Judges what other cases were needed for; what no case of the run has given is looked up among the
  /// recordings.
  @concurrent
  package func finish(_ pending: PendingCase, _ given: PeerOutputs) async -> CaseResult {
    var (pending, peers) = (pending, given)
    for id in pending.comparedCases where peers.compared[id] == nil {
      peers.compared[id] = await recorded(id)
    }
    pending.evidence = pending.evidence.with(
      peers, outputs: pending.base.outputs, origin: pending.base.origin)
    for (index, check) in pending.checks.enumerated() where pending.results[index] == nil {
      pending.results[index] = await judge.judge(check, pending.evidence)
    }
    return quarantined(concluded(pending), pending.planned)
  }

  /// The result of a case once every check is judged.
  private func concluded(_ pending: PendingCase) -> CaseResult {
    let checks = pending.results.compactMap(\.self).numbered().map { result in
      CheckResult(
        name: result.name, verdict: result.verdict, severity: result.severity,
        message: clean(result.message), measures: result.measures)
    }
    var result = pending.base
    (result.outcome, result.reason) = verdict(of: checks)
    let advice = zip(pending.checks, checks).lazy.filter { $1.verdict == .unapproved }
      .compactMap { check, _ in judge.lacking(check.kind, pending.evidence) }.first
    result.hint =
      result.outcome == .unapproved && advice != nil
      ? advice : hint(for: result.outcome, result.identity)
    if let lost = pending.lost {
      (result.outcome, result.reason, result.hint) = (lost.outcome, lost.reason, lost.hint)
    }
    result.checks = checks
    result.notices += checks.compactMap(\.warning)
    if result.outcome == .passed,
      let waiting = checks.first(where: { $0.verdict == .unapproved && $0.severity == .fail })
    {
      result.notices.append(
        waiting.message + (advice.map { "; \($0)" } ?? "; look at it and approve it"))
    }
    return result
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
  func refused(
    _ planned: PlannedCase, _ course: Course, _ failure: EditFailure
  ) async -> CaseResult? {
    guard case .api(let error) = failure.last,
      planned.suiteCase.checks.contains(where: { $0.kind.expectedError == error.category })
    else { return nil }
    let request = planned.suiteCase.request
    let checks = await judge.judge(
      planned.suiteCase.checks,
      CheckJudge.Evidence(
        identity: planned.identity, request: request, lastInput: nil, outputs: [],
        missing: [], latencyMilliseconds: failure.latencyMilliseconds,
        cost: cost(of: request, pictures: 0, course), refusal: clean(error.description),
        refusalCategory: error.category))
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
      (.error, .checkError), (.failed, .failed), (.drifted, .drifted), (.unapproved, .unapproved),
    ]
    for (verdict, outcome) in order {
      let failing = checks.first { $0.verdict == verdict && $0.severity == .fail }
      guard let check = failing else { continue }
      if outcome == .unapproved, !environment.failsUnapproved { continue }
      let others = checks.filter {
        $0.name != check.name && $0.severity == .fail && $0.verdict.isBad
          && ($0.verdict != .unapproved || environment.failsUnapproved)
      }.map(\.name)
      let more =
        others.isEmpty ? "" : "; and \(others.count) more: \(others.joined(separator: ", "))"
      return (outcome, "\(check.name): \(check.message)\(more)")
    }
    let said = checks.filter { $0.verdict == .passed }.map { "\($0.name): \($0.message)" }
    return (.passed, said.joined(separator: "; "))
  }

  private func hint(for outcome: Outcome, _ identity: CaseIdentity) -> String? {
    switch outcome {
    case .drifted, .unapproved:
      "when the picture is right: proofsheet approve latest --filter "
        + CaseFilter.exactly(identity.id, of: identity.suite)
        + plan.folderOptions + plan.reportsOption
    default: nil
    }
  }

  /// - Parameter keeps: whether a check may look at the pixels again.
  func identify(
    _ picture: ReturnedPicture, in store: BlobStore, keeps: Bool
  ) -> OutputRecord {
    let blob = BlobID(of: picture.bytes)
    var known = environment.facts?.facts(of: blob)
    var problem: String?
    if known == nil {
      do throws(PictureError) {
        let found = try look(at: picture, blob, keeps: keeps)
        environment.facts?.keep(found, of: blob)
        known = found
      } catch {
        problem = error.description
      }
    }
    return OutputRecord(
      index: picture.index, blob: blob, byteCount: picture.bytes.count,
      path: store.path(of: blob), picture: known?.record, problem: problem,
      revisedPrompt: picture.revisedPrompt.map(clean), hash: known?.hash,
      colours: known?.colours)
  }

  private func look(
    at picture: ReturnedPicture, _ blob: BlobID, keeps: Bool
  ) throws(PictureError) -> KnownPicture {
    let decoded = try Picture(decoding: picture.bytes)
    if keeps { judge.tools.shelf.keep(decoded, as: blob) }
    return KnownPicture(decoded, hash: judge.tools.shelf.hash(of: decoded, as: blob))
  }
}
