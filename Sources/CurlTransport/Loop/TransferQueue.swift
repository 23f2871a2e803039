internal import CCurl
internal import Synchronization

/// Where tasks leave hops for the thread that carries them out.
///
/// Each continuation that is handed in is resumed exactly once: by the thread that takes it out, or
/// here when the thread has ended.
final class TransferQueue: Sendable {
  /// A hop and who waits for its end.
  struct Submission: Sendable {
    /// A number that no other hop of this queue has.
    let id: UInt64
    /// The hop.
    let hop: Hop
    /// Who waits.
    let continuation: CheckedContinuation<HopEnd, Never>
  }

  /// What the thread finds when it looks.
  struct Batch {
    /// New hops.
    var submissions: [Submission] = []
    /// Hops to give up; some may have ended already.
    var cancellations: [UInt64] = []
    /// Whether the thread shall end.
    var isClosing = false
  }

  private struct State {
    var batch = Batch()
    var isRetired = false
    /// The address of the multi handle while its thread runs, else 0.
    ///
    /// It goes to `curl_multi_wakeup` only, the one function of a handle that libcurl lets any
    /// thread call; the lock makes sure that the handle still exists.
    var multiAddress: UInt = 0

    func wake() {
      guard let multi = unsafe UnsafeMutableRawPointer(bitPattern: multiAddress) else { return }
      // It fails only without memory; the thread then wakes at its next limit.
      _ = unsafe curl_multi_wakeup(multi)
    }
  }

  private let state = Mutex(State())
  private let lastID = Atomic<UInt64>(0)

  /// A new number for a hop.
  func makeID() -> UInt64 { lastID.add(1, ordering: .relaxed).newValue }

  /// Hands a hop in.
  func submit(_ submission: Submission) {
    let isTaken = state.withLock { state in
      guard !state.isRetired, !state.batch.isClosing else { return false }
      state.batch.submissions.append(submission)
      state.wake()
      return true
    }
    if !isTaken {
      submission.continuation.resume(
        returning: .failure(HopFailure(reason: .closed, wasSent: false, detail: "")))
    }
  }

  /// Gives a hop up; does nothing when it has ended already.
  func cancel(_ id: UInt64) {
    state.withLock { state in
      guard !state.isRetired else { return }
      state.batch.cancellations.append(id)
      state.wake()
    }
  }

  /// Asks the thread to end.
  func close() {
    state.withLock { state in
      state.batch.isClosing = true
      state.wake()
    }
  }

  /// Tells which handle to wake; for the thread only.
  func attach(multiAddress: UInt) { state.withLock { $0.multiAddress = multiAddress } }

  /// Takes everything out; for the thread only.
  func take() -> Batch {
    state.withLock { state in
      let batch = state.batch
      state.batch = Batch(isClosing: batch.isClosing)
      return batch
    }
  }

  /// Ends the queue, before the handle goes; for the thread only.
  ///
  /// - Returns: the hops that were not taken out yet.
  func retire() -> [Submission] {
    state.withLock { state in
      state.multiAddress = 0
      state.isRetired = true
      let left = state.batch.submissions
      state.batch = Batch(isClosing: true)
      return left
    }
  }
}
