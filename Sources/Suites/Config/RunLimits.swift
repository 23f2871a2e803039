package import Canonical

/// A value of a file with its place.
package struct Placed<Value: Hashable & Sendable>: Hashable, Sendable {
  /// The value.
  package let value: Value
  /// Where the file states it.
  package let location: SourceLocation

  /// Puts a value together with its place.
  package init(_ value: Value, at location: SourceLocation) {
    self.value = value
    self.location = location
  }
}

/// What a run may take and spend, as far as a file says.
package struct RunLimits: Hashable, Sendable {
  /// How many cases run at once.
  package var concurrency: Placed<Int>?
  /// What the run may spend at most.
  package var maxCost: Placed<Money>?
  /// How many requests for pictures the run may send.
  package var maxRequests: Placed<Int>?
  /// The longest time that one request may take.
  package var requestTimeout: Placed<Duration>?
  /// How many orders may be under way when the run starts.
  package var startConcurrency: Placed<Int>?
  /// How many orders a minute may have.
  package var requestsPerMinute: Placed<Int>?
  /// How many pictures may be ordered within a minute.
  package var imagesPerMinute: Placed<Int>?
  /// How often an order is tried in all.
  package var maxAttempts: Placed<Int>?
  /// The longest wait before an order is tried again.
  package var maxWait: Placed<Duration>?
  /// How long a task is asked after before giving up.
  package var taskTimeout: Placed<Duration>?
  /// How many cases may fail before the run ends.
  package var maxFailures: Placed<Int>?
  /// Whether an order that may have been billed is repeated once.
  package var repeatPossiblyBilled: Placed<Bool>?

  /// The numbers of cases that may run at once.
  package static let concurrencyRange = 1...1_000
  /// The numbers of requests that may be allowed.
  package static let requestsRange = 0...1_000_000_000
  /// The numbers of orders or pictures that a minute may have.
  package static let perMinuteRange = 1...1_000_000
  /// The numbers of attempts that may be allowed.
  package static let attemptsRange = 1...100
  /// The numbers of failures that may end a run.
  package static let failuresRange = 1...1_000_000_000
  /// The waits that may be allowed.
  package static let waitRange: ClosedRange<Duration> =
    Duration.milliseconds(1)...Duration.seconds(86_400)
  /// The times that one request may be allowed.
  package static let timeoutRange: ClosedRange<Duration> =
    Duration.seconds(1)...Duration.seconds(86_400)
  /// What an amount of money must look like, for messages.
  package static let moneyExpectation = "dollars like 5 or 0.25, at most 1,000,000"

  /// States nothing.
  package init() {}

  /// The limits of a run of several suites: of each limit the smallest that one of them states.
  ///
  /// A limit protects something that the suites share: the service, the purse. Adding up what each
  /// may spend would let the first suite spend the share of all others.
  package static func smallest(of suites: [RunLimits]) -> RunLimits {
    var limits = RunLimits()
    limits.concurrency = smallest(suites.compactMap(\.concurrency))
    limits.maxCost = smallest(suites.compactMap(\.maxCost))
    limits.maxRequests = smallest(suites.compactMap(\.maxRequests))
    limits.requestTimeout = smallest(suites.compactMap(\.requestTimeout))
    limits.startConcurrency = smallest(suites.compactMap(\.startConcurrency))
    limits.requestsPerMinute = smallest(suites.compactMap(\.requestsPerMinute))
    limits.imagesPerMinute = smallest(suites.compactMap(\.imagesPerMinute))
    limits.maxAttempts = smallest(suites.compactMap(\.maxAttempts))
    limits.maxWait = smallest(suites.compactMap(\.maxWait))
    limits.taskTimeout = smallest(suites.compactMap(\.taskTimeout))
    limits.maxFailures = smallest(suites.compactMap(\.maxFailures))
    limits.repeatPossiblyBilled = allowed(suites.map(\.repeatPossiblyBilled))
    return limits
  }

  /// What may cost twice is allowed only where every suite allows it.
  private static func allowed(_ stated: [Placed<Bool>?]) -> Placed<Bool>? {
    let said = stated.compactMap(\.self)
    return said.first { !$0.value } ?? (said.count == stated.count ? said.first : nil)
  }

  private static func smallest<Value: Comparable>(_ stated: [Placed<Value>]) -> Placed<Value>? {
    stated.min { $0.value < $1.value }
  }
}

