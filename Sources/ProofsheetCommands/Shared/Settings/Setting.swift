internal import SeedreamAPI
internal import Suites

/// Where the value of a setting comes from, the strongest first.
enum SettingOrigin: Hashable, Sendable, CustomStringConvertible {
  /// An option of the command line, with its dashes.
  case flag(String)
  /// An environment variable.
  case environment(String)
  /// A suite of the command line.
  case suite(SourceLocation)
  /// The project's configuration file.
  case config(SourceLocation)
  /// The user's own configuration file.
  case userConfig(SourceLocation)
  /// Nobody said anything.
  case builtIn

  /// The kind of origin, for scripts.
  var layer: String {
    switch self {
    case .flag: "flag"
    case .environment: "environment"
    case .suite: "suite"
    case .config: "config"
    case .userConfig: "user-config"
    case .builtIn: "default"
    }
  }

  /// The flag, the variable, the place in a file, or `default`.
  var description: String {
    switch self {
    case .flag(let name), .environment(let name): name
    case .suite(let place), .config(let place), .userConfig(let place): place.description
    case .builtIn: layer
    }
  }
}

/// A value that a command works with, and where it comes from.
struct Setting<Value: Hashable & Sendable>: Hashable, Sendable {
  let value: Value
  let origin: SettingOrigin

  init(_ value: Value, _ origin: SettingOrigin) {
    self.value = value
    self.origin = origin
  }
}

/// What can be set, by its name in files.
enum SettingName: String, CaseIterable, Sendable {
  case endpoint
  case authScheme = "auth.scheme"
  case keyVariable = "auth.key_variable"
  case concurrency = "limits.concurrency"
  case maxCost = "limits.max_cost"
  case maxRequests = "limits.max_requests"
  case maxFailures = "limits.max_failures"
  case confirmAbove = "limits.confirm_above"
  case requestTimeout = "limits.request_timeout"
  case startConcurrency = "limits.start_concurrency"
  case requestsPerMinute = "limits.requests_per_minute"
  case imagesPerMinute = "limits.images_per_minute"
  case maxAttempts = "limits.max_attempts"
  case maxWait = "limits.max_wait"
  case taskTimeout = "limits.task_timeout"
  case repeatPossiblyBilled = "limits.repeat_possibly_billed"
  case prices
  case fixtures = "paths.fixtures"
  case reports = "paths.reports"
  case blobPush = "blob_store.push"
  case blobPull = "blob_store.pull"
  case blobTimeout = "blob_store.timeout"

  /// The option of the command line; `nil` for what files alone set.
  var flag: String? {
    switch self {
    case .keyVariable, .confirmAbove, .prices, .blobPush, .blobPull, .blobTimeout: nil
    default:
      variable.map { name in
        "--" + name.dropFirst("PROOFSHEET_".count).lowercased().replacing("_", with: "-")
      }
    }
  }

  /// The environment variable; `nil` for what files alone set.
  var variable: String? {
    switch self {
    case .endpoint: "PROOFSHEET_ENDPOINT"
    case .authScheme: "PROOFSHEET_AUTH_SCHEME"
    case .concurrency: "PROOFSHEET_CONCURRENCY"
    case .maxCost: "PROOFSHEET_MAX_COST"
    case .maxRequests: "PROOFSHEET_MAX_REQUESTS"
    case .maxFailures: "PROOFSHEET_MAX_FAILURES"
    case .requestTimeout: "PROOFSHEET_REQUEST_TIMEOUT"
    case .startConcurrency: "PROOFSHEET_START_CONCURRENCY"
    case .requestsPerMinute: "PROOFSHEET_REQUESTS_PER_MINUTE"
    case .imagesPerMinute: "PROOFSHEET_IMAGES_PER_MINUTE"
    case .maxAttempts: "PROOFSHEET_MAX_ATTEMPTS"
    case .maxWait: "PROOFSHEET_MAX_WAIT"
    case .taskTimeout: "PROOFSHEET_TASK_TIMEOUT"
    case .repeatPossiblyBilled: "PROOFSHEET_REPEAT_POSSIBLY_BILLED"
    case .fixtures: "PROOFSHEET_FIXTURES"
    case .reports: "PROOFSHEET_REPORTS"
    case .keyVariable, .confirmAbove, .prices, .blobPush, .blobPull, .blobTimeout: nil
    }
  }
}
