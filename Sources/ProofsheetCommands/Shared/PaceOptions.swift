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

  @Option(
    help: ArgumentHelp(
      "How many orders are under way at first.",
      discussion: """
        Default: 4. The number grows up to --concurrency while the service keeps up, and is cut when \
        it asks to slow down.
        """, valueName: "n"))
  var startConcurrency: String?

  @Option(
    help: ArgumentHelp(
      "How many orders may be sent within a minute.",
      discussion: "Default: 300; none on this machine.", valueName: "n"))
  var requestsPerMinute: String?

  @Option(
    help: ArgumentHelp(
      "How many pictures may be ordered within a minute.",
      discussion: "Default: 500; none on this machine.", valueName: "n"))
  var imagesPerMinute: String?

  @Option(help: ArgumentHelp("How often an order is tried in all; 5.", valueName: "n"))
  var maxAttempts: String?

  @Option(
    help: ArgumentHelp(
      "The longest wait before an order is tried again, such as 60s or 5m.",
      discussion: "A case that the service asks to wait longer is rate-limited.",
      valueName: "time"))
  var maxWait: String?

  @Option(
    help: ArgumentHelp(
      "How long a task of the service is asked after before giving up; 300s.",
      discussion: "It may be billed then, and the next run goes on asking.", valueName: "time"))
  var taskTimeout: String?

  @Flag(help: "Repeat an order once that may have been billed; it may then be paid for twice.")
  var repeatPossiblyBilled = false

  /// What was stated, as it was written.
  var flags: [SettingName: String] {
    [
      .concurrency: concurrency, .requestTimeout: requestTimeout,
      .startConcurrency: startConcurrency, .requestsPerMinute: requestsPerMinute,
      .imagesPerMinute: imagesPerMinute, .maxAttempts: maxAttempts, .maxWait: maxWait,
      .taskTimeout: taskTimeout,
      .repeatPossiblyBilled: repeatPossiblyBilled ? "true" : nil,
    ].compactMapValues(\.self)
  }
}
