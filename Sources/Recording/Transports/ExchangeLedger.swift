package import Canonical
package import SeedreamAPI

/// The case on whose behalf exchanges are paid for.
package struct RecordedCase: Hashable, Sendable {
  /// The suite.
  package let suite: SuiteName
  /// The case's id, which will name the recording.
  package let caseID: CaseID
  /// The case's key.
  package let caseKey: CaseKey
  /// The canonical request.
  package let canonicalRequest: JSONValue

  /// Puts a case together.
  package init(
    suite: SuiteName, caseID: CaseID, caseKey: CaseKey, canonicalRequest: JSONValue
  ) {
    self.suite = suite
    self.caseID = caseID
    self.caseKey = caseKey
    self.canonicalRequest = canonicalRequest
  }
}

/// How far an attempt to order pictures got, and what is known of its price.
package enum AttemptState: Hashable, Sendable {
  /// Money is set aside, nothing was sent.
  case reserved(Money)
  /// It may be on its way.
  case sent
  /// The service works on a task.
  case accepted(taskID: String)
  /// An answer is stored.
  case received
  /// Every picture of the answer is stored.
  case downloaded
  /// The price is known.
  case settled(Money)
  /// It was sent and no answer came: it may have been billed, and nobody can tell.
  case inDoubt
}

/// The durable name of an attempt.
package struct AttemptID: Hashable, Sendable {
  /// The number in the run store.
  package let number: Int64

  /// Takes a number of the run store.
  package init(number: Int64) { self.number = number }
}

/// An answer that has just come, with what its case needs to know of it later.
package struct ReceivedExchange: Sendable {
  /// The exchange, redacted.
  package let exchange: Exchange
  /// What it did cost.
  package let cost: Money
  /// Result URLs before redaction, by the place of the picture; forgotten when the case is settled,
  /// never merged or exported.
  package let pendingURLs: [Int: String]
  /// Whether it need not be asked for again.
  package let isUsable: Bool
  /// `false` when a secret stands in a picture, so that it must not become part of a recording.
  package let isPromotable: Bool
  /// Whether the order of the case came to nothing, so that asking after it again is useless: the
  /// next run has to order anew.
  package let endsOrder: Bool
  /// Whether it says that the picture or the task is not there any more.
  package let isGone: Bool
  /// Whether an order may be billed that it brings nothing of.
  package let isDoubtful: Bool

  /// Puts a received exchange together.
  package init(
    exchange: Exchange, cost: Money, pendingURLs: [Int: String], isUsable: Bool,
    isPromotable: Bool, endsOrder: Bool = false, isGone: Bool = false, isDoubtful: Bool = false
  ) {
    self.isGone = isGone
    self.isDoubtful = isDoubtful
    self.exchange = exchange
    self.cost = cost
    self.pendingURLs = pendingURLs
    self.isUsable = isUsable
    self.isPromotable = isPromotable
    self.endsOrder = endsOrder
  }
}

/// Keeps what was paid for, durably, before anything else looks at it.
package protocol ExchangeLedger: Sendable {
  /// The usable answer of an exchange that was stored and is not yet part of a recording.
  func stored(_ id: ExchangeID) throws -> Exchange?

  /// The URLs of a picture before redaction, while it is still to be fetched; the latest order first.
  func pendingURLs(of caseKey: CaseKey, index: Int) throws -> [String]

  /// Notes that an exchange is about to be sent; when it returns, the note survives a power cut.
  ///
  /// - Parameter reservation: what it may cost.
  func begin(
    _ id: ExchangeID, of recordedCase: RecordedCase, reservation: Money
  ) throws -> AttemptID

  /// Stores an answer; when it returns, the answer survives a power cut.
  func received(_ attempt: AttemptID, _ received: ReceivedExchange) throws

  /// Notes that an attempt brought no answer: released when nothing was sent, else in doubt.
  func failed(_ attempt: AttemptID, failure: TransportFailure) throws

  /// Everything stored of a case that is not yet part of a recording; `nil` when there is nothing.
  func storedCase(_ caseKey: CaseKey) throws -> StoredCase?

  /// All such cases of a suite, for promoting what an interrupted run has left.
  func storedCases(of suite: SuiteName) throws -> [StoredCase]

  /// Notes that a case's exchanges are part of a recording now, and forgets its result URLs.
  func promoted(_ caseKey: CaseKey) throws

  /// Gives up what an earlier run has ordered, for its pictures or its task are gone: the next run
  /// orders anew.
  ///
  /// - Parameter isCertain: whether nothing is to be hoped for any more; else it is given up only where an
  ///   earlier run has been told that it is gone.
  /// - Returns: `false` where there is no such order, or this run has sent it, so that a later one tries
  ///   once more.
  func giveUp(_ caseKey: CaseKey, isCertain: Bool) throws -> Bool

  /// Orders of earlier runs that may be billed and brought nothing: never answered, or answered with an
  /// error that does not tell. Those of cases that were ordered anew since are left out.
  func inDoubt(of suite: SuiteName) throws -> [DoubtfulAttempt]
}

/// What is stored of a case.
package struct StoredCase: Sendable {
  /// The case.
  package let recordedCase: RecordedCase
  /// The usable exchanges, in the order in which they ran.
  package let exchanges: [Exchange]
  /// `false` when a secret stands in a picture.
  package let isPromotable: Bool

  /// Puts a stored case together.
  package init(recordedCase: RecordedCase, exchanges: [Exchange], isPromotable: Bool) {
    self.recordedCase = recordedCase
    self.exchanges = exchanges
    self.isPromotable = isPromotable
  }

  /// Where its answers came from.
  package var origin: Origin {
    let first = exchanges.first
    if first?.response.headers[Origin.simulatorHeader] != nil { return .simulator }
    let url = first?.request.url ?? ""
    let rest = url.split(separator: "/", maxSplits: 3, omittingEmptySubsequences: false)
    return .api(rest.prefix(3).joined(separator: "/"))
  }

  /// The recording that its exchanges make.
  package var fixture: Fixture {
    Fixture(
      caseKey: recordedCase.caseKey, canonicalRequest: recordedCase.canonicalRequest,
      origin: origin, exchanges: exchanges)
  }
}

/// An attempt that was sent and never answered.
package struct DoubtfulAttempt: Hashable, Sendable {
  /// The run that sent it.
  package let run: RunID
  /// The case.
  package let caseID: CaseID
  /// What it may have cost.
  package let amount: Money

  /// Puts an attempt together.
  package init(run: RunID, caseID: CaseID, amount: Money) {
    self.run = run
    self.caseID = caseID
    self.amount = amount
  }
}
