package import Canonical
internal import Recording
package import SeedreamAPI
internal import Synchronization

/// What a run may spend and has spent; also where it is told to stop.
package final class SpendGuard: Sendable {
  private struct State {
    var spending: Spending
    var reserved = Money.zero
    var stopReason: String?
    var failures: [String] = []
    /// Cases that wait for what others have set aside.
    var waiting: [AsyncStream<Void>.Continuation] = []

    mutating func takeWaiting() -> [AsyncStream<Void>.Continuation] {
      defer { waiting = [] }
      return waiting
    }
  }

  private let state: Mutex<State>
  /// Requests for pictures that may be sent; `nil` without a cap.
  private let requestsMax: Int?
  /// Ends every wait for something that is not sent yet.
  package let signal = StopSignal()

  /// Sets the caps.
  ///
  /// - Parameters:
  ///   - cap: what may be spent at most; `nil` where pictures cost nothing.
  ///   - requestsMax: requests for pictures that may be sent.
  package init(cap: Money?, requestsMax: Int? = nil) {
    state = Mutex(State(spending: Spending(cap: cap)))
    self.requestsMax = requestsMax
  }

  /// What was spent so far.
  package var spending: Spending { state.withLock { $0.spending } }

  /// Why nothing more is sent; `nil` while the run goes on.
  package var stopReason: String? { state.withLock { $0.stopReason } }

  /// Lets nothing more be sent; what is under way is waited for.
  package func stop(_ reason: String) {
    let waiting = state.withLock { state in
      if state.stopReason == nil { state.stopReason = reason }
      return state.takeWaiting()
    }
    for continuation in waiting { continuation.finish() }
    signal.stop()
  }

  /// What went wrong beside the cases, and makes the command fail: each thing once.
  package var failures: [String] { state.withLock { $0.failures } }

  /// Stops the run for something that makes the command fail, whatever its cases say.
  package func fail(_ failure: String) {
    state.withLock { if !$0.failures.contains(failure) { $0.failures.append(failure) } }
    stop(failure)
  }

  /// What a case that wants to spend is told.
  private enum Decision {
    case granted
    case refused(TransportFailure)
    case wait
  }

  /// Sets an amount aside if the cap allows it, and waits for what others may give back before it
  /// refuses.
  fileprivate func reserve(_ amount: Money) async throws(TransportFailure) {
    while true {
      let (stream, continuation) = AsyncStream.makeStream(of: Void.self)
      let decision = state.withLock { state in
        let decision = decide(amount, &state)
        // Noted under the lock, so that nothing is given back unseen.
        if case .wait = decision { state.waiting.append(continuation) }
        return decision
      }
      switch decision {
      case .granted: return
      case .refused(let failure): throw failure
      case .wait: for await _ in stream {}
      }
    }
  }

  private func decide(_ amount: Money, _ state: inout State) -> Decision {
    if let reason = state.stopReason {
      return .refused(
        TransportFailure(.cancelled, .beforeSending, "the run was stopped: \(reason)"))
    }
    if let requestsMax, state.spending.requests >= requestsMax {
      return .refused(
        TransportFailure(
          .overBudget, .beforeSending,
          "\(Count.of(requestsMax, "request")) \(requestsMax == 1 ? "was" : "were") sent, as many "
            + "as the limit max_requests allows"))
    }
    // What may have been billed counts as spent: the cap is what the owner of the money agreed to.
    let gone = state.spending.spent + state.spending.possiblyBilled
    if let cap = state.spending.cap, gone + state.reserved + amount > cap {
      if state.reserved > .zero, gone + amount <= cap, !Task.isCancelled { return .wait }
      return .refused(
        TransportFailure(
          .overBudget, .beforeSending,
          "\(gone + state.reserved) of the cap of \(cap) are spent or set aside; this needs "
            + "\(amount) more"))
    }
    state.reserved += amount
    state.spending.requests += 1
    return .granted
  }

  fileprivate func finish(_ reserved: Money, spent: Money, possiblyBilled: Money, sent: Bool) {
    let waiting = state.withLock { state in
      state.reserved -= reserved
      state.spending.spent += spent
      state.spending.possiblyBilled += possiblyBilled
      if !sent { state.spending.requests -= 1 }
      return state.takeWaiting()
    }
    for continuation in waiting { continuation.finish() }
  }
}

/// The spending of one case.
package final class CaseMeter: SpendingMeter {
  private struct State {
    var reserved: Money?
    var spent = Money.zero
    var possiblyBilled = Money.zero
    var earlier = Money.zero
  }

  private let guardian: SpendGuard
  private let state = Mutex(State())

  /// Starts a case of a run.
  package init(_ guardian: SpendGuard) { self.guardian = guardian }

  /// What the case did cost.
  package var spent: Money { state.withLock { $0.spent } }

  /// What the case may have cost beside that.
  package var possiblyBilled: Money { state.withLock { $0.possiblyBilled } }

  /// What the service billed for an order of an earlier run: money that was agreed to there.
  package var earlier: Money { state.withLock { $0.earlier } }

  /// Sets an amount aside if the cap allows it; waits for what others may give back.
  package func reserve(_ amount: Money) async throws(TransportFailure) {
    try await guardian.reserve(amount)
    state.withLock { $0.reserved = ($0.reserved ?? .zero) + amount }
  }

  /// Books what an answer did cost.
  package func settle(_ cost: Money) { finish(spent: cost, possiblyBilled: .zero, sent: true) }

  /// Gives back what was set aside.
  package func release() { finish(spent: .zero, possiblyBilled: .zero, sent: false) }

  /// Books what was set aside as possibly billed.
  package func doubt() {
    let reserved = state.withLock { $0.reserved } ?? .zero
    finish(spent: .zero, possiblyBilled: reserved, sent: true)
  }

  /// Ends the case: what is still set aside belongs to a task whose end was not seen.
  package func close() {
    if state.withLock({ $0.reserved }) != nil { doubt() }
  }

  private func finish(spent: Money, possiblyBilled: Money, sent: Bool) {
    let reserved = state.withLock { state -> Money? in
      // A task that was ordered by an earlier run was set aside there.
      guard let reserved = state.reserved else {
        state.earlier += spent
        return nil
      }
      state.reserved = nil
      state.spent += spent
      state.possiblyBilled += possiblyBilled
      return reserved
    }
    guard let reserved else { return }
    guardian.finish(reserved, spent: spent, possiblyBilled: possiblyBilled, sent: sent)
  }
}
