package import Canonical

/// Puts recorded bodies together again and holds them against the recorded digest.
package enum BodyAssembly {
  /// A body whose parts do not make what was recorded.
  package struct Mismatch: Error, Hashable, Sendable, CustomStringConvertible {
    /// What was made and what was recorded.
    package let description: String
  }

  /// The bytes of a body.
  ///
  /// - Throws: ``Mismatch``, and what the source throws.
  package static func bytes(of body: Body, from blobs: some BlobSource) throws -> [UInt8] {
    var bytes: [UInt8] = []
    try forEachPart(of: body, from: blobs) { bytes += $0 }
    return bytes
  }

  /// Checks a body without keeping all of its bytes.
  ///
  /// - Throws: ``Mismatch``, and what the source throws.
  package static func check(_ body: Body, from blobs: some BlobSource) throws {
    try forEachPart(of: body, from: blobs) { _ in }
  }

  private static func forEachPart(
    of body: Body, from blobs: some BlobSource, _ take: ([UInt8]) -> Void
  ) throws {
    var hasher = SHA256Hasher()
    var byteCount = 0
    for part in body.parts {
      let bytes = try [part].joined(from: blobs)
      byteCount += bytes.count
      // A list that names one large blob a thousand times ends at the stated size.
      guard byteCount <= body.byteCount else { break }
      hasher.update(bytes)
      take(bytes)
    }
    let digest = hasher.finish()
    guard byteCount == body.byteCount else {
      let count = byteCount > body.byteCount ? "more" : "\(byteCount)"
      throw Mismatch(
        description: "its parts make \(count) bytes, \(body.byteCount) were recorded")
    }
    guard digest == body.digest else {
      throw Mismatch(
        description: "its parts make bytes with the digest \(digest.short)…, "
          + "\(body.digest.short)… was recorded")
    }
  }
}

/// A source that reads each blob once in a while: the last ones stay in memory up to a limit.
package final class RecentBlobs: BlobSource {
  /// Bytes that stay in memory.
  package static let byteCountMax = 64 << 20

  private let store: BlobStore
  private let recent = RecentBytes(byteCountMax: byteCountMax)

  /// Takes the store to read from.
  package init(_ store: BlobStore) { self.store = store }

  /// The bytes of a blob, whose digest was checked when it was read.
  ///
  /// - Throws: ``BlobFailure``.
  package func bytes(of blob: BlobID) throws -> [UInt8] {
    if let known = recent[blob] { return known }
    let bytes = try store.verifiedBytes(of: blob)
    recent.keep(bytes, of: blob)
    return bytes
  }
}
