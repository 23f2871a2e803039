internal import Synchronization

/// Lets in as many as there is room for.
package final class Turnstile: Sendable {
  private let inside = Mutex(0)
  private let countMax: Int

  /// Makes one with room for a number.
  package init(countMax: Int) { self.countMax = countMax }

  /// How many are inside.
  package var count: Int { inside.withLock { $0 } }

  /// Whether there was room; who got in must ``leave()``.
  package func enter() -> Bool {
    inside.withLock { count in
      guard count < countMax else { return false }
      count += 1
      return true
    }
  }

  /// Makes room for another.
  package func leave() { inside.withLock { $0 -= 1 } }
}
