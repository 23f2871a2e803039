/// An http or https URL kept exactly as it was written.
///
/// Result URLs of the API hold a literal `%2F` in their path; a reader that decodes or normalises the
/// path breaks the link. The text is therefore never rewritten, only looked into.
public struct HTTPURL: Hashable, Sendable, CustomStringConvertible {
  /// The two schemes that are ever followed.
  public enum Scheme: String, Sendable {
    /// Plain text.
    case http
    /// TLS.
    case https

    /// The port that is left out of a URL.
    public var defaultPort: Int { self == .http ? 80 : 443 }
  }

  /// Why a text is no usable URL.
  public struct Problem: Error, Hashable, Sendable, CustomStringConvertible {
    /// One sentence.
    public let description: String
  }

  /// The longest URL in bytes.
  public static let byteCountMax = 8_192

  /// The URL as it was written.
  public let text: String
  /// The scheme.
  public let scheme: Scheme
  /// The host in lower case, without brackets around an IPv6 address.
  public let host: String
  /// The port, also where it is left out.
  public let port: Int
  /// Path and query as written; starts with `/`, with `?` where there is no path, or is empty.
  public let target: String

  /// Reads a URL.
  ///
  /// - Throws: ``Problem`` for another scheme, a missing host, user information (credentials in a URL
  ///   end up in logs), characters that must be escaped (RFC 3986 section 2), or excessive length.
  public init(_ text: String) throws(Problem) {
    guard text.utf8.count <= Self.byteCountMax else {
      throw Problem(
        description: "a URL of \(text.utf8.count) bytes is longer than \(Self.byteCountMax)")
    }
    guard text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && !"\"<>\\^`{|}".utf8.contains($0) })
    else {
      throw Problem(description: "a URL may hold printable ASCII only; escape the rest as %XX")
    }
    let lowered = text.lowercased()
    let scheme: Scheme
    if lowered.hasPrefix("https://") {
      scheme = .https
    } else if lowered.hasPrefix("http://") {
      scheme = .http
    } else {
      throw Problem(description: "expected a URL that starts with https:// or http://")
    }
    let rest = text.dropFirst(scheme.rawValue.count + 3)
    let authority = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
    guard !authority.contains("@") else {
      throw Problem(description: "a URL must not hold a user name or password")
    }
    let afterAuthority = rest[authority.endIndex...].prefix { $0 != "#" }
    (host, port) = try Self.split(authority: String(authority), scheme: scheme)
    self.text = text
    self.scheme = scheme
    target = String(afterAuthority)
  }

  private static func split(
    authority: String, scheme: Scheme
  ) throws(Problem) -> (host: String, port: Int) {
    var host = authority[...]
    var port = ""[...]
    if host.hasPrefix("["), let close = host.firstIndex(of: "]") {
      port = host[host.index(after: close)...]
      host = host[host.index(after: host.startIndex)..<close]
      guard port.isEmpty || port.hasPrefix(":") else {
        throw Problem(description: "expected a port after the bracket of an IPv6 address")
      }
      port = port.dropFirst()
    } else if let colon = host.firstIndex(of: ":") {
      port = host[host.index(after: colon)...]
      host = host[..<colon]
    }
    guard !host.isEmpty else { throw Problem(description: "the URL has no host") }
    let isBracketed = authority.hasPrefix("[")
    guard isBracketed ? isIPv6(host) : !host.contains(where: { $0 == "[" || $0 == "]" }) else {
      throw Problem(description: "brackets may only stand around an IPv6 address without a zone")
    }
    if port.isEmpty { return (host.lowercased(), scheme.defaultPort) }
    guard port.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
      let number = Int(port), (1...65_535).contains(number)
    else {
      // The text is not shown: where an @ was forgotten it is a password.
      throw Problem(description: "the URL's port is no number from 1 to 65535")
    }
    return (host.lowercased(), number)
  }

  /// Whether a text has the characters of an IPv6 address; the resolver judges the rest.
  private static func isIPv6(_ text: Substring) -> Bool {
    text.contains(":") && text.allSatisfy { $0.isHexDigit || $0 == ":" || $0 == "." }
  }

  /// Scheme, host and port where it is not the default: `https://image.example:8443`.
  public var origin: String {
    let shown = host.contains(":") ? "[\(host)]" : host
    return "\(scheme.rawValue)://\(shown)" + (port == scheme.defaultPort ? "" : ":\(port)")
  }

  /// The path as written, without the query.
  public var path: String { String(target.prefix { $0 != "?" }) }

  /// The query as written, without the question mark; `nil` when there is none.
  public var query: String? {
    guard let mark = target.firstIndex(of: "?") else { return nil }
    return String(target[target.index(after: mark)...])
  }

  /// The URL of a path under this base, whose own path ends before it.
  ///
  /// - Parameter path: starts with `/`.
  /// - Throws: ``Problem`` when the two do not make a URL.
  public func appending(path: String) throws(Problem) -> HTTPURL {
    precondition(path.hasPrefix("/"), "a path starts with / (was \(path))")
    var base = self.path
    while base.hasSuffix("/") { base.removeLast() }
    return try HTTPURL(origin + base + path)
  }

  /// The URL as it was written.
  public var description: String { text }

  /// The URL without its query, for messages: signatures stand in queries.
  public var display: String { origin + path + (query == nil ? "" : "?…") }
}
