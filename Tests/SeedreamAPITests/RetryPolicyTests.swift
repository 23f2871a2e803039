import SeedreamAPI
import Testing

@Suite struct `When a request is sent again` {
  struct Row: Sendable, CustomTestStringConvertible {
    let failure: AttemptFailure
    /// Attempts in all, by role, with the default policy.
    let generate: Int
    let poll: Int
    let download: Int
    let isPossiblyBilled: Bool
    var testDescription: String { "\(failure)" }

    init(
      _ failure: AttemptFailure, generate: Int, poll: Int, download: Int, billed: Bool = false
    ) {
      self.failure = failure
      self.generate = generate
      self.poll = poll
      self.download = download
      isPossiblyBilled = billed
    }
  }

  static func api(_ category: APIError.Category, _ status: Int, code: String = "") -> AttemptFailure
  {
    .api(APIError(category, status: status, code: code, message: ""))
  }

  static func transport(
    _ code: TransportFailure.Code, _ phase: TransportFailure.Phase
  ) -> AttemptFailure {
    .transport(TransportFailure(code, phase, "\(code) \(phase)"))
  }

  @Test(arguments: [(APIError.Category.unavailable, false), (.server, true), (nil, true)])
  func `An error that is expected is not repeated`(
    expected: APIError.Category?, isRepeated: Bool
  ) {
    var policy = RetryPolicy()
    policy.expectedError = expected
    for role in [ExchangeRole.generate, .poll] {
      let action = policy.action(
        after: Self.api(.unavailable, 503), attempts: 1, role: role, jitter: 0)
      #expect((action != .giveUp) == isRepeated)
    }
    let fetch = policy.action(
      after: Self.api(.unavailable, 503), attempts: 1, role: .download, jitter: 0)
    #expect(fetch != .giveUp)
  }

  // The contract's section on retries, by class.
  static let rows = [
    Row(api(.rateLimited, 429), generate: 5, poll: 5, download: 4),
    Row(api(.unavailable, 503), generate: 5, poll: 5, download: 4),
    Row(api(.quotaExceeded, 429), generate: 1, poll: 1, download: 1),
    Row(api(.server, 500), generate: 1, poll: 5, download: 4, billed: true),
    Row(api(.server, 502), generate: 1, poll: 5, download: 4, billed: true),
    Row(api(.server, 504), generate: 1, poll: 5, download: 4, billed: true),
    Row(api(.server, 408), generate: 1, poll: 5, download: 4, billed: true),
    Row(api(.server, 200, code: "task-failed"), generate: 1, poll: 1, download: 1, billed: true),
    Row(api(.malformed, 200), generate: 1, poll: 5, download: 4, billed: true),
    Row(api(.invalidRequest, 400), generate: 1, poll: 1, download: 1),
    Row(api(.invalidRequest, 422), generate: 1, poll: 1, download: 1),
    Row(api(.notFound, 404), generate: 1, poll: 1, download: 4),
    Row(api(.blocked, 403), generate: 1, poll: 1, download: 1),
    Row(api(.unauthorized, 401), generate: 1, poll: 1, download: 1),
    Row(api(.noCredit, 402), generate: 1, poll: 1, download: 1),
    Row(transport(.refused, .beforeSending), generate: 5, poll: 5, download: 4),
    Row(transport(.unresolved, .beforeSending), generate: 5, poll: 5, download: 4),
    Row(transport(.timedOut, .beforeSending), generate: 5, poll: 5, download: 4),
    Row(transport(.timedOut, .afterSending), generate: 1, poll: 5, download: 4, billed: true),
    Row(transport(.dropped, .afterSending), generate: 1, poll: 5, download: 4, billed: true),
    Row(transport(.tls, .beforeSending), generate: 1, poll: 1, download: 1),
    Row(transport(.address, .beforeSending), generate: 1, poll: 1, download: 1),
    Row(transport(.cancelled, .beforeSending), generate: 1, poll: 1, download: 1),
    Row(transport(.cancelled, .afterSending), generate: 1, poll: 1, download: 1, billed: true),
    Row(transport(.tooLarge, .afterSending), generate: 1, poll: 1, download: 1, billed: true),
    Row(transport(.redirect, .afterSending), generate: 1, poll: 1, download: 1, billed: true),
    Row(transport(.overBudget, .beforeSending), generate: 1, poll: 1, download: 1),
    Row(transport(.exhausted, .beforeSending), generate: 1, poll: 1, download: 1),
    Row(transport(.mismatch, .beforeSending), generate: 1, poll: 1, download: 1),
    Row(transport(.storage, .afterSending), generate: 1, poll: 1, download: 1, billed: true),
    Row(transport(.invalidRequest, .beforeSending), generate: 1, poll: 1, download: 1),
    Row(transport(.protocolError, .afterSending), generate: 1, poll: 1, download: 1, billed: true),
  ]

