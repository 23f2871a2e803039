internal import Canonical
internal import SeedreamAPI

/// What suites and configurations have in common.
enum SharedSchema {
  /// A time.
  static let time = JSONSchema.string(matching: SchemaPattern.time).saying(
    "Time", "A whole number and its unit: ms, s or m.", examples: [.string("60s")])

  /// An amount of dollars.
  static var money: JSONSchema {
    JSONSchema(["type": .strings(["string", "number"])])
      .with("pattern", .string(SchemaPattern.money))
      .with("minimum", .integer(0)).with("maximum", .integer(Money.dollarsMax))
      .saying(
        "US dollars", "Dollars with at most six decimals, without quotes.", examples: [.integer(5)])
  }

  /// A limit of runs by its key.
  static func limit(_ key: String) -> JSONSchema {
    switch key {
    case "concurrency":
      JSONSchema.whole(RunLimits.concurrencyRange).saying(
        "Concurrency", "Requests that may be under way at the same time.")
    case "max_cost":
      JSONSchema.ref("money").saying(
        "Cost cap", "Dollars that one run may spend, after which nothing more is sent.",
        examples: [.integer(5)])
    case "max_requests":
      JSONSchema.whole(RunLimits.requestsRange).saying(
        "Request cap", "Requests that one run may send.")
    case "confirm_above":
      JSONSchema.ref("money").saying(
        "Ask above", "Dollars above which a run on a terminal asks before it spends.",
        default: .decimal(0.5, decimals: 1))
    case "request_timeout":
      JSONSchema.ref("time").saying(
        "Request timeout", "How long one request may take, from 1s.",
        default: .string(TimeText.text(of: HTTPLimits().total)))
    default: pace(key)
    }
  }

  /// A limit of how fast and how often requests are sent.
  private static func pace(_ key: String) -> JSONSchema {
    switch key {
    case "start_concurrency":
      JSONSchema.whole(RunLimits.concurrencyRange).saying(
        "Concurrency at the start",
        "Orders under way at first; the number grows up to the concurrency while all is well.")
    case "requests_per_minute":
      JSONSchema.whole(RunLimits.perMinuteRange).saying(
        "Requests a minute", "Orders that may be sent within a minute.")
    case "images_per_minute":
      JSONSchema.whole(RunLimits.perMinuteRange).saying(
        "Images a minute", "Pictures that may be ordered within a minute.")
    case "max_attempts":
      JSONSchema.whole(RunLimits.attemptsRange).saying(
        "Attempts", "How often an order is tried in all.",
        default: .integer(RetryPolicy().attemptsMax))
    case "max_wait":
      JSONSchema.ref("time").saying(
        "Longest wait",
        "The longest wait before an order is tried again; the service asking for more ends it.",
        default: .string(TimeText.text(of: RetryPolicy().waitMax)))
    case "task_timeout":
      JSONSchema.ref("time").saying(
        "Task timeout", "How long a task is asked after before giving up, from 1s.",
        default: .string(TimeText.text(of: SeedreamClient.taskTime)))
    case "max_failures":
      JSONSchema.whole(RunLimits.failuresRange).saying(
        "Failure cap", "Cases that may fail before no further one is begun.")
    case "repeat_possibly_billed":
      JSONSchema.flag.saying(
        "Repeat what may have been billed",
        "Whether an order that may have been billed is repeated once.", default: .bool(false))
    default: preconditionFailure("the schema describes every limit (was '\(key)')")
    }
  }
}
