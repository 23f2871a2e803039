public import Canonical

/// The two methods that the API is used with.
public enum HTTPMethod: String, Hashable, Sendable {
  /// Reads a picture or a task's state; may be repeated freely.
  case get = "GET"
  /// Orders pictures; each one is billed.
  case post = "POST"
}

/// A header field that may be seen by anybody; credentials travel apart, in ``Authorization``.
public struct HTTPHeader: Hashable, Sendable {
  /// The name as written.
  public let name: String
  /// The value.
  public let value: String

  /// Puts a field together.
  public init(_ name: String, _ value: String) {
    self.name = name
    self.value = value
  }
}

extension [HTTPHeader] {
  /// The first value of a field, whose name is compared without regard to case.
  public subscript(name: String) -> String? {
    first { $0.name.lowercased() == name.lowercased() }?.value
  }
}

/// A body to send: parts, and where the bytes of its blobs come from.
///
/// The bytes are put together only when they are sent, so that a replay never encodes a photograph.
public struct RequestBody: Sendable {
  /// The parts in order.
  public let parts: [BodyPart]
  /// Where blobs come from.
  public let source: any BlobSource

  /// Puts a body together.
  public init(parts: [BodyPart], source: any BlobSource) {
    self.parts = parts
    self.source = source
  }

  /// Joins the bytes.
  public func bytes() throws -> [UInt8] { try parts.joined(from: source) }
}

/// Which addresses a request may reach.
public enum AddressRule: Hashable, Sendable {
  /// Any: the endpoint that the user named.
  case any
  /// Public addresses only, unless the endpoint itself has an address of the same private kind.
  ///
  /// A gateway chooses the URLs of results; it must not make a CI runner fetch from its own network,
  /// least of all the cloud's metadata service on a link-local address.
  case publicOnly(unlessEndpoint: HTTPURL)
}

/// Limits of one request.
public struct HTTPLimits: Hashable, Sendable {
  /// How long connecting may take.
  public var connect: Duration
  /// How long nothing may arrive.
  public var idle: Duration
  /// How long the whole request may take.
  public var total: Duration
  /// The longest answer in bytes, headers apart.
  public var bodyByteCountMax: Int
  /// How many redirects are followed.
  public var redirectsMax: Int

  /// Limits; the defaults are those for generating (`api-contract.md` section 3.5).
  public init(
    connect: Duration = .seconds(10), idle: Duration = .seconds(300),
    total: Duration = .seconds(600), bodyByteCountMax: Int = 128 << 20, redirectsMax: Int = 0
  ) {
    self.connect = connect
    self.idle = idle
    self.total = total
    self.bodyByteCountMax = bodyByteCountMax
    self.redirectsMax = redirectsMax
  }

  /// Limits for generating where one request may take this long.
  ///
  /// Nothing arrives until the pictures are made, so that silence is allowed as long.
  public init(requestTimeout: Duration) {
    self.init(idle: requestTimeout, total: requestTimeout)
    connect = min(connect, requestTimeout)
  }

  /// The same limits, no time longer than this.
  func within(_ longest: Duration) -> HTTPLimits {
    var limits = self
    limits.connect = min(connect, longest)
    limits.idle = min(idle, longest)
    limits.total = min(total, longest)
    return limits
  }

  /// Limits for asking after a task: small answers, soon.
  public static let poll = HTTPLimits(
    idle: .seconds(30), total: .seconds(60), bodyByteCountMax: 128 << 20)

  /// Limits for fetching a picture: 64 MiB, up to five redirects.
  public static let download = HTTPLimits(
    idle: .seconds(30), total: .seconds(300), bodyByteCountMax: 64 << 20, redirectsMax: 5)
}

/// One request as the transport needs it.
public struct HTTPRequest: Sendable {
  /// The method.
  public var method: HTTPMethod
  /// Where to.
  public var url: HTTPURL
  /// Fields without credentials.
  public var headers: [HTTPHeader]
  /// The key; `nil` on downloads, which never carry it.
  public var authorization: Authorization?
  /// What is sent.
  public var body: RequestBody?
  /// Limits.
  public var limits: HTTPLimits
  /// Which addresses may be reached, also by redirects.
  public var addresses: AddressRule

  /// Puts a request together.
  public init(
    method: HTTPMethod, url: HTTPURL, headers: [HTTPHeader] = [],
    authorization: Authorization? = nil, body: RequestBody? = nil,
    limits: HTTPLimits = HTTPLimits(), addresses: AddressRule = .any
  ) {
    self.method = method
    self.url = url
    self.headers = headers
    self.authorization = authorization
    self.body = body
    self.limits = limits
    self.addresses = addresses
  }
}

/// When a request ran and how long its phases took.
public struct HTTPTiming: Hashable, Sendable {
  /// When it was started.
  public var start: Timestamp
  /// Milliseconds for connecting and sending.
  public var sendMilliseconds: Int
  /// Milliseconds until the first byte of the answer.
  public var waitMilliseconds: Int
  /// Milliseconds for the rest of the answer.
  public var receiveMilliseconds: Int

  /// Puts a timing together.
  public init(
    start: Timestamp, sendMilliseconds: Int, waitMilliseconds: Int, receiveMilliseconds: Int
  ) {
    self.start = start
    self.sendMilliseconds = sendMilliseconds
    self.waitMilliseconds = waitMilliseconds
    self.receiveMilliseconds = receiveMilliseconds
  }

  /// Milliseconds in all.
  public var totalMilliseconds: Int {
    sendMilliseconds + waitMilliseconds + receiveMilliseconds
  }
}

/// One answer.
public struct HTTPResponse: Sendable {
  /// The status code.
  public var status: Int
  /// The header fields in order.
  public var headers: [HTTPHeader]
  /// The whole body, any content encoding undone.
  public var body: [UInt8]
  /// When and how long.
  public var timing: HTTPTiming
  /// Bytes by the name that stands in the body in place of their base64; empty for an answer off the wire.
  ///
  /// A replay has the pictures as files: making text of them, only to read it back, would cost more
  /// than all else that a replay does.
  public var embedded: [String: [UInt8]]

  /// Puts an answer together.
  public init(
    status: Int, headers: [HTTPHeader], body: [UInt8], timing: HTTPTiming,
    embedded: [String: [UInt8]] = [:]
  ) {
    self.status = status
    self.headers = headers
    self.body = body
    self.timing = timing
    self.embedded = embedded
  }
}
