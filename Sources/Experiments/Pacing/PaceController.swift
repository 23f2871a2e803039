package import Recording

/// How many orders may be under way at once: a state machine that is told what happens, and when.
///
/// It starts low and grows with each answer until the service asks to slow down for the first time,
/// and by one a round afterwards. It is cut once an episode: orders that were sent before a cut, and
/// those that are refused while it cools down, are part of the same one. It grows only by orders that
/// were sent while the limit was used, and not for a while after the service has failed. What a single
/// request was asked to wait is no matter of the controller's.
package struct PaceController: Hashable, Sendable {
  /// Its figures.
  package struct Terms: Hashable, Sendable {
    /// The highest limit.
    package var limitMax: Int
    /// The limit to start with.
    package var limitStart: Int
    /// What a cut leaves of the limit.
    package var cutFactor = 0.7
    /// How long after a cut nothing is cut and nothing grows.
    package var coolDown = Duration.seconds(15)
    /// How long after a failure of the service nothing grows.
    package var troublePause = Duration.seconds(15)
    /// The share of the limit that must be under way for it to count as used.
    package var saturation = 0.8

    /// Puts figures together.
    ///
    /// - Parameters:
    ///   - limitMax: the highest limit.
    ///   - limitStart: the limit to start with; not above the highest.
    package init(limitMax: Int, limitStart: Int) {
      precondition(limitMax > 0, "a limit is positive (was \(limitMax))")
      precondition(limitStart > 0, "a limit is positive (was \(limitStart))")
      self.limitMax = limitMax
      self.limitStart = min(limitStart, limitMax)
    }
  }

  /// Its figures.
  package let terms: Terms
  /// How many orders may be under way.
  package private(set) var limit: Int
  /// How many have been let in and not left.
  package private(set) var inside = 0
  /// How many of these were sent.
  package private(set) var underWay = 0
  /// How often the limit was cut.
  package private(set) var cuts = 0
  /// Whether nothing was cut yet.
  package private(set) var isSlowStart = true

  private var credits = 0
  private var lastCut: Duration?
  private var lastTrouble: Duration?

  /// Starts with the lowest limit.
  package init(_ terms: Terms) {
    self.terms = terms
    limit = terms.limitStart
  }

  /// Whether one more may be let in.
  package var hasRoom: Bool { inside < limit }

  /// Lets one in, which is to be sent soon.
  package mutating func admit() {
    precondition(hasRoom, "an order is admitted only where there is room")
    inside += 1
  }

  /// Notes that one that was let in is sent now.
  package mutating func send() -> OrderPass {
    precondition(underWay < inside, "an order is admitted before it is sent")
    underWay += 1
    return OrderPass(
      episode: cuts, isSaturated: Double(underWay) >= Double(limit) * terms.saturation)
  }

  /// Notes that one that was let in is not sent after all.
  package mutating func withdraw() {
    precondition(underWay < inside, "an order is admitted before it is withdrawn")
    inside -= 1
  }

  /// Notes the end of one that was sent.
  ///
  /// - Parameter now: the time since any fixed moment, by a clock that never goes back.
  package mutating func end(_ pass: OrderPass, _ verdict: OrderVerdict, at now: Duration) {
    precondition(underWay > 0, "an order is sent before it ends")
    underWay -= 1
    inside -= 1
    switch verdict {
    case .neutral: break
    case .trouble: lastTrouble = now
    case .rateLimited: cut(pass, now)
    case .answered: grow(pass, now)
    }
  }

  private mutating func cut(_ pass: OrderPass, _ now: Duration) {
    guard pass.episode == cuts, !isWithin(terms.coolDown, of: lastCut, now) else { return }
    limit = max(1, min(limit - 1, Int(Double(limit) * terms.cutFactor)))
    cuts += 1
    credits = 0
    isSlowStart = false
    lastCut = now
  }

  private mutating func grow(_ pass: OrderPass, _ now: Duration) {
    guard limit < terms.limitMax, pass.isSaturated, pass.episode == cuts,
      !isWithin(terms.coolDown, of: lastCut, now),
      !isWithin(terms.troublePause, of: lastTrouble, now)
    else { return }
    credits += 1
    guard isSlowStart || credits >= limit else { return }
    limit += 1
    credits = 0
  }

  private func isWithin(_ span: Duration, of moment: Duration?, _ now: Duration) -> Bool {
    moment.map { now - $0 < span } ?? false
  }
}
