internal import Canonical
internal import ImageComparison
internal import Recording
internal import SeedreamAPI
internal import Suites
internal import SystemPackage

/// Says whether the cases of groups are to each other what was declared.
struct GroupJudge: Sendable {
  /// Different pictures of one group that are told apart by their hashes; each two are looked at.
  static let picturesMax = 4_096
  /// Pairs of one group that are compared pixel by pixel.
  static let comparisonsMax = 2_000
  /// Bytes of decoded pixels that are kept while a group is judged.
  private static let shelfByteCountMax = 64 << 20

  /// Tells which quarantines hold.
  let now: Timestamp

  /// What the pictures of a group came to.
  private enum Finding {
    case holds(String)
    case broken(String, [GroupRecord.Member], [Measure.Figure])
    case undecided(String)

    var text: String {
      switch self {
      case .holds(let text), .broken(let text, _, _), .undecided(let text): text
      }
    }
  }

  /// Two pictures of a group.
  private struct Pair {
    let left: (member: GroupMember, picture: GroupPicture)
    let right: (member: GroupMember, picture: GroupPicture)

    var members: [GroupRecord.Member] {
      [left, right].map {
        GroupRecord.Member(
          caseID: $0.member.id, index: $0.picture.index, path: $0.picture.path)
      }
    }

    /// Both cases with the paths of their pictures.
    var text: String {
      "\(left.member.id) (\(left.picture.path)) and \(right.member.id) (\(right.picture.path))"
    }
  }

  /// Judges a group.
  ///
  /// - Parameter position: its place in the plan, after the cases.
  @concurrent
  func result(of group: Group, at position: Int) async -> CaseResult {
    let usable = group.members.filter { $0.problem == nil }
    let mustHold = usable.filter { $0.known?.isOver(at: now) ?? true }
    let first = finding(of: mustHold, group.declaration.expectation)
    if case .broken(let text, let pair, let figures) = first {
      return made(group, position, .failed, text, pair, figures)
    }
    let all =
      mustHold.count < usable.count ? finding(of: usable, group.declaration.expectation) : first
    if case .broken(let text, let pair, let figures) = all {
      let reason = usable.compactMap { $0.known?.reason }.first ?? ""
      return made(group, position, .known, "\(reason) (\(text))", pair, figures)
    }
    // Where every case is quarantined, what they all come to is told: of none anything holds.
    let told = mustHold.isEmpty ? all : first
    if case .undecided(let text) = told { return made(group, position, .undecided, text) }
    let lacking = group.members.filter { $0.problem != nil }
    if let member = lacking.first {
      let more = lacking.count > 1 ? ", and \(lacking.count - 1) more" : ""
      return made(
        group, position, .undecided,
        "not decided: \(member.id) could not be judged (\(member.problem ?? ""))\(more)")
    }
    guard group.members.count >= group.caseCount else {
      return made(
        group, position, .partial,
        "partial: the run had \(group.members.count) of \(group.caseCount) cases, which break nothing"
      )
    }
    return made(group, position, .passed, told.text)
  }

  private func finding(of members: [GroupMember], _ expectation: GroupExpectation) -> Finding {
    let shelf = PictureShelf(byteCountMax: Self.shelfByteCountMax)
    return switch expectation {
    case .identical: identical(members, shelf)
    case .near: near(members, shelf)
    case .distinct: distinct(members, shelf)
    }
  }

  // MARK: - Expectations

  /// The pictures at each place of the answers: of several with the same pixels the first.
  private func unlike(
    _ members: [GroupMember]
  ) -> [[(member: GroupMember, picture: GroupPicture)]] {
    let indices = Set(members.flatMap { $0.pictures.map(\.index) }).sorted()
    return indices.map { index in
      var seen: Set<String> = []
      return members.compactMap { member in
        guard let picture = member.pictures.first(where: { $0.index == index }),
          seen.insert(picture.pixelDigest).inserted
        else { return nil }
        return (member, picture)
      }
    }
  }

  private func identical(_ members: [GroupMember], _ shelf: PictureShelf) -> Finding {
    for pictures in unlike(members) where pictures.count > 1 {
      let pair = Pair(left: pictures[0], right: pictures[1])
      do {
        let comparison = try compare(pair, shelf)
        return .broken(
          "not identical: \(pair.text): \(comparison.summary)", pair.members, comparison.measures)
      } catch {
        return .broken("not identical: \(pair.text)", pair.members, [])
      }
    }
    return .holds("\(Count.of(members.count, "case")) with the same pixels")
  }

  private func near(_ members: [GroupMember], _ shelf: PictureShelf) -> Finding {
    let ladder = Ladder(.near)
    var count = 0
    var worst: Comparison?
    for pictures in unlike(members) where pictures.count > 1 {
      for left in pictures.indices {
        for right in pictures.indices where right > left {
          count += 1
          guard count <= Self.comparisonsMax else {
            return .undecided(
              "not decided: more than \(Self.comparisonsMax) pairs of different pictures; "
                + "make smaller groups by 'where'")
          }
          let pair = Pair(left: pictures[left], right: pictures[right])
          do {
            let comparison = try compare(pair, shelf)
            guard ladder.admits(comparison) else {
              return .broken(
                "not near: \(pair.text): \(ladder.text(comparison))", pair.members,
                comparison.measures)
            }
            if isWorse(comparison, than: worst) { worst = comparison }
          } catch {
            return .undecided("not decided: \(pair.text) cannot be compared: \(error)")
          }
        }
      }
    }
    let cases = Count.of(members.count, "case")
    return .holds(
      worst.map { "\(cases), at worst \($0.summary)" } ?? "\(cases) with the same pixels")
  }

