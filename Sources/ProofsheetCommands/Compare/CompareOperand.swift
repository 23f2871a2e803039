internal import ArgumentParser
internal import Canonical
internal import Experiments
internal import Recording
internal import Suites
internal import SystemPackage

/// One side of a comparison, as the command line names it.
enum CompareOperand: Hashable, Sendable {
  /// A run by id, `latest` or folder.
  case run(String)
  /// What is approved of the suites of the other side.
  case baseline
  /// The cases of a run that take an entry from an axis.
  case entry(axis: String, value: String, run: String)

  /// Reads `RUN`, `baseline` or `AXIS=VALUE[@RUN]`.
  ///
  /// - Throws: ``CommandExit`` for a text that is none of these.
  init(_ text: String) throws {
    guard let sign = text.firstIndex(of: "=") else {
      guard !text.isEmpty else { throw Self.malformed(text) }
      self = text == "baseline" ? .baseline : .run(text)
      return
    }
    let axis = String(text[..<sign])
    var value = text[text.index(after: sign)...]
    var run = "latest"
    if let at = value.lastIndex(of: "@") {
      run = String(value[value.index(after: at)...])
      value = value[..<at]
    }
    guard !axis.isEmpty, !value.isEmpty, !run.isEmpty else { throw Self.malformed(text) }
    self = .entry(axis: axis, value: String(value), run: run)
  }

  private static func malformed(_ text: String) -> CommandExit {
    .usage(
      "\(VisibleText.quote(text)) is no side of a comparison",
      hint: "a side is a run, 'baseline', or AXIS=VALUE[@RUN] such as model=v45@latest")
  }

  /// The run that it names; `nil` of a baseline.
  var run: String? {
    switch self {
    case .run(let run), .entry(_, _, let run): run
    case .baseline: nil
    }
  }

  /// The axis that it names.
  var axis: String? {
    guard case .entry(let axis, _, _) = self else { return nil }
    return axis
  }
}

/// One side of a comparison with its cases.
struct CompareSide {
  let name: String
  let cases: [ComparedCase]
  let isSimulated: Bool

  /// Reads the cases of a side out of a run.
  ///
  /// - Throws: ``CommandExit`` where the run has no such axis or entry.
  init(
    _ operand: CompareOperand, of run: any RunReader, _ filter: CaseFilter,
    _ context: CommandContext
  ) throws {
    var cases: [ComparedCase] = []
    var entries: [String: Set<String>] = [:]
    var isSimulated = false
    for suite in run.header.suites {
      try run.forEachResult(of: suite.name) { result in
        guard result.group == nil else { return }
        if case .entry(let axis, let value, _) = operand {
          for cell in result.identity.cells { entries[cell.axis, default: []].insert(cell.entry) }
          let isMember = result.identity.cells.contains {
            $0.axis == axis && ($0.entry == value || $0.value == value)
          }
          guard isMember else { return }
        }
        guard filter.admits(result.identity, outcome: result.outcome) else { return }
        isSimulated = isSimulated || result.origin == .simulator
        cases.append(ComparedCase(result) { run.header.locate($0, context) })
      }
    }
    self.cases = cases
    self.isSimulated = isSimulated
    switch operand {
    case .entry(let axis, let value, _):
      guard let known = entries[axis] else {
        throw CommandExit.usage(
          "the run \(run.header.id) has no axis \(VisibleText.quote(axis))",
          hint: "its axes are \(entries.keys.sorted().joined(separator: ", "))")
      }
      guard !cases.isEmpty || known.contains(value) || !filter.isAll else {
        throw CommandExit.usage(
          "the axis '\(axis)' of the run \(run.header.id) has no entry \(VisibleText.quote(value))",
          hint: "its entries are \(known.sorted().prefix(20).joined(separator: ", "))")
      }
      name = "\(axis)=\(value) of run \(run.header.id)"
    case .run, .baseline: name = "run \(run.header.id)"
    }
  }

  /// Reads what is approved of the suites of a run.
  ///
  /// - Throws: ``CommandExit`` for a baseline that cannot be read, or where nothing is approved.
  init(
    approvedOf run: any RunReader, _ options: FolderOptions, _ filter: CaseFilter,
    _ context: CommandContext
  ) throws {
    var cases: [ComparedCase] = []
    var isSimulated = false
    for suite in run.header.suites {
      let place = try ApprovedPlace(suite, of: run.header, options, context)
      // A filter speaks of cases of the run; a baseline knows their names alone.
      var selected: Set<CaseID>?
      if !filter.isAll {
        var ids: Set<CaseID> = []
        try run.forEachResult(of: suite.name) {
          if filter.admits($0.identity, outcome: $0.outcome) { ids.insert($0.identity.id) }
        }
        selected = ids
      }
      let approved = place.baseline.entries.filter {
        $0.decision == .approved && selected?.contains($0.caseID) ?? true
      }
      isSimulated = isSimulated || approved.contains { $0.origin == .simulator }
      let byCase = Dictionary(grouping: approved, by: \.output.caseKey)
      cases += byCase.keys.sorted().compactMap { key in
        ComparedCase(approved: byCase[key] ?? [], of: suite.name, in: place.blobs)
      }
    }
    guard !cases.isEmpty else {
      throw CommandExit.usage(
        "nothing is approved of the suites of the run \(run.header.id)",
        hint: "approve what is right with: proofsheet approve \(run.header.id)")
    }
    self.cases = cases
    self.isSimulated = isSimulated
    name = "what is approved"
  }
}
