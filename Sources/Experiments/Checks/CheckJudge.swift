package import Canonical
package import SeedreamAPI
package import Suites

/// Judges the checks of a case: pure, over what came back and what was approved.
package struct CheckJudge: Sendable {
  /// What there is to judge.
  package struct Evidence: Sendable {
    /// The request.
    package let request: EditRequest
    /// The identity of the recording.
    package let caseKey: CaseKey
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

    /// Puts evidence together.
    package init(
      request: EditRequest, caseKey: CaseKey, lastInput: PixelSize?, outputs: [OutputRecord],
      missing: [String], latencyMilliseconds: Int, cost: Money? = nil, refusal: String? = nil,
      refusalCategory: APIError.Category = .blocked
    ) {
      self.request = request
      self.caseKey = caseKey
      self.lastInput = lastInput
      self.outputs = outputs
      self.missing = missing
      self.latencyMilliseconds = latencyMilliseconds
      self.cost = cost
      self.refusal = refusal
      self.refusalCategory = refusalCategory
    }
  }

  private let baseline: Baseline

  /// Takes what was approved.
  package init(baseline: Baseline) { self.baseline = baseline }

  /// Judges checks in order; where a refusal is expected, only those that need no picture.
  package func judge(_ checks: [Check], _ evidence: Evidence) -> [CheckResult] {
    Self.applicable(checks).map { check in
      let (verdict, message) = judge(check.kind, evidence)
      return CheckResult(
        name: check.name.rawValue, verdict: verdict, severity: check.severity, message: message)
    }
  }

  typealias Finding = (CheckResult.Verdict, String)

  private func judge(_ kind: CheckKind, _ evidence: Evidence) -> Finding {
    switch kind {
    case .count(let expectation): count(expectation, evidence)
    case .size(let expectation): size(expectation, evidence)
    case .decodable: decodable(evidence)
    case .format(let codecs): format(codecs, evidence)
    case .latency(let limit): latency(limit, evidence)
    case .cost(let limit): cost(limit, evidence)
    case .revisedPrompt(let expectation): revisedPrompt(expectation, evidence)
    case .blocked: refused(.blocked, evidence)
    case .error(let category): refused(category, evidence)
    case .baseline(let expectation):
      kind.isJudged ? baseline(expectation.level, evidence) : Self.unjudged(kind)
    case .notBlank, .preserve, .change, .similarTo, .command: Self.unjudged(kind)
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

  private func latency(_ limit: Duration, _ evidence: Evidence) -> Finding {
    let found = Duration.milliseconds(evidence.latencyMilliseconds)
    let shown = "\(evidence.latencyMilliseconds) ms"
    guard found <= limit else { return (.failed, "took \(shown), at most \(limit) is allowed") }
    return (.passed, "\(shown), at most \(limit)")
  }

  private func baseline(_ level: BaselineLevel, _ evidence: Evidence) -> Finding {
    guard !evidence.outputs.isEmpty else { return (.skipped, "there is no picture to compare") }
    var findings: [Finding] = []
    for output in evidence.outputs {
      let id = OutputID(caseKey: evidence.caseKey, index: output.index)
      findings.append(compare(output, with: baseline.entries(for: id), level))
    }
    // The worst of several pictures speaks for the case.
    for verdict in [CheckResult.Verdict.failed, .drifted, .unapproved] {
      if let worst = findings.first(where: { $0.0 == verdict }) { return worst }
    }
    return findings[0]
  }

  private func compare(
    _ output: OutputRecord, with entries: [BaselineEntry], _ level: BaselineLevel
  ) -> Finding {
    let place = "picture \(output.index)"
    if let entry = deciding(entries, output, level) {
      if entry.decision == .rejected {
        let note = entry.note.map { ": \($0)" } ?? ""
        return (.failed, "\(place) equals one that was rejected\(note)")
      }
      if entry.blob.digest == output.blob.digest, let digest = output.picture?.pixelDigest,
        Self.version(digest) == Self.version(entry.pixelDigest), digest != entry.pixelDigest
      {
        return (
          .drifted,
          "\(place) has the approved bytes, but the baseline states other pixels for them: "
            + "its line was changed by hand"
        )
      }
      let same = entry.blob.digest == output.blob.digest ? "bytes" : "pixels"
      return (.passed, "\(place) has the same \(same) as an approved one")
    }
    let approved = entries.filter { $0.decision == .approved }
    guard let nearest = approved.first else {
      return (.unapproved, "\(place) has no approved picture to compare with")
    }
    return (.drifted, difference(output, from: nearest, count: approved.count, level))
  }

  /// The decision that counts: one about exactly these bytes goes before one about their pixels, and
  /// rejected before approved, whatever the order in which they were made.
  private func deciding(
    _ entries: [BaselineEntry], _ output: OutputRecord, _ level: BaselineLevel
  ) -> BaselineEntry? {
    func rank(_ entry: BaselineEntry) -> Int {
      (entry.blob.digest == output.blob.digest ? 0 : 2) + (entry.decision == .rejected ? 0 : 1)
    }
    return entries.filter { isEqual(output, $0, level) }.min { rank($0) < rank($1) }
  }

  private func isEqual(
    _ output: OutputRecord, _ entry: BaselineEntry, _ level: BaselineLevel
  ) -> Bool {
    if entry.blob.digest == output.blob.digest { return true }
    // A wrong picture stays wrong however it is encoded.
    return (level == .identicalPixels || entry.decision == .rejected)
      && entry.pixelDigest == output.picture?.pixelDigest
  }

  private func difference(
    _ output: OutputRecord, from entry: BaselineEntry, count: Int, _ level: BaselineLevel
  ) -> String {
    let place = "picture \(output.index)"
    let which = count == 1 ? "the approved one" : "any of \(count) approved ones"
    guard let picture = output.picture else { return "\(place) is unlike \(which)" }
    if picture.pixelDigest == entry.pixelDigest {
      return "\(place) has the pixels of the approved one in other bytes "
        + "(\(output.blob.digest.short)…, approved \(entry.blob.digest.short)…): re-encoded"
    }
    if picture.size != entry.size {
      return "\(place) is \(picture.size), the approved one \(entry.size)"
    }
    return "\(place) has other pixels than \(which) "
      + "(\(output.blob.digest.short)…, approved \(entry.blob.digest.short)…)"
  }

  private static func version(_ pixelDigest: String) -> Substring {
    pixelDigest.prefix { $0 != ":" }
  }
}
