package import Canonical
package import SeedreamAPI

/// Says whether a case may spend, and is told what became of it.
package protocol SpendingMeter: Sendable {
  /// Sets an amount aside before a request for pictures is sent; waits while only what others have set
  /// aside, and may give back, stands in the way.
  ///
  /// - Throws: ``TransportFailure`` with the code `overBudget` or `cancelled`; nothing is sent then.
  func reserve(_ amount: Money) async throws(TransportFailure)

  /// Books what an answer did cost and gives back the rest of what was set aside.
  func settle(_ cost: Money)

  /// Gives back what was set aside: nothing was sent.
  func release()

  /// Books what was set aside as possibly billed: it was sent, and no usable answer came.
  func doubt()
}
