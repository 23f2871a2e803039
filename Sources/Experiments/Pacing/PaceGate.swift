package import Recording
package import SeedreamAPI
internal import Synchronization

/// How fast a run may send orders.
package struct Pace: Hashable, Sendable {
  /// How many orders may be under way.
  package var concurrency: PaceController.Terms
  /// Orders a minute; `nil` for no limit.
  package var requestsPerMinute: Int?
  /// Pictures a minute that are asked for; `nil` for no limit.
  package var imagesPerMinute: Int?

  /// Puts a pace together.
  package init(
    concurrency: PaceController.Terms, requestsPerMinute: Int? = nil, imagesPerMinute: Int? = nil
  ) {
    self.concurrency = concurrency
    self.requestsPerMinute = requestsPerMinute
    self.imagesPerMinute = imagesPerMinute
  }
}

/// Holds the orders of a run to its pace, in the order in which they come.
package final class PaceGate: OrderGate {
  private struct State {
    var controller: PaceController
    var requests: RateBucket?
    var images: RateBucket?
    var nextNumber = 0
    /// Who waits for room, by a number that grows.
    var waiting: [(number: Int, continuation: AsyncStream<Void>.Continuation)] = []
    /// Those of them that were let in and have not woken up yet.
    var admitted: Set<Int> = []
  }

  private let state: Mutex<State>
  private let signal: StopSignal
  private let sleeper: StoppableSleeper
  private let now: @Sendable () -> Duration

  /// Puts a gate together.
  ///
  /// - Parameters:
  ///   - pace: how fast orders may go out.
  ///   - signal: ends every wait.
  ///   - sleeper: what waits.
  ///   - now: the time since any fixed moment, by a clock that never goes back.
  package init(
    _ pace: Pace, signal: StopSignal, sleeper: any Sleeper,
    now: @escaping @Sendable () -> Duration
  ) {
    state = Mutex(
      State(
        controller: PaceController(pace.concurrency),
        requests: pace.requestsPerMinute.map { RateBucket(perMinute: $0) },
        images: pace.imagesPerMinute.map { RateBucket(perMinute: $0) }))
    self.signal = signal
    self.sleeper = StoppableSleeper(sleeper, signal)
    self.now = now
  }

  /// How many orders may be under way now.
  package var limit: Int { state.withLock { $0.controller.limit } }

  /// Waits for room, and then for the minute's share.
  package func enter(pictures: Int) async throws(TransportFailure) -> OrderPass {
    guard !signal.isStopped, await waitForRoom() else { throw Self.stopped }
    let wait = state.withLock { state in
      let now = now()
      return max(
        state.requests?.take(1, at: now) ?? .zero, state.images?.take(pictures, at: now) ?? .zero)
    }
    if wait > .zero {
      do {
        try await sleeper.sleep(for: wait)
      } catch {
        withdraw()
        throw Self.stopped
      }
    }
    return state.withLock { $0.controller.send() }
  }

  /// Notes how an order ended, and lets those in that there is room for now.
  package func leave(_ pass: OrderPass, _ verdict: OrderVerdict) {
    state.withLock { state in
      state.controller.end(pass, verdict, at: now())
      Self.admit(&state)
    }
  }

  private static let stopped = TransportFailure(
    .cancelled, .beforeSending, "the run was stopped before this was sent")

  /// - Returns: whether there is room; `false` when the run was stopped or the task cancelled.
  private func waitForRoom() async -> Bool {
    let (stream, continuation) = AsyncStream.makeStream(of: Void.self)
    let number = state.withLock { state -> Int? in
      if state.waiting.isEmpty, state.controller.hasRoom {
        state.controller.admit()
        return nil
      }
      state.nextNumber += 1
      state.waiting.append((state.nextNumber, continuation))
      return state.nextNumber
    }
    guard let number else { return true }
    await withTaskGroup(of: Void.self) { group in
      group.addTask { for await _ in stream {} }
      group.addTask { await self.signal.wait() }
      await group.next()
      group.cancelAll()
    }
    let isAdmitted = state.withLock { state in
      state.waiting.removeAll { $0.number == number }
      return state.admitted.remove(number) != nil
    }
    guard isAdmitted else { return false }
    guard !signal.isStopped, !Task.isCancelled else {
      withdraw()
      return false
    }
    return true
  }

  private func withdraw() {
    state.withLock { state in
      state.controller.withdraw()
      Self.admit(&state)
    }
  }

  private static func admit(_ state: inout State) {
    while state.controller.hasRoom, !state.waiting.isEmpty {
      let next = state.waiting.removeFirst()
      state.controller.admit()
      state.admitted.insert(next.number)
      next.continuation.finish()
    }
  }
}
