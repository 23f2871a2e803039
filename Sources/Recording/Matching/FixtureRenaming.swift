package import Canonical
internal import SystemPackage

/// Gives recordings that lie under other case ids the names of the cases that ask for them.
///
/// A case's id is made of the matrix, so that renaming an axis renames every case while no request
/// changes. The recordings are still found by their keys; this makes the names true again.
package struct FixtureRenaming: Sendable {
  /// One file that gets another name.
  package struct Move: Hashable, Sendable {
    /// The case id that names it now.
    package let from: CaseID
    /// The id of the case that asks for it.
    package let to: CaseID
    /// Whose recording it is.
    package let caseKey: CaseKey
  }

  /// What is to be renamed, in the order of the cases; each file and each name at most once.
  package let moves: [Move]

  /// Decides what is to be renamed; renames nothing.
  ///
  /// A case whose own file cannot be read keeps it: whoever looks at it must decide.
  ///
  /// - Parameters:
  ///   - folder: the recordings of a suite.
  ///   - cases: every case of the suite, whatever a filter selects, so that no recording is taken from
  ///     a case that asks for it.
  /// - Throws: ``FileFailure`` when the folder cannot be listed.
  package init(
    _ folder: FixtureFolder, cases: some Sequence<(id: CaseID, caseKey: CaseKey)>
  ) throws(FileFailure) {
    let index = try folder.currentIndex()
    guard !index.files.isEmpty else {
      moves = []
      return
    }
    var found: [Move] = []
    for (id, caseKey) in cases {
      guard let other = index.files[caseKey], other != id,
        index.recordings[id]?.caseKey != caseKey, index.damaged[id] == nil,
        !index.pointers.contains(id)
      else { continue }
      found.append(Move(from: other, to: id, caseKey: caseKey))
    }
    moves = found
  }

  /// Renames the files, one at a time, each step durable before the next.
  ///
  /// Whenever it is cut off, each recording lies whole under one name. A file in the way is of no case
  /// that could be renamed: it was recorded for a request that none asks for, and is replaced. Where
  /// names go in a circle, one recording is parked under a name of its own for a moment.
  ///
  /// - Throws: ``FileFailure`` for the first file that cannot be renamed; what comes after it stays.
  package func carryOut(in folder: FixtureFolder) throws(FileFailure) {
    var sources: [CaseID: Move] = [:]
    for move in moves { sources[move.from] = move }
    var waiting = moves
    defer { folder.refresh() }
    while !waiting.isEmpty {
      var later: [Move] = []
      for move in waiting {
        guard sources[move.to] == nil else {
          later.append(move)
          continue
        }
        try DurableFile.rename(folder.path(of: move.from), to: folder.path(of: move.to))
        sources[move.from] = nil
      }
      // Nothing has moved: what is left goes in circles.
      if later.count == waiting.count, let first = later.first {
        let parked = Self.parkingPlace(for: first.caseKey)
        try DurableFile.rename(folder.path(of: first.from), to: folder.path(of: parked))
        sources[first.from] = nil
        later[0] = Move(from: parked, to: first.to, caseKey: first.caseKey)
        sources[parked] = later[0]
      }
      waiting = later
    }
  }

  /// A name that no case has, and that says whose recording it is: a crash leaves a recording there
  /// that is found by its key and renamed the next time.
  static func parkingPlace(for caseKey: CaseKey) -> CaseID {
    CaseID(joining: ["renaming", "\(caseKey)"])
  }
}
