internal import Canonical
internal import Experiments
internal import Suites
internal import SystemPackage

/// The lines that the console shows of a case.
enum ConsoleCase {
  /// Details that are shown of a case whose outcome was explained before.
  private static let detailsMax = 2

  /// Outcome and case id, why, where, and what helps.
  ///
  /// - Parameter showsHint: whether every detail and what helps is shown; once for many cases of one
  ///   outcome is enough.
  static func lines(
    _ result: CaseResult, _ style: ConsoleStyle, showsHint: Bool = true
  ) -> [String] {
    let listsChecks = style.verbosity == .verbose
    // That a case passed is told by its checks, where they are listed.
    let showsReason = !listsChecks || result.outcome != .passed || result.checks.isEmpty
    var lines = [head(result, style)]
    if showsReason, !result.reason.isEmpty {
      lines.append(style.wrap("", result.reason, indent: "  "))
    }
    let details = showsHint ? result.details[...] : result.details.prefix(detailsMax)
    lines += details.map { style.wrap("- ", $0, indent: "  ") }
    if details.count < result.details.count {
      lines.append("  - and \(result.details.count - details.count) more: --verbose shows them")
    }
    if listsChecks {
      let told = result.notices + (showsReason ? [result.reason] : [])
      lines += result.checks.filter { check in !told.contains { tells($0, of: check) } }.map {
        style.wrap(
          "\(VisibleText.escape($0.name)): ",
          "\($0.warning == nil ? "" : "warning: ")\($0.verdict.rawValue): \($0.message)",
          indent: "  ")
      }
      lines += result.failedAttempts.map { style.wrap("attempt: ", $0, indent: "  ") }
      lines += result.notices.map { style.wrap("note: ", $0, indent: "  ") }
    }
    lines.append("  " + place(result.identity.location))
    if let picture = picture(result), result.outcome.verdict == .failure {
      lines.append("  " + picture)
    }
    if showsHint, let hint = result.hint {
      lines.append("  hint: " + style.hint(hint))
    }
    return lines
  }

  /// Whether a reason or a notice says what became of a check, in front of what else it says.
  private static func tells(_ text: String, of check: CheckResult) -> Bool {
    text.contains("\(check.name): \(check.message)") || text == check.message
      || text.hasPrefix("\(check.message); ")
  }

  /// Outcome and case id, and the file to open: the picture, or else the line of the suite.
  static func worstLines(_ result: CaseResult, _ style: ConsoleStyle) -> [String] {
    let file = picture(result) ?? place(result.identity.location)
    return ["  " + head(result, style), "    " + file]
  }

  /// The picture to open; `nil` where there is none.
  private static func picture(_ result: CaseResult) -> String? {
    let path = result.outputs.first?.path ?? result.group?.pair.first?.path
    guard let path, !path.isEmpty else { return nil }
    return VisibleText.escape(path.string)
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
