package import Canonical
internal import ImageComparison
package import Recording
package import SeedreamAPI
package import Suites

/// Judges the checks of a case, over what came back and what was approved.
package struct CheckJudge: Sendable {
  /// What there is to judge.
  package struct Evidence: Sendable {
    /// Which case.
    package let identity: CaseIdentity
    /// The request.
    package let request: EditRequest
    /// The pixels of the last input as shown, where they are known.
    package let lastInput: PixelSize?
    /// The images that came back.
    package let outputs: [OutputRecord]
    /// Pictures of the answer that did not come, in a line each.
    package let missing: [String]
    /// Milliseconds until the answer was complete.
    package let latencyMilliseconds: Int
    /// What the case cost; `nil` where the price of its model is not known.
    package let cost: Money?
    /// What the service said when it refused the request.
    package let refusal: String?
    /// The kind of the error with which it did.
    package let refusalCategory: APIError.Category
    /// Where the answer came from first, where that is known.
    package let origin: Origin?
    /// Whether it came from a recording, so that nobody was asked anew.
    package let isReplayed: Bool
    /// What other cases have given, for checks that look at them.
    package let peers: PeerOutputs

    /// Puts evidence together.
    package init(
      identity: CaseIdentity, request: EditRequest, lastInput: PixelSize?,
      outputs: [OutputRecord], missing: [String], latencyMilliseconds: Int, cost: Money? = nil,
      refusal: String? = nil, refusalCategory: APIError.Category = .blocked,
      origin: Origin? = nil, isReplayed: Bool = false, peers: PeerOutputs = PeerOutputs()
    ) {
      self.identity = identity
      self.request = request
      self.lastInput = lastInput
      self.outputs = outputs
      self.missing = missing
      self.latencyMilliseconds = latencyMilliseconds
      self.cost = cost
      self.refusal = refusal
      self.refusalCategory = refusalCategory
      self.origin = origin
      self.isReplayed = isReplayed
      self.peers = peers
    }

    /// The identity of the recording.
    var caseKey: CaseKey { identity.caseKey }

    /// The same with what other cases have given, and what is known by then.
    func with(_ peers: PeerOutputs, outputs: [OutputRecord], origin: Origin?) -> Evidence {
      Evidence(
        identity: identity, request: request, lastInput: lastInput, outputs: outputs,
        missing: missing, latencyMilliseconds: latencyMilliseconds, cost: cost, refusal: refusal,
        refusalCategory: refusalCategory, origin: origin, isReplayed: isReplayed, peers: peers)
    }
  }

  let baseline: Baseline
  let tools: JudgeTools

  /// Takes what was approved, and what checks need besides.
  package init(baseline: Baseline, tools: JudgeTools) {
    self.baseline = baseline
    self.tools = tools
  }

  /// Judges checks in order; where a refusal is expected, only those that need no picture.
  package func judge(_ checks: [Check], _ evidence: Evidence) async -> [CheckResult] {
    var results: [CheckResult] = []
    for check in Self.applicable(checks) { results.append(await judge(check, evidence)) }
    return results.numbered()
  }

  /// Judges one check.
  func judge(_ check: Check, _ evidence: Evidence) async -> CheckResult {
    let (finding, measures) = await judge(check.kind, evidence)
    return CheckResult(
      name: check.label, verdict: finding.0, severity: check.severity,
      message: finding.1, measures: measures)
  }

  typealias Finding = (CheckResult.Verdict, String)
  /// A finding with what was measured for it.
  typealias Measured = (finding: Finding, measures: [Measure])

  private func judge(_ kind: CheckKind, _ evidence: Evidence) async -> Measured {
    switch kind {
    case .count(let expectation): (count(expectation, evidence), [])
    case .size(let expectation): (size(expectation, evidence), [])
    case .decodable: (decodable(evidence), [])
    case .notBlank: (notBlank(evidence), [])
    case .format(let codecs): (format(codecs, evidence), [])
    case .latency(let limit): (latency(limit, evidence), [])
    case .cost(let limit): (cost(limit, evidence), [])
    case .revisedPrompt(let expectation): (revisedPrompt(expectation, evidence), [])
    case .blocked: (refused(.blocked, evidence), [])
    case .error(let category): (refused(category, evidence), [])
    case .baseline(let expectation): baseline(expectation, evidence)
    case .preserve(let expectation): preserve(expectation, evidence)
    case .change(let expectation): change(expectation, evidence)
    case .similarTo(let expectation): similar(expectation, evidence)
    case .command(let expectation): await command(expectation, evidence)
    }
  }

  private func count(_ expectation: CheckKind.CountExpectation, _ evidence: Evidence) -> Finding {
    let expected: Int
    switch expectation {
    case .asRequested: expected = evidence.request.n
    case .exactly(let number): expected = number
    }
    let found = evidence.outputs.count
    guard found == expected else {
      let reasons = evidence.missing.isEmpty ? "" : ": " + evidence.missing.joined(separator: "; ")
      return (.failed, "expected \(Count.of(expected, "picture")), got \(found)\(reasons)")
    }
    return (.passed, Count.of(found, "picture"))
  }

  private func size(_ expectation: CheckKind.SizeExpectation, _ evidence: Evidence) -> Finding {
    let expected: ExpectedSize
    switch expectation {
    case .asRequested:
      expected = ModelLimits(model: evidence.request.model).expectedSize(
        for: evidence.request.size, lastInput: evidence.lastInput)
    case .exactly(let size): expected = .exactly(size)
    }
    let pictures = evidence.outputs.compactMap { output in
      output.picture.map { (output.index, $0.size) }
    }
    guard !pictures.isEmpty else { return (.skipped, "there is no picture to measure") }
    for (index, size) in pictures where !expected.admits(size) {
      return (.failed, "picture \(index) is \(size), expected \(expected)")
    }
    return (.passed, Set(pictures.map { $0.1.description }).sorted().joined(separator: ", "))
  }

  private func decodable(_ evidence: Evidence) -> Finding {
    guard !evidence.outputs.isEmpty else { return (.skipped, "there is no picture to decode") }
    for output in evidence.outputs {
      if let problem = output.problem {
        return (.failed, "picture \(output.index) cannot be decoded: \(problem)")
      }
    }
    let codecs = Set(evidence.outputs.compactMap(\.picture?.codec)).sorted()
    return (.passed, codecs.joined(separator: ", "))
  }

  private func notBlank(_ evidence: Evidence) -> Finding {
    let pictures = evidence.outputs.compactMap { output in output.picture.map { (output, $0) } }
    guard !pictures.isEmpty else { return (.skipped, "there is no picture to look at") }
    for (output, picture) in pictures {
      guard let word = picture.emptiness else { continue }
      let what =
        switch PictureCharacter.Emptiness(rawValue: word) {
        case .transparent: "fully transparent"
        case .black: "all black"
        case .white: "all white"
        case .uniform, nil: "of one colour"
        }
      return (.failed, "picture \(output.index) is blank: \(what)")
    }
    return (.passed, "not blank")
  }

  private func latency(_ limit: Duration, _ evidence: Evidence) -> Finding {
    let found = Duration.milliseconds(evidence.latencyMilliseconds)
    let shown = "\(evidence.latencyMilliseconds) ms"
    guard found <= limit else { return (.failed, "took \(shown), at most \(limit) is allowed") }
    return (.passed, "\(shown), at most \(limit)")
  }

  /// The worst of several findings speaks for the case, and of equals the first.
  static func worst(_ findings: [Finding]) -> Finding? {
    for verdict in [CheckResult.Verdict.error, .failed, .drifted, .unapproved] {
      if let worst = findings.first(where: { $0.0 == verdict }) { return worst }
    }
    return findings.first
  }
}

/// What other cases of a suite have given, for the checks that look at them.
package struct PeerOutputs: Sendable {
  /// The pictures of the cases that others are compared with; of one that has none, why.
  package var compared: [CaseID: PeerAnswer] = [:]
  /// The pictures of all repeats of the request, this one's among them; `nil` where nothing asks.
  package var samples: [OutputRecord]?

  /// Starts with nothing.
  package init() {}
}

/// What another case has given.
package enum PeerAnswer: Sendable {
  /// Its pictures.
  case outputs([OutputRecord])
  /// None: why.
  case none(String)
}