extension NodeReader {
  /// Names in `limits` of every file.
  static var runLimitNames: [String] {
    [
      "concurrency", "max_cost", "max_requests", "request_timeout", "start_concurrency",
      "requests_per_minute", "images_per_minute", "max_attempts", "max_wait", "task_timeout",
      "max_failures", "repeat_possibly_billed",
    ]
  }

  /// The section `limits` of a suite.
  mutating func runLimits(_ node: YAMLNode) -> RunLimits {
    var limits = RunLimits()
    for member in mapping(node, of: "'limits'") ?? [] where !read(member, into: &limits) {
      unknown("limit", member.key, at: member.keyPlace, among: Self.runLimitNames)
    }
    return limits
  }

  /// Reads one limit.
  ///
  /// - Returns: whether the name is that of one.
  mutating func read(_ member: YAMLNode.Member, into limits: inout RunLimits) -> Bool {
    let name = "'\(member.key)'"
    let location = member.value.place.location(in: path)
    switch member.key {
    case "concurrency":
      limits.concurrency = wholeNumber(member.value, of: name, in: RunLimits.concurrencyRange)
        .map { Placed($0, at: location) }
    case "max_cost":
      limits.maxCost = money(member.value, of: name).map { Placed($0, at: location) }
    case "max_requests":
      limits.maxRequests = wholeNumber(member.value, of: name, in: RunLimits.requestsRange)
        .map { Placed($0, at: location) }
    case "request_timeout":
      limits.requestTimeout = time(member.value, of: name, in: RunLimits.timeoutRange)
        .map { Placed($0, at: location) }
    default: return readPace(member, into: &limits)
    }
    return true
  }

  /// Reads one limit of how fast and how often requests are sent.
  ///
  /// - Returns: whether the name is that of one.
  private mutating func readPace(
    _ member: YAMLNode.Member, into limits: inout RunLimits
  ) -> Bool {
    let name = "'\(member.key)'"
    let location = member.value.place.location(in: path)
    switch member.key {
    case "start_concurrency":
      limits.startConcurrency = wholeNumber(
        member.value, of: name, in: RunLimits.concurrencyRange
      ).map { Placed($0, at: location) }
    case "requests_per_minute":
      limits.requestsPerMinute = wholeNumber(member.value, of: name, in: RunLimits.perMinuteRange)
        .map { Placed($0, at: location) }
    case "images_per_minute":
      limits.imagesPerMinute = wholeNumber(member.value, of: name, in: RunLimits.perMinuteRange)
        .map { Placed($0, at: location) }
    case "max_attempts":
      limits.maxAttempts = wholeNumber(member.value, of: name, in: RunLimits.attemptsRange)
        .map { Placed($0, at: location) }
    case "max_wait":
      limits.maxWait = time(member.value, of: name, in: RunLimits.waitRange)
        .map { Placed($0, at: location) }
    case "task_timeout":
      limits.taskTimeout = time(member.value, of: name, in: RunLimits.timeoutRange)
        .map { Placed($0, at: location) }
    case "max_failures":
      limits.maxFailures = wholeNumber(member.value, of: name, in: RunLimits.failuresRange)
        .map { Placed($0, at: location) }
    case "repeat_possibly_billed":
      limits.repeatPossiblyBilled = boolean(member.value, of: name)
        .map { Placed($0, at: location) }
    default: return false
    }
    return true
  }
}
