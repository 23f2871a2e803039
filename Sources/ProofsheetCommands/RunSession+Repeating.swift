internal import ArgumentParser
internal import Canonical
internal import Experiments
internal import Recording
internal import RunStore
internal import SeedreamAPI
internal import Suites
internal import SystemPackage

/// Which cases of the last run are repeated.
enum RepeatRule: String, CaseIterable, ExpressibleByArgument {
  case failed
  case errors
  case drifted

  func admits(_ outcome: Outcome) -> Bool {
    switch self {
    case .failed: outcome.verdict == .failure
    case .errors: outcome.verdict == .error
    case .drifted: outcome == .drifted
    }
  }

  /// What no case did where nothing is repeated.
  var deed: String {
    switch self {
    case .failed: "failed"
    case .errors: "ended in an error"
    case .drifted: "drifted"
    }
  }
}

/// The part of a plan as the command line names it.
enum ShardChoice {
  case named(Shard)
  case automatic

  /// Reads what the option says.
  static func reading(_ text: String) throws -> ShardChoice {
    if text == "auto" { return .automatic }
    guard let shard = Shard(text) else {
      throw ValidationError(
        "expected auto, or a part and how many there are, the first being 1: 2/3")
    }
    return .named(shard)
  }

  /// The shard, looked up where the command line leaves it to the service.
  ///
  /// - Throws: ``CommandExit`` where no service tells it.
  func resolved(_ context: CommandContext) throws -> Shard {
    if case .named(let shard) = self { return shard }
    switch Shard.find(in: context.environment) {
    case .shard(let shard, let variable):
      context.say("shard \(shard), by \(variable)")
      try acknowledge(context)
      return shard
    case .unusable(let reason): throw CommandExit.usage("--shard auto: \(reason)")
    case .none:
      throw CommandExit.usage(
        "--shard auto: no variable of GitLab, CircleCI, Buildkite, Slurm, Kubernetes or Bazel says "
          + "which part this is", hint: "name it, for example --shard 2/3")
    }
  }

  /// Bazel wants to see that a test knows of shards.
  private func acknowledge(_ context: CommandContext) throws {
    guard let path = context.environment["TEST_SHARD_STATUS_FILE"], !path.isEmpty else { return }
    do {
      try DurableFile.write([], to: FilePath(path))
    } catch {
      throw CommandExit.usage("\(error)")
    }
  }
}

extension RunSession {
  /// Lines about changed cases that are written for one suite.
  private static let changesShownMax = 20

  /// The plans for what `--only` and `--shard` leave of them.
  func selected(_ plans: [Plan]) throws -> [Plan] {
    let repeated = try repeated(plans)
    guard let shard else { return repeated }
    var part: [Plan] = []
    for plan in repeated {
      part.append(plan.sharded(by: shard, after: part.last?.part?.dealt ?? 0))
    }
    tellShare(shard, of: repeated, part)
    return part
  }

  /// Says what a shard has of the plan, of the money and of the pace.
  private func tellShare(_ shard: Shard, of whole: [Plan], _ part: [Plan]) {
    func count(_ plans: [Plan]) -> Int { plans.reduce(0) { $0 + $1.selected.count } }
    context.say(
      "shard \(shard.index) of \(shard.count): \(Count.grouped(count(part))) of "
        + Count.of(count(whole), "case"))
    guard command.mode.maySpend else { return }
    var pieces = [settings.maxCost.value.map { "a cap of \($0)" } ?? "no cap"]
    pieces.append("\(settings.concurrency(inReplay: false)) at once")
    if let rate = settings.requestsPerMinute.value { pieces.append("\(rate) requests a minute") }
    if let most = settings.maxRequests.value { pieces.append(Count.of(most, "request")) }
    context.say("its share: \(pieces.joined(separator: ", "))")
  }

