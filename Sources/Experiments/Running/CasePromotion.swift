package import Canonical
package import Recording
internal import SeedreamAPI
internal import SystemPackage

/// Moves what is paid for from the run store into the fixture folder.
package struct CasePromotion: Sendable {
  private let fixtures: FixtureFolder
  private let ledger: any ExchangeLedger
  private let blobs: BlobStore
  private let toolVersion: String

  /// Names where from and where to.
  package init(
    fixtures: FixtureFolder, ledger: any ExchangeLedger, blobs: BlobStore, toolVersion: String
  ) {
    self.fixtures = fixtures
    self.ledger = ledger
    self.blobs = blobs
    self.toolVersion = toolVersion
  }

  /// Promotes a stored case if it is complete.
  ///
  /// - Returns: why it stays in the store; `nil` when it is a recording now.
  /// - Throws: what reading or writing throws; nothing is lost then.
  package func promote(_ stored: StoredCase, as id: CaseID) throws -> String? {
    guard stored.isPromotable else {
      return "a secret stands in one of its pictures; it stays in the run store and is not recorded"
    }
    switch try Fixture.completeness(of: stored.exchanges, blobs: blobs) {
    case .incomplete(let reason): return "it is not recorded yet: \(reason)"
    case .notRecordable: return "the answer is a passing error, which is not recorded"
    case .complete: break
    }
    if try isRefusal(stored.exchanges, blobs), try hasPictures(stored.recordedCase, id) {
      // A refusal costs nothing, so that nothing is lost by asking anew another time.
      try ledger.promoted(stored.recordedCase.caseKey)
      return "the API refused the request; the recording of its pictures stays"
    }
    let promotion = Promotion(folder: fixtures, source: blobs, creatorVersion: toolVersion)
    switch try promotion.promote(stored.fixture, as: id) {
    case .kept(let reason): return reason
    case .written, .unchanged:
      try ledger.promoted(stored.recordedCase.caseKey)
      return nil
    }
  }

  private func isRefusal(_ exchanges: [Exchange], _ blobs: BlobStore) throws -> Bool {
    switch try Fixture.lastAnswer(of: exchanges, blobs: blobs) {
    case .refused: true
    case .pictures, .task, nil: false
    }
  }

  /// Whether there is a recording of the case whose last answer is no refusal.
  private func hasPictures(_ recordedCase: RecordedCase, _ id: CaseID) throws -> Bool {
    let found = fixtures.lookup(
      id, caseKey: recordedCase.caseKey, canonicalRequest: recordedCase.canonicalRequest)
    switch found {
    case .found(let old, _): return try !isRefusal(old.exchanges, fixtures.blobs)
    // What was not fetched may be pictures.
    case .notFetched: return true
    case .missing, .exhausted, .stale, .corrupt: return false
    }
  }

  /// Promotes everything complete that earlier runs of a suite have left.
  ///
  /// - Returns: how many cases became recordings.
  package func promoteAll(of suite: SuiteName) throws -> Int {
    var count = 0
    for stored in try ledger.storedCases(of: suite) {
      if try promote(stored, as: stored.recordedCase.caseID) == nil { count += 1 }
    }
    return count
  }
}

extension CaseResult {
  /// The result with what promoting its case told.
  func with(
    origin: Origin?, startedAt: Timestamp?, notice: String?, pictures: BlobStore?
  ) -> CaseResult {
    var result = self
    if let notice { result.notices.append(notice) }
    if let pictures {
      for index in result.outputs.indices {
        result.outputs[index].path = pictures.path(of: result.outputs[index].blob)
      }
    }
    result.origin = origin
    result.startedAt = startedAt
    return result
  }
}
