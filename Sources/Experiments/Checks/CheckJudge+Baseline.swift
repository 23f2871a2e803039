internal import Canonical
internal import ImageComparison
internal import Recording
internal import SeedreamAPI
internal import Suites
internal import SystemPackage

/// Comparing outputs with what was approved.
extension CheckJudge {
  /// Approved pictures that one output is fully compared with at most, the nearest first.
  static let comparisonsMax = 16

  func baseline(_ expectation: BaselineExpectation, _ evidence: Evidence) -> Measured {
    guard !evidence.outputs.isEmpty else {
      return ((.skipped, "there is no picture to compare"), [])
    }
    guard let level = expectation.level.comparison else {
      return automatic(expectation, evidence)
    }
    return baseline(Ladder(level, expectation.thresholds), expectation.order, evidence)
  }

  func baseline(
    _ ladder: Ladder, _ order: BaselineExpectation.Order, _ evidence: Evidence
  ) -> Measured {
    if order == .any { return inAnyOrder(ladder, evidence) }
    let compared = evidence.outputs.map { output in
      let id = OutputID(caseKey: evidence.caseKey, index: output.index)
      return compare(output, with: baseline.entries(for: id), ladder)
    }
    return joined(compared)
  }

  /// One finding for several pictures: the worst of them speaks, and all are told when none is bad.
  func joined(_ compared: [Measured]) -> Measured {
    let measures = compared.flatMap(\.measures)
    guard let worst = Self.worst(compared.map(\.finding)) else {
      return ((.skipped, "there is no picture to compare"), measures)
    }
    guard !worst.0.isBad else { return (worst, measures) }
    let texts = compared.map(\.finding.1)
    let shown = texts.prefix(Self.textsMax).joined(separator: "; ")
    let more = texts.count - Self.textsMax
    return ((worst.0, more > 0 ? "\(shown); and \(more) more" : shown), measures)
  }

  /// Pictures whose findings are told beside each other.
  private static let textsMax = 4

  private func compare(
    _ output: OutputRecord, with entries: [BaselineEntry], _ ladder: Ladder
  ) -> Measured {
    if let finding = identical(output, entries, ladder.level) { return (finding, []) }
    let approved = entries.filter { $0.decision == .approved }
    guard let nearest = approved.first else {
      return (
        (.unapproved, "picture \(output.index) has no approved picture to compare with"), []
      )
    }
    guard ladder.level.isMeasured else {
      // Nothing is measured, but people want to see what it was compared with.
      let measure = Measure(
        picture: output.index, other: tools.approved.path(of: nearest.blob), figures: [])
      return ((.drifted, difference(output, from: nearest, count: approved.count)), [measure])
    }
    return measured(output, entries, ladder)
  }

  /// What digests alone say of a picture; `nil` where they decide nothing.
  private func identical(
    _ output: OutputRecord, _ entries: [BaselineEntry], _ level: Suites.ComparisonLevel
  ) -> Finding? {
    guard let entry = deciding(entries, output, level) else { return nil }
    let place = "picture \(output.index)"
    if entry.decision == .rejected {
      let note = entry.note.map { ": \($0)" } ?? ""
      return (.failed, "\(place) equals one that was rejected\(note)")
    }
    if entry.blob.digest == output.blob.digest, let digest = output.picture?.pixelDigest,
      Self.version(digest) == Self.version(entry.pixelDigest), digest != entry.pixelDigest
    {
      return (
        .drifted,
        "\(place) has the approved bytes, but the baseline states other pixels for them: "
          + "its line was changed by hand"
      )
    }
    let same = entry.blob.digest == output.blob.digest ? "bytes" : "pixels"
    return (.passed, "\(place) has the same \(same) as an approved one")
  }

  /// The decision that counts: one about exactly these bytes goes before one about their pixels, and
  /// rejected before approved, whatever the order in which they were made.
  ///
  /// - Returns: `nil` where nothing was decided about this picture: then it is measured against the approved ones.
  private func deciding(
    _ entries: [BaselineEntry], _ output: OutputRecord, _ level: Suites.ComparisonLevel
  ) -> BaselineEntry? {
    func rank(_ entry: BaselineEntry) -> Int {
      (entry.blob.digest == output.blob.digest ? 0 : 2) + (entry.decision == .rejected ? 0 : 1)
    }
    return entries.filter { Self.isEqual(output, $0, level) }.min { rank($0) < rank($1) }
  }

