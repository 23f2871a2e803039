/// A text that must never reach a file, a log, an error or a report.
///
/// Printing or interpolating one gives `<redacted>`; only the transport reads the text itself.
public struct Secret: Sendable, CustomStringConvertible, CustomDebugStringConvertible,
  CustomReflectable
{
  private let text: String

  /// Bytes that a secret has at least where it is searched for in other texts: one that is shorter would hit
  /// by chance, and take single letters out of messages.
  public static let searchedByteCountMin = 6

  /// Wraps a text.
  public init(_ text: String) { self.text = text }

  /// Gives the text to the one place that needs it.
  public func reveal() -> String { text }

  /// Always `<redacted>`.
  public var description: String { "<redacted>" }

  /// Always `<redacted>`.
  public var debugDescription: String { "<redacted>" }

  /// A mirror without children, so that dumping shows nothing.
  public var customMirror: Mirror { Mirror(self, children: []) }
}

/// How the key is written into the `Authorization` header.
public enum AuthScheme: String, Hashable, Sendable, CaseIterable {
  /// `Authorization: Bearer <key>`, what most clients of the gateway send.
  case bearer
  /// `Authorization: <key>`, what the gateway's own examples show.
  case raw
}

/// The key of an endpoint, ready to be sent.
public struct Authorization: Sendable {
  /// How the key is written.
  public let scheme: AuthScheme
  /// The key.
  public let key: Secret

  /// The longest key in bytes.
  public static let keyByteCountMax = 4_096

  /// Why a key cannot be sent; the message never holds the key.
  public struct Problem: Error, Hashable, Sendable, CustomStringConvertible {
    /// One sentence.
    public let description: String
  }

  /// Takes a key.
  ///
  /// - Throws: ``Problem`` for an empty key, or one with blanks or control characters, which would
  ///   split the header.
  public init(scheme: AuthScheme, key: String) throws(Problem) {
    guard !key.isEmpty else { throw Problem(description: "the API key is empty") }
    guard key.utf8.count <= Self.keyByteCountMax,
      key.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F })
    else {
      throw Problem(
        description: "the API key holds blanks or characters that no header may have; "
          + "it was not sent")
    }
    self.scheme = scheme
    self.key = Secret(key)
  }

  /// The header's value; to be used by a transport only.
  public func revealHeaderValue() -> String {
    scheme == .bearer ? "Bearer \(key.reveal())" : key.reveal()
  }
}
