/// What an id that becomes part of file names and reports must look like.
public enum IdentifierRule {
  /// The longest id of one entry in bytes.
  public static let byteCountMax = 80

  /// Says what is wrong with an id; `nil` when nothing is.
  ///
  /// Ids match `[A-Za-z0-9._-]+`, hold no `--` (which joins them) and are no `.` or `..`.
  public static func problem(with text: String) -> String? {
    if text.isEmpty { return "an id must not be empty" }
    if text == "." || text == ".." { return "'\(text)' names a folder and cannot be an id" }
    if text.utf8.count > byteCountMax {
      return "an id of \(text.utf8.count) bytes is longer than the \(byteCountMax) allowed"
    }
    if text.utf8.contains(where: { !isAllowed($0) }) {
      return "an id may hold letters A-Z and a-z, digits, '.', '_' and '-' only"
    }
    if text.contains("--") { return "an id must not hold '--', which joins the ids of a case" }
    return nil
  }

  /// Whether a byte may stand in an id.
  public static func isAllowed(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"),
      UInt8(ascii: "-"):
      true
    default: false
    }
  }
}

/// The name of a suite: an id that also names its fixture folder.
public struct SuiteName: Hashable, Sendable, Comparable, CustomStringConvertible {
  /// The name as text.
  public let text: String

  /// Takes a name that keeps ``IdentifierRule``; any other gives `nil`.
  public init?(_ text: String) {
    guard IdentifierRule.problem(with: text) == nil else { return nil }
    self.text = text
  }

  /// The name as text.
  public var description: String { text }

  /// Orders by bytes.
  public static func < (left: SuiteName, right: SuiteName) -> Bool {
    left.text.utf8.lexicographicallyPrecedes(right.text.utf8)
  }
}

/// A readable, stable name of a case, made of the ids of its entries joined by `--`.
public struct CaseID: Hashable, Sendable, Comparable, CustomStringConvertible {
  /// The longest case id in bytes; a longer one is cut and gets a digest suffix.
  public static let byteCountMax = 120
  /// Hexadecimal digits of the suffix of a cut id.
  static let suffixDigits = 12

  /// The id as text, usable as a file name.
  public let text: String

  /// Joins the ids of entries, each of which keeps ``IdentifierRule``.
  public init(joining ids: [String]) {
    let whole = ids.isEmpty ? "only" : ids.joined(separator: "--")
    guard whole.utf8.count > Self.byteCountMax else {
      text = whole
      return
    }
    let suffix = SHA256Digest(hashing: Array(whole.utf8)).hex.prefix(Self.suffixDigits)
    // Ids are ASCII, so that cutting by characters cuts by bytes.
    text = whole.prefix(Self.byteCountMax - Self.suffixDigits - 2) + "~" + suffix
  }

  /// Reads an id that ``init(joining:)`` made, from a file; anything else gives `nil`.
  public init?(_ text: String) {
    let isAllowed = text.utf8.allSatisfy { IdentifierRule.isAllowed($0) || $0 == UInt8(ascii: "~") }
    guard isAllowed, !text.isEmpty, text != ".", text != "..",
      text.utf8.count <= Self.byteCountMax
    else { return nil }
    self.text = text
  }

  /// The id as text.
  public var description: String { text }

  /// Orders by bytes.
  public static func < (left: CaseID, right: CaseID) -> Bool {
    left.text.utf8.lexicographicallyPrecedes(right.text.utf8)
  }
}

/// The name of a run: when it started in UTC, and six digits that tell runs of one second apart.
public struct RunID: Hashable, Sendable, Comparable, CustomStringConvertible {
  /// The id as text, for example `20261122T181500Z-3fa9c1`.
  public let text: String

  /// Makes the id of a run that starts now.
  ///
  /// - Parameters:
  ///   - start: the time in UTC.
  ///   - random: any number; its low 24 bits make the suffix.
  public init(start: Timestamp, random: UInt32) {
    let stamp = start.compact
    let suffix = Hexadecimal.encode([
      UInt8(truncatingIfNeeded: random >> 16), UInt8(truncatingIfNeeded: random >> 8),
      UInt8(truncatingIfNeeded: random),
    ])
    text = "\(stamp)-\(suffix)"
  }

  /// Reads an id as people type it; anything that could not be one gives `nil`.
  public init?(_ text: String) {
    guard IdentifierRule.problem(with: text) == nil else { return nil }
    self.text = text
  }

  /// The id as text.
  public var description: String { text }

  /// Orders by start, then by suffix.
  public static func < (left: RunID, right: RunID) -> Bool { left.text < right.text }
}
