package import Canonical
internal import Synchronization

/// Checks blobs once each, however many recordings share them, and serves what it has just checked
/// without reading it again.
package final class BlobVerifier: BlobSource {
  private struct State {
    var verified: Set<BlobID> = []
    var kept: [BlobID: [UInt8]] = [:]
    var keptByteCount = 0
  }

  private let store: BlobStore
  private let state = Mutex(State())

  /// Bytes that wait to be served, in all.
  ///
  /// Each is served at once or, where its case was stopped, never.
  package static let keptByteCountMax = 32 << 20

  /// Takes the store to check.
  package init(store: BlobStore) { self.store = store }

  /// Reads a blob unless it was found right before.
  ///
  /// - Parameter isServed: whether its bytes will be asked for next.
  package func verify(_ blob: BlobID, isServed: Bool = false) throws(BlobFailure) {
    if state.withLock({ $0.verified.contains(blob) }) { return }
    let bytes = try store.verifiedBytes(of: blob)
    state.withLock { state in
      state.verified.insert(blob)
      guard isServed, bytes.count <= Self.keptByteCountMax else { return }
      if state.keptByteCount + bytes.count > Self.keptByteCountMax {
        state.kept.removeAll()
        state.keptByteCount = 0
      }
      if state.kept.updateValue(bytes, forKey: blob) == nil { state.keptByteCount += bytes.count }
    }
  }

  /// The bytes of a blob: those that were checked a moment ago, once; else it is read and checked.
  ///
  /// - Throws: ``BlobFailure``.
  package func bytes(of blob: BlobID) throws -> [UInt8] {
    let kept = state.withLock { state -> [UInt8]? in
      let bytes = state.kept.removeValue(forKey: blob)
      state.keptByteCount -= bytes?.count ?? 0
      return bytes
    }
    return try kept ?? store.bytes(of: blob)
  }
}
