/// Where requests go and with which key.
public struct Endpoint: Sendable {
  /// The gateway whose contract this is.
  public static let defaultURL = "https://image.onerouter.pro"

  /// The base URL; the API's paths are appended.
  public let base: HTTPURL
  /// The key; `nil` for an endpoint that needs none.
  public let authorization: Authorization?

  /// Puts an endpoint together.
  public init(base: HTTPURL, authorization: Authorization?) {
    self.base = base
    self.authorization = authorization
  }
}

/// Waits; apart, so that tests and replays need not.
public protocol Sleeper: Sendable {
  /// Waits, or throws when the task is cancelled.
  func sleep(for duration: Duration) async throws
}

/// Waits by the system's monotonic clock.
public struct SystemSleeper: Sleeper {
  /// Makes one.
  public init() {}

  /// Waits.
  public func sleep(for duration: Duration) async throws {
    try await Task.sleep(for: duration)
  }
}
