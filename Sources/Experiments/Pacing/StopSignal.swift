package import SeedreamAPI
internal import Synchronization

/// Tells those who wait that a run was stopped.
package final class StopSignal: Sendable {
  private struct State {
    var isStopped = false
    var nextNumber = 0
    var waiting: [Int: AsyncStream<Void>.Continuation] = [:]
  }

  private let state = Mutex(State())

  /// Makes one that was not given.
  package init() {}

  /// Whether it was given.
  package var isStopped: Bool { state.withLock { $0.isStopped } }

  /// Gives it; doing so twice has the effect of once.
  package func stop() {
    let waiting = state.withLock { state in
      state.isStopped = true
      defer { state.waiting = [:] }
      return state.waiting.values
    }
    for continuation in waiting { continuation.finish() }
  }

  /// Returns when it was given, or when the task is cancelled.
  package func wait() async {
    let (stream, continuation) = AsyncStream.makeStream(of: Void.self)
    let number = state.withLock { state -> Int? in
      guard !state.isStopped else { return nil }
      state.nextNumber += 1
      state.waiting[state.nextNumber] = continuation
      return state.nextNumber
    }
    guard let number else { return }
    for await _ in stream {}
    state.withLock { $0.waiting[number] = nil }
  }
}

/// Waits no longer than until a run is stopped.
package struct StoppableSleeper: Sleeper {
  private let base: any Sleeper
  private let signal: StopSignal

  /// Takes what waits otherwise, and what ends the wait.
  package init(_ base: any Sleeper, _ signal: StopSignal) {
    self.base = base
    self.signal = signal
  }

  /// Waits, or throws `CancellationError` once the run is stopped or the task is cancelled.
  package func sleep(for duration: Duration) async throws {
    guard !signal.isStopped else { throw CancellationError() }
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await base.sleep(for: duration) }
      group.addTask {
        await signal.wait()
        throw CancellationError()
      }
      defer { group.cancelAll() }
      try await group.next()
    }
  }
}
