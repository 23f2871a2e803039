package import Canonical
package import SystemPackage

/// A recording that comes near to a request that has none.
package struct NearMiss: Hashable, Sendable {
  /// The case id that names its file.
  package let fileID: CaseID
  /// Its file.
  package let path: FilePath
  /// Each criterion, and whether the recorded request agrees in it with the one asked for.
  package let criteria: [Verdict]
  /// The fields that differ, by their place in the request.
  package let changes: [FieldChange]
  /// The request that was recorded, in its canonical form.
  package let recorded: JSONValue

  /// What is said of one criterion.
  package struct Verdict: Hashable, Sendable {
    /// The criterion.
    package let criterion: RequestCriteria.Criterion
    /// Whether the requests agree in it.
    package let agrees: Bool
  }

  /// Recordings that a miss is compared with.
  package static let shownMax = 3

  /// In how many criteria the requests agree.
  package var agreementCount: Int { criteria.count { $0.agrees } }

  /// The criteria on one line: those that differ first, then those that agree.
  package var verdicts: String {
    let differing = criteria.filter { !$0.agrees }.map { "✗ \($0.criterion.rawValue)" }
    let agreeing = criteria.filter(\.agrees).map { "✓ \($0.criterion.rawValue)" }
    return (differing + agreeing).joined(separator: "  ")
  }

  /// A sentence each: the file with its criteria, then every difference.
  package var lines: [String] {
    ["near: \(path): \(verdicts)"] + changes.map(\.description)
  }
}

/// A request that has no recording, with those that come near.
package struct Miss: Hashable, Sendable {
  /// The canonical request that was asked for.
  package let asked: JSONValue
  /// The nearest recordings, the nearest first; at most ``NearMiss/shownMax``.
  package let nearest: [NearMiss]

  /// Puts a miss together.
  package init(asked: JSONValue, nearest: [NearMiss]) {
    self.asked = asked
    self.nearest = nearest
  }
}

extension FixtureFolder {
  /// The recordings whose requests differ least from one that has no recording.
  ///
  /// The case's own file comes first, then the one that agrees in the most criteria; of equal ones
  /// the one whose id begins alike for longest, then the lesser id, so that the choice is the same on
  /// every machine. A folder that cannot be listed holds none.
  ///
  /// - Parameters:
  ///   - canonicalRequest: the request asked for.
  ///   - repeatIndex: which of several equal requests, from 0.
  ///   - id: the case's id.
  package func nearest(
    to canonicalRequest: JSONValue, repeatIndex: Int, id: CaseID
  ) -> [NearMiss] {
    let index: FixtureIndex
    do throws(FileFailure) {
      index = try currentIndex()
    } catch {
      // The lookup has told of it already.
      return []
    }
    let asked = RequestCriteria(canonicalRequest: canonicalRequest, repeatIndex: repeatIndex)
    var best: [Candidate] = []
    for (fileID, recording) in index.recordings {
      let count = recording.criteria.agreementCount(with: asked)
      let isOwn = fileID == id
      // Most are far off, and nothing more is found out of them.
      let isFull = best.count == NearMiss.shownMax
      if count == 0 || (isFull && !isOwn && count < best[best.count - 1].agreementCount) {
        continue
      }
      best.append(
        Candidate(
          id: fileID, agreementCount: count, isOwn: isOwn,
          commonCount: zip(fileID.text.utf8, id.text.utf8).prefix { $0 == $1 }.count))
      best.sort { $0.isNearer(than: $1) }
      best.removeLast(max(0, best.count - NearMiss.shownMax))
    }
    return best.compactMap { miss(for: $0.id, asked, canonicalRequest) }
  }

  private func miss(
    for fileID: CaseID, _ asked: RequestCriteria, _ canonicalRequest: JSONValue
  ) -> NearMiss? {
    let found: Fixture?
    do throws(FixtureFailure) {
      found = try fixture(of: fileID)
    } catch {
      // It was readable when the folder was looked through; what changed since is no near miss.
      return nil
    }
    guard let found else { return nil }
    let criteria = RequestCriteria(
      canonicalRequest: found.canonicalRequest, repeatIndex: found.caseKey.repeatIndex)
    return NearMiss(
      fileID: fileID, path: path(of: fileID),
      criteria: zip(RequestCriteria.Criterion.allCases, criteria.agreement(with: asked)).map {
        NearMiss.Verdict(criterion: $0, agrees: $1)
      },
      changes: FieldChange.between(recorded: found.canonicalRequest, asked: canonicalRequest),
      recorded: found.canonicalRequest)
  }

  private struct Candidate {
    let id: CaseID
    let agreementCount: Int
    let isOwn: Bool
    let commonCount: Int

    func isNearer(than other: Candidate) -> Bool {
      if isOwn != other.isOwn { return isOwn }
      if agreementCount != other.agreementCount { return agreementCount > other.agreementCount }
      if commonCount != other.commonCount { return commonCount > other.commonCount }
      return id < other.id
    }
  }
}
