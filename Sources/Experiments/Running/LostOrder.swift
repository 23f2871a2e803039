internal import Canonical
internal import Recording
internal import SeedreamAPI

/// An order that was taken and brings no pictures: its links or its task are gone, or the task does not
/// end.
struct LostOrder {
  let caseKey: CaseKey
  let purchasing: RunEnvironment.Purchasing
  let mode: RunMode

  /// Gives it up where an earlier run has ordered it, so that it is not asked for for ever.
  ///
  /// - Returns: what helps.
  func settle() -> String {
    do {
      if try purchasing.ledger.giveUp(caseKey) {
        return "it is lost, and what it did cost is spent; run again to order it anew"
      }
      return Self.later(mode)
    } catch {
      purchasing.guardian.fail("the run store cannot note that an order is lost: \(error)")
      return Self.later(mode)
    }
  }

  private static func later(_ mode: RunMode) -> String {
    "\(again(mode)) to look for it once more; what is gone then is ordered anew the time after"
  }

  /// How a run goes on.
  static func again(_ mode: RunMode) -> String {
    mode == .live ? "run with --resume" : "run again"
  }

  /// What helps after an order that failed; `nil` where this is no matter of lost orders.
  func hint(for failure: EditFailure, _ outcome: Outcome) -> String? {
    if failure.isTaskGone { return settle() }
    if failure.isTaskBegun, !failure.isTaskFailed {
      return "\(Self.again(mode)) to go on asking after the task; nothing is ordered twice"
    }
    return failure.last.isPossiblyBilled && outcome == .transportError ? Self.inDoubt : nil
  }

  /// What helps where a picture was made and could not be fetched for now.
  static func fetchLater(_ mode: RunMode) -> String {
    "\(again(mode)): it is paid for, and only fetched then"
  }

  /// What helps where an order was sent and no answer came.
  private static let inDoubt =
    "it may have been billed, and nobody can tell; running again orders it anew, and "
    + "--repeat-possibly-billed does so at once"
}
