/// The identity of a request: the digest of its canonical form, by a versioned algorithm.
///
/// Two requests have one key exactly when the API is asked for the same thing: host, credentials and
/// transport settings are left out, and pictures count by their bytes, not by where they lie.
public struct RequestKey: Hashable, Sendable, Comparable, CustomStringConvertible {
  /// The algorithm that makes keys; a change of it would make every recording stale.
  public static let algorithm = "proofsheet-request-key/1"

  /// The digest.
  public let digest: SHA256Digest

  /// Takes a digest that was read from a file.
  public init(_ digest: SHA256Digest) { self.digest = digest }

  /// Makes the key of a canonical request.
  ///
  /// - Parameter canonicalRequest: the API path and the body with defaults filled in.
  public init(canonicalRequest: JSONValue) {
    digest = Self.digest(algorithm: Self.algorithm, canonicalRequest)
  }

  /// `SHA-256(algorithm ‖ LF ‖ canonical JSON)`.
  static func digest(algorithm: String, _ value: JSONValue) -> SHA256Digest {
    SHA256Digest(hashing: Array(algorithm.utf8) + [0x0A] + value.canonicalBytes)
  }

  /// The digest in hexadecimal.
  public var description: String { digest.hex }

  /// Orders by digest.
  public static func < (left: RequestKey, right: RequestKey) -> Bool { left.digest < right.digest }
}

/// A request key without model and delivery format, so that the same case of two versions lines up.
public struct ComparisonKey: Hashable, Sendable, CustomStringConvertible {
  /// The algorithm that makes keys.
  public static let algorithm = "proofsheet-comparison-key/1"

  /// The digest.
  public let digest: SHA256Digest

  /// Takes a digest that was read from a file.
  public init(_ digest: SHA256Digest) { self.digest = digest }

  /// Makes the key of a canonical request from which model and delivery format are left out.
  public init(canonicalRequest: JSONValue) {
    digest = RequestKey.digest(algorithm: Self.algorithm, canonicalRequest)
  }

  /// The digest in hexadecimal.
  public var description: String { digest.hex }
}

/// The identity of a recording and of a baseline line: a request and which repeat of it.
public struct CaseKey: Hashable, Sendable, Comparable, CustomStringConvertible {
  /// The request.
  public let request: RequestKey
  /// Which of several equal requests, from 0.
  public let repeatIndex: Int

  /// Puts a case key together.
  public init(request: RequestKey, repeatIndex: Int) {
    precondition(repeatIndex >= 0, "a repeat index is not negative (was \(repeatIndex))")
    self.request = request
    self.repeatIndex = repeatIndex
  }

  /// Reads the form that ``description`` writes; anything else gives `nil`.
  public init?(_ text: String) {
    let pieces = text.split(separator: ".", omittingEmptySubsequences: false)
    guard pieces.count == 2, let digest = SHA256Digest(hex: pieces[0]),
      let index = Int(pieces[1]), index >= 0, String(index) == pieces[1]
    else { return nil }
    self.init(request: RequestKey(digest), repeatIndex: index)
  }

  /// The request's digest, a point and the repeat index.
  public var description: String { "\(request).\(repeatIndex)" }

  /// Orders by request, then by repeat.
  public static func < (left: CaseKey, right: CaseKey) -> Bool {
    (left.request, left.repeatIndex) < (right.request, right.repeatIndex)
  }
}

/// The identity of one image that came back: its case and its place in the answer.
public struct OutputID: Hashable, Sendable, Comparable, CustomStringConvertible {
  /// The case.
  public let caseKey: CaseKey
  /// The place in the answer, from 0.
  public let index: Int

  /// Puts an output id together.
  public init(caseKey: CaseKey, index: Int) {
    precondition(index >= 0, "an image index is not negative (was \(index))")
    self.caseKey = caseKey
    self.index = index
  }

  /// The case key, a slash and the index.
  public var description: String { "\(caseKey)/\(index)" }

  /// Orders by case, then by index.
  public static func < (left: OutputID, right: OutputID) -> Bool {
    (left.caseKey, left.index) < (right.caseKey, right.index)
  }
}
