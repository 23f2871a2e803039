public import Canonical

/// One picture that came back.
public struct ReturnedPicture: Hashable, Sendable {
  /// Its place in the answer, from 0.
  public let index: Int
  /// Its bytes as they came; the codec is told by them, never by a declared type.
  public let bytes: [UInt8]
  /// The prompt as the service rewrote it, when it says so.
  public let revisedPrompt: String?
}

/// A picture of an answer that did not come.
public struct MissingPicture: Hashable, Sendable {
  /// Why a picture is not there, as far as fetching it again may help.
  public enum Loss: Hashable, Sendable {
    /// The answer says that it was not made.
    case refused
    /// The answer holds something that is neither a picture nor a link to one.
    case unreadable
    /// It was made, and could not be fetched for now.
    case unfetched
    /// It was made, and its link leads nowhere any more.
    case gone
  }

  /// Its place in the answer, from 0.
  public let index: Int
  /// What went wrong.
  public let failure: AttemptFailure
  /// Why it is not there.
  public let loss: Loss
}

/// What a request for pictures brought.
public struct EditResult: Sendable {
  /// The pictures that came, in order.
  public let pictures: [ReturnedPicture]
  /// The pictures of the answer that did not come.
  public let missing: [MissingPicture]
  /// Milliseconds from sending until the answer that named the pictures was complete.
  public let latencyMilliseconds: Int
  /// Milliseconds for fetching the pictures.
  public let downloadMilliseconds: Int
  /// Attempts that ended without a usable answer, in order.
  public let failedAttempts: [AttemptFailure]
}

/// A request for pictures that failed for good.
public struct EditFailure: Error, Sendable, CustomStringConvertible {
  /// The failure of the last attempt.
  public let last: AttemptFailure
  /// Attempts before the last, in order.
  public let earlier: [AttemptFailure]
  /// Milliseconds of the last attempt; 0 where there was no answer.
  public let latencyMilliseconds: Int
  /// Whether pictures may have been billed: by an attempt, or by a task that was begun.
  ///
  /// A question after a task is free, but the task is not, so that ``last`` alone does not tell.
  public let isPossiblyBilled: Bool
  /// Whether a task was begun, whose end was not seen.
  public let isTaskBegun: Bool

  init(
    last: AttemptFailure, earlier: [AttemptFailure], latencyMilliseconds: Int,
    isTaskBegun: Bool = false
  ) {
    self.last = last
    self.earlier = earlier
    self.latencyMilliseconds = latencyMilliseconds
    isPossiblyBilled =
      isTaskBegun || last.isPossiblyBilled || earlier.contains(where: \.isPossiblyBilled)
    self.isTaskBegun = isTaskBegun
  }

  /// Whether the task that was begun came to nothing.
  public var isTaskFailed: Bool {
    if isTaskBegun, case .api(let error) = last { error.code == "task-failed" } else { false }
  }

  /// Whether the service knows nothing of the task that it had begun.
  public var isTaskGone: Bool {
    if isTaskBegun, case .api(let error) = last { error.category == .notFound } else { false }
  }

  /// What happened, with the number of attempts.
  public var description: String {
    earlier.isEmpty ? "\(last)" : "\(last) (after \(earlier.count + 1) attempts)"
  }
}

/// Orders pictures, asks after tasks and fetches results, over any transport.
public struct SeedreamClient: Sendable {
  /// How long to wait between questions after a task.
  public static let pollInterval = Duration.seconds(3)
  /// How long a task is asked after before giving up.
  public static let taskTime = Duration.seconds(300)

  private let endpoint: Endpoint
  private let transport: any HTTPTransport
  private let policy: RetryPolicy
  private let sleeper: any Sleeper
  private let orderSleeper: any Sleeper
  private let limits: HTTPLimits
  private let pollsMax: Int

