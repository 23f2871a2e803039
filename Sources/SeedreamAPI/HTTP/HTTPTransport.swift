public import Canonical

/// What an exchange is for.
public enum ExchangeRole: String, Hashable, Sendable, CaseIterable {
  /// The request that orders pictures and is billed.
  case generate
  /// A question after a task that is still running.
  case poll
  /// The fetching of a picture by its URL.
  case download
}

/// The identity of one HTTP exchange of a case.
public struct ExchangeID: Hashable, Sendable, CustomStringConvertible {
  /// The case.
  public let caseKey: CaseKey
  /// What the exchange is for.
  public let role: ExchangeRole
  /// Which one of that role, from 0; for downloads the place of the picture in the answer.
  public let ordinal: Int

  /// Puts an id together.
  public init(caseKey: CaseKey, role: ExchangeRole, ordinal: Int) {
    precondition(ordinal >= 0, "an ordinal is not negative (was \(ordinal))")
    self.caseKey = caseKey
    self.role = role
    self.ordinal = ordinal
  }

  /// Case key, role and ordinal.
  public var description: String { "\(caseKey)/\(role.rawValue)/\(ordinal)" }
}

/// Carries requests: over the network, from recordings, or through something that counts or stores.
public protocol HTTPTransport: Sendable {
  /// Sends a request and gives the whole answer, whatever its status.
  ///
  /// - Parameters:
  ///   - request: what to send.
  ///   - id: which exchange of which case it is; a recording is found by it.
  /// - Throws: ``TransportFailure`` when there is no answer. Its phase says whether the request can
  ///   have reached the other side and so may have been billed.
  func send(
    _ request: HTTPRequest, as id: ExchangeID
  ) async throws(TransportFailure) -> HTTPResponse
}

/// Why there is no answer.
public struct TransportFailure: Error, Hashable, Sendable, CustomStringConvertible {
  /// Kinds of failure.
  public struct Code: Hashable, Sendable, CustomStringConvertible {
    private enum Value: String {
      case unresolved, refused, tls, timedOut, dropped, tooLarge, redirect, address, protocolError
      case invalidRequest, cancelled, exhausted, mismatch, corrupt, overBudget, storage, other
    }

    private let value: Value

    /// The host name has no address.
    public static let unresolved = Code(value: .unresolved)
    /// Nobody listens there.
    public static let refused = Code(value: .refused)
    /// The TLS handshake failed.
    public static let tls = Code(value: .tls)
    /// A limit of time was reached.
    public static let timedOut = Code(value: .timedOut)
    /// The connection broke.
    public static let dropped = Code(value: .dropped)
    /// The answer is longer than allowed.
    public static let tooLarge = Code(value: .tooLarge)
    /// A redirect that is not followed: too many, or to another scheme.
    public static let redirect = Code(value: .redirect)
    /// The address is private or link-local, and the endpoint is not there.
    public static let address = Code(value: .address)
    /// The other side does not speak HTTP as expected.
    public static let protocolError = Code(value: .protocolError)
    /// The request cannot be put together, for example because an input cannot be read.
    public static let invalidRequest = Code(value: .invalidRequest)
    /// The task was cancelled.
    public static let cancelled = Code(value: .cancelled)
    /// A recording holds fewer exchanges than were asked for.
    public static let exhausted = Code(value: .exhausted)
    /// A recording holds another request than was asked for.
    public static let mismatch = Code(value: .mismatch)
    /// A recording's bytes are not those that were recorded.
    public static let corrupt = Code(value: .corrupt)
    /// Sending would exceed what may be spent.
    public static let overBudget = Code(value: .overBudget)
    /// The answer could not be stored.
    public static let storage = Code(value: .storage)
    /// Anything else.
    public static let other = Code(value: .other)

    /// The name of the kind.
    public var description: String { value.rawValue }
  }

  /// How far the request got.
  public enum Phase: String, Hashable, Sendable {
    /// Nothing of the request can have been acted upon; it was not billed.
    case beforeSending
    /// The request may have been acted upon, and billed.
    case afterSending
  }

  /// The kind of failure.
  public let code: Code
  /// How far the request got.
  public let phase: Phase
  /// What happened, with the place (a URL without its query, or a file) and what helps.
  public let message: String

  /// Puts a failure together.
  public init(_ code: Code, _ phase: Phase, _ message: String) {
    self.code = code
    self.phase = phase
    self.message = message
  }

  /// The message.
  public var description: String { message }
}
