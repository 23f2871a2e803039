internal import CCurl
internal import Glibc

/// The work of the one thread that drives libcurl.
///
/// It is made on its thread and never leaves it; the rest of the program talks to it through the
/// ``TransferQueue`` alone.
@safe final class TransferLoop {
  /// The most connections kept open for later requests.
  static let keptConnectionsMax = 256
  /// The longest sleep when nothing is due.
  static let sleepMax = Duration.seconds(60)

  private let multi: UnsafeMutableRawPointer
  private let queue: TransferQueue
  private var transfers: [UInt64: Transfer] = [:]
  /// No limit of time is reached before it, so that wakes need not look at every transfer.
  private var nextCheck: ContinuousClock.Instant?

  /// Starts a thread that serves a queue until that is closed.
  ///
  /// - Throws: the error number of `pthread_create`.
  static func startThread(serving queue: TransferQueue) throws(StartFailure) -> pthread_t {
    let context = unsafe Unmanaged.passRetained(queue)
    var thread = pthread_t()
    let result = unsafe pthread_create(&thread, nil, serve, context.toOpaque())
    guard result == 0 else {
      unsafe context.release()
      throw StartFailure(errorNumber: result)
    }
    return thread
  }

  /// The thread could not be started.
  struct StartFailure: Error {
    /// The system's reason.
    let errorNumber: Int32
  }

  /// Gives `nil` when libcurl has no memory.
  fileprivate init?(_ queue: TransferQueue) {
    guard Self.isGloballyReady, let multi = unsafe curl_multi_init() else { return nil }
    unsafe self.multi = multi
    self.queue = queue
    // Refused only for unknown options; the default would do.
    _ = unsafe ccurl_multi_set_long(multi, CURLMOPT_MAXCONNECTS, Self.keptConnectionsMax)
    queue.attach(multiAddress: UInt(bitPattern: multi))
  }

  /// libcurl's global state, set up once; safe on any thread since 7.84.
  private static let isGloballyReady = ccurl_global_init() == CURLE_OK

  /// Serves the queue until it is closed, then gives up what is left.
  fileprivate func run() {
    while true {
      let batch = queue.take()
      batch.submissions.forEach(add)
      batch.cancellations.forEach { remove($0, reason: .cancelled) }
      if batch.isClosing { break }
      var runningCount: Int32 = 0
      guard unsafe curl_multi_perform(multi, &runningCount) == CURLM_OK else { break }
      finishEnded()
      checkLimits()
      var eventCount: Int32 = 0
      let sleep = unsafe curl_multi_poll(multi, nil, 0, sleepMilliseconds(), &eventCount)
      guard sleep == CURLM_OK else { break }
    }
    let left = queue.retire()
    for submission in left {
      submission.continuation.resume(
        returning: .failure(HopFailure(reason: .closed, wasSent: false, detail: "")))
    }
    for id in Array(transfers.keys) { remove(id, reason: .closed) }
    unsafe curl_multi_cleanup(multi)
  }

  private func add(_ submission: TransferQueue.Submission) {
    guard let transfer = Transfer(submission) else { return }
    let result = unsafe curl_multi_add_handle(multi, transfer.easy)
    guard result == CURLM_OK else {
      transfer.finish(.failure(transfer.failure(.notStarted)))
      return
    }
    transfers[transfer.id] = transfer
    let due = min(transfer.hop.deadline, transfer.start + transfer.hop.idle)
    nextCheck = nextCheck.map { min($0, due) } ?? due
  }

  private func remove(_ id: UInt64, reason: HopFailure.Reason) {
    guard let transfer = transfers.removeValue(forKey: id) else { return }
    unsafe curl_multi_remove_handle(multi, transfer.easy)
    transfer.finish(.failure(transfer.failure(reason)))
  }

  /// Tells those whose transfers libcurl has ended.
  private func finishEnded() {
    var leftCount: Int32 = 0
    while let message = unsafe curl_multi_info_read(multi, &leftCount) {
      guard unsafe message.pointee.msg == CURLMSG_DONE else { continue }
      // The message is gone once the handle is removed.
      let result = unsafe message.pointee.data.result
      var context: UnsafeMutableRawPointer?
      guard unsafe ccurl_get_private(message.pointee.easy_handle, &context) == CURLE_OK,
        let context = unsafe context
      else { continue }
      let transfer = unsafe Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
      transfers[transfer.id] = nil
      unsafe curl_multi_remove_handle(multi, transfer.easy)
      transfer.finish(transfer.end(result))
    }
  }

  /// Gives up the transfers that have reached a limit of time.
  private func checkLimits() {
    let now = ContinuousClock.now
    guard let check = nextCheck, now >= check else { return }
    nextCheck = nil
    for transfer in Array(transfers.values) {
      let idleAt = (transfer.wasSent ? transfer.lastActivity : now) + transfer.hop.idle
      if now >= transfer.hop.deadline {
        remove(transfer.id, reason: .total)
      } else if transfer.wasSent, now >= idleAt {
        remove(transfer.id, reason: .idle)
      } else {
        let due = min(transfer.hop.deadline, idleAt)
        nextCheck = nextCheck.map { min($0, due) } ?? due
      }
    }
  }

  private func sleepMilliseconds() -> Int32 {
    guard let nextCheck else { return Int32(Self.sleepMax / .milliseconds(1)) }
    let left = min(nextCheck - .now, Self.sleepMax)
    // Rounded up, for waking early would only mean waking twice.
    return left <= .zero ? 0 : Int32(left / .milliseconds(1)) + 1
  }
}

/// The thread's function; the context holds a reference to the queue.
private func serve(context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  guard let context = unsafe context else { return nil }
  let queue = unsafe Unmanaged<TransferQueue>.fromOpaque(context).takeRetainedValue()
  // Signals belong to the main thread; a broken pipe shows as an error here.
  var signals = sigset_t()
  unsafe sigfillset(&signals)
  unsafe pthread_sigmask(SIG_BLOCK, &signals, nil)
  guard let loop = TransferLoop(queue) else {
    for submission in queue.retire() {
      submission.continuation.resume(
        returning: .failure(HopFailure(reason: .notStarted, wasSent: false, detail: "no memory")))
    }
    return nil
  }
  loop.run()
  return nil
}