  static func isEqual(
    _ output: OutputRecord, _ entry: BaselineEntry, _ level: Suites.ComparisonLevel
  ) -> Bool {
    if entry.blob.digest == output.blob.digest { return true }
    // A wrong picture stays wrong however it is encoded.
    return (level != .identicalBytes || entry.decision == .rejected)
      && entry.pixelDigest == output.picture?.pixelDigest
  }

  private func difference(
    _ output: OutputRecord, from entry: BaselineEntry, count: Int
  ) -> String {
    let place = "picture \(output.index)"
    let which = count == 1 ? "the approved one" : "any of \(count) approved ones"
    guard let picture = output.picture else { return "\(place) is unlike \(which)" }
    if picture.pixelDigest == entry.pixelDigest {
      return "\(place) has the pixels of the approved one in other bytes "
        + "(\(output.blob.digest.short)…, approved \(entry.blob.digest.short)…): re-encoded"
    }
    if picture.size != entry.size {
      return "\(place) is \(picture.size), the approved one \(entry.size)"
    }
    return "\(place) has other pixels than \(which) "
      + "(\(output.blob.digest.short)…, approved \(entry.blob.digest.short)…)"
  }

  private static func version(_ pixelDigest: String) -> Substring {
    pixelDigest.prefix { $0 != ":" }
  }

  // MARK: - Measured levels

  /// An approved or rejected picture compared with an output.
  private struct Match {
    let entry: BaselineEntry
    let comparison: Comparison
  }

  /// What comparing an output with every decision of one kind came to.
  private struct Search {
    /// The best match; `nil` where none could be compared.
    var best: Match?
    /// Why pictures could not be compared, the first reason.
    var missing: String?
  }

  private func measured(
    _ output: OutputRecord, _ entries: [BaselineEntry], _ ladder: Ladder
  ) -> Measured {
    let place = "picture \(output.index)"
    guard output.picture != nil else {
      return ((.failed, "\(place) cannot be decoded, so that it is like no approved one"), [])
    }
    let approved = entries.filter { $0.decision == .approved }
    let search = search(output, approved, ladder)
    if let match = search.best, ladder.admits(match.comparison) {
      return (
        (.passed, "\(place) \(ladder.text(match.comparison))"), [measure(output, match, ladder)]
      )
    }
    let rejected = entries.filter { $0.decision == .rejected }
    if let wrong = self.search(output, rejected, ladder).best, ladder.admits(wrong.comparison) {
      let note = wrong.entry.note.map { ": \($0)" } ?? ""
      return (
        (
          .failed,
          "\(place) is like one that was rejected\(note) (\(ladder.text(wrong.comparison)))"
        ),
        [measure(output, wrong, ladder)]
      )
    }
    let missing = search.missing.map {
      "without the bytes of an approved picture only the same bytes or pixels can pass: \($0)"
    }
    guard let match = search.best else {
      let reason = missing ?? "none of the approved pictures can be compared with"
      return ((.drifted, "\(place) has other pixels than the approved ones, and \(reason)"), [])
    }
    let which =
      approved.count == 1 ? "the approved one" : "any of \(approved.count) approved ones"
    let text =
      "\(place) \(ladder.text(match.comparison)); expected \(ladder.level.rawValue) to \(which)"
    return ((.drifted, missing.map { "\(text); \($0)" } ?? text), [measure(output, match, ladder)])
  }

  private func measure(_ output: OutputRecord, _ match: Match, _ ladder: Ladder) -> Measure {
    Measure(
      picture: output.index, other: tools.approved.path(of: match.entry.blob),
      figures: ladder.measures(match.comparison))
  }

