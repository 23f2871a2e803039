internal import Canonical

/// An answer before it is written.
struct ReviewAnswer: Sendable {
  /// What a page may do: load what lies beside it, and ask the server that it came from.
  static let policy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

  let status: Int
  let fields: [(name: String, value: String)]
  let body: [UInt8]
  /// Whether the server ends after it.
  let isLast: Bool

  init(
    status: Int = 200, type: String = "text/plain; charset=utf-8",
    fields: [(name: String, value: String)] = [], body: [UInt8] = [], isLast: Bool = false
  ) {
    self.status = status
    self.fields = [("Content-Type", type)] + fields
    self.body = body
    self.isLast = isLast
  }

  init(status: Int = 200, json: JSONValue, isLast: Bool = false) {
    self.init(
      status: status, type: "application/json", body: json.canonicalBytes, isLast: isLast)
  }

  /// A refusal: for programs where it is about outputs, else a line of text.
  init(_ refusal: ReviewRefusal) {
    guard refusal.status != 409 else {
      self.init(status: 409, json: refusal.json)
      return
    }
    self.init(
      status: refusal.status, fields: refusal.status == 405 ? [("Allow", "GET, POST")] : [],
      body: Array((refusal.message + "\n").utf8))
  }

  /// The bytes to write.
  func encoded(closing: Bool) -> [UInt8] {
    var head = "HTTP/1.1 \(status) \(Self.reason(status))\r\n"
    let common = [
      ("Content-Length", "\(body.count)"), ("Cache-Control", "no-store"),
      ("X-Content-Type-Options", "nosniff"), ("Referrer-Policy", "no-referrer"),
      ("Content-Security-Policy", Self.policy), ("Cross-Origin-Resource-Policy", "same-origin"),
      ("Cross-Origin-Opener-Policy", "same-origin"),
    ]
    for (name, value) in fields + common { head += "\(name): \(value)\r\n" }
    if closing { head += "Connection: close\r\n" }
    return Array((head + "\r\n").utf8) + body
  }

  private static func reason(_ status: Int) -> String {
    switch status {
    case 200: "OK"
    case 303: "See Other"
    case 400: "Bad Request"
    case 403: "Forbidden"
    case 404: "Not Found"
    case 405: "Method Not Allowed"
    case 409: "Conflict"
    case 413: "Content Too Large"
    case 415: "Unsupported Media Type"
    case 421: "Misdirected Request"
    case 431: "Request Header Fields Too Large"
    case 500: "Internal Server Error"
    case 503: "Service Unavailable"
    default: "Status \(status)"
    }
  }
}