  private func isWorse(_ comparison: Comparison, than other: Comparison?) -> Bool {
    let tile = comparison.figures?.similarity.worst?.mean ?? 1
    return other.map { tile < $0.figures?.similarity.worst?.mean ?? 1 } ?? true
  }

  private func distinct(_ members: [GroupMember], _ shelf: PictureShelf) -> Finding {
    var owners: [String: (member: GroupMember, picture: GroupPicture)] = [:]
    var all: [(member: GroupMember, picture: GroupPicture, hash: (hash: PDQHash, quality: Int))] =
      []
    for member in members {
      for picture in member.pictures {
        if let owner = owners[picture.pixelDigest] {
          guard owner.member.id != member.id else { continue }
          let pair = Pair(left: owner, right: (member, picture))
          return .broken("not distinct: \(pair.text) have the same pixels", pair.members, [])
        }
        owners[picture.pixelDigest] = (member, picture)
        do {
          all.append((member, picture, try hash(picture, shelf)))
        } catch {
          return .undecided(
            "not decided: \(picture.path) of \(member.id) cannot be compared: \(error)")
        }
      }
    }
    guard all.count <= Self.picturesMax else {
      return .undecided(
        "not decided: \(all.count) pictures, of which each two are compared, and "
          + "\(Self.picturesMax) are allowed; make smaller groups by 'where'")
    }
    return likePairs(all, shelf)
      ?? .holds("\(Count.of(members.count, "case")), no two alike")
  }

  /// The first two pictures that are near each other; `nil` where there are none.
  private func likePairs(
    _ all: [(member: GroupMember, picture: GroupPicture, hash: (hash: PDQHash, quality: Int))],
    _ shelf: PictureShelf
  ) -> Finding? {
    let limits = Thresholds.standard
    var count = 0
    for left in all.indices {
      for right in all.indices where right > left && all[left].member.id != all[right].member.id {
        let hashes = (all[left].hash, all[right].hash)
        let counts = min(hashes.0.quality, hashes.1.quality) >= limits.quality
        if counts, hashes.0.hash.distance(to: hashes.1.hash) > limits.nearDistance { continue }
        count += 1
        guard count <= Self.comparisonsMax else {
          return .undecided(
            "not decided: more than \(Self.comparisonsMax) pairs of pictures look alike at first "
              + "sight; make smaller groups by 'where'")
        }
        let pair = Pair(
          left: (all[left].member, all[left].picture),
          right: (all[right].member, all[right].picture))
        do {
          let comparison = try compare(pair, shelf)
          guard comparison.level >= .near else { continue }
          return .broken(
            "not distinct: \(pair.text) are alike, \(comparison.summary)", pair.members,
            comparison.measures)
        } catch {
          return .undecided("not decided: \(pair.text) cannot be compared: \(error)")
        }
      }
    }
    return nil
  }

  private func hash(
    _ picture: GroupPicture, _ shelf: PictureShelf
  ) throws -> (hash: PDQHash, quality: Int) {
    if let hash = picture.hash { return hash }
    let hash = try shelf.hash(
      picture.blob, from: BlobStore(folder: picture.path.removingLastComponent()))
    return (hash.hash, hash.quality)
  }

  private func compare(_ pair: Pair, _ shelf: PictureShelf) throws -> Comparison {
    func picture(_ picture: GroupPicture) throws -> Picture {
      try shelf.picture(
        picture.blob, from: BlobStore(folder: picture.path.removingLastComponent()))
    }
    return Comparison(of: try picture(pair.left.picture), with: try picture(pair.right.picture))
  }

  // MARK: - Results

  private func made(
    _ group: Group, _ position: Int, _ outcome: Outcome, _ reason: String,
    _ pair: [GroupRecord.Member] = [], _ figures: [Measure.Figure] = []
  ) -> CaseResult {
    let declaration = group.declaration
    let isMild = declaration.severity == .warn && outcome == .failed
    let first = group.first
    let check = CheckResult(
      name: declaration.expectation.rawValue, verdict: outcome == .failed ? .failed : .passed,
      severity: declaration.severity, message: reason,
      measures: figures.isEmpty
        ? [] : [Measure(picture: pair.first?.index ?? 0, other: pair.last?.path, figures: figures)])
    let isSeedShared = declaration.across != .axis("seed")
    return CaseResult(
      identity: CaseIdentity(
        suite: first.suite, position: position, id: group.id, caseKey: first.caseKey,
        cells: group.cells, tags: [], location: declaration.location, model: first.model,
        seed: isSeedShared ? first.seed : nil, size: first.size, prompt: first.prompt),
      outcome: isMild ? .passed : outcome, reason: reason,
      notices: check.warning.map { [$0] } ?? [],
      checks: outcome == .failed || outcome == .passed ? [check] : [],
      origin: group.isSimulated ? .simulator : nil,
      group: GroupRecord(
        across: declaration.across.description, expectation: declaration.expectation,
        memberCount: group.members.count, caseCount: group.caseCount, pair: pair))
  }
}
