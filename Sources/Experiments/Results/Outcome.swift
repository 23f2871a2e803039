/// How a case ended.
package enum Outcome: String, Hashable, Sendable, CaseIterable {
  /// Every check passed.
  case passed
  /// A check that needs no baseline failed, or an output equals a rejected one.
  case failed
  /// An output is unlike every approved one.
  case drifted
  /// A baseline check applies and nothing is approved.
  case unapproved
  /// A safety check of the service refused the request.
  case blocked
  /// A check could not judge: its program or a picture that it compares with failed.
  case checkError = "check-error"
  /// The service asked to slow down until giving up.
  case rateLimited = "rate-limited"
  /// The service answered with another error.
  case apiError = "api-error"
  /// There was no answer.
  case transportError = "transport-error"
  /// There is no recording, or it holds fewer exchanges than were asked for.
  case fixtureMissing = "fixture-missing"
  /// The recording is of another request.
  case fixtureStale = "fixture-stale"
  /// The recording or a picture of it is damaged.
  case fixtureCorrupt = "fixture-corrupt"
  /// Sending would have exceeded what may be spent.
  case overBudget = "over-budget"
  /// The run was stopped before the case.
  case cancelled
  /// Quarantined and still failing.
  case known
  /// A group of which a filter or a shard has left out cases, and what is left breaks nothing.
  case partial
  /// A group that cannot be judged, for one of its cases could not be.
  case undecided

  /// What a dashboard calls it.
  package enum Verdict: Hashable, Sendable {
    /// Nothing is wrong.
    case success
    /// The pictures are not as expected.
    case failure
    /// The case could not be judged.
    case error
    /// The case was left out on purpose.
    case skipped
  }

  /// What a dashboard calls it: exit code 1 is a failure, 3 and 5 are errors, 4 and known skipped.
  package var verdict: Verdict {
    switch self {
    case .passed: .success
    case .failed, .drifted, .unapproved, .blocked: .failure
    case .checkError, .rateLimited, .apiError, .transportError, .fixtureMissing, .fixtureStale,
      .fixtureCorrupt:
      .error
    case .overBudget, .cancelled, .known, .partial, .undecided: .skipped
    }
  }

  /// The exit code that one such case asks for.
  package var exitStatus: ExitStatus {
    switch self {
    case .passed, .known, .partial: .success
    case .failed, .drifted, .unapproved, .blocked: .failure
    case .checkError, .rateLimited, .apiError, .transportError: .service
    case .fixtureMissing, .fixtureStale, .fixtureCorrupt: .fixture
    case .overBudget, .cancelled, .undecided: .incomplete
    }
  }
}

/// The exit codes of every command.
package enum ExitStatus: Int32, Hashable, Sendable, CaseIterable {
  /// All passed.
  case success = 0
  /// Failed, drifted, unapproved, or blocked unexpectedly.
  case failure = 1
  /// Wrong usage, an invalid suite, or a report that cannot be written.
  case usage = 2
  /// The API, the network, a rate limit or the program of a check; trying again may help.
  case service = 3
  /// All that ran passed, but the run is over budget or cancelled.
  case incomplete = 4
  /// A recording is missing, stale or corrupt; trying again cannot help.
  case fixture = 5
  /// Interrupted.
  case interrupted = 130

  /// Which of several codes a run ends with: 130, 5, 3, 1, 4, 0.
  package static let precedence: [ExitStatus] = [
    .interrupted, .usage, .fixture, .service, .failure, .incomplete, .success,
  ]

  /// The code that comes first in ``precedence``.
  package static func worst(_ codes: some Sequence<ExitStatus>) -> ExitStatus {
    let seen = Set(codes)
    return precedence.first { seen.contains($0) } ?? .success
  }
}
