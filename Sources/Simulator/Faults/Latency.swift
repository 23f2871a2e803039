internal import Canonical
internal import SeedreamAPI
internal import Synchronization

/// How long orders take (`api-contract.md` section 4, item 12).
enum Latency {
  /// The median of the fast mode, in milliseconds.
  static let fast = 8_000
  /// The median of the standard mode.
  static let standard = 20_000
  /// The median of a picture of the 4K class.
  static let large = 45_000
  /// Pixels from which on a picture is of the 4K class.
  static let largeArea = 2_560 * 2_560

  /// Milliseconds to wait before an order is answered.
  ///
  /// An order takes 0.7 to 1.7 times the median; which depends on the request alone.
  static func milliseconds(of order: Order, factor: Double, fault: Fault?) -> Int {
    var milliseconds = 0
    if case .slow(let more)? = fault { milliseconds = more }
    guard factor > 0 else { return milliseconds }
    let request = order.request
    let area = (request.size.custom ?? request.size.preset?.base)?.area
    let isLarge = request.size == .preset(.auto4K) || (area ?? 0) >= largeArea
    let median = isLarge ? large : request.enhancePromptMode == .fast ? fast : standard
    let spread = Double(order.key.digest.bytes.first ?? 0) / 255
    return milliseconds + Int(Double(median) * (0.7 + spread) * factor)
  }
}

/// Counts orders or images by the minute: a bucket that holds a minute's worth and fills evenly.
final class MinutePace: Sendable {
  private struct Bucket {
    var tokens: Double
    var at: Timestamp?
  }

  private let perMinute: Double?
  private let bucket: Mutex<Bucket>

  /// Takes the limit; `nil` for none.
  init(perMinute: Int?) {
    self.perMinute = perMinute.map(Double.init)
    bucket = Mutex(Bucket(tokens: Double(perMinute ?? 0), at: nil))
  }

  /// Takes some in, all or none; more than a minute's worth are taken once the bucket is full.
  ///
  /// - Returns: seconds until they would be taken, where they are not.
  func refusal(of count: Int = 1, at now: Timestamp) -> Int? {
    guard let perMinute else { return nil }
    return bucket.withLock { bucket in
      let passed = bucket.at.map { max(0, now.milliseconds - $0.milliseconds) } ?? 0
      bucket.at = now
      bucket.tokens = min(perMinute, bucket.tokens + Double(passed) * perMinute / 60_000)
      let needed = min(Double(count), perMinute)
      if bucket.tokens >= needed {
        bucket.tokens -= Double(count)
        return nil
      }
      return max(1, Int(((needed - bucket.tokens) * 60 / perMinute).rounded(.up)))
    }
  }
}
