package import Canonical
internal import ImageComparison
internal import Recording
internal import SeedreamAPI

/// What is known of pictures by the digest of their bytes, so that a picture that was looked at once
/// need not be decoded again.
///
/// A cache and no more: what it does not know is found out, and a version of the definitions that is
/// not the present one is not known.
package protocol PictureFacts: Sendable {
  /// What is known of a picture whose bytes were checked.
  func facts(of blob: BlobID) -> KnownPicture?

  /// Takes note of a picture that was decoded.
  func keep(_ facts: KnownPicture, of blob: BlobID)

  /// Keeps everything for later runs.
  ///
  /// - Returns: what went wrong first; nothing but time is lost by it.
  func finish() -> String?
}

/// What a picture shows, as far as replaying it asks for.
package struct KnownPicture: Hashable, Sendable {
  /// The version of everything that is kept: a change of any definition makes all of it unknown.
  package static let version =
    "2 \(PixelDigest.prefix) \(PictureCharacter.emptinessVersion) \(PDQ.version) "
    + ColourGrid.version

  /// Codec, size, digest of the pixels, and whether it shows nothing.
  package let record: PictureRecord
  /// The perceptual hash.
  package let hash: HashRecord
  /// The colours.
  package let colours: ColourRecord

  /// Puts facts together.
  package init(record: PictureRecord, hash: HashRecord, colours: ColourRecord) {
    self.record = record
    self.hash = hash
    self.colours = colours
  }
}

extension KnownPicture {
  /// Decodes a picture and says what it shows.
  ///
  /// - Throws: what reading the bytes throws, and `PictureError` where they are no picture.
  package init(of blob: BlobID, in source: some BlobSource) throws {
    let picture = try Picture(decoding: try source.bytes(of: blob))
    self.init(picture, hash: PDQ(picture))
  }

  /// What a picture shows.
  ///
  /// - Parameters:
  ///   - picture: the picture.
  ///   - hash: its perceptual hash.
  init(_ picture: Picture, hash: PDQ) {
    self.init(
      record: PictureRecord(
        codec: picture.format?.rawValue ?? "unknown",
        size: PixelSize(width: picture.width, height: picture.height),
        pixelDigest: picture.digest.description,
        emptiness: PictureCharacter.emptiness(of: picture)?.rawValue),
      hash: HashRecord(version: PDQ.version, hex: hash.hash.hex, quality: hash.quality),
      colours: ColourRecord(version: ColourGrid.version, samples: ColourGrid(picture).samples))
  }
}
