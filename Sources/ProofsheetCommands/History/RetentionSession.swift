internal import Canonical
internal import Experiments
internal import RunStore
internal import SystemPackage

/// Removes old runs.
struct RetentionSession {
  let rule: RetentionRule
  let isTrial: Bool
  let isAgreed: Bool
  let reports: FilePath
  let folders: FolderOptions
  let context: CommandContext

  /// Runs that are held back and listed one by one.
  private static let heldShown = 20

  /// Says what goes, asks, and removes it.
  ///
  /// - Throws: ``CommandExit``.
  func run() throws {
    guard !isTrial else {
      let store = try RunStore(folder: reports, spends: false)
      _ = try plan(store)
      return
    }
    // What is removed must stay removed before the folders go, and no run may be buying meanwhile.
    let store = try RunStore(folder: reports, spends: true)
    let lock = try StoreLock(folder: reports)
    let retention = try plan(store)
    guard try agree(retention) else { throw CommandExit(.incomplete, "nothing was removed") }
    let removed = try store.remove(
      retention, rendered: reports.appending(SheetOptions.cacheName), lock: lock)
    context.say(
      "removed \(Self.amount(retention)): \(ByteCount.text(removed.fileByteCount)) of files; the run "
        + "store has \(ByteCount.text(removed.databaseAfter)), before "
        + ByteCount.text(removed.databaseBefore))
    if let problem = removed.compactionProblem {
      context.say("warning: the run store could not be made smaller just now: \(problem)")
    }
    withExtendedLifetime(store) {}
    _ = consume lock
  }

  private static func amount(_ retention: Retention) -> String {
    let runs = Count.of(retention.removed.count, "run")
    guard !retention.blobs.isEmpty else { return runs }
    return "\(runs) and \(Count.of(retention.blobs.count, "file")) that nothing names"
  }

  private func plan(_ store: RunStore) throws -> Retention {
    let retention = try store.retention(
      rule, at: context.clock(), approved: try approved(of: store))
    let verb = isTrial ? "would remove" : "remove"
    for run in retention.removed {
      context.output(
        "\(verb) run \(run.id) (\(run.mode), \(Count.of(run.resultCount, "result"))), begun "
          + "\(run.startedAt)\n")
    }
    for path in retention.blobs { context.output("\(verb) \(path): nothing names it\n") }
    for held in retention.held.prefix(Self.heldShown) {
      context.say("stays: run \(held.id): \(held.reason)")
    }
    if retention.held.count > Self.heldShown {
      context.say("and \(Count.of(retention.held.count - Self.heldShown, "more run")) that stay")
    }
    context.say(
      "\(rule) stay: \(Count.of(retention.keptCount, "run")) in all"
        + (retention.isEmpty ? "; there is nothing to remove" : "")
        + (isTrial && !retention.isEmpty ? "; would remove \(Self.amount(retention))" : ""))
    return retention
  }

  /// The pictures that are approved or rejected in any suite that the store knows of; `nil` where a
  /// baseline cannot be read, for it may name any.
  private func approved(of store: RunStore) throws -> Set<SHA256Digest>? {
    var digests: Set<SHA256Digest> = []
    for suite in try store.suiteNames() {
      guard let header = try store.lastRun(of: suite)?.header,
        let stored = header.suites.first(where: { $0.name == suite })
      else { continue }
      do {
        let place = try ApprovedPlace(stored, of: header, folders, context)
        digests.formUnion(place.baseline.entries.map(\.blob.digest))
      } catch {
        let why = (error as? CommandExit)?.message ?? "\(error)"
        context.say("no file of a picture is removed, for a baseline cannot be read: \(why)")
        return nil
      }
    }
    return digests
  }

  private func agree(_ retention: Retention) throws -> Bool {
    guard !retention.isEmpty, !isAgreed else { return true }
    guard context.isTerminal, let answer = context.ask("Remove \(Self.amount(retention))? [y/N] ")
    else {
      throw CommandExit.usage(
        "nothing was removed: there is nobody to ask", hint: "agree to it with --yes")
    }
    return ["y", "yes"].contains(answer.lowercased())
  }
}
