internal import Canonical
internal import ImageComparison
internal import Recording
internal import SeedreamAPI
internal import Suites
internal import SystemPackage

/// What a group needs of one picture.
struct GroupPicture: Sendable {
  let index: Int
  let blob: BlobID
  let pixelDigest: String
  let path: FilePath
  /// The hash and its quality, where pictures must be told apart by it.
  let hash: (hash: PDQHash, quality: Int)?
}

/// What a group needs of one case.
struct GroupMember: Sendable {
  let id: CaseID
  /// Its pictures; of one that cannot be judged, none.
  let pictures: [GroupPicture]
  /// Why it has no pictures that can be judged.
  let problem: String?
  /// Why it may fail; `nil` for a case that must pass.
  let known: KnownFailure?
}

/// One group of cases, as far as the run had them.
struct Group: Sendable {
  let declaration: CaseGroup
  /// The first of its cases, by which reports tell what it is about.
  let first: CaseIdentity
  /// Its readable name.
  let id: CaseID
  /// What its cases have in common.
  let cells: [CaseCell]
  var members: [GroupMember] = []
  /// Whether a picture of it is of the simulator.
  var isSimulated = false
  /// How many cases it has in the suite.
  var caseCount = 0
}

/// Collects what the groups of a suite need while its cases end: digests and paths, and never pixels.
struct GroupDesk: Sendable {
  /// A group of a declaration.
  private struct Key: Hashable {
    let declaration: Int
    let group: GroupKey
  }

  private let plan: Plan
  private var groups: [Key: Group] = [:]
  /// The groups in the order of their first cases.
  private var order: [Key] = []

  init(_ plan: Plan) { self.plan = plan }

  /// Takes a case that was told.
  mutating func take(_ planned: PlannedCase, _ result: CaseResult) {
    for (index, declaration) in plan.suite.groups.enumerated() {
      guard let group = declaration.key(of: planned.suiteCase) else { continue }
      let key = Key(declaration: index, group: group)
      if groups[key] == nil {
        order.append(key)
        groups[key] = Group(
          declaration: declaration, first: result.identity,
          id: declaration.name(of: planned.suiteCase),
          cells: declaration.cells(of: planned.suiteCase))
      }
      groups[key]?.members.append(GroupMember(result, known: planned.suiteCase.known))
      if result.origin == .simulator { groups[key]?.isSimulated = true }
    }
  }

  /// Judges every group that the run had a case of, in the order of their first cases.
  ///
  /// - Parameters:
  ///   - concurrency: how many are judged at once.
  ///   - clock: tells the time, by which quarantines end.
  func judged(
    concurrency: Int, clock: @escaping @Sendable () -> Timestamp
  ) async -> [CaseResult] {
    guard !order.isEmpty else { return [] }
    let all = counted()
    let judge = GroupJudge(now: clock())
    var results = [CaseResult?](repeating: nil, count: all.count)
    // Groups follow the cases. Of a part of the plan their places have gaps, which merging closes.
    let positions = plan.part.map { _ in
      order.map {
        plan.suite.caseCount + (groups[$0]?.first.position ?? 0) * plan.suite.groups.count
          + $0.declaration
      }
    }
    let firstPosition = plan.suite.caseCount
    func position(_ place: Int) -> Int { positions?[place] ?? firstPosition + place }
    await withTaskGroup(of: (Int, CaseResult).self) { tasks in
      var next = 0
      while next < min(concurrency, all.count) {
        tasks.addTask { [next] in
          (next, await judge.result(of: all[next], at: position(next)))
        }
        next += 1
      }
      while let (index, result) = await tasks.next() {
        results[index] = result
        guard next < all.count else { continue }
        tasks.addTask { [next] in
          (next, await judge.result(of: all[next], at: position(next)))
        }
        next += 1
      }
    }
    return results.compactMap(\.self)
  }

  /// The groups with the number of cases that each has in the suite, each of a name of its own.
  private func counted() -> [Group] {
    var sizes: [Key: Int] = [:]
    if !plan.isWhole {
      for suiteCase in plan.suite.cases {
        for (index, declaration) in plan.suite.groups.enumerated() {
          guard let group = declaration.key(of: suiteCase) else { continue }
          let key = Key(declaration: index, group: group)
          if groups[key] != nil { sizes[key, default: 0] += 1 }
        }
      }
    }
    var names: [CaseID: Int] = [:]
    return order.compactMap { key -> Group? in
      guard var group = groups[key] else { return nil }
      group.caseCount = sizes[key] ?? group.members.count
      let count = names[group.id, default: 0] + 1
      names[group.id] = count
      guard count > 1 else { return group }
      // Two declarations may mean groups of one name by their 'where'.
      return Group(
        declaration: group.declaration, first: group.first,
        id: CaseID(joining: [group.id.text, "\(count)"]), cells: group.cells,
        members: group.members, isSimulated: group.isSimulated, caseCount: group.caseCount)
    }
  }
}

extension GroupMember {
  /// What a group needs of a case that ended.
  init(_ result: CaseResult, known: KnownFailure?) {
    id = result.identity.id
    self.known = known
    let pictures = result.outputs.compactMap { output -> GroupPicture? in
      guard let picture = output.picture else { return nil }
      let hash = output.hash.flatMap { record in
        record.version == PDQ.version
          ? PDQHash(hex: record.hex).map { ($0, record.quality) } : nil
      }
      return GroupPicture(
        index: output.index, blob: output.blob, pixelDigest: picture.pixelDigest,
        path: output.path, hash: hash)
    }
    guard !pictures.isEmpty, pictures.count == result.outputs.count else {
      self.pictures = []
      let isDamaged = !result.outputs.isEmpty
      problem =
        isDamaged ? "a picture of it cannot be decoded" : "it ended \(result.outcome.rawValue)"
      return
    }
    self.pictures = pictures
    problem = nil
  }
}
