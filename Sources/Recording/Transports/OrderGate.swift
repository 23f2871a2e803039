package import SeedreamAPI

/// What the end of an order says of the service's load.
package enum OrderVerdict: Hashable, Sendable {
  /// The service answered as it should.
  case answered
  /// The service asked to slow down.
  case rateLimited
  /// The service failed, or nothing came back.
  case trouble
  /// Nothing was sent, or the request itself was refused.
  case neutral

  /// What a failure says.
  package init(_ failure: AttemptFailure) {
    switch failure {
    case .api(let error):
      switch error.category {
      case .rateLimited: self = .rateLimited
      case .unavailable, .server, .malformed: self = .trouble
      case .invalidRequest, .blocked, .unauthorized, .noCredit, .notFound, .quotaExceeded:
        self = .neutral
      }
    case .transport(let failure):
      switch failure.code {
      case .refused, .timedOut, .dropped: self = .trouble
      default: self = .neutral
      }
    }
  }
}

/// The right to have one order under way.
package struct OrderPass: Hashable, Sendable {
  /// How often the limit was cut before the order was sent, which tells one episode from the next.
  package let episode: Int
  /// Whether the limit was used when the order was sent, so that its success is a reason to grow.
  package let isSaturated: Bool

  /// Puts a pass together.
  package init(episode: Int, isSaturated: Bool) {
    self.episode = episode
    self.isSaturated = isSaturated
  }
}

/// Lets orders go out no faster than a run may send them.
///
/// It is asked before anything is set aside or noted as sent, so that an order that waits is neither
/// paid for nor in doubt when the process ends.
package protocol OrderGate: Sendable {
  /// Waits until an order may be sent.
  ///
  /// - Parameter pictures: how many it asks for.
  /// - Throws: ``TransportFailure`` with the code `cancelled` when the run was stopped meanwhile.
  func enter(pictures: Int) async throws(TransportFailure) -> OrderPass

  /// Ends what ``enter(pictures:)`` began.
  func leave(_ pass: OrderPass, _ verdict: OrderVerdict)
}

/// A gate that is always open.
package struct OpenGate: OrderGate {
  /// Makes one.
  package init() {}

  /// Lets everything through.
  package func enter(pictures: Int) async throws(TransportFailure) -> OrderPass {
    OrderPass(episode: 0, isSaturated: false)
  }

  /// Takes no notice.
  package func leave(_ pass: OrderPass, _ verdict: OrderVerdict) {}
}
