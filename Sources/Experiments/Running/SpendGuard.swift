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
    state.withLock { if $0.stopReason == nil { $0.stopReason = reason } }
    signal.stop()
  }

  /// What went wrong beside the cases, and makes the command fail: each thing once.
  package var failures: [String] { state.withLock { $0.failures } }

  /// Stops the run for something that makes the command fail, whatever its cases say.
  package func fail(_ failure: String) {
    state.withLock { if !$0.failures.contains(failure) { $0.failures.append(failure) } }
    stop(failure)
  }

  /// Sets an amount aside if the cap allows it.
  fileprivate func reserve(_ amount: Money) throws(TransportFailure) {
    let refusal = state.withLock { state -> TransportFailure? in
      if let reason = state.stopReason {
        return TransportFailure(.cancelled, .beforeSending, "the run was stopped: \(reason)")
      }
      if let requestsMax, state.spending.requests >= requestsMax {
        return TransportFailure(
          .overBudget, .beforeSending,
          "\(Count.of(requestsMax, "request")) \(requestsMax == 1 ? "was" : "were") sent, as many "
            + "as the limit max_requests allows")
      }
      // What may have been billed counts as spent: the cap is what the owner of the money agreed to.
      let committed = state.spending.spent + state.spending.possiblyBilled + state.reserved
      if let cap = state.spending.cap, committed + amount > cap {
        return TransportFailure(
          .overBudget, .beforeSending,
          "\(committed) of the cap of \(cap) are spent or set aside; this needs \(amount) more")
      }
      state.reserved += amount
      state.spending.requests += 1
      return nil
    }
    if let refusal { throw refusal }
  }

  fileprivate func finish(_ reserved: Money, spent: Money, possiblyBilled: Money, sent: Bool) {
    state.withLock { state in
      state.reserved -= reserved
      state.spending.spent += spent
      state.spending.possiblyBilled += possiblyBilled
      if !sent { state.spending.requests -= 1 }
    }
  }
}

/// The spending of one case.
package final class CaseMeter: SpendingMeter {
  private struct State {
    var reserved: Money?
    var spent = Money.zero
    var possiblyBilled = Money.zero
  }

  private let guardian: SpendGuard
  private let state = Mutex(State())

  /// Starts a case of a run.
  package init(_ guardian: SpendGuard) { self.guardian = guardian }

  /// What the case did cost.
  package var spent: Money { state.withLock { $0.spent } }

  /// What the case may have cost beside that.
  package var possiblyBilled: Money { state.withLock { $0.possiblyBilled } }

  /// Sets an amount aside if the cap allows it.
  package func reserve(_ amount: Money) throws(TransportFailure) {
    try guardian.reserve(amount)
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
      let reserved = state.reserved
      state.reserved = nil
      state.spent += spent
      state.possiblyBilled += possiblyBilled
      return reserved
    }
    // A task's price that is learnt in a later run was set aside in the earlier one.
    guardian.finish(
      reserved ?? .zero, spent: spent, possiblyBilled: possiblyBilled,
      sent: sent || reserved == nil)
  }
}
