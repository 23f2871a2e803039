internal import Canonical
internal import LoopbackServer
internal import SeedreamAPI
internal import Synchronization

/// Says which order meets which fault.
struct FaultBook: Sendable {
  /// Requests whose orders are counted; those beyond count as ordered for the first time.
  static let requestsMax = 1_000_000

  private let rules: [FaultRule]
  private let seed: Int
  private let counts = OrderCounts()

  init(rules: [FaultRule], seed: Int) {
    self.rules = rules
    self.seed = seed
  }

  /// Counts an order and says what goes wrong with it.
  ///
  /// A rule in the request's head goes before one in its prompt, and that before those of the
  /// simulator; of several the first that is met counts.
  ///
  /// - Throws: ``FaultRule/Problem`` for a rule of the request that cannot be read.
  func fault(of order: Order, head: RequestHead) throws(FaultRule.Problem) -> Fault? {
    let number = counts.next(of: order.key)
    var rules: [FaultRule] = []
    for text in head.values(FaultRule.field) { rules.append(try FaultRule(text)) }
    for word in order.request.prompt.split(whereSeparator: \.isWhitespace)
    where word.hasPrefix(FaultRule.promptMark) {
      rules.append(try FaultRule(String(word.dropFirst(FaultRule.promptMark.count))))
    }
    rules += self.rules
    for (index, rule) in rules.enumerated() {
      if let times = rule.times, number >= times { continue }
      guard rule.share < 1 else { return rule.fault }
      if die(of: order.key, number: number, rule: index) < rule.share { return rule.fault }
    }
    return nil
  }

  /// A number from 0 up to 1 that depends on nothing but the seed and the order.
  private func die(of key: RequestKey, number: Int, rule: Int) -> Double {
    let digest = SHA256Digest(hashing: Array("\(seed) \(key) \(number) \(rule)".utf8))
    let value = digest.bytes.prefix(6).reduce(0) { $0 << 8 | Int($1) }
    return Double(value) / Double(1 << 48)
  }
}

/// How often each request was ordered.
private final class OrderCounts: Sendable {
  private let counts = Mutex<[RequestKey: Int]>([:])

  /// The number of this order among those of its request, from 0.
  func next(of key: RequestKey) -> Int {
    counts.withLock { counts in
      guard let count = counts[key] else {
        if counts.count < FaultBook.requestsMax { counts[key] = 1 }
        return 0
      }
      counts[key] = count + 1
      return count
    }
  }
}
