internal import Canonical
package import Experiments
internal import Suites
internal import Synchronization
internal import SystemPackage

/// Tells a run to the person before the console, on standard error.
///
/// Draws nothing by itself: what is said, it says when an event comes. On a terminal a line of progress
/// is drawn over at most ten times a second; elsewhere one is written every few seconds.
package final class ConsoleReport: RunSink {
  /// Milliseconds between two drawings on a terminal.
  static let redrawMilliseconds = 100
  /// Milliseconds between two lines of progress elsewhere.
  static let plainMilliseconds = 5_000
  /// Cases that are shown as they fail; what follows is counted.
  package static let shownMax = 100
  /// Cases that the summary names.
  static let worstMax = 10

  /// Files or cases of a finding that are shown.
  private static let subjectsMax = 3

  private struct State {
    var progress = ConsoleProgress()
    var mode: RunMode = .replay
    var start: Duration = .zero
    /// When progress was shown last; `nil` when it may be shown at once.
    var lastLine: Duration?
    var isDrawn = false
    var shownCount = 0
    var worst = RankedCases(max: ConsoleReport.worstMax)
    /// Outcomes whose hint was shown.
    var hinted: Set<Outcome> = []
    var notes = ConsoleNotes()
  }

  private let style: ConsoleStyle
  private let now: @Sendable () -> Duration
  private let write: @Sendable (String) -> Void
  private let state = Mutex(State())

  /// Puts a report together.
  ///
  /// - Parameters:
  ///   - style: how it looks.
  ///   - now: the time since any fixed moment, by a clock that never goes back.
  ///   - write: takes text for standard error, whole lines or, on a terminal, a line to draw over.
  package init(
    style: ConsoleStyle, now: @escaping @Sendable () -> Duration,
    write: @escaping @Sendable (String) -> Void
  ) {
    self.style = style
    self.now = now
    self.write = write
  }

  /// Says what there is to say of an event.
  package func receive(_ event: RunEvent) {
    state.withLock { state in
      switch event {
      case .started(let header): started(header, &state)
      case .notice(let message):
        if style.verbosity != .quiet {
          say(style.wrap("note: ", message, indent: ""), &state)
          updateProgress(&state)
        }
      case .paced(let limit): state.progress.limit = limit
      case .caseStarted: updateProgress(&state)
      case .caseFinished(let result, let spending): finished(result, spending, &state)
      case .finished(let summary): finished(summary, &state)
      }
    }
  }

  // MARK: Events

  private func started(_ header: RunHeader, _ state: inout State) {
    state.mode = header.mode
    state.progress.total = header.caseCount
    state.start = now()
    state.lastLine = style.isTerminal ? nil : state.start
    guard style.verbosity != .quiet else { return }
    var text =
      "\(header.mode.rawValue): \(ConsoleFigure.count(header.caseCount, "case")) of "
      + ConsoleFigure.count(header.suites.count, "suite")
    if let endpoint = header.endpoint { text += ", from \(endpoint)" }
    say(style.wrap("", text, indent: ""), &state)
    updateProgress(&state)
  }

  private func finished(_ result: CaseResult, _ spending: Spending, _ state: inout State) {
    // Groups come when all cases of their suite have ended, and are none.
    if result.group == nil { state.progress.counts[result.outcome, default: 0] += 1 }
    state.progress.spending = spending
    state.notes.add(result)
    let verdict = result.outcome.verdict
    if verdict == .failure || verdict == .error {
      state.worst.add(result)
      state.shownCount += 1
      if state.shownCount <= Self.shownMax || style.verbosity == .verbose {
        let isFirst = state.hinted.insert(result.outcome).inserted
        let showsHint = isFirst || style.verbosity == .verbose
        say(
          ConsoleCase.lines(result, style, showsHint: showsHint).joined(separator: "\n"), &state)
      } else if state.shownCount == Self.shownMax + 1 {
        let text = "further failing cases are counted only; --verbose shows them"
        say(style.wrap("", text, indent: ""), &state)
      }
    } else if style.verbosity == .verbose {
      say(ConsoleCase.lines(result, style).joined(separator: "\n"), &state)
    }
    updateProgress(&state)
  }

  private func finished(_ summary: RunSummary, _ state: inout State) {
    let isGood = summary.exitStatus == .success
    if style.verbosity == .quiet, isGood, !summary.isSimulated, summary.findings.isEmpty {
      erase(&state)
      return
    }
    var lines: [String] = []
    if style.verbosity != .quiet { lines += worstLines(state) }
    if style.verbosity == .normal { lines += state.notes.lines(style) }
    lines += summary.findings.flatMap { Self.findingLines($0, style) }
    let colour: ConsoleStyle.Colour = isGood ? .green : .red
    let counts = summary.counts.isEmpty ? "" : ": " + ConsoleProgress.list(summary.counts)
    let head = summary.isInterrupted ? "interrupted, " : ""
    let total =
      head + ConsoleFigure.count(summary.caseCount, "case")
      + (summary.groupCount > 0 ? " and \(ConsoleFigure.count(summary.groupCount, "group"))" : "")
      + " in \(ConsoleFigure.time(summary.wallMilliseconds))" + counts
    lines += style.wrap("", total, indent: "").split(separator: "\n").map {
      style.paint(String($0), colour)
    }
    if let money = moneyLine(summary.spending, state.mode) {
      lines.append(style.wrap("", money, indent: ""))
    }
    if summary.isSimulated {
      lines += style.wrap("", SimulatorNotice.text, indent: "").split(separator: "\n").map {
        style.paint(String($0), .yellow)
      }
    }
    say(lines.joined(separator: "\n"), &state)
  }

  /// The worst cases with the files to open: of a few, which were all told just before, the first one only.
  private func worstLines(_ state: State) -> [String] {
    let worst = state.worst.results
    guard let first = worst.first, state.shownCount > 1 else { return [] }
    let hidden = state.shownCount - worst.count
    guard hidden > 0 else {
      return [style.paint("look first at:", .bold)] + ConsoleCase.worstLines(first, style)
    }
    return [style.paint("worst first:", .bold)]
      + worst.flatMap { ConsoleCase.worstLines($0, style) } + ["  and \(hidden) more"]
  }

  /// What was found out about recordings, the first of them, and what to run.
  ///
  /// - Parameter style: how lines look; unpainted and unbroken where nothing is said.
  package static func findingLines(
    _ finding: RunFinding, _ style: ConsoleStyle = ConsoleStyle(isTerminal: false)
  ) -> [String] {
    let isFailure = finding.isFailure
    let label = style.paint(isFailure ? "error" : "warning", isFailure ? .red : .yellow)
    let subjects = finding.subjects.prefix(Self.subjectsMax).map {
      style.wrap("- ", $0, indent: "  ")
    }
    return [style.wrap("\(label): \(finding.suite): ", finding.message, indent: "")] + subjects
      + ["  hint: " + style.hint(finding.next)]
  }

  /// What was spent; `nil` where nothing could be.
  private func moneyLine(_ spending: Spending, _ mode: RunMode) -> String? {
    guard mode.maySpend || spending.spent > .zero || spending.possiblyBilled > .zero else {
      return nil
    }
    var pieces = ["\(ConsoleFigure.money(spending.spent)) spent"]
    if spending.possiblyBilled > .zero {
      pieces.append("\(ConsoleFigure.money(spending.possiblyBilled)) possibly billed")
    }
    pieces.append(spending.cap.map { "cap \(ConsoleFigure.money($0))" } ?? "no cap")
    return pieces.joined(separator: ", ")
  }

  // MARK: Writing

  private func say(_ text: String, _ state: inout State) {
    erase(&state)
    write(text + "\n")
  }

  /// Removes the line of progress, so that other text takes its place.
  private func erase(_ state: inout State) {
    guard state.isDrawn else { return }
    write("\r\u{1B}[2K")
    state.isDrawn = false
  }

  /// Draws or writes progress when enough time has passed.
  private func updateProgress(_ state: inout State) {
    guard style.verbosity != .quiet, state.progress.total > 0 else { return }
    let time = now()
    let interval = style.isTerminal ? Self.redrawMilliseconds : Self.plainMilliseconds
    if let last = state.lastLine, time - last < .milliseconds(interval) { return }
    state.lastLine = time
    measure(&state, time)
    if style.isTerminal {
      write("\r\u{1B}[2K" + state.progress.line(style))
      state.isDrawn = true
    } else {
      write(state.progress.plainLine + "\n")
    }
  }

  private func measure(_ state: inout State, _ time: Duration) {
    let elapsed = time - state.start
    state.progress.elapsedMilliseconds = Int(max(0, min(1e12, elapsed / .milliseconds(1))))
  }
}
