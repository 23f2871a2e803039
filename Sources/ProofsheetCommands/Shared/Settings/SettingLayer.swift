internal import Canonical
internal import SeedreamAPI
internal import Suites
internal import SystemPackage

/// What one source states: flags, the environment, the suites, a file.
struct SettingLayer: Hashable, Sendable {
  /// Hosts, separated by commas or blanks, that get the key although only a project names them.
  static let allowHostsVariable = "PROOFSHEET_ALLOW_HOSTS"

  var endpoint: Setting<EndpointName>?
  var authScheme: Setting<AuthScheme>?
  var keyVariable: Setting<String>?
  var concurrency: Setting<Int>?
  var maxCost: Setting<Money>?
  var maxRequests: Setting<Int>?
  var confirmAbove: Setting<Money>?
  var requestTimeout: Setting<Duration>?
  var startConcurrency: Setting<Int>?
  var requestsPerMinute: Setting<Int>?
  var imagesPerMinute: Setting<Int>?
  var maxAttempts: Setting<Int>?
  var maxWait: Setting<Duration>?
  var taskTimeout: Setting<Duration>?
  var maxFailures: Setting<Int>?
  var repeatPossiblyBilled: Setting<Bool>?
  var prices: Setting<PriceTable>?
  var fixtures: Setting<FilePath>?
  var reports: Setting<FilePath>?
  var blobPush: Setting<BlobCommand>?
  var blobPull: Setting<BlobCommand>?
  var blobTimeout: Setting<Duration>?
  var allowedHosts: [Setting<String>] = []

  /// States nothing.
  init() {}
}

extension SettingLayer {
  /// What a configuration file states.
  init(_ file: ConfigFile) {
    let isUsers = file.owner == .user
    func setting<Value>(_ placed: Placed<Value>) -> Setting<Value> {
      Setting(placed.value, isUsers ? .userConfig(placed.location) : .config(placed.location))
    }
    self.init(file.limits) { isUsers ? .userConfig($0) : .config($0) }
    endpoint = file.endpoint.map(setting)
    authScheme = file.authScheme.map(setting)
    keyVariable = file.keyVariable.map(setting)
    confirmAbove = file.confirmAbove.map(setting)
    prices = file.prices.map(setting)
    fixtures = file.fixtures.map(setting)
    reports = file.reports.map(setting)
    blobPush = file.blobPush.map(setting)
    blobPull = file.blobPull.map(setting)
    blobTimeout = file.blobTimeout.map(setting)
    allowedHosts = file.allowHosts.map(setting)
  }

  /// What the suites of a command line state: of each limit the smallest.
  init(suites: [RunLimits]) {
    self.init(.smallest(of: suites)) { .suite($0) }
  }

  private init(_ limits: RunLimits, _ origin: (SourceLocation) -> SettingOrigin) {
    func setting<Value>(_ placed: Placed<Value>?) -> Setting<Value>? {
      placed.map { Setting($0.value, origin($0.location)) }
    }
    concurrency = setting(limits.concurrency)
    maxCost = setting(limits.maxCost)
    maxRequests = setting(limits.maxRequests)
    requestTimeout = setting(limits.requestTimeout)
    startConcurrency = setting(limits.startConcurrency)
    requestsPerMinute = setting(limits.requestsPerMinute)
    imagesPerMinute = setting(limits.imagesPerMinute)
    maxAttempts = setting(limits.maxAttempts)
    maxWait = setting(limits.maxWait)
    taskTimeout = setting(limits.taskTimeout)
    maxFailures = setting(limits.maxFailures)
    repeatPossiblyBilled = setting(limits.repeatPossiblyBilled)
  }
}

extension SettingLayer {
  /// What flags state, each as it was written.
  ///
  /// - Parameter problems: takes a sentence for each text that means nothing.
  init(flags: [SettingName: String], problems: inout [String]) {
    self.init(texts: flags, origin: { .flag($0.flag ?? $0.rawValue) }, problems: &problems)
  }

