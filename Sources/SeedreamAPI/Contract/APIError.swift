public import Canonical

/// An error that the API answered with, whatever shape it came in.
public struct APIError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What an error means for the case.
  public enum Category: String, Hashable, Sendable, CaseIterable {
    /// The request is wrong; sending it again changes nothing.
    case invalidRequest = "invalid-request"
    /// A safety check refused the prompt, an input or a picture.
    case blocked
    /// The key is missing or wrong: the run cannot go on.
    case unauthorized
    /// There is no credit left: the run cannot go on.
    case noCredit = "no-credit"
    /// The model is not known or not open for the account.
    case notFound = "not-found"
    /// Too many requests; waiting helps.
    case rateLimited = "rate-limited"
    /// A quota or a limit set by the account's owner is used up; waiting a little does not help.
    case quotaExceeded = "quota-exceeded"
    /// No provider is up; the request was not acted upon.
    case unavailable
    /// Something failed after the request was taken; it may have been billed.
    case server
    /// The answer is not what the contract says; it may have been billed.
    case malformed
  }

  /// What the error means.
  public let category: Category
  /// The HTTP status.
  public let status: Int
  /// The API's own code; empty when it gave none.
  public let code: String
  /// The API's message, cut and freed of control characters.
  public let message: String
  /// The field at fault, when the API names one.
  public let parameter: String?
  /// How long the API asks to wait.
  public let retryAfter: Duration?

  /// The longest part of an API's message that is kept, in bytes.
  public static let messageByteCountMax = 2_000

  /// Puts an error together; texts from outside are made safe to show.
  public init(
    _ category: Category, status: Int, code: String = "", message: String,
    parameter: String? = nil, retryAfter: Duration? = nil
  ) {
    self.category = category
    self.status = status
    self.code = Self.safe(code, byteCountMax: 200)
    self.message = Self.safe(message, byteCountMax: Self.messageByteCountMax)
    self.parameter = parameter.map { Self.safe($0, byteCountMax: 200) }
    self.retryAfter = retryAfter
  }

  /// Whether the answer is final, so that it may become part of a recording.
  public var isFinal: Bool {
    switch category {
    case .invalidRequest, .blocked: true
    case .unauthorized, .noCredit, .notFound, .rateLimited, .quotaExceeded, .unavailable,
      .server, .malformed:
      false
    }
  }

  /// Whether the answer is final for a case that expects an error of a kind.
  public func isFinal(expecting expected: Category?) -> Bool { isFinal || category == expected }

  /// Whether no further request of the run can succeed.
  public var abortsRun: Bool { category == .unauthorized || category == .noCredit }

  /// One sentence with status, code, message and field.
  public var description: String {
    let shownCode = code.isEmpty || code == String(status) ? "" : " \(code)"
    let field = parameter.map { " (field \($0))" } ?? ""
    return "HTTP \(status)\(shownCode): \(message.isEmpty ? category.rawValue : message)\(field)"
  }

  private static func safe(_ text: String, byteCountMax: Int) -> String {
    var cleaned = ""
    for scalar in text.unicodeScalars {
      guard cleaned.utf8.count < byteCountMax else { return cleaned + "…" }
      let isControl = scalar.value < 0x20 || (0x7F..<0xA0).contains(scalar.value)
      cleaned.unicodeScalars.append(isControl ? " " : scalar)
    }
    return cleaned
  }
}

