import Canonical
import SeedreamAPI
import Testing

/// One answer of a script: a response, or why there is none.
enum Scripted: Sendable {
  case response(status: Int = 200, headers: [HTTPHeader] = [], body: [UInt8])
  case failure(TransportFailure.Code, TransportFailure.Phase)

  /// An answer of the API.
  static func json(
    _ body: String, status: Int = 200, headers: [HTTPHeader] = []
  ) -> Scripted {
    .response(status: status, headers: headers, body: Array(body.utf8))
  }

  /// An answer that names pictures.
  static func pictures(_ items: String...) -> Scripted {
    .json("{\"data\":[\(items.joined(separator: ","))],\"created\":1}")
  }

  /// The state of a task.
  static func task(_ status: String, id: String = "t-1") -> Scripted {
    .json("{\"data\":{\"task_id\":\"\(id)\",\"status\":\"\(status)\"}}")
  }
}

/// A transport that answers each role from a list and remembers what it was asked.
actor ScriptedTransport: HTTPTransport {
  struct Exchange: Sendable {
    let request: HTTPRequest
    let id: ExchangeID
  }

  private(set) var exchanges: [Exchange] = []
  private var script: [ExchangeRole: [Scripted]]

  init(
    generate: [Scripted] = [], poll: [Scripted] = [], download: [Scripted] = []
  ) {
    script = [.generate: generate, .poll: poll, .download: download]
  }

  func send(
    _ request: HTTPRequest, as id: ExchangeID
  ) async throws(TransportFailure) -> HTTPResponse {
    exchanges.append(Exchange(request: request, id: id))
    guard var answers = script[id.role], !answers.isEmpty else {
      return try await UnexpectedTransport().send(request, as: id)
    }
    let answer = answers.removeFirst()
    script[id.role] = answers
    switch answer {
    case .failure(let code, let phase): throw TransportFailure(code, phase, "as the script says")
    case .response(let status, let headers, let body):
      let timing = HTTPTiming(
        start: Timestamp(milliseconds: 0), sendMilliseconds: 1, waitMilliseconds: 20,
        receiveMilliseconds: 300)
      return HTTPResponse(status: status, headers: headers, body: body, timing: timing)
    }
  }

  /// How many exchanges of a role there were.
  func count(_ role: ExchangeRole) -> Int { exchanges.count { $0.id.role == role } }

  /// Answers that were not asked for.
  var unused: Int { script.values.reduce(0) { $0 + $1.count } }
}

/// The transport of tests that must not send: each request is an issue.
struct UnexpectedTransport: HTTPTransport {
  func send(
    _ request: HTTPRequest, as id: ExchangeID
  ) async throws(TransportFailure) -> HTTPResponse {
    Issue.record("\(request.method.rawValue) \(request.url.display) as \(id) was not expected")
    throw TransportFailure(.other, .beforeSending, "the test expects no such request")
  }
}

/// Remembers waits instead of waiting; it may be cancelled at one of them.
actor RecordingSleeper: Sleeper {
  private(set) var waits: [Duration] = []
  private let cancelledAt: Int?

  /// - Parameter cancelledAt: the wait, from 1, in which the task is cancelled.
  init(cancelledAt: Int? = nil) { self.cancelledAt = cancelledAt }

  func sleep(for duration: Duration) async throws {
    waits.append(duration)
    if waits.count == cancelledAt { throw CancellationError() }
  }
}