  /// What environment variables state; an empty one states nothing, as in most shells' scripts.
  ///
  /// - Parameter problems: takes a sentence for each text that means nothing.
  init(environment: [String: String], problems: inout [String]) {
    var texts: [SettingName: String] = [:]
    for name in SettingName.allCases {
      guard let variable = name.variable, let text = environment[variable], !text.isEmpty
      else { continue }
      texts[name] = text
    }
    self.init(
      texts: texts, origin: { .environment($0.variable ?? $0.rawValue) }, problems: &problems)
    let hosts = (environment[Self.allowHostsVariable] ?? "")
      .split { $0 == "," || $0.isWhitespace }.map(String.init)
    for text in hosts {
      guard let host = HostName.read(text) else {
        problems.append(
          "\(Self.allowHostsVariable) holds \(Self.quote(text)); expected \(HostName.expectation)")
        continue
      }
      allowedHosts.append(Setting(host, .environment(Self.allowHostsVariable)))
    }
  }

  private init(
    texts: [SettingName: String], origin: (SettingName) -> SettingOrigin,
    problems: inout [String]
  ) {
    self.init()
    func read<Value>(
      _ name: SettingName, _ expectation: String, _ parse: (String) -> Value?
    ) -> Setting<Value>? {
      guard let text = texts[name] else { return nil }
      let origin = origin(name)
      guard let value = parse(text) else {
        problems.append("\(origin) is \(Self.quote(text)); expected \(expectation)")
        return nil
      }
      return Setting(value, origin)
    }
    if let text = texts[.endpoint] {
      do {
        endpoint = Setting(try EndpointName(text), origin(.endpoint))
      } catch {
        // The text is not shown: it may hold a password.
        problems.append(
          "\(origin(.endpoint)): \(error); for example \(Endpoint.defaultURL)")
      }
    }
    let schemes = AuthScheme.allCases.map(\.rawValue).joined(separator: " or ")
    authScheme = read(.authScheme, schemes) { AuthScheme(rawValue: $0) }
    func number(_ name: SettingName, _ range: ClosedRange<Int>) -> Setting<Int>? {
      read(name, Self.expectation(range)) { Self.wholeNumber($0, in: range) }
    }
    func time(_ name: SettingName, _ range: ClosedRange<Duration>) -> Setting<Duration>? {
      read(
        name,
        "\(TimeText.expectation); \(TimeText.text(of: range.lowerBound)) to "
          + TimeText.text(of: range.upperBound)
      ) { text in TimeText.duration(text).flatMap { range.contains($0) ? $0 : nil } }
    }
    concurrency = number(.concurrency, RunLimits.concurrencyRange)
    startConcurrency = number(.startConcurrency, RunLimits.concurrencyRange)
    requestsPerMinute = number(.requestsPerMinute, RunLimits.perMinuteRange)
    imagesPerMinute = number(.imagesPerMinute, RunLimits.perMinuteRange)
    maxAttempts = number(.maxAttempts, RunLimits.attemptsRange)
    maxFailures = number(.maxFailures, RunLimits.failuresRange)
    maxRequests = number(.maxRequests, RunLimits.requestsRange)
    maxCost = read(.maxCost, RunLimits.moneyExpectation) { Money($0) }
    requestTimeout = time(.requestTimeout, RunLimits.timeoutRange)
    taskTimeout = time(.taskTimeout, RunLimits.timeoutRange)
    maxWait = time(.maxWait, RunLimits.waitRange)
    repeatPossiblyBilled = read(.repeatPossiblyBilled, "true or false") {
      ["true": true, "false": false][$0]
    }
    fixtures = read(.fixtures, "a folder") { $0.isEmpty ? nil : FilePath($0) }
    reports = read(.reports, "a folder") { $0.isEmpty ? nil : FilePath($0) }
  }

  private static func wholeNumber(_ text: String, in range: ClosedRange<Int>) -> Int? {
    guard text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
      let number = Int(text), range.contains(number)
    else { return nil }
    return number
  }

  private static func expectation(_ range: ClosedRange<Int>) -> String {
    "a whole number from \(range.lowerBound) to \(range.upperBound)"
  }

  private static func quote(_ text: String) -> String {
    "'\(VisibleText.escape(String(text.prefix(60))))'"
  }
}
