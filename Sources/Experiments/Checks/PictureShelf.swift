package import Canonical
package import ImageComparison
internal import Synchronization

/// Decoded pictures that several checks or cases look at: a few of the latest, in little memory.
package final class PictureShelf: Sendable {
  /// Bytes of pixels that are kept where nothing else is said; a larger picture is never kept.
  package static let byteCountDefault = 64 << 20
  /// Perceptual hashes that are kept.
  static let hashesMax = 4_096

  private struct State {
    /// The latest last.
    var pictures: [(blob: BlobID, picture: Picture)] = []
    var byteCount = 0
    var hashes: [BlobID: PDQ] = [:]
  }

  private let byteCountMax: Int
  private let state = Mutex(State())

  /// Makes an empty shelf.
  ///
  /// - Parameter byteCountMax: bytes of pixels that are kept.
  package init(byteCountMax: Int = byteCountDefault) { self.byteCountMax = byteCountMax }

  /// A picture, decoded unless it is here.
  ///
  /// - Throws: what reading the bytes throws, and `PictureError` where they are no picture.
  package func picture(_ blob: BlobID, from source: some BlobSource) throws -> Picture {
    if let picture = kept(blob) { return picture }
    let picture = try Picture(decoding: try source.bytes(of: blob))
    keep(picture, as: blob)
    return picture
  }

  /// The perceptual hash of a picture, which is decoded unless its hash is here.
  ///
  /// - Throws: what ``picture(_:from:)`` throws.
  package func hash(_ blob: BlobID, from source: some BlobSource) throws -> PDQ {
    if let hash = knownHash(blob) { return hash }
    return hash(of: try picture(blob, from: source), as: blob)
  }

  /// The perceptual hash of a picture that was decoded.
  @discardableResult
  package func hash(of picture: Picture, as blob: BlobID) -> PDQ {
    if let hash = knownHash(blob) { return hash }
    let hash = PDQ(picture)
    state.withLock { state in
      if state.hashes.count >= Self.hashesMax { state.hashes = [:] }
      state.hashes[blob] = hash
    }
    return hash
  }

  /// The perceptual hash of a picture where something has asked for it.
  private func knownHash(_ blob: BlobID) -> PDQ? { state.withLock { $0.hashes[blob] } }

  /// Keeps a picture that was decoded, and lets go of those that were used longest ago.
  package func keep(_ picture: Picture, as blob: BlobID) {
    let byteCount = picture.pixels.count
    guard byteCount <= byteCountMax else { return }
    state.withLock { state in
      guard !state.pictures.contains(where: { $0.blob == blob }) else { return }
      state.pictures.append((blob, picture))
      state.byteCount += byteCount
      while state.byteCount > byteCountMax {
        state.byteCount -= state.pictures.removeFirst().picture.pixels.count
      }
    }
  }

  private func kept(_ blob: BlobID) -> Picture? {
    state.withLock { state in
      guard let place = state.pictures.firstIndex(where: { $0.blob == blob }) else { return nil }
      let kept = state.pictures.remove(at: place)
      state.pictures.append(kept)
      return kept.picture
    }
  }
}
