internal import Experiments
internal import Synchronization

/// Counts interrupts: the first stops sending, a later one ends the process at once.
///
/// Those that follow the first closely are the same wish: `timeout` signals a program and then its group, and a
/// terminal that is closed may send several. Ending at once leaves orders without the answer that is paid for.
final class InterruptCounter: Sendable {
  /// How close to the first a signal is still the same wish.
  static let togetherMax = Duration.seconds(1)

  private let first = Mutex<Duration?>(nil)
  private let guardian: SpendGuard?
  /// How what is stopped goes on.
  private let goingOn: String
  private let say: @Sendable (String) -> Void
  private let uptime: @Sendable () -> Duration
  private let end: @Sendable () -> Void

  /// - Parameters:
  ///   - guardian: what stops sending; `nil` where nothing is bought.
  ///   - goingOn: how what is stopped goes on, as an order.
  ///   - context: takes what is said, and tells the time.
  ///   - end: ends the process.
  init(
    _ guardian: SpendGuard?, goingOn: String, _ context: CommandContext,
    end: @escaping @Sendable () -> Void = { ProcessEnd.now(.interrupted) }
  ) {
    self.guardian = guardian
    self.goingOn = goingOn
    say = { context.say($0) }
    uptime = context.uptime
    self.end = end
  }

  var isInterrupted: Bool { first.withLock { $0 != nil } }

  func count() {
    let now = uptime()
    let isFirst = first.withLock { first in
      defer { first = first ?? now }
      return first == nil
    }
    if isFirst {
      guardian?.stop("interrupted")
      say("\ninterrupted: waiting for what is paid for; interrupt again to stop at once")
    } else if let begun = first.withLock({ $0 }), now - begun > Self.togetherMax {
      say("stopped; \(goingOn)")
      end()
    }
  }
}
