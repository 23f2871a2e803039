import Experiments
import Recording
import SeedreamAPI
import Synchronization
import Testing

/// Waits until it is told to stop, and remembers how long it should have waited.
private final class Patience: Sleeper {
  let waits = Mutex<[Duration]>([])
  private let isEndless: Bool

  init(isEndless: Bool = false) { self.isEndless = isEndless }

  func sleep(for duration: Duration) async throws {
    waits.withLock { $0.append(duration) }
    while isEndless {
      try Task.checkCancellation()
      await Task.yield()
    }
  }
}

/// How many are at work, and how many were at most.
private final class Headcount: Sendable {
  private let counts = Mutex((now: 0, peak: 0))

  var now: Int { counts.withLock { $0.now } }
  var peak: Int { counts.withLock { $0.peak } }

  func enter() { counts.withLock { $0 = ($0.now + 1, max($0.peak, $0.now + 1)) } }
  func leave() { counts.withLock { $0.now -= 1 } }
}

struct PaceGateTests {
  private func gate(
    max: Int, start: Int = 1, requests: Int? = nil, images: Int? = nil,
    signal: StopSignal = StopSignal(), sleeper: any Sleeper = NoWait()
  ) -> PaceGate {
    PaceGate(
      Pace(
        concurrency: PaceController.Terms(limitMax: max, limitStart: start),
        requestsPerMinute: requests, imagesPerMinute: images),
      signal: signal, sleeper: sleeper, now: { .zero })
  }

  private static func isStopped(
    _ body: () async throws(TransportFailure) -> OrderPass
  ) async -> Bool {
    do {
      _ = try await body()
      return false
    } catch {
      #expect(error.code == .cancelled && error.phase == .beforeSending)
      return true
    }
  }

  @Test(arguments: [1, 3, 8])
  func `No more are under way than the limit says, and all get through`(limit: Int) async throws {
    let gate = gate(max: limit, start: limit)
    let running = Headcount()
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<200 {
        group.addTask { @concurrent in
          let pass = try await gate.enter(pictures: 1)
          running.enter()
          for _ in 0..<Int.random(in: 0...5) { await Task.yield() }
          running.leave()
          gate.leave(pass, .answered)
        }
      }
      try await group.waitForAll()
    }
    #expect(running.peak <= limit)
    #expect(running.now == 0)
  }

  @Test func `The limit can be read, and is raised by answers`() async throws {
    let gate = gate(max: 3)
    #expect(gate.limit == 1)
    for expected in [2, 2, 2] {
      gate.leave(try await gate.enter(pictures: 1), .answered)
      #expect(gate.limit == expected)
    }
    let first = try await gate.enter(pictures: 1)
    let second = try await gate.enter(pictures: 1)
    gate.leave(second, .answered)
    gate.leave(first, .rateLimited)
    #expect(gate.limit == 2)
  }

  @Test func `A stop ends the wait for room`() async throws {
    let signal = StopSignal()
    let gate = gate(max: 1, signal: signal)
    let pass = try await gate.enter(pictures: 1)
    await withTaskGroup(of: Bool.self) { group in
      for _ in 0..<20 {
        group.addTask {
          await Self.isStopped { () throws(TransportFailure) in try await gate.enter(pictures: 1) }
        }
      }
      group.addTask {
        for _ in 0..<100 { await Task.yield() }
        signal.stop()
        return true
      }
      for await isStopped in group { #expect(isStopped) }
    }
    gate.leave(pass, .answered)
    #expect(
      await Self.isStopped { () throws(TransportFailure) in try await gate.enter(pictures: 1) })
  }

  @Test func `A cancelled task gives its place to the next`() async throws {
    let gate = gate(max: 1)
    let pass = try await gate.enter(pictures: 1)
    let waiting = Task {
      await Self.isStopped { () throws(TransportFailure) in try await gate.enter(pictures: 1) }
    }
    for _ in 0..<50 { await Task.yield() }
    waiting.cancel()
    #expect(await waiting.value)
    gate.leave(pass, .answered)
    gate.leave(try await gate.enter(pictures: 1), .answered)
  }

  @Test func `The minute's share is waited for, of requests and of pictures`() async throws {
    let patience = Patience()
    let gate = gate(max: 100, start: 100, requests: 10, images: 6, sleeper: patience)
    for _ in 0..<3 { _ = try await gate.enter(pictures: 2) }
    // Requests have to wait 6 s each after the first, pictures 10 s each after the first.
    #expect(patience.waits.withLock { $0 } == [.seconds(10), .seconds(30), .seconds(50)])
  }

  @Test func `A stop ends the wait for the minute's share, and leaves the place`() async throws {
    let signal = StopSignal()
    let patience = Patience(isEndless: true)
    let gate = gate(max: 1, requests: 1, signal: signal, sleeper: patience)
    gate.leave(try await gate.enter(pictures: 1), .answered)
    await withTaskGroup(of: Bool.self) { group in
      group.addTask {
        await Self.isStopped { () throws(TransportFailure) in try await gate.enter(pictures: 1) }
      }
      group.addTask {
        while patience.waits.withLock({ $0.isEmpty }) { await Task.yield() }
        signal.stop()
        return true
      }
      for await isStopped in group { #expect(isStopped) }
    }
  }

  @Test func `A sleeper that is stopped throws, before and during a wait`() async {
    let signal = StopSignal()
    let sleeper = StoppableSleeper(Patience(isEndless: true), signal)
    let wait = Task { try await sleeper.sleep(for: .seconds(60)) }
    for _ in 0..<50 { await Task.yield() }
    signal.stop()
    signal.stop()
    await #expect(throws: CancellationError.self) { try await wait.value }
    await #expect(throws: CancellationError.self) { try await sleeper.sleep(for: .seconds(60)) }
    #expect(signal.isStopped)
  }

  @Test func `A sleeper that is not stopped waits as long as it is told`() async throws {
    let patience = Patience()
    try await StoppableSleeper(patience, StopSignal()).sleep(for: .seconds(7))
    #expect(patience.waits.withLock { $0 } == [.seconds(7)])
  }
}
