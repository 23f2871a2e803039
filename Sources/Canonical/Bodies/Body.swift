/// What a blob's bytes are, as far as its file name tells people and viewers.
public enum BlobKind: String, Hashable, Sendable, CaseIterable {
  /// Portable Network Graphics.
  case png
  /// JPEG.
  case jpeg = "jpg"
  /// WebP.
  case webp
  /// Graphics Interchange Format.
  case gif
  /// JSON text.
  case json
  /// Anything else.
  case data = "bin"

  /// Tells the kind by the first bytes, never by a declared type, which gateways get wrong.
  public init(sniffing bytes: [UInt8]) {
    if bytes.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) {
      self = .png
    } else if bytes.starts(with: [0xFF, 0xD8, 0xFF]) {
      self = .jpeg
    } else if bytes.starts(with: "RIFF".utf8), bytes.dropFirst(8).starts(with: "WEBP".utf8) {
      self = .webp
    } else if bytes.starts(with: "GIF8".utf8) {
      self = .gif
    } else {
      self = .data
    }
  }

  /// The media type.
  public var mediaType: String {
    switch self {
    case .png: "image/png"
    case .jpeg: "image/jpeg"
    case .webp: "image/webp"
    case .gif: "image/gif"
    case .json: "application/json"
    case .data: "application/octet-stream"
    }
  }
}

/// Bytes that are kept once under their digest.
public struct BlobID: Hashable, Sendable, Comparable, CustomStringConvertible {
  /// The digest of the bytes.
  public let digest: SHA256Digest
  /// What the bytes are.
  public let kind: BlobKind

  /// Puts an id together.
  public init(digest: SHA256Digest, kind: BlobKind) {
    self.digest = digest
    self.kind = kind
  }

  /// The id of bytes in memory.
  public init(of bytes: [UInt8]) {
    self.init(digest: SHA256Digest(hashing: bytes), kind: BlobKind(sniffing: bytes))
  }

  /// Reads a file name that ``fileName`` made; anything else gives `nil`.
  public init?(fileName: String) {
    let pieces = fileName.split(separator: ".", omittingEmptySubsequences: false)
    guard pieces.count == 2, let digest = SHA256Digest(hex: pieces[0]),
      let kind = BlobKind(rawValue: String(pieces[1]))
    else { return nil }
    self.init(digest: digest, kind: kind)
  }

  /// The digest and the extension.
  public var fileName: String { "\(digest.hex).\(kind.rawValue)" }

  /// The file name.
  public var description: String { fileName }

  /// Orders by file name.
  public static func < (left: BlobID, right: BlobID) -> Bool { left.fileName < right.fileName }
}

/// One stretch of a body.
public enum BodyPart: Hashable, Sendable {
  /// Bytes that stand as they are.
  case bytes([UInt8])
  /// The bytes of a blob.
  case blob(BlobID)
  /// The base64 form of a blob, which gives exactly the bytes that were sent or received.
  case base64(BlobID)
}

/// A request's or answer's body, kept as parts whose joined bytes have a known digest.
public struct Body: Hashable, Sendable {
  /// The parts in order.
  public let parts: [BodyPart]
  /// The length of the joined bytes.
  public let byteCount: Int
  /// The digest of the joined bytes.
  public let digest: SHA256Digest

  /// Puts a body together from what a file says of it.
  public init(parts: [BodyPart], byteCount: Int, digest: SHA256Digest) {
    self.parts = parts
    self.byteCount = byteCount
    self.digest = digest
  }

  /// A body of literal bytes.
  public init(_ bytes: [UInt8]) {
    self.init(
      parts: bytes.isEmpty ? [] : [.bytes(bytes)], byteCount: bytes.count,
      digest: SHA256Digest(hashing: bytes))
  }

  /// The blobs that the parts name.
  public var blobs: [BlobID] {
    parts.compactMap { part in
      switch part {
      case .bytes: nil
      case .blob(let id), .base64(let id): id
      }
    }
  }
}

/// Where the bytes of blobs come from.
public protocol BlobSource: Sendable {
  /// The bytes of a blob.
  ///
  /// - Throws: an error that names the blob and where it was looked for.
  func bytes(of blob: BlobID) throws -> [UInt8]
}

/// A ``BlobSource`` of bytes in memory.
public struct MemoryBlobs: BlobSource {
  /// A blob was asked for that is not there.
  public struct Missing: Error, CustomStringConvertible {
    /// The blob.
    public let blob: BlobID
    /// One sentence that names it.
    public var description: String { "the blob \(blob) is not in memory" }
  }

  private var blobs: [SHA256Digest: [UInt8]] = [:]

  /// Starts with no blob.
  public init() {}

  /// Adds bytes and gives their id.
  public mutating func insert(_ bytes: [UInt8]) -> BlobID {
    let id = BlobID(of: bytes)
    blobs[id.digest] = bytes
    return id
  }

  /// The bytes of a blob that was added.
  public func bytes(of blob: BlobID) throws -> [UInt8] {
    guard let bytes = blobs[blob.digest] else { throw Missing(blob: blob) }
    return bytes
  }
}

extension [BodyPart] {
  /// Joins the parts' bytes.
  ///
  /// - Throws: what the source throws for a blob that it cannot give.
  public func joined(from source: some BlobSource) throws -> [UInt8] {
    var bytes: [UInt8] = []
    for part in self {
      switch part {
      case .bytes(let literal): bytes += literal
      case .blob(let id): bytes += try source.bytes(of: id)
      case .base64(let id): bytes += Base64.encode(try source.bytes(of: id))
      }
    }
    return bytes
  }
}
