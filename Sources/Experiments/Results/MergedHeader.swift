package import Canonical

/// Runs that cannot be merged, and why.
package struct MergeProblem: Error, Hashable, Sendable, CustomStringConvertible {
  /// What was found, with the runs, and what was expected.
  package let description: String

  /// Says what is wrong.
  package init(_ description: String) { self.description = description }
}

/// The header of a run that was run in parts, made of the headers of its parts.
package struct MergedHeader: Sendable {
  /// The header of the whole.
  package let header: RunHeader
  /// The place of the first group of each suite, by the suite's name.
  package let groupPlaces: [SuiteName: Int]

  /// Verifies that parts belong together: the same suites, mode and version, each shard once.
  ///
  /// - Parameters:
  ///   - parts: the headers of all parts.
  ///   - id: the id of the merged run.
  /// - Throws: ``MergeProblem`` for the first thing that is wrong.
  package init(_ parts: [RunHeader], id: RunID) throws(MergeProblem) {
    guard let first = parts.first, let shard = first.shard else {
      throw MergeProblem(
        parts.isEmpty
          ? "there is no run to merge" : "run \(parts[0].id) is no shard; it was run whole")
    }
    var seen: [Int: RunID] = [:]
    for part in parts {
      guard let own = part.shard else {
        throw MergeProblem("run \(part.id) is no shard; it was run whole")
      }
      if let difference = Self.difference(part, first) {
        throw MergeProblem(
          "runs \(first.id) and \(part.id) are not of the same plan: \(difference)")
      }
      if let other = seen.updateValue(part.id, forKey: own.shard.index) {
        throw MergeProblem("runs \(other) and \(part.id) are both shard \(own.shard)")
      }
    }
    let missing = (1...shard.shard.count).filter { seen[$0] == nil }
    guard missing.isEmpty else {
      let listed = missing.prefix(20).map(String.init).joined(separator: ", ")
      throw MergeProblem(
        "\(Count.of(missing.count, "shard")) of \(shard.shard.count) "
          + "\(missing.count == 1 ? "is" : "are") missing: \(listed)")
    }
    guard shard.caseCounts.count == first.suites.count else {
      throw MergeProblem("run \(first.id) counts the cases of other suites than it has")
    }
    groupPlaces = Dictionary(
      zip(first.suites.map(\.name), shard.suiteCounts), uniquingKeysWith: { left, _ in left })
    header = RunHeader(
      id: id, startedAt: parts.map(\.startedAt).min() ?? first.startedAt, mode: first.mode,
      toolVersion: first.toolVersion, workingFolder: first.workingFolder,
      endpoint: parts.lazy.compactMap(\.endpoint).first,
      suites: zip(first.suites, shard.caseCounts).map { $0.with(caseCount: $1) })
  }

  /// What tells a part from another beside its shard; `nil` where they belong together.
  private static func difference(_ part: RunHeader, _ first: RunHeader) -> String? {
    if part.shard?.shard.count != first.shard?.shard.count {
      return "one is of \(first.shard?.shard.count ?? 0) shards, the other of "
        + "\(part.shard?.shard.count ?? 0)"
    }
    if part.mode != first.mode { return "\(first.mode) and \(part.mode)" }
    if part.toolVersion != first.toolVersion {
      return "versions \(first.toolVersion) and \(part.toolVersion)"
    }
    if part.suites.map(\.name) != first.suites.map(\.name) {
      return "suites \(first.suites.map(\.name.text)) and \(part.suites.map(\.name.text))"
    }
    if let changed = zip(part.suites, first.suites).first(where: { $0.digest != $1.digest }) {
      return "the suite '\(changed.0.name)' was changed between them"
    }
    if part.shard?.caseCounts != first.shard?.caseCounts {
      return "their filters select different cases"
    }
    return nil
  }
}

extension RunSummary {
  /// The summary of a whole whose parts came to these, but for findings: those are of suites, for
  /// ``AgeTally`` and ``RunFinding/unused(of:parts:)`` to tell.
  package init(merging parts: [RunSummary]) {
    self.init()
    for part in parts {
      counts.merge(part.counts, uniquingKeysWith: +)
      spending.spent += part.spending.spent
      spending.possiblyBilled += part.spending.possiblyBilled
      spending.requests += part.spending.requests
      if let cap = part.spending.cap { spending.cap = (spending.cap ?? .zero) + cap }
      wallMilliseconds = max(wallMilliseconds, part.wallMilliseconds)
      isSimulated = isSimulated || part.isSimulated
      isInterrupted = isInterrupted || part.isInterrupted
      groupCount += part.groupCount
    }
  }
}

extension CaseResult {
  /// The same at another place of its suite.
  package func at(position: Int) -> CaseResult {
    let old = identity
    return CaseResult(
      identity: CaseIdentity(
        suite: old.suite, position: position, id: old.id, caseKey: old.caseKey, cells: old.cells,
        tags: old.tags, location: old.location, model: old.model, seed: old.seed, size: old.size,
        prompt: old.prompt),
      outcome: outcome, reason: reason, hint: hint, details: details, notices: notices,
      checks: checks, outputs: outputs, source: source, origin: origin, startedAt: startedAt,
      latencyMilliseconds: latencyMilliseconds, cost: cost, possiblyBilled: possiblyBilled,
      failedAttempts: failedAttempts, group: group)
  }
}