  /// The decided picture that an output is most like: the first that is like enough, else the nearest.
  private func search(
    _ output: OutputRecord, _ entries: [BaselineEntry], _ ladder: Ladder
  ) -> Search {
    var search = Search()
    guard !entries.isEmpty else { return search }
    let blobs = BlobStore(folder: output.path.removingLastComponent())
    let picture: Picture
    let hash: PDQ
    do {
      picture = try tools.shelf.picture(output.blob, from: blobs)
      hash = tools.shelf.hash(of: picture, as: output.blob)
    } catch {
      search.missing = "\(error)"
      return search
    }
    var ranked: [(entry: BaselineEntry, distance: Int, isHopeless: Bool)] = []
    for entry in entries {
      do {
        let other = try tools.shelf.hash(entry.blob, from: tools.approved)
        let distance = hash.hash.distance(to: other.hash)
        let counts = min(hash.quality, other.quality) >= ladder.thresholds.quality
        ranked.append((entry, distance, counts && distance > ladder.mostBits))
      } catch {
        search.missing = search.missing ?? Self.advice(error, entry, tools.approved)
      }
    }
    ranked.sort { ($0.isHopeless ? 1 : 0, $0.distance) < ($1.isHopeless ? 1 : 0, $1.distance) }
    for (place, candidate) in ranked.prefix(Self.comparisonsMax).enumerated() {
      // The hash rules it out; the nearest of all is compared nevertheless, to be told.
      if candidate.isHopeless, place > 0 { break }
      do {
        let other = try tools.shelf.picture(candidate.entry.blob, from: tools.approved)
        let match = Match(
          entry: candidate.entry,
          comparison: Comparison(of: other, with: picture, thresholds: ladder.thresholds))
        if ladder.admits(match.comparison) {
          search.best = match
          return search
        }
        if search.best.map({ $0.comparison.level < match.comparison.level }) ?? true {
          search.best = match
        }
      } catch {
        search.missing = search.missing ?? Self.advice(error, candidate.entry, tools.approved)
      }
    }
    return search
  }

  /// Why the bytes of an approved picture cannot be had, and what to run.
  static func advice(_ error: any Error, _ entry: BaselineEntry, _ blobs: BlobStore) -> String {
    guard let failure = error as? BlobFailure, failure.kind == .missing else { return "\(error)" }
    let path = blobs.path(of: entry.blob)
    return "there is no \(path); restore it with: git checkout -- \(ShellText.quoted(path))"
  }

  // MARK: - Any order

  /// Outputs against approved pictures of any place, each place for one output.
  private func inAnyOrder(_ ladder: Ladder, _ evidence: Evidence) -> Measured {
    let places = (0..<EditAnswer.itemsMax).map { index in
      baseline.entries(for: OutputID(caseKey: evidence.caseKey, index: index))
    }
    let all = places.flatMap(\.self)
    let open = places.filter { entries in entries.contains { $0.decision == .approved } }
    var edges: [[Int]] = []
    var texts: [Int: Measured] = [:]
    for (row, output) in evidence.outputs.enumerated() {
      let own = compare(output, with: all, ladder)
      texts[row] = own
      guard !own.finding.0.isBad else {
        // A rejected or damaged picture is wrong wherever it stands.
        if own.finding.0 == .failed { return own }
        edges.append([])
        continue
      }
      edges.append(
        open.indices.filter { place in
          let approved = open[place].filter { $0.decision == .approved }
          return !compare(output, with: approved, ladder).finding.0.isBad
        })
    }
    let taken = Matching(edges, places: open.count)
    let compared = evidence.outputs.indices.map { row -> Measured in
      let own = texts[row] ?? ((.skipped, "there is no picture to compare"), [])
      guard taken.place(of: row) == nil, !own.finding.0.isBad else { return own }
      let text =
        "picture \(evidence.outputs[row].index) is like an approved one that another picture has "
        + "taken: each of \(Count.of(open.count, "approved place")) is for one picture"
      let verdict: CheckResult.Verdict =
        open.count < evidence.outputs.count ? .unapproved : .drifted
      return ((verdict, text), own.measures)
    }
    return joined(compared)
  }
}

/// The largest set of pairs in which nobody stands twice: paths that end at a free place are turned
/// around one after the other.
struct Matching {
  private var rows: [Int?]

  /// - Parameters:
  ///   - edges: the places that each row may have.
  ///   - places: how many places there are.
  init(_ edges: [[Int]], places: Int) {
    var owners = [Int?](repeating: nil, count: places)
    func seat(_ row: Int, _ seen: inout Set<Int>) -> Bool {
      for place in edges[row] where seen.insert(place).inserted {
        if let owner = owners[place], !seat(owner, &seen) { continue }
        owners[place] = row
        return true
      }
      return false
    }
    for row in edges.indices {
      var seen: Set<Int> = []
      _ = seat(row, &seen)
    }
    rows = edges.map { _ in nil }
    for (place, owner) in owners.enumerated() {
      if let owner { rows[owner] = place }
    }
  }

  /// The place of a row; `nil` where it has none.
  func place(of row: Int) -> Int? { rows[row] }
}
