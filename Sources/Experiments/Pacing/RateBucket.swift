/// Spreads things over time so that no minute has more of them than allowed.
///
/// A bucket that holds a tenth of a minute's worth and fills with the rest: whatever is taken out of a
/// full one at once and what flows in within a minute are the allowed number together. Who takes is
/// told how long to wait, and has its place from then on, so that late wake-ups add up to nothing.
package struct RateBucket: Hashable, Sendable {
  private let capacity: Double
  private let perSecond: Double
  private var level: Double
  private var at: Duration?

  /// Takes the number of things that a minute may have.
  package init(perMinute: Int) {
    precondition(perMinute > 0, "a rate is positive (was \(perMinute))")
    capacity = max(1, (Double(perMinute) / 10).rounded(.down))
    perSecond = (Double(perMinute) - (capacity > 1 ? capacity : 0)) / 60
    level = capacity
  }

  /// Takes out as many as are needed now.
  ///
  /// - Parameters:
  ///   - count: how many.
  ///   - now: the time since any fixed moment, by a clock that never goes back.
  /// - Returns: how long to wait before they are used.
  package mutating func take(_ count: Int, at now: Duration) -> Duration {
    let passed = at.map { max(0, (now - $0) / .seconds(1)) } ?? 0
    at = now
    level = min(capacity, level + passed * perSecond) - Double(count)
    guard level < 0 else { return .zero }
    return .nanoseconds(Int64((-level / perSecond * 1e9).rounded(.up)))
  }
}