  /// How many attempts a policy makes when each fails in the same way.
  static func attempts(
    _ policy: RetryPolicy, _ failure: AttemptFailure, _ role: ExchangeRole
  ) -> Int {
    (1...50).first {
      policy.action(after: failure, attempts: $0, role: role, jitter: 0.5) == .giveUp
    } ?? 0
  }

  @Test(arguments: rows)
  func `Each failure has its number of attempts`(row: Row) {
    let policy = RetryPolicy()
    #expect(Self.attempts(policy, row.failure, .generate) == row.generate)
    #expect(Self.attempts(policy, row.failure, .poll) == row.poll)
    #expect(Self.attempts(policy, row.failure, .download) == row.download)
    #expect(row.failure.isPossiblyBilled == row.isPossiblyBilled)
  }

  @Test(arguments: rows)
  func `The policy of a replay tries once`(row: Row) {
    #expect(Self.attempts(.once, row.failure, .generate) == 1)
    #expect(Self.attempts(.once, row.failure, .poll) == 1)
    #expect(Self.attempts(.once, row.failure, .download) == 1)
  }

  @Test func `A repeat after a possibly billed attempt must be allowed`() {
    let policy = RetryPolicy(attemptsMaxWhenPossiblyBilled: 2)
    #expect(Self.attempts(policy, Self.api(.server, 500), .generate) == 2)
    #expect(Self.attempts(policy, Self.transport(.timedOut, .afterSending), .generate) == 2)
    #expect(Self.attempts(policy, Self.api(.malformed, 200), .generate) == 1)
    #expect(Self.attempts(policy, Self.api(.rateLimited, 429), .generate) == 5)
  }

  @Test func `Attempts that cannot have been billed use up nothing of the allowed repeat`() {
    let policy = RetryPolicy(attemptsMaxWhenPossiblyBilled: 2)
    func action(attempts: Int, doubtful: Int) -> RetryAction {
      policy.action(
        after: Self.api(.server, 500), attempts: attempts, doubtful: doubtful, role: .generate,
        jitter: 0)
    }
    #expect(action(attempts: 3, doubtful: 1) == .retry(after: .zero))
    #expect(action(attempts: 4, doubtful: 2) == .giveUp)
    #expect(action(attempts: 5, doubtful: 1) == .giveUp)
  }

  @Test(arguments: [(1, 2), (2, 4), (3, 8), (4, 16), (5, 32), (6, 60), (7, 60), (1_000_000, 60)])
  func `Waits double up to their maximum, spread by jitter`(attempts: Int, seconds: Int) {
    let policy = RetryPolicy(attemptsMax: .max)
    func wait(_ jitter: Double) -> RetryAction {
      policy.action(
        after: Self.api(.rateLimited, 429), attempts: attempts, role: .generate, jitter: jitter)
    }
    #expect(wait(1) == .retry(after: .seconds(seconds)))
    #expect(wait(0.5) == .retry(after: .seconds(seconds) / 2))
    #expect(wait(0) == .retry(after: .zero))
    #expect(wait(7) == .retry(after: .seconds(seconds)))
    #expect(wait(-1) == .retry(after: .zero))
  }

  @Test(arguments: [(0, true), (1, true), (60, true), (61, false), (86_400, false)])
  func `A wait that is asked for is kept, or is a reason to stop`(seconds: Int, isKept: Bool) {
    let failure = AttemptFailure.api(
      APIError(.rateLimited, status: 429, message: "", retryAfter: .seconds(seconds)))
    let action = RetryPolicy().action(after: failure, attempts: 1, role: .generate, jitter: 0)
    #expect(action == (isKept ? .retry(after: .seconds(seconds)) : .giveUp))
  }

  @Test func `A wait that is asked for allows no further attempt`() {
    let failure = AttemptFailure.api(
      APIError(.server, status: 500, message: "", retryAfter: .seconds(1)))
    #expect(
      RetryPolicy().action(after: failure, attempts: 1, role: .generate, jitter: 1) == .giveUp)
  }
}
