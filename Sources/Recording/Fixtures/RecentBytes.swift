internal import Canonical
internal import Synchronization

/// Bytes of blobs that were read last, forgotten in the order in which they came.
final class RecentBytes: Sendable {
  private struct State {
    var bytes: [BlobID: [UInt8]] = [:]
    var order: [BlobID] = []
    var byteCount = 0
  }

  private let byteCountMax: Int
  private let state = Mutex(State())

  init(byteCountMax: Int) { self.byteCountMax = byteCountMax }

  subscript(blob: BlobID) -> [UInt8]? { state.withLock { $0.bytes[blob] } }

  func keep(_ bytes: [UInt8], of blob: BlobID) {
    guard bytes.count <= byteCountMax else { return }
    state.withLock { state in
      guard state.bytes.updateValue(bytes, forKey: blob) == nil else { return }
      state.order.append(blob)
      state.byteCount += bytes.count
      while state.byteCount > byteCountMax {
        let oldest = state.order.removeFirst()
        state.byteCount -= state.bytes.removeValue(forKey: oldest)?.count ?? 0
      }
    }
  }
}
