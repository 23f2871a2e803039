internal import Canonical
internal import Recording
internal import SeedreamAPI

/// An order that was taken and brings no pictures: its links or its task are gone, or the task does not
/// end.
struct LostOrder {
  let caseKey: CaseKey
  let purchasing: RunEnvironment.Purchasing
  let mode: RunMode

  /// How long a link or a task that does not say that it is gone is asked for by later runs.
  ///
  /// The longest that a host promises to keep results is 7 days (`api-contract.md` section 3.6). Without
  /// an end, a host that answers with a page for ever would keep its case from being recorded for ever.
  static let lifeMax = Duration.seconds(7 * 86_400)

  /// Gives it up where an earlier run has ordered it and was told that it is gone, so that it is not asked
  /// for for ever.
  ///
  /// - Parameter isCertain: whether this run alone is enough.
  /// - Returns: what helps.
  func settle(isCertain: Bool = false) -> String {
    do {
      if try purchasing.ledger.giveUp(caseKey, isCertain: isCertain || isGivenUpAtOnce) {
        return "it is lost, and what it did cost is spent; \(Self.again(mode)) to order it anew"
      }
      return Self.later(mode)
    } catch {
      purchasing.guardian.fail("the run store cannot note that an order is lost: \(error)")
      return Self.later(mode)
    }
  }

  /// Whether orders that may have been billed are repeated, as settings say.
  private var isGivenUpAtOnce: Bool { purchasing.policy.attemptsMaxWhenPossiblyBilled > 1 }

  private static func later(_ mode: RunMode) -> String {
    "\(again(mode)) to look for it once more; what is gone then is ordered anew the time after"
  }

  /// How a run goes on.
  static func again(_ mode: RunMode) -> String {
    mode == .live ? "run with --resume" : "run again"
  }

  /// Whether nothing is to be hoped for: it is older than ``lifeMax``, or of a simulator that has ended, whose
  /// links end with it and cost nothing; or settings say so.
  private func isOver(at now: Timestamp, isUnreachable: Bool = false) -> Bool {
    if isGivenUpAtOnce { return true }
    do {
      guard let stored = try purchasing.ledger.storedCase(caseKey),
        let order = stored.exchanges.first(where: { $0.role == .generate })
      else { return false }
      if isUnreachable, stored.origin == .simulator { return true }
      return .milliseconds(now.milliseconds - order.timing.start.milliseconds) > Self.lifeMax
    } catch {
      purchasing.guardian.fail("the run store cannot tell when an order was placed: \(error)")
      return false
    }
  }

  /// What helps where a picture was made and could not be fetched for now.
  ///
  /// - Parameters:
  ///   - isUnreachable: whether nobody listens where it should lie.
  ///   - isForbidden: whether it lies where nothing is ever fetched from, or its link is not known any more.
  func fetchLater(
    at now: Timestamp, isUnreachable: Bool = false, isForbidden: Bool = false
  ) -> String {
    isForbidden || isOver(at: now, isUnreachable: isUnreachable)
      ? settle(isCertain: true) : Self.fetchLater(mode)
  }

  /// What helps after an order that failed; `nil` where this is no matter of lost orders.
  func hint(for failure: EditFailure, _ outcome: Outcome, at now: Timestamp) -> String? {
    if failure.isTaskGone { return settle() }
    if failure.isTaskBegun, !failure.isTaskFailed {
      if outcome != .cancelled, isOver(at: now) { return settle(isCertain: true) }
      return "\(Self.again(mode)) to go on asking after the task, and nothing is ordered twice; "
        + "should it never end, --repeat-possibly-billed gives it up"
    }
    return failure.last.isPossiblyBilled && outcome == .transportError ? inDoubt : nil
  }

  /// What helps where a picture was made and could not be fetched for now.
  static func fetchLater(_ mode: RunMode) -> String {
    "\(again(mode)): it is paid for, and only fetched then; should it never come, "
      + "--repeat-possibly-billed gives it up"
  }

  /// What helps where an order was sent and no answer came.
  private var inDoubt: String {
    "it may have been billed, and nobody can tell; \(Self.again(mode)) to order it anew, and "
      + "--repeat-possibly-billed does so at once"
  }
}
