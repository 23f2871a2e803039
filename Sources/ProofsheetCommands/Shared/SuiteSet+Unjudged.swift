internal import Experiments
internal import Suites

extension SuiteSet {
  /// Refuses to run suites that declare what this version does not judge.
  ///
  /// - Throws: ``CommandExit`` after each such part was told at its place.
  func refuseUnjudged(_ context: CommandContext) throws {
    var count = 0
    for member in members where !member.suite.unjudged.isEmpty {
      count += member.suite.unjudged.count
      Self.tell(member.suite.unjudged.map(\.diagnostic), of: member.suite.path, context)
    }
    guard count > 0 else { return }
    throw CommandExit(
      .usage, "error: \(count) declaration(s) cannot be judged yet; nothing was run")
  }
}

extension UnjudgedPart {
  /// What a run says of it.
  fileprivate var diagnostic: Diagnostic {
    Diagnostic(
      .error, "\(name) is not judged yet", at: location, length: length,
      hint: "take it out, or only plan with it: nothing may pass unjudged")
  }
}
