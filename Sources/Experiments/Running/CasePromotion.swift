package import Canonical
package import Recording
package import SeedreamAPI
package import Suites
internal import SystemPackage

/// Moves what is paid for from the run store into the fixture folder.
package struct CasePromotion: Sendable {
  private let fixtures: FixtureFolder
  private let settle: @Sendable (CaseKey) throws -> Void
  private let blobs: BlobStore
  private let toolVersion: String

  /// Names where from and where to.
  ///
  /// - Parameters:
  ///   - fixtures: the recordings of the suite.
  ///   - blobs: the bytes of what was paid for.
  ///   - toolVersion: the version that recordings name.
  ///   - settle: takes note that a case is a recording now.
  package init(
    fixtures: FixtureFolder, blobs: BlobStore, toolVersion: String,
    settle: @escaping @Sendable (CaseKey) throws -> Void
  ) {
    self.fixtures = fixtures
    self.settle = settle
    self.blobs = blobs
    self.toolVersion = toolVersion
  }

  /// Promotes a stored case if it is complete.
  ///
  /// What came in answer to a case is recorded, fewer pictures than were asked for included: it is paid
  /// for, and would be bought again. It does not take the place of a recording with more pictures,
  /// unless the case passed with it. An error inside a 200 is the error that it states: one that passes
  /// is recorded only where the case expects it.
  ///
  /// - Parameters:
  ///   - stored: what the run store holds of the case.
  ///   - id: names the recording.
  ///   - expectedError: an error that the case expects.
  ///   - hasPassed: whether the case passed with this answer.
  /// - Returns: why it stays in the store; `nil` when it is a recording now.
  /// - Throws: what reading or writing throws; nothing is lost then.
  package func promote(
    _ stored: StoredCase, as id: CaseID, expecting expectedError: APIError.Category? = nil,
    hasPassed: Bool = false
  ) throws -> String? {
    if let obstacle = try obstacle(to: stored, expecting: expectedError) { return obstacle }
    if !hasPassed, let reason = try fullerRecording(than: stored, id) {
      // Were it kept for later runs, no later run could ask anew.
      try settle(stored.recordedCase.caseKey)
      return reason
    }
    let promotion = Promotion(folder: fixtures, source: blobs, creatorVersion: toolVersion)
    switch try promotion.promote(stored.fixture, as: id) {
    case .kept(let reason): return reason
    case .written, .unchanged:
      try settle(stored.recordedCase.caseKey)
      return nil
    }
  }

  /// Why a stored case is no recording, whatever is recorded already; `nil` where it can be one.
  package func obstacle(
    to stored: StoredCase, expecting expectedError: APIError.Category? = nil
  ) throws -> String? {
    guard stored.isPromotable else {
      return "a secret stands in one of its pictures; it stays in the run store and is not recorded"
    }
    let completeness = try Fixture.completeness(
      of: stored.exchanges, blobs: blobs, expecting: expectedError)
    switch completeness {
    case .incomplete(let reason): return "it is not recorded yet: \(reason)"
    case .notRecordable: return "the answer is a passing error, which is not recorded"
    case .complete: return nil
    }
  }

  /// The pictures that came, or can be fetched; `nil` for a refusal.
  private func pictureCount(_ exchanges: [Exchange], _ blobs: BlobStore) throws -> Int? {
    guard case .pictures(let items, _) = try Fixture.lastAnswer(of: exchanges, blobs: blobs) else {
      return nil
    }
    return items.count { item in
      switch item.delivery {
      case .bytes, .url: true
      case .failed, .unreadable: false
      }
    }
  }

  /// Why a recording that is there stays: it has more pictures than what came now.
  private func fullerRecording(than stored: StoredCase, _ id: CaseID) throws -> String? {
    let recordedCase = stored.recordedCase
    let found = fixtures.lookup(
      id, caseKey: recordedCase.caseKey, canonicalRequest: recordedCase.canonicalRequest)
    let recorded: Int?
    switch found {
    case .found(let old, _): recorded = try pictureCount(old.exchanges, fixtures.blobs)
    // What was not fetched may be pictures.
    case .notFetched: recorded = ModelLimits.picturesMax
    case .missing, .exhausted, .stale, .corrupt: recorded = nil
    }
    let new = try pictureCount(stored.exchanges, blobs)
    guard let recorded, recorded > new ?? 0 else { return nil }
    guard let new else { return "the API refused the request; the recording of its pictures stays" }
    return "only \(Count.of(new, "picture")) came; the recording, which has more, stays"
  }

  /// Promotes everything complete that earlier runs of a suite have left.
  ///
  /// - Returns: how many cases became recordings.
  package func promoteAll(_ cases: [StoredCase]) throws -> Int {
    var count = 0
    for stored in cases {
      if try promote(stored, as: stored.recordedCase.caseID) == nil { count += 1 }
    }
    return count
  }
}

extension SuiteCase {
  /// The error that its checks expect, so that it is an answer worth recording.
  package var expectedError: APIError.Category? {
    checks.lazy.compactMap(\.kind.expectedError).first
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
