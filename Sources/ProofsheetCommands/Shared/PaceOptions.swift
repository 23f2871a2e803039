internal import ArgumentParser

/// How fast a run may go.
struct PaceOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "How many cases run at once.",
      discussion: "Default: the number of processors in replay, else 8.", valueName: "n"))
  var concurrency: String?

  @Option(
    help: ArgumentHelp(
      "The longest time that one request may take, such as 300s or 5m.", valueName: "time"))
  var requestTimeout: String?

  /// What was stated, as it was written.
  var flags: [SettingName: String] {
    [.concurrency: concurrency, .requestTimeout: requestTimeout].compactMapValues(\.self)
  }
}
