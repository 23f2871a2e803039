internal import Canonical

/// An answer before it is written.
struct WireAnswer: Sendable {
  /// The status.
  var status: Int
  /// The media type of the body.
  var contentType: String
  /// Fields besides those that every answer has.
  var fields: [(name: String, value: String)]
  /// The body.
  var body: [UInt8]
  /// What it bills.
  var receipt: BillingLedger.Receipt?
  /// How much of it is sent.
  var ending = Ending.whole

  /// How much of an answer is sent.
  enum Ending: Hashable, Sendable {
    /// All.
    case whole
    /// The first half; then the connection ends.
    case cut
    /// The first half; then nothing, until the client goes.
    case stall
    /// Nothing: the connection is reset.
    case reset
  }

  init(
    status: Int, contentType: String = "application/json",
    fields: [(name: String, value: String)] = [], body: [UInt8],
    receipt: BillingLedger.Receipt? = nil
  ) {
    self.status = status
    self.contentType = contentType
    self.fields = fields
    self.body = body
    self.receipt = receipt
  }

  init(status: Int = 200, json: JSONValue, receipt: BillingLedger.Receipt? = nil) {
    self.init(status: status, body: json.canonicalBytes, receipt: receipt)
  }

  /// The bytes to write.
  ///
  /// There is no `Date`, so that equal answers have equal bytes.
  func encoded(closing: Bool) -> [UInt8] {
    var head = "HTTP/1.1 \(status) \(Self.reason(status))\r\n"
    head += "Content-Type: \(contentType)\r\nContent-Length: \(body.count)\r\n"
    head += "X-Simulator: proofsheet\r\n"
    for field in fields { head += "\(field.name): \(field.value)\r\n" }
    if closing { head += "Connection: close\r\n" }
    return Array((head + "\r\n").utf8) + body
  }

  private static func reason(_ status: Int) -> String {
    switch status {
    case 200: "OK"
    case 400: "Bad Request"
    case 401: "Unauthorized"
    case 403: "Forbidden"
    case 404: "Not Found"
    case 402: "Payment Required"
    case 408: "Request Timeout"
    case 413: "Content Too Large"
    case 415: "Unsupported Media Type"
    case 422: "Unprocessable Content"
    case 429: "Too Many Requests"
    case 431: "Request Header Fields Too Large"
    case 500: "Internal Server Error"
    case 501: "Not Implemented"
    case 502: "Bad Gateway"
    case 503: "Service Unavailable"
    case 504: "Gateway Timeout"
    case 505: "HTTP Version Not Supported"
    default: "Status \(status)"
    }
  }
}
