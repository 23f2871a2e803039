internal import Experiments
internal import Suites

/// How long buying takes at most, when nothing has to be repeated.
///
/// Every request is taken to last as long as it may; waits between attempts, and pictures that are
/// fetched by URL, come on top.
struct LongestTime: Hashable, Sendable {
  /// Requests to be sent.
  let requests: Int
  /// How many are under way at once.
  let concurrency: Int
  /// How long each may take.
  let timeout: Duration

  /// The time of what a plan would buy.
  init(_ totals: PlanTotals, _ settings: Settings) {
    self.init(
      requests: totals.toBuy, concurrency: settings.concurrency(inReplay: false),
      timeout: settings.requestTimeout.value)
  }

  init(requests: Int, concurrency: Int, timeout: Duration) {
    precondition(concurrency > 0, "concurrency is positive (was \(concurrency))")
    self.requests = requests
    self.concurrency = concurrency
    self.timeout = timeout
  }

  /// Whole seconds, rounded up.
  var seconds: Int {
    let rounds = (requests + concurrency - 1) / concurrency
    let milliseconds = rounds * Int(timeout / .milliseconds(1))
    return (milliseconds + 999) / 1_000
  }

  /// `at most 15 min at 8 at once and 300 s a request`.
  var text: String {
    let milliseconds = Int(timeout / .milliseconds(1))
    let each =
      milliseconds.isMultiple(of: 1_000) ? "\(milliseconds / 1_000) s" : "\(milliseconds) ms"
    return "at most \(span) at \(concurrency) at once and \(each) a request"
  }

  /// The time in units that a person reads, rounded up.
  private var span: String {
    guard seconds > 120 else { return "\(seconds) s" }
    let minutes = (seconds + 59) / 60
    guard minutes > 120 else { return "\(minutes) min" }
    return "\(minutes / 60) h" + (minutes.isMultiple(of: 60) ? "" : " \(minutes % 60) min")
  }
}
