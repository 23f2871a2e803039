internal import Canonical
internal import Dispatch
internal import Experiments
internal import Recording
internal import Reports
internal import Review
internal import Synchronization
internal import SystemPackage

/// Decides what a page asks for, by the same rules as `approve` and `reject`.
final class ReviewSession: ReviewDesk {
  /// How many earlier steps can be taken back.
  static let undoMax = 10_000

  /// One step that can be taken back: the decisions about each output before and after it.
  private struct Step {
    struct Change {
      let decision: BaselineEntry.Decision
      let suite: SuiteName
      let output: OutputID
      let before: [BaselineEntry]
      let after: [BaselineEntry]
    }

    let changes: [Change]
  }

  private struct State {
    var run: ReviewedRun
    var steps: [Step] = []
    /// Grows with everything that a page shows.
    var revision = 1
    /// Grows with the sheet.
    var sheet = 1
    var baselines: [SuiteName: (bytes: [UInt8]?, baseline: Baseline)] = [:]
    var counts: [BaselineEntry.Decision: Int] = [:]
  }

  private let desk: DecisionDesk
  private let state: Mutex<State>
  /// Files are read and written here, one request after the other.
  private let queue = DispatchQueue(label: "review")

  init(_ run: ReviewedRun, _ desk: DecisionDesk) {
    self.desk = desk
    state = Mutex(State(run: run))
  }

  /// What was decided here and is not taken back, and what waits still.
  func tally() throws -> (approved: Int, rejected: Int, left: Int) {
    let decided = try told { try refresh().count }
    return state.withLock { state in
      (
        state.counts[.approved] ?? 0, state.counts[.rejected] ?? 0,
        state.run.queue.entries.count - decided
      )
    }
  }

  // MARK: - Requests

  func queueScript() async throws(ReviewRefusal) -> [UInt8] {
    ReviewScript.bytes(state.withLock { $0.run.queue }, isServed: true)
  }

  func state(after revision: Int?) async throws(ReviewRefusal) -> JSONValue {
    try await serially { () throws(ReviewRefusal) in try self.stateNow(after: revision) }
  }

  func decide(_ order: ReviewOrder) async throws(ReviewRefusal) -> JSONValue {
    try await serially { () throws(ReviewRefusal) in
      try self.decideNow(order)
      return try self.stateNow(after: nil)
    }
  }

  func undo() async throws(ReviewRefusal) -> JSONValue {
    try await serially { () throws(ReviewRefusal) in
      try self.undoNow()
      return try self.stateNow(after: nil)
    }
  }

  private func serially<Value: Sendable>(
    _ work: @escaping @Sendable () throws(ReviewRefusal) -> Value
  ) async throws(ReviewRefusal) -> Value {
    let result: Result<Value, ReviewRefusal> = await withCheckedContinuation { continuation in
      // Reading and writing block a thread, of which those for tasks are few.
      queue.async {
        do throws(ReviewRefusal) {
          continuation.resume(returning: .success(try work()))
        } catch {
          continuation.resume(returning: .failure(error))
        }
      }
    }
    return try result.get()
  }

  /// Runs something whose failure a page is told.
  private func told<Value>(_ work: () throws -> Value) throws(ReviewRefusal) -> Value {
    do {
      return try work()
    } catch let refusal as ReviewRefusal {
      throw refusal
    } catch let exit as CommandExit {
      let text = (exit.message ?? "it failed").replacing("error: ", with: "")
      throw ReviewRefusal(409, text.replacing("\n", with: "; "))
    } catch {
      throw ReviewRefusal(409, "\(error)")
    }
  }

  // MARK: - How things stand

  /// The decision about each output that waits, as the baselines have it now.
  private func refresh() throws -> [ReviewedRun.Key: BaselineEntry] {
    let entries = state.withLock { $0.run.queue.entries }
    let suites = Set(entries.map(\.suite))
    for suite in desk.header.suites where suites.contains(suite.name) {
      let path = desk.baselinePath(of: suite)
      let bytes = try DecisionDesk.content(of: path)
      if let known = state.withLock({ $0.baselines[suite.name] }), known.bytes == bytes { continue }
      let baseline =
        try bytes.map { try BaselineFile.read($0, from: path, suite: suite.name) }
        ?? Baseline(suite: suite.name)
      state.withLock {
        $0.baselines[suite.name] = (bytes, baseline)
        $0.revision += 1
      }
    }
    let baselines = state.withLock { $0.baselines.mapValues(\.baseline) }
    var decided: [ReviewedRun.Key: BaselineEntry] = [:]
    for entry in entries {
      let found = baselines[entry.suite]?.entries(for: entry.output).first {
        $0.blob.digest == entry.digest
      }
      if let found { decided[ReviewedRun.Key(suite: entry.suite, output: entry.output)] = found }
    }
    return decided
  }

  private func stateNow(after revision: Int?) throws(ReviewRefusal) -> JSONValue {
    let decided = try told { try refresh() }
    let now = desk.context.clock()
    return state.withLock { state in
      let isKnown = revision == state.revision
      return .members([
        "revision": .integer(state.revision),
        "sheet": .integer(state.sheet),
        "ended": .bool(state.run.standing != .goesOn),
        "endedEarly": .bool(state.run.standing == .endedEarly),
        "heading": SheetHeading(
          state.run.header, state.run.summary(at: now), goesOn: state.run.standing == .goesOn
        ).json,
        "done": .integer(state.run.caseCount),
        "cases": .integer(state.run.header.caseCount),
        "undo": .integer(state.steps.count),
        "decided": isKnown
          ? nil
          : .array(
            decided.map { key, entry in
              .members([
                "suite": .string(key.suite.text),
                "key": .string(key.output.caseKey.description),
                "image": .integer(key.output.index),
                "decision": .string(entry.decision.rawValue),
                "at": .string(entry.at.description),
                "by": .string(entry.by),
                "note": entry.note.map { .string($0) },
              ])
            }),
      ])
    }
  }