  /// What reports say of the part; `nil` where everything is run.
  func shardHeader(_ plans: [Plan]) -> ShardHeader? {
    shard.map { shard in
      ShardHeader(
        shard, caseCounts: plans.map { $0.unsharded.selected.count },
        suiteCounts: plans.map(\.suite.caseCount))
    }
  }

  /// The plans for what `--only` repeats; the same plans without it.
  private func repeated(_ plans: [Plan]) throws -> [Plan] {
    guard let rule = command.only else { return plans }
    let store = try open(spends: false)
    return try told {
      let repeated = try plans.map { try $0.repeating(repeatedCases(of: $0, rule, store)) }
      let cases = repeated.reduce(0) { $0 + $1.selected.count }
      guard cases > 0 else {
        // A run of nothing would stand in the place of the last one.
        context.say("nothing to repeat: no selected case of the last run \(rule.deed)")
        throw CommandExit(.success)
      }
      return repeated
    }
  }

  private func repeatedCases(
    of plan: Plan, _ rule: RepeatRule, _ store: RunStore
  ) throws -> RepeatedCases {
    let suite = plan.suite.name
    guard let run = try store.lastRun(of: suite) else {
      throw CommandExit.usage(
        "--only: no run of the suite '\(suite)' has ended, so that there is nothing to repeat",
        hint: "run it without --only first")
    }
    var repeated = RepeatedCases()
    try run.forEachResult(of: suite) {
      repeated.note($0.identity, isRepeated: rule.admits($0.outcome))
    }
    context.say(
      "\(suite): repeating \(Count.of(repeated.count, "case")) of run \(run.header.id)")
    tellChanges(of: plan, "since run \(run.header.id)") { suiteCase in
      repeated.isChanged(suiteCase) ? "it asks for something else than it did" : nil
    }
    return repeated
  }

  /// The live run that `--resume` goes on with; `nil` without it.
  func liveRunToResume(_ store: RunStore) throws -> RunID? {
    guard command.resume, command.mode == .live else { return nil }
    let suites = set.members.map(\.suite.name)
    guard let run = try store.lastLiveRun(of: suites) else {
      throw CommandExit.usage(
        "there is no live run of these suites in \(reports) to go on with",
        hint: "run without --resume")
    }
    context.say("going on with run \(run)")
    return run
  }

  /// Leaves out what the resumed live run has got answered.
  func resumeLive(_ plans: [Plan], _ ledger: StoreLedger) throws -> [Plan] {
    do {
      return try plans.map { plan in
        let sent = try ledger.sentLive(of: plan.suite.name)
        let answered = Set(sent.filter(\.isAnswered).map(\.recordedCase.caseKey))
        let earlier = Dictionary(
          sent.map { ($0.recordedCase.caseID, $0.recordedCase) }, uniquingKeysWith: { $1 })
        context.say(
          "\(plan.suite.name): \(Count.of(answered.count, "case")) "
            + "\(answered.count == 1 ? "was" : "were") answered and "
            + "\(answered.count == 1 ? "is" : "are") not sent again")
        tellChanges(of: plan, "since then") { suiteCase in
          guard let old = earlier[suiteCase.id], old.caseKey != suiteCase.caseKey else {
            return nil
          }
          return FieldChange.names(
            FieldChange.between(
              recorded: old.canonicalRequest, asked: suiteCase.request.canonical))
        }
        return plan.resuming(answered)
      }
    } catch {
      throw CommandExit(.usage, "error: \(error)")
    }
  }

  /// Names the cases that were changed and run again for that.
  private func tellChanges(
    of plan: Plan, _ when: String, _ change: (SuiteCase) -> String?
  ) {
    var count = 0
    for suiteCase in plan.selected {
      guard let change = change(suiteCase) else { continue }
      count += 1
      if count <= Self.changesShownMax {
        context.say("changed \(when): \(suiteCase.id): \(change)")
      }
    }
    if count > Self.changesShownMax {
      context.say("and \(count - Self.changesShownMax) more that were changed")
    }
  }
}
