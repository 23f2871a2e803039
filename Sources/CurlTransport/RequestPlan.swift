internal import SeedreamAPI

/// A request made ready: checked header lines and the joined body.
struct RequestPlan: Sendable {
  /// Names of fields that the transport alone writes: the credentials, and what frames the message.
  static let reservedNames: Set<String> = [
    "authorization", "proxy-authorization", "cookie", "host", "content-length",
    "transfer-encoding", "connection", "expect", "accept-encoding",
  ]

  /// Header lines as libcurl takes them, the key's apart.
  let headerLines: [String]
  /// The bytes to send.
  let body: [UInt8]

  /// Checks a request and joins its body, away from the caller's actor: blobs are read from disk.
  ///
  /// - Throws: ``TransportFailure`` with `invalidRequest`; nothing has been sent.
  @concurrent static func make(
    _ request: HTTPRequest
  ) async throws(TransportFailure) -> RequestPlan {
    var lines: [String] = []
    for header in request.headers {
      if let problem = problem(with: header) {
        throw TransportFailure(
          .invalidRequest, .beforeSending,
          "cannot send a request to \(request.url.display): \(problem)")
      }
      // A field without a value is written with a semicolon for libcurl (CURLOPT_HTTPHEADER).
      lines.append(header.value.isEmpty ? "\(header.name);" : "\(header.name): \(header.value)")
    }
    // A name without a value takes a field out: waiting for "100 Continue" costs a second with
    // servers that do not know it, and libcurl's own media type for a POST is that of forms.
    lines.append("Expect:")
    if request.method == .post, request.headers["Content-Type"] == nil {
      lines.append("Content-Type:")
    }
    return RequestPlan(headerLines: lines, body: try body(of: request))
  }

  private init(headerLines: [String], body: [UInt8]) {
    self.headerLines = headerLines
    self.body = body
  }

  private static func body(of request: HTTPRequest) throws(TransportFailure) -> [UInt8] {
    guard let body = request.body else { return [] }
    guard request.method == .post else {
      throw TransportFailure(
        .invalidRequest, .beforeSending,
        "cannot send a body with a GET request to \(request.url.display); use POST")
    }
    do {
      return try body.bytes()
    } catch {
      throw TransportFailure(
        .invalidRequest, .beforeSending,
        "cannot put together the body of the request to \(request.url.display): \(error)")
    }
  }

  /// Says why a field cannot be sent (RFC 9110 section 5); never shows the value.
  private static func problem(with header: HTTPHeader) -> String? {
    let isToken = { (byte: UInt8) in
      switch byte {
      case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"):
        true
      default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
      }
    }
    guard !header.name.isEmpty, header.name.utf8.allSatisfy(isToken) else {
      return "a header field has a name that HTTP does not allow"
    }
    if reservedNames.contains(header.name.lowercased()) {
      return "the header field \(header.name) is written by the transport only"
    }
    guard header.value.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 }) else {
      return "the value of the header field \(header.name) holds control characters"
    }
    return nil
  }
}