  // MARK: - Deciding

  /// Checks everything first; what cannot be decided is refused by name, and then nothing is decided.
  private func decideNow(_ order: ReviewOrder) throws(ReviewRefusal) {
    let lines = Dictionary(grouping: order.lines, by: \.wanted.suite)
    var refused: [ReviewRefusal.Output] = []
    var drafts: [(suite: SuiteName, draft: DecisionDesk.Draft)] = []
    for suite in desk.header.suites {
      guard let lines = lines[suite.name] else { continue }
      var draft = try told { try desk.open(suite) }
      for line in lines {
        if let reason = try told({ try decide(line, in: &draft) }) {
          refused.append(
            ReviewRefusal.Output(
              suite: suite.name, caseID: line.wanted.caseID, output: line.wanted.output,
              reason: reason))
        }
      }
      drafts.append((suite.name, draft))
    }
    guard drafts.count == lines.count else {
      throw ReviewRefusal(409, "the run has no suite of that name")
    }
    guard refused.isEmpty else {
      throw ReviewRefusal(
        409, "nothing was decided: \(Count.of(refused.count, "picture")) cannot be decided about",
        outputs: refused)
    }
    try told { try DecisionDesk.write(drafts.map(\.draft)) }
    remember(
      drafts.flatMap { suite, draft in
        (lines[suite] ?? []).map { line in
          Step.Change(
            decision: line.wanted.decision, suite: suite, output: line.wanted.output,
            before: draft.current.entries(for: line.wanted.output),
            after: draft.changes.baseline.entries(for: line.wanted.output))
        }
      })
  }

  private func remember(_ changes: [Step.Change]) {
    guard !changes.isEmpty else { return }
    state.withLock { state in
      state.steps.append(Step(changes: changes))
      if state.steps.count > Self.undoMax { state.steps.removeFirst() }
      for change in changes { state.counts[change.decision, default: 0] += 1 }
      state.revision += 1
    }
  }

  /// Decides about one output.
  ///
  /// - Returns: why it cannot be decided about; `nil` where it was.
  private func decide(
    _ line: ReviewOrder.Line, in draft: inout DecisionDesk.Draft
  ) throws -> String? {
    let wanted = line.wanted
    if let note = wanted.note, desk.context.redactor.finds(in: Array(note.utf8)) {
      return "the note holds the API key, which would stand in the baseline"
    }
    let key = ReviewedRun.Key(suite: wanted.suite, output: wanted.output)
    guard let result = state.withLock({ $0.run.results[key] }),
      let output = result.outputs.first(where: { $0.index == wanted.output.index })
    else { return "it does not wait for a decision in this run" }
    guard output.blob.digest == wanted.digest, output.picture?.pixelDigest == wanted.pixelDigest
    else { return "the page shows another picture than the run has" }
    let standing = draft.current.entries(for: wanted.output).first {
      $0.blob.digest == wanted.digest
    }
    guard standing?.at == line.seen else {
      guard let standing else { return "the decision that the page shows was taken back" }
      return
        "\(standing.by) \(standing.decision.rawValue) it at \(standing.at), after the page was drawn"
    }
    let outputs: Set = [output.index]
    if let reason = draft.guardian.staleness(
      of: result, wanted.decision, in: draft.current, outputs: outputs)
    {
      return reason
    }
    var tally = Approval.Result()
    try desk.approval(wanted.decision, note: wanted.note).decide(
      result, in: &draft.changes, tally: &tally, outputs: outputs
    ) { desk.locate($0) }
    return tally.skipped.first
  }

  /// Puts the lines of the last step back to what they were.
  private func undoNow() throws(ReviewRefusal) {
    guard let step = state.withLock({ $0.steps.last }) else {
      throw ReviewRefusal(409, "there is nothing to take back")
    }
    var drafts: [DecisionDesk.Draft] = []
    for suite in desk.header.suites {
      let changes = step.changes.filter { $0.suite == suite.name }
      guard !changes.isEmpty else { continue }
      var draft = try told { try desk.open(suite) }
      for change in changes {
        guard Set(draft.current.entries(for: change.output)) == Set(change.after) else {
          throw ReviewRefusal(
            409, "somebody decided about one of the pictures since; nothing was taken back")
        }
        draft.changes.restore(change.before, for: change.output)
      }
      drafts.append(draft)
    }
    try told { try DecisionDesk.write(drafts) }
    state.withLock { state in
      state.steps.removeLast()
      for change in step.changes { state.counts[change.decision, default: 0] -= 1 }
      state.revision += 1
    }
  }

  // MARK: - A run that goes on

  /// Whether results of the run may still come.
  var goesOn: Bool { state.withLock { $0.run.standing == .goesOn } }

  /// How a run stands that was ended early; `nil` where it was not.
  var earlyEnd: String? { state.withLock { $0.run.earlyEnd } }

  /// Takes what the run has written since, and renders the sheet anew where there is anything.
  ///
  /// - Parameter render: writes the sheet.
  func goOn(
    render: @escaping @Sendable (any RunReader) throws -> Void
  ) async throws(ReviewRefusal) {
    try await serially { () throws(ReviewRefusal) in
      try self.told {
        let now = self.desk.context.clock()
        let reader = try self.state.withLock { state in
          try state.run.goOn() ? try state.run.reader(at: now) : nil
        }
        guard let reader else { return }
        try render(reader)
        self.state.withLock {
          $0.sheet += 1
          $0.revision += 1
        }
      }
    }
  }
}
