internal import Canonical

/// A refusal of the API, in the shape of the gateway or of the service behind it.
struct APIProblem: Error, Sendable {
  var answer: WireAnswer

  /// A refusal in the gateway's shape: a number as code (`api-contract.md` section 3.1).
  static func gateway(
    _ status: Int, _ message: String, param: String = ""
  ) -> APIProblem {
    APIProblem(
      answer: WireAnswer(
        status: status,
        json: .members([
          "error": .members([
            "code": .integer(status), "message": .string(message), "param": .string(param),
            "type": .string(type(of: status)),
          ])
        ])))
  }

  private static func type(of status: Int) -> String {
    switch status {
    case 401: "authentication_error"
    case 403: "moderation_error"
    case 404: "not_found_error"
    case 429: "rate_limit_error"
    case 500...: "server_error"
    default: "invalid_request_error"
    }
  }

  /// A refusal of the service behind the gateway: a name as code (`api-contract.md` section 3.2).
  ///
  /// - Parameter requestID: stands in the message and in `x-request-id`.
  static func upstream(
    code: String, _ message: String, param: String = "", requestID: String
  ) -> APIProblem {
    var answer = WireAnswer(
      status: 400,
      json: .members([
        "error": .members([
          "code": .string(code), "message": .string("\(message) Request id: \(requestID)"),
          "param": .string(param), "type": .string("BadRequest"),
        ])
      ]))
    answer.fields.append(("x-request-id", requestID))
    return APIProblem(answer: answer)
  }
}