extension APIError {
  /// Reads an error from an answer; `nil` when the answer holds none.
  ///
  /// Shapes (`api-contract.md` sections 3.1 to 3.3): the gateway's `{"error":{"code":422,…}}`, which
  /// also comes with status 200; Ark's `{"error":{"code":"InvalidParameter",…}}`, also at top level
  /// beside other members; fal's `{"detail":[{"msg":…,"type":…}]}` and `{"detail":"…"}`; the media
  /// host's `{"code":422,"message":…}`. An empty string is no error: the gateway fills the members
  /// that it does not use with empty strings.
  public init?(status: Int, headers: [HTTPHeader], json: JSONValue?) {
    let wait = headers["retry-after"].flatMap(Self.seconds).map { Duration.seconds($0) }
    if let error = json?["error"], error != .null, error != .string("") {
      let inner = error.object == nil ? JSONValue.members(["message": error]) : error
      self.init(member: inner, status: status, retryAfter: wait)
    } else if let detail = json?["detail"], detail != .null {
      self.init(detail: detail, json: json, status: status, retryAfter: wait)
    } else if let code = json?["code"]?.integer, code >= 400 {
      self.init(
        Self.category(status: code, code: ""), status: code,
        message: json?["message"]?.string ?? "", retryAfter: wait)
    } else if status >= 400 {
      self.init(
        Self.category(status: status, code: ""), status: status,
        message: json?["message"]?.string ?? "the answer has no error body that the contract knows",
        retryAfter: wait)
    } else {
      return nil
    }
  }

  private init(member: JSONValue, status: Int, retryAfter: Duration?) {
    // A numeric code inside a 200 is the status that the gateway means.
    let number = member["code"]?.integer ?? member["code"]?.string.flatMap { Int($0) }
    let word = member["code"]?.string ?? member["type"]?.string ?? ""
    let meant = (number.map { (400...599).contains($0) } ?? false) ? number ?? status : status
    let shown = number.map { $0 == meant ? "" : String($0) } ?? word
    self.init(
      Self.category(status: meant, code: word, message: member["message"]?.string ?? ""),
      status: meant, code: shown, message: member["message"]?.string ?? "",
      parameter: member["param"]?.string.flatMap { $0.isEmpty ? nil : $0 }, retryAfter: retryAfter)
  }

  private init(detail: JSONValue, json: JSONValue?, status: Int, retryAfter: Duration?) {
    let first = detail.array?.first
    let code = first?["type"]?.string ?? json?["error_type"]?.string ?? ""
    let place = first?["loc"]?.array?.compactMap { $0.string ?? $0.integer.map(String.init) }
    self.init(
      Self.category(status: status, code: code), status: status, code: code,
      message: first?["msg"]?.string ?? detail.string ?? "",
      parameter: place.flatMap { $0.isEmpty ? nil : $0.joined(separator: ".") },
      retryAfter: retryAfter)
  }

  /// What a code and a status mean (`api-contract.md` sections 3.2, 3.3 and 3.5).
  static func category(status: Int, code: String, message: String = "") -> Category {
    if code.contains("SensitiveContent") || code.contains("RiskDetection")
      || code == "content_policy_violation"
    {
      return .blocked
    }
    switch code {
    case "AuthenticationError": return .unauthorized
    case "AccountOverdueError": return .noCredit
    case "QuotaExceeded", "SetLimitExceeded": return .quotaExceeded
    case "ServerOverloaded", "RequestBurstTooFast", "InflightBatchsizeExceeded":
      return .rateLimited
    case "ModelNotOpen", "InvalidEndpointOrModel.NotFound": return .notFound
    case "AccessDenied": return .unauthorized
    // These come with their status, but also within a 200: of a wrapper, or of one item.
    case "InternalServiceError", "RequestCanceled": return .server
    case "MissingParameter": return .invalidRequest
    default: break
    }
    if code.contains("RateLimitExceeded") { return .rateLimited }
    if code.hasPrefix("InvalidParameter") { return .invalidRequest }
    switch status {
    case 401: return .unauthorized
    case 402: return .noCredit
    case 403: return .blocked
    case 404: return .notFound
    case 429: return .rateLimited
    case 503: return .unavailable
    case 408, 499, 500...599: return .server
    case 400...499: return .invalidRequest
    default: return .malformed
    }
  }

  /// The longest wait that is told apart from longer ones, in seconds.
  private static let retryAfterMax = 86_400

  /// Whole seconds of a `Retry-After` field; its date form is not used by these services.
  ///
  /// A longer wait than a day counts as a day, since without any the client would come back at once.
  private static func seconds(_ text: String) -> Int? {
    let isNumber = text.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    guard isNumber, !text.isEmpty else { return nil }
    return min(Int(text) ?? retryAfterMax, retryAfterMax)
  }
}