  /// Puts a client together.
  ///
  /// - Parameters:
  ///   - endpoint: where to and with which key.
  ///   - transport: what carries the requests.
  ///   - policy: when requests are repeated.
  ///   - sleeper: what waits between questions, and between attempts to fetch what is paid for.
  ///   - orderSleeper: what waits between attempts to order; `nil` for the same.
  ///   - limits: limits of ordering pictures; polling and downloads have their own, and take no
  ///     longer than these allow.
  ///   - taskTime: how long a task is asked after before giving up; at least one question is asked.
  public init(
    endpoint: Endpoint, transport: any HTTPTransport, policy: RetryPolicy = RetryPolicy(),
    sleeper: any Sleeper = SystemSleeper(), orderSleeper: (any Sleeper)? = nil,
    limits: HTTPLimits = HTTPLimits(), taskTime: Duration = Self.taskTime
  ) {
    self.endpoint = endpoint
    self.transport = transport
    self.policy = policy
    self.sleeper = sleeper
    self.orderSleeper = orderSleeper ?? sleeper
    self.limits = limits
    pollsMax = max(1, Int(min(taskTime / Self.pollInterval, 1_000_000)))
  }

  /// Orders the pictures of a request and fetches them.
  ///
  /// - Parameters:
  ///   - request: what to ask for; its findings have been looked at before.
  ///   - blobs: the bytes of its local pictures.
  ///   - caseKey: the case that the exchanges belong to.
  /// - Throws: ``EditFailure`` when no answer names pictures. A picture that is named but cannot be
  ///   fetched is part of the result.
  public func edit(
    _ request: EditRequest, blobs: any BlobSource, as caseKey: CaseKey
  ) async throws(EditFailure) -> EditResult {
    var failures: [AttemptFailure] = []
    let body = RequestBody(parts: request.wireParts, source: blobs)
    let post = try message(.post, EditRequest.path, body: body)
    var step = try await perform(post, as: caseKey, .generate, ordinal: 0, failures: &failures)
    var latency = step.milliseconds
    var polls = 0
    while case .task(let id) = step.answer {
      guard polls < pollsMax else {
        let failure = TransportFailure(
          .timedOut, .afterSending,
          "in doubt: the task \(id) did not end within \(Self.pollInterval * pollsMax), in which it was "
            + "asked after \(pollsMax == 1 ? "once" : "\(pollsMax) times"); it may be billed")
        throw EditFailure(
          last: .transport(failure), earlier: failures, latencyMilliseconds: 0, isTaskBegun: true)
      }
      try await wait(Self.pollInterval, .poll, failures: failures)
      let get = try message(.get, "/v1/images/tasks/\(id)", body: nil)
      step = try await perform(get, as: caseKey, .poll, ordinal: polls, failures: &failures)
      latency += step.milliseconds
      polls += 1
    }
    guard case .pictures(let items, _) = step.answer else {
      preconditionFailure("a refusal is thrown and a task is waited for")
    }
    return await fetch(items, as: caseKey, latency: latency, failures: failures)
  }

  private struct Step {
    let answer: EditAnswer
    let milliseconds: Int
  }

  private func message(
    _ method: HTTPMethod, _ path: String, body: RequestBody?
  ) throws(EditFailure) -> HTTPRequest {
    let url: HTTPURL
    do {
      url = try endpoint.base.appending(path: path)
    } catch {
      let failure = TransportFailure(.invalidRequest, .beforeSending, error.description)
      throw EditFailure(last: .transport(failure), earlier: [], latencyMilliseconds: 0)
    }
    var headers = [HTTPHeader("Accept", "application/json")]
    if body != nil { headers.append(HTTPHeader("Content-Type", "application/json")) }
    return HTTPRequest(
      method: method, url: url, headers: headers, authorization: endpoint.authorization,
      body: body, limits: method == .post ? limits : .poll.within(limits.total))
  }

