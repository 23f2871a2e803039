/// Why an attempt gave no usable answer.
public enum AttemptFailure: Error, Hashable, Sendable, CustomStringConvertible {
  /// The API answered with an error.
  case api(APIError)
  /// There was no answer.
  case transport(TransportFailure)

  /// What happened, in a sentence.
  public var description: String {
    switch self {
    case .api(let error): error.description
    case .transport(let failure): failure.description
    }
  }

  /// Whether the attempt may have been billed although no picture came.
  public var isPossiblyBilled: Bool {
    switch self {
    case .api(let error): error.category == .server || error.category == .malformed
    case .transport(let failure): failure.phase == .afterSending
    }
  }
}

/// What to do after a failed attempt.
public enum RetryAction: Hashable, Sendable {
  /// Try again after a wait.
  case retry(after: Duration)
  /// Give up.
  case giveUp
}

/// When a request is sent again: a pure function of what failed and how often.
public struct RetryPolicy: Hashable, Sendable {
  /// Attempts in all where nothing can have been billed.
  public var attemptsMax: Int
  /// Attempts in all where an attempt may have been billed; 1 means never twice.
  public var attemptsMaxWhenPossiblyBilled: Int
  /// Attempts to fetch a picture, which is never billed.
  public var downloadAttemptsMax: Int
  /// The first wait; each further one is twice as long.
  public var firstWait: Duration
  /// The longest wait.
  public var waitMax: Duration

  /// An error that is the answer one wants, so that it is never asked for again.
  public var expectedError: APIError.Category?

  /// Puts a policy together; the defaults are those of `api-contract.md` section 3.5, but that an
  /// attempt that may have been billed is not repeated.
  public init(
    attemptsMax: Int = 5, attemptsMaxWhenPossiblyBilled: Int = 1, downloadAttemptsMax: Int = 4,
    firstWait: Duration = .seconds(2), waitMax: Duration = .seconds(60)
  ) {
    self.attemptsMax = attemptsMax
    self.attemptsMaxWhenPossiblyBilled = attemptsMaxWhenPossiblyBilled
    self.downloadAttemptsMax = downloadAttemptsMax
    self.firstWait = firstWait
    self.waitMax = waitMax
  }

  /// One attempt, as in a replay.
  public static let once = RetryPolicy(attemptsMax: 1, downloadAttemptsMax: 1)

  /// Decides after a failed attempt to order pictures or to ask after a task.
  ///
  /// - Parameters:
  ///   - failure: what failed.
  ///   - attempts: how many attempts there have been, from 1.
  ///   - doubtful: how many of these may have been billed; `nil` for all of them.
  ///   - role: polling is never billed, so that it is repeated like a download.
  ///   - jitter: a random share of the wait, 0 to 1.
  public func action(
    after failure: AttemptFailure, attempts: Int, doubtful: Int? = nil, role: ExchangeRole,
    jitter: Double
  ) -> RetryAction {
    if case .api(let error) = failure, error.category == expectedError, role != .download {
      return .giveUp
    }
    guard isTransient(failure, role: role),
      attempts < (role == .download ? downloadAttemptsMax : attemptsMax)
    else { return .giveUp }
    if role == .generate, failure.isPossiblyBilled,
      doubtful ?? attempts >= attemptsMaxWhenPossiblyBilled
    {
      return .giveUp
    }
    if case .api(let error) = failure, let asked = error.retryAfter {
      // A longer wait than we are willing to make is a reason to stop, not to come back too early.
      return asked <= waitMax ? .retry(after: asked) : .giveUp
    }
    return .retry(after: wait(afterAttempts: attempts) * min(max(jitter, 0), 1))
  }

  /// The upper end of the wait, which jitter spreads ("full jitter").
  func wait(afterAttempts attempts: Int) -> Duration {
    var wait = firstWait
    for _ in 1..<max(attempts, 1) where wait < waitMax { wait *= 2 }
    return min(wait, waitMax)
  }

  private func isTransient(_ failure: AttemptFailure, role: ExchangeRole) -> Bool {
    switch failure {
    case .api(let error):
      switch error.category {
      case .rateLimited, .unavailable: true
      case .server: error.code != "task-failed"
      case .malformed: role != .generate
      case .notFound: role == .download
      case .invalidRequest, .blocked, .unauthorized, .noCredit, .quotaExceeded: false
      }
    case .transport(let failure):
      switch failure.code {
      case .unresolved, .refused, .timedOut, .dropped: true
      default: false
      }
    }
  }
}
