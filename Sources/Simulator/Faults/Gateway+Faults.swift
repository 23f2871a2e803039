internal import Canonical

extension Gateway {
  /// What stands in for a picture that is none.
  static let page = Array("<html><body>this is no picture</body></html>\n".utf8)
  /// The name of a picture that is never kept.
  static let goneName = "\(String(repeating: "0", count: 32)).png"

  /// Refuses an order that a fault ends before anything is made.
  func refuse(_ fault: Fault) throws(APIProblem) {
    switch fault {
    case .status(502):
      throw APIProblem(
        answer: WireAnswer(
          status: 502, contentType: "text/html",
          body: Array("<html><head><title>502 Bad Gateway</title></head></html>\n".utf8)))
    case .status(let status): throw .gateway(status, "the simulator was asked to refuse this")
    case .rateLimited(let seconds):
      throw .rateLimited("too many requests", retryAfter: seconds)
    case .errorInside(let code):
      var problem = APIProblem.gateway(code, "the simulator was asked to fail this")
      problem.answer.status = 200
      throw problem
    case .emptyData:
      throw APIProblem(
        answer: WireAnswer(
          json: .members([
            "created": .integer(settings.now().milliseconds / 1_000), "data": .array([]),
          ])))
    case .dropBefore:
      var answer = WireAnswer(status: 500, body: [])
      answer.ending = .reset
      throw APIProblem(answer: answer)
    default: break
    }
  }

  /// An answer as a fault leaves it on the way.
  func broken(_ answer: WireAnswer, by fault: Fault?) -> WireAnswer {
    var answer = answer
    switch fault {
    case .truncatedJSON: answer.body.removeLast(answer.body.count / 2)
    case .cut: answer.ending = .cut
    case .stall: answer.ending = .stall
    case .dropAfter: answer.ending = .reset
    default: break
    }
    return answer
  }
}

extension APIProblem {
  /// A refusal with 429; without seconds it says nothing of when to come back, as the gateway does.
  static func rateLimited(_ message: String, retryAfter: Int?) -> APIProblem {
    var problem = APIProblem.gateway(429, message)
    if let retryAfter { problem.answer.fields.append(("Retry-After", String(retryAfter))) }
    return problem
  }
}
