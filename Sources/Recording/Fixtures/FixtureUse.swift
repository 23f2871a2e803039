package import Canonical

/// Whether a case of the suite asks for a recording.
package enum FixtureUse: Hashable, Sendable {
  /// Its own case does.
  case used
  /// A case of another id does, since it was renamed.
  case usedAs(CaseID)
  /// The case of its id asks for another request.
  case stale
  /// A case asks for its request, and is served by another file.
  case duplicate(of: CaseID)
  /// No case does.
  case unused

  /// Whether it is replayed.
  package var isUsed: Bool {
    switch self {
    case .used, .usedAs: true
    case .stale, .duplicate, .unused: false
    }
  }

  /// The word that tables and JSON show.
  package var word: String {
    switch self {
    case .used, .usedAs: "used"
    case .stale: "stale"
    case .duplicate: "duplicate"
    case .unused: "unused"
    }
  }

  /// What it means, for a message about the recording.
  package var reason: String {
    switch self {
    case .used: "its case asks for it"
    case .usedAs(let id): "the case \(id) asks for it"
    case .stale: "its case asks for another request now"
    case .duplicate(let id): "\(id).\(FixtureFolder.fileExtension) holds the same request"
    case .unused: "no case of the suite asks for it"
    }
  }
}

/// Which recordings the cases of a suite ask for, as replay looks them up.
package struct FixtureUses: Sendable {
  private var uses: [CaseID: FixtureUse] = [:]
  private var ids: Set<CaseID> = []

  /// Goes through the cases of a suite once.
  ///
  /// - Parameters:
  ///   - survey: the recordings.
  ///   - cases: every case of the suite, no filter applied.
  package init(_ survey: FixtureInventory, cases: some Sequence<(id: CaseID, caseKey: CaseKey)>) {
    let files = Dictionary(grouping: survey.recordings, by: \.caseKey).mapValues { $0.map(\.id) }
    let fileIDs = Set(survey.recordings.map(\.id)).union(survey.unreadable.map(\.id))
    for (id, caseKey) in cases {
      if fileIDs.contains(id) { ids.insert(id) }
      guard let candidates = files[caseKey] else { continue }
      // As a lookup does: the case's own file, else the last of the folder.
      guard let served = candidates.contains(id) ? id : candidates.last else { continue }
      for candidate in candidates where uses[candidate]?.isUsed != true {
        uses[candidate] =
          candidate != served ? .duplicate(of: served) : served == id ? .used : .usedAs(id)
      }
    }
  }

  /// Whether a case of that id is in the suite.
  package func hasCase(_ id: CaseID) -> Bool { ids.contains(id) }

  /// Whether a recording is asked for.
  package func use(of recording: FixtureInventory.Recording) -> FixtureUse {
    if let use = uses[recording.id] { return use }
    return ids.contains(recording.id) ? .stale : .unused
  }
}