  /// Sends until there is an answer that is no error, or the policy gives up.
  private func perform(
    _ request: HTTPRequest, as caseKey: CaseKey, _ role: ExchangeRole, ordinal: Int,
    failures: inout [AttemptFailure]
  ) async throws(EditFailure) -> Step {
    let id = ExchangeID(caseKey: caseKey, role: role, ordinal: ordinal)
    var attempts = 0
    var doubtful = 0
    while true {
      attempts += 1
      let failure: AttemptFailure
      var milliseconds = 0
      do throws(TransportFailure) {
        let response = try await transport.send(request, as: id)
        milliseconds = response.timing.totalMilliseconds
        let answer = EditAnswer(response)
        guard case .refused(let error) = answer else {
          return Step(answer: answer, milliseconds: milliseconds)
        }
        failure = .api(error)
      } catch {
        failure = .transport(error)
      }
      if failure.isPossiblyBilled { doubtful += 1 }
      let action = policy.action(
        after: failure, attempts: attempts, doubtful: doubtful, role: role,
        jitter: .random(in: 0...1))
      guard case .retry(let pause) = action else {
        throw EditFailure(
          last: failure, earlier: failures, latencyMilliseconds: milliseconds,
          isTaskBegun: role == .poll)
      }
      failures.append(failure)
      try await wait(pause, role, failures: failures)
    }
  }

  private func wait(
    _ duration: Duration, _ role: ExchangeRole, failures: [AttemptFailure]
  ) async throws(EditFailure) {
    do {
      try await (role == .generate ? orderSleeper : sleeper).sleep(for: duration)
    } catch {
      let failure =
        role == .poll
        ? TransportFailure(
          .cancelled, .afterSending, "cancelled while a task was running; it may be billed")
        : TransportFailure(
          .cancelled, .beforeSending, "cancelled while waiting for the next attempt")
      throw EditFailure(
        last: .transport(failure), earlier: failures, latencyMilliseconds: 0,
        isTaskBegun: role == .poll)
    }
  }

  private func fetch(
    _ items: [AnswerItem], as caseKey: CaseKey, latency: Int, failures: [AttemptFailure]
  ) async -> EditResult {
    var pictures: [ReturnedPicture] = []
    var missing: [MissingPicture] = []
    var failures = failures
    var milliseconds = 0
    for (index, item) in items.enumerated() {
      switch item.delivery {
      case .bytes(let bytes):
        pictures.append(
          ReturnedPicture(index: index, bytes: bytes, revisedPrompt: item.revisedPrompt))
      case .failed(let error):
        missing.append(MissingPicture(index: index, failure: .api(error), loss: .refused))
      case .unreadable(let error):
        missing.append(MissingPicture(index: index, failure: .api(error), loss: .unreadable))
      case .url(let url):
        let id = ExchangeID(caseKey: caseKey, role: .download, ordinal: index)
        do throws(AttemptFailure) {
          let response = try await download(url, as: id, failures: &failures)
          milliseconds += response.timing.totalMilliseconds
          pictures.append(
            ReturnedPicture(index: index, bytes: response.body, revisedPrompt: item.revisedPrompt))
        } catch {
          missing.append(
            MissingPicture(
              index: index, failure: error, loss: Self.isGone(error) ? .gone : .unfetched))
        }
      }
    }
    return EditResult(
      pictures: pictures, missing: missing, latencyMilliseconds: latency,
      downloadMilliseconds: milliseconds, failedAttempts: failures)
  }

  /// Fetches a picture, without the key and from public addresses only.
  private func download(
    _ url: HTTPURL, as id: ExchangeID, failures: inout [AttemptFailure]
  ) async throws(AttemptFailure) -> HTTPResponse {
    let request = HTTPRequest(
      method: .get, url: url, headers: [HTTPHeader("Accept", "image/*")],
      limits: .download.within(limits.total), addresses: .publicOnly(unlessEndpoint: endpoint.base))
    var attempts = 0
    while true {
      attempts += 1
      let failure: AttemptFailure
      do throws(TransportFailure) {
        let response = try await transport.send(request, as: id)
        guard let error = DownloadAnswer.error(in: response, at: url.display) else {
          return response
        }
        failure = .api(error)
      } catch {
        failure = .transport(error)
      }
      let action = policy.action(
        after: failure, attempts: attempts, role: .download, jitter: .random(in: 0...1))
      guard case .retry(let pause) = action else { throw failure }
      failures.append(failure)
      do {
        try await sleeper.sleep(for: pause)
      } catch {
        throw failure
      }
    }
  }

  private static func isGone(_ failure: AttemptFailure) -> Bool {
    if case .api(let error) = failure { error.category == .notFound } else { false }
  }
}
