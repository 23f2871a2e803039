internal import Canonical

/// A picture for measuring clients: drawn once a size, and told apart by a comment alone.
enum CannedPicture {
  /// A JPEG file with a comment behind its first marker (ITU-T T.81, B.2.4.5): the digest of a text.
  ///
  /// The pixels stay; the bytes differ from those of every other text.
  static func stamped(_ jpeg: [UInt8], with text: String) -> [UInt8] {
    let comment = Array(SHA256Digest(hashing: Array(text.utf8)).hex.utf8)
    let length = comment.count + 2
    let segment = [0xFF, 0xFE, UInt8(length >> 8), UInt8(length & 0xFF)] + comment
    return jpeg.prefix(2) + segment + jpeg.dropFirst(2)
  }
}
