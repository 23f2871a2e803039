internal import Synchronization

/// Values by key within a number of bytes; the longest unused go first.
final class BoundedCache<Key: Hashable & Sendable, Value: Sendable>: Sendable {
  private struct Slot {
    let value: Value
    let byteCount: Int
    var lastUse: UInt64
  }

  private struct State {
    var slots: [Key: Slot] = [:]
    var byteCount = 0
    var uses: UInt64 = 0
  }

  /// The most bytes of all values together.
  let byteCountMax: Int
  private let state = Mutex(State())

  init(byteCountMax: Int) { self.byteCountMax = byteCountMax }

  /// The value of a key, which becomes the last used; `nil` when it is not there, or no longer.
  subscript(key: Key) -> Value? {
    state.withLock { state in
      guard let slot = state.slots[key] else { return nil }
      state.uses += 1
      state.slots[key]?.lastUse = state.uses
      return slot.value
    }
  }

  /// Keeps a value; one larger than all of the cache is not kept.
  func insert(_ value: Value, for key: Key, byteCount: Int) {
    guard byteCount <= byteCountMax else { return }
    state.withLock { state in
      if let old = state.slots.removeValue(forKey: key) { state.byteCount -= old.byteCount }
      while state.byteCount + byteCount > byteCountMax,
        let oldest = state.slots.min(by: { $0.value.lastUse < $1.value.lastUse })
      {
        state.slots[oldest.key] = nil
        state.byteCount -= oldest.value.byteCount
      }
      state.uses += 1
      state.slots[key] = Slot(value: value, byteCount: byteCount, lastUse: state.uses)
      state.byteCount += byteCount
    }
  }
}
