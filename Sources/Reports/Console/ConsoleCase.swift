internal import Canonical
internal import Experiments
internal import Suites
internal import SystemPackage

/// The lines that the console shows of a case.
enum ConsoleCase {
  /// What to look at first: what makes the exit code, then what is plainly wrong.
  static func rank(_ outcome: Outcome) -> Int {
    let statuses = ExitStatus.precedence
    let status = statuses.firstIndex(of: outcome.exitStatus) ?? statuses.count
    let outcomes = Outcome.allCases
    return status * outcomes.count + (outcomes.firstIndex(of: outcome) ?? 0)
  }

  /// Details that are shown of a case whose outcome was explained before.
  private static let detailsMax = 2

  /// Outcome and case id, why, where, and what helps.
  ///
  /// - Parameter showsHint: whether every detail and what helps is shown; once for many cases of one
  ///   outcome is enough.
  static func lines(
    _ result: CaseResult, _ style: ConsoleStyle, showsHint: Bool = true
  ) -> [String] {
    var lines = [head(result, style)]
    if !result.reason.isEmpty { lines.append(style.wrap("", result.reason, indent: "  ")) }
    let details = showsHint ? result.details[...] : result.details.prefix(detailsMax)
    lines += details.map { style.wrap("- ", $0, indent: "  ") }
    if details.count < result.details.count {
      lines.append("  - and \(result.details.count - details.count) more: --verbose shows them")
    }
    if style.verbosity == .verbose {
      lines += result.checks.map {
        style.wrap(
          "\(VisibleText.escape($0.name)): ",
          "\($0.warning == nil ? "" : "warning: ")\($0.verdict.rawValue): \($0.message)",
          indent: "  ")
      }
      lines += result.failedAttempts.map { style.wrap("attempt: ", $0, indent: "  ") }
      lines += result.notices.map { style.wrap("note: ", $0, indent: "  ") }
    }
    lines.append("  " + place(result.identity.location))
    if showsHint, let hint = result.hint {
      lines.append(style.wrap("hint: ", hint, indent: "  "))
    }
    return lines
  }

  /// Outcome and case id, and the file to open: the picture, or else the line of the suite.
  static func worstLines(_ result: CaseResult, _ style: ConsoleStyle) -> [String] {
    let path = result.outputs.first?.path ?? result.group?.pair.first?.path
    let picture = path.map { VisibleText.escape($0.string) } ?? ""
    let file = picture.isEmpty ? place(result.identity.location) : picture
    return ["  " + head(result, style), "    " + file]
  }

  private static func head(_ result: CaseResult, _ style: ConsoleStyle) -> String {
    let colour: ConsoleStyle.Colour =
      switch result.outcome.verdict {
      case .success: .green
      case .failure, .error: .red
      case .skipped: .yellow
      }
    return style.paint(result.outcome.rawValue, colour) + "  " + result.identity.id.text
  }

  private static func place(_ location: SourceLocation) -> String {
    "\(VisibleText.escape(location.path.string)):\(location.line)"
  }
}
