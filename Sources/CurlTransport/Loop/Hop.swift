internal import SeedreamAPI

/// One journey to one URL: a request makes one, and one more for each redirect.
struct Hop: Sendable {
  /// What the journey is for.
  enum Purpose: Hashable, Sendable {
    /// To fetch an answer.
    case fetch
    /// To learn the addresses of the host only; no connection is made.
    case resolve
  }

  /// What the journey is for.
  var purpose: Purpose
  /// The method.
  var method: HTTPMethod
  /// Where to.
  var url: HTTPURL
  /// The lines of the header that everybody may see, as libcurl takes them.
  var headerLines: [String]
  /// The line with the key.
  var authorizationLine: Secret?
  /// What a POST sends.
  var body: [UInt8]
  /// The value of `User-Agent`.
  var userAgent: String
  /// The proxy; `nil` for a direct connection.
  var proxy: Secret?
  /// The kinds of addresses that may be reached beside public ones.
  ///
  /// `nil` allows all; behind a proxy it is `nil`.
  var allowedKinds: Set<AddressKind>?
  /// How long connecting may take.
  var connect: Duration
  /// How long nothing may happen once connected.
  var idle: Duration
  /// When the whole request must have ended.
  var deadline: ContinuousClock.Instant
  /// The longest body.
  var bodyByteCountMax: Int
}

/// How a hop ended.
enum HopEnd: Sendable {
  /// With an answer, whatever its status.
  case answer(HopAnswer)
  /// Without one.
  case failure(HopFailure)
  /// With the addresses that were asked for.
  case addresses(Set<AddressKind>)
}

/// The answer of one hop.
struct HopAnswer: Sendable {
  /// The status code.
  var status: Int
  /// The header fields in order.
  var headers: [HTTPHeader]
  /// The body, any content encoding undone.
  var body: [UInt8]
  /// Microseconds until everything was sent.
  var sentMicroseconds: Int
  /// Microseconds until the first byte of the answer.
  var firstByteMicroseconds: Int
  /// Microseconds in all.
  var totalMicroseconds: Int
}

/// Why one hop has no answer.
struct HopFailure: Sendable {
  /// The reasons.
  enum Reason: Hashable, Sendable {
    /// A result code of libcurl.
    case curl(UInt32)
    /// The proxy answered the request for a tunnel with a status.
    case tunnelRefused(status: Int)
    /// Nothing happened for too long.
    case idle
    /// The whole took too long.
    case total
    /// The body is too long.
    case bodyTooLarge
    /// The header is too long.
    case headTooLarge(ResponseHead.Excess)
    /// The address is of a kind that may not be reached.
    case address(String, AddressKind?)
    /// libcurl was about to send a POST again.
    case repeated
    /// The task was cancelled.
    case cancelled
    /// The transport was closed.
    case closed
    /// libcurl could not take the hop up.
    case notStarted
  }

  /// Why.
  var reason: Reason
  /// Whether any of the request may have been handed to the socket.
  var wasSent: Bool
  /// libcurl's own words; may be empty.
  var detail: String
}
