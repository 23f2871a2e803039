internal import Canonical
internal import Experiments
internal import Suites
internal import SystemPackage

extension SuiteSet {
  /// Refuses to run suites whose checks start programs where that was not allowed: a suite may come from
  /// anybody.
  ///
  /// - Throws: ``CommandExit`` after each such check was told at its place.
  func refusePrograms(_ context: CommandContext) throws {
    var count = 0
    for member in members where !member.suite.programs.isEmpty {
      count += member.suite.programs.count
      Self.tell(member.suite.programs.map(\.diagnostic), of: member.suite.path, context)
    }
    guard count > 0 else { return }
    throw CommandExit(
      .usage, "error: \(Count.of(count, "check")) would start programs; nothing was run")
  }
}

extension ProgramUse {
  /// What a run says of it.
  fileprivate var diagnostic: Diagnostic {
    let words = arguments.map { VisibleText.escape($0) }.joined(separator: " ")
    return Diagnostic(
      .error, "the check 'command' starts '\(words.prefix(Self.shownMax))'", at: location,
      length: length, hint: "look at what it does, then allow it with --allow-commands")
  }

  /// Characters of a command line that are shown.
  private static let shownMax = 200
}
