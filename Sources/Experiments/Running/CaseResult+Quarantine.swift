internal import Canonical
internal import Suites

extension CaseResult {
  /// The result of a case that is known to fail.
  ///
  /// A failure is `known`, and passing is a failure, for it hides the next one. What could not be
  /// judged stays as it is. Once the quarantine is over a failure stays one, and passing is a failure
  /// until the entry is removed.
  func quarantined(by known: KnownFailure, at now: Timestamp) -> CaseResult {
    let hint = "it is known at \(known.location) for: \(known.reason)"
    if known.isOver(at: now) {
      let end = "its quarantine ended on \(known.until ?? "")"
      guard outcome.verdict != .success else {
        return with(
          outcome: .failed, reason: "it passes, and \(end): remove it from 'known'", hint: hint,
          notice: nil)
      }
      return with(
        outcome: outcome, reason: reason, hint: self.hint, notice: "\(end): \(known.reason)")
    }
    switch outcome.verdict {
    case .failure:
      let end = known.until.map { ", until \($0)" } ?? ""
      return with(
        outcome: .known, reason: "\(known.reason)\(end) (\(outcome.rawValue): \(reason))",
        hint: nil, notice: nil)
    case .success:
      // A picture that nobody has looked at yet does not show that anything is mended.
      let waits = checks.contains { $0.verdict == .unapproved && $0.severity == .fail }
      if waits { return self }
      return with(
        outcome: .failed, reason: "it is quarantined and passes: remove it from 'known'",
        hint: hint, notice: nil)
    case .error, .skipped: return self
    }
  }

  private func with(
    outcome: Outcome, reason: String, hint: String?, notice: String?
  ) -> CaseResult {
    var result = self
    result.outcome = outcome
    result.reason = reason
    result.hint = hint
    if let notice { result.notices.append(notice) }
    return result
  }
}
