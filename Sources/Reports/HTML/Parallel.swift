internal import Dispatch
internal import Synchronization

/// Work on several threads at a time.
enum Parallel {
  /// Does something for each number below a count, with at most so many at a time.
  ///
  /// - Throws: the first failure; what was not begun by then is left out.
  static func forEach(
    _ count: Int, concurrency: Int, _ body: @Sendable (Int) throws -> Void
  ) throws {
    let next = Atomic(0)
    let failure = Mutex<(any Error)?>(nil)
    DispatchQueue.concurrentPerform(iterations: min(concurrency, count)) { _ in
      while true {
        let index = next.add(1, ordering: .relaxed).oldValue
        guard index < count, failure.withLock({ $0 == nil }) else { return }
        do {
          try body(index)
        } catch {
          failure.withLock { $0 = $0 ?? error }
        }
      }
    }
    if let failure = failure.withLock({ $0 }) { throw failure }
  }
}
