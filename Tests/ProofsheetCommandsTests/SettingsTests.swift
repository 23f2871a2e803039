import Canonical
import Experiments
import SeedreamAPI
import Suites
import SystemPackage
import Testing

@testable import ProofsheetCommands

/// Who decides about a setting.
@Suite struct SettingsTests {
  /// The layers, the strongest first.
  enum Layer: Int, CaseIterable, Sendable {
    case flag, environment, suite, config, userConfig, builtIn

    var name: String {
      ["flag", "environment", "suite", "config", "user-config", "default"][rawValue]
    }
  }

  /// One setting: what each layer that can state it says, and what is in force without any.
  struct Row: Sendable, CustomTestStringConvertible {
    let name: SettingName
    let stated: [Layer: String]
    let builtIn: String
    let read: @Sendable (Settings) -> (value: String, origin: SettingOrigin)

    var testDescription: String { name.rawValue }

    init<Value>(
      _ name: SettingName, flag: String? = nil, environment: String? = nil, suite: String? = nil,
      config: String, user: String, builtIn: String,
      _ path: @escaping @Sendable (Settings) -> Setting<Value>,
      _ show: @escaping @Sendable (Value) -> String
    ) {
      self.name = name
      let all: [Layer: String?] = [
        .flag: flag, .environment: environment, .suite: suite, .config: config, .userConfig: user,
      ]
      stated = all.compactMapValues(\.self)
      self.builtIn = builtIn
      read = { (show(path($0).value), path($0).origin) }
    }
  }

  private static func shown(_ value: (some CustomStringConvertible)?) -> String {
    value.map { "\($0)" } ?? "none"
  }

  static let rows: [Row] = [
    Row(
      .endpoint, flag: "https://flag.example", environment: "https://env.example",
      config: "https://config.example", user: "simulator", builtIn: Endpoint.defaultURL,
      { $0.endpoint }, { $0.description }),
    Row(
      .authScheme, flag: "raw", environment: "bearer", config: "raw", user: "bearer",
      builtIn: "bearer", { $0.authScheme }, { $0.rawValue }),
    Row(
      .keyVariable, config: "A_API_KEY", user: "B_API_KEY", builtIn: "PROOFSHEET_API_KEY",
      { $0.keyVariable }, { $0 }),
    Row(
      .concurrency, flag: "1", environment: "2", suite: "3", config: "4", user: "5",
      builtIn: "none", { $0.concurrency }, { shown($0) }),
    Row(
      .maxCost, flag: "1", environment: "2", suite: "3", config: "4", user: "5", builtIn: "none",
      { $0.maxCost }, { shown($0.map { $0.microDollars / 1_000_000 }) }),
    Row(
      .maxRequests, flag: "1", environment: "2", suite: "3", config: "4", user: "5",
      builtIn: "none", { $0.maxRequests }, { shown($0) }),
    Row(
      .startConcurrency, flag: "1", environment: "2", suite: "3", config: "4", user: "5",
      builtIn: "none", { $0.startConcurrency }, { shown($0) }),
    Row(
      .requestsPerMinute, flag: "1", environment: "2", suite: "3", config: "4", user: "5",
      builtIn: "300", { $0.requestsPerMinute }, { shown($0) }),
    Row(
      .imagesPerMinute, flag: "1", environment: "2", suite: "3", config: "4", user: "5",
      builtIn: "500", { $0.imagesPerMinute }, { shown($0) }),
    Row(
      .maxAttempts, flag: "1", environment: "2", suite: "3", config: "4", user: "5",
      builtIn: "5", { $0.maxAttempts }, { shown($0) }),
    Row(
      .maxFailures, flag: "1", environment: "2", suite: "3", config: "4", user: "5",
      builtIn: "none", { $0.maxFailures }, { shown($0) }),
    Row(
      .maxWait, flag: "1s", environment: "2s", suite: "3s", config: "4s", user: "5s",
      builtIn: "60s", { $0.maxWait }, { TimeText.text(of: $0) }),
    Row(
      .repeatPossiblyBilled, flag: "true", environment: "true", suite: "true", config: "true",
      user: "true",
      builtIn: "false", { $0.repeatPossiblyBilled }, { shown($0) }),
    Row(
      .taskTimeout, flag: "1s", environment: "2s", suite: "3s", config: "4s", user: "5s",
      builtIn: "300s", { $0.taskTimeout }, { TimeText.text(of: $0) }),
    Row(
      .confirmAbove, config: "4", user: "5", builtIn: "0.50", { $0.confirmAbove },
      { $0.decimal.replacing(".00", with: "") }),
    Row(
      .requestTimeout, flag: "1s", environment: "2s", suite: "3s", config: "4s", user: "5s",
      builtIn: "600s", { $0.requestTimeout }, { TimeText.text(of: $0) }),
    Row(
      .prices, config: "2026-11-04", user: "2026-11-05", builtIn: PriceTable.listed.asOf,
      { $0.prices }, { $0.asOf }),
    Row(
      .fixtures, flag: "1", environment: "2", config: "4", user: "5", builtIn: "none",
      { $0.fixtures }, { shown($0?.lastComponent) }),
    Row(
      .reports, flag: "1", environment: "2", config: "4", user: "5", builtIn: "none",
      { $0.reports }, { shown($0?.lastComponent) }),
    Row(
      .blobPush, config: "4", user: "5", builtIn: "none",
      { $0.blobPush }, { shown($0?.arguments.first) }),
    Row(
      .blobPull, config: "4", user: "5", builtIn: "none",
      { $0.blobPull }, { shown($0?.arguments.first) }),
    Row(
      .blobTimeout, config: "4s", user: "5s", builtIn: "3600s",
      { $0.blobTimeout }, { TimeText.text(of: $0) }),
  ]

  /// Every setting with every layer that can state it, and with none.
  static let cases: [(row: Row, layer: Layer)] = rows.flatMap { row in
    Layer.allCases.filter { $0 == .builtIn || row.stated[$0] != nil }.map { (row, $0) }
  }

  @Test func `Every setting is in the table`() {
    #expect(Set(Self.rows.map(\.name)) == Set(SettingName.allCases))
    for row in Self.rows {
      #expect((row.stated[.flag] != nil) == (row.name.flag != nil), "\(row.name)")
      #expect((row.stated[.environment] != nil) == (row.name.variable != nil), "\(row.name)")
    }
  }

  @Test(arguments: cases)
  func `The strongest layer that states a setting decides`(row: Row, layer: Layer) throws {
    // Every weaker layer says something else.
    let stated = row.stated.filter { $0.key.rawValue >= layer.rawValue }
    let found = row.read(try settings(row.name, stated))
    #expect(found.value == (stated[layer] ?? row.builtIn))
    #expect(found.origin.layer == layer.name)
    let place = found.origin.description
    switch layer {
    case .flag: #expect(place == row.name.flag)
    case .environment: #expect(place == row.name.variable)
    case .suite: #expect(place.hasPrefix("suites/a.yaml:3:"))
    case .config: #expect(place.hasPrefix("proofsheet.yaml:2:"))
    case .userConfig: #expect(place.hasPrefix("/home/me/config.yaml:2:"))
    case .builtIn: #expect(place == "default")
    }
  }

  private func settings(_ name: SettingName, _ stated: [Layer: String]) throws -> Settings {
    var problems: [String] = []
    var layers = [
      SettingLayer(flags: stated[.flag].map { [name: $0] } ?? [:], problems: &problems),
      SettingLayer(
        environment: stated[.environment].flatMap { text in name.variable.map { [$0: text] } }
          ?? [:], problems: &problems),
    ]
    #expect(problems == [])
    if let text = stated[.suite] {
      let suite = try SuiteLoader.load(
        bytes: Array(
          """
          version: 1
          name: a
          \(Self.yaml(name, text))
          request: {prompt: a, images: https://x.example/a.png}
          """.utf8), path: "suites/a.yaml")
      layers.append(SettingLayer(suites: [suite.limits]))
    }
    let files: [(Layer, FilePath, ConfigOwner)] = [
      (.config, "proofsheet.yaml", .project(userFile: nil)),
      (.userConfig, "/home/me/config.yaml", .user),
    ]
    for (layer, path, owner) in files {
      guard let text = stated[layer] else { continue }
      let (file, diagnostics) = ConfigLoader.load(
        bytes: Array("version: 1\n\(Self.yaml(name, text))\n".utf8), path: path, owner: owner)
      #expect(diagnostics == [])
      layers.append(SettingLayer(file))
    }
    return Settings(layers, gateway: try HTTPURL(Endpoint.defaultURL))
  }

  private static func yaml(_ name: SettingName, _ text: String) -> String {
    if name == .prices { return "prices: {as_of: \(text), models: {seedream: 1}}" }
    if name == .blobPush || name == .blobPull {
      return "blob_store: {\(name.rawValue.suffix(4)): ['\(text)', '{folder}', '{list}']}"
    }
    let parts = name.rawValue.split(separator: ".")
    return parts.count == 1
      ? "\(name.rawValue): \(text)" : "\(parts[0]): {\(parts[1]): \(text)}"
  }

  @Test(arguments: [
    ("PROOFSHEET_ENDPOINT", "ftp://me:hunter2@x", "PROOFSHEET_ENDPOINT: expected a URL"),
    ("PROOFSHEET_AUTH_SCHEME", "basic", "is 'basic'; expected bearer or raw"),
    ("PROOFSHEET_CONCURRENCY", "0", "is '0'; expected a whole number from 1 to 1000"),
    ("PROOFSHEET_CONCURRENCY", "+4", "is '+4'; expected a whole number from 1 to 1000"),
    ("PROOFSHEET_MAX_COST", "5 euros", "is '5 euros'; expected dollars like 5 or 0.25"),
    ("PROOFSHEET_MAX_REQUESTS", "-1", "is '-1'; expected a whole number from 0 to 1000000000"),
    ("PROOFSHEET_REQUEST_TIMEOUT", "5", "expected a whole number and its unit: 500ms, 60s, 2m"),
    ("PROOFSHEET_REQUEST_TIMEOUT", "2000m", "1s to 86400s"),
    ("PROOFSHEET_ALLOW_HOSTS", "a.example, https://b", "holds 'https://b'; expected the host"),
  ])
  func `A variable that means nothing is named`(variable: String, text: String, message: String) {
    var problems: [String] = []
    _ = SettingLayer(environment: [variable: text], problems: &problems)
    #expect(problems.count == 1)
    #expect(problems.allSatisfy { $0.hasPrefix(variable) && $0.contains(message) }, "\(problems)")
    #expect(problems.allSatisfy { !$0.contains("hunter2") })
  }

  @Test func `An empty variable states nothing`() {
    var problems: [String] = []
    let names = SettingName.allCases.compactMap(\.variable)
    let layer = SettingLayer(
      environment: Dictionary(uniqueKeysWithValues: names.map { ($0, "") }), problems: &problems)
    #expect(layer == SettingLayer())
    #expect(problems == [])
  }

  @Test func `Hosts of the environment and of the user are all allowed`() throws {
    var problems: [String] = []
    let environment = SettingLayer(
      environment: ["PROOFSHEET_ALLOW_HOSTS": "a.example,  B.example"], problems: &problems)
    let (file, _) = ConfigLoader.load(
      bytes: Array("version: 1\nallow_hosts: [c.example]\n".utf8), path: "c.yaml", owner: .user)
    let settings = Settings(
      [environment, SettingLayer(file)], gateway: try HTTPURL(Endpoint.defaultURL))
    #expect(settings.allowedHosts.map(\.value) == ["a.example", "b.example", "c.example"])
  }

  @Test(arguments: [
    (0, 8, 300, 0, "at most 0 s at 8 at once and 300 s a request"),
    (1, 8, 90, 90, "at most 90 s at 8 at once and 90 s a request"),
    (17, 8, 300, 900, "at most 15 min at 8 at once and 300 s a request"),
    (24, 8, 300, 900, "at most 15 min at 8 at once and 300 s a request"),
    (240, 8, 300, 9_000, "at most 2 h 30 min at 8 at once and 300 s a request"),
    (240, 10, 300, 7_200, "at most 120 min at 10 at once and 300 s a request"),
  ])
  func `The longest time is rounds of requests`(
    requests: Int, concurrency: Int, timeout: Int, seconds: Int, text: String
  ) {
    let time = LongestTime(
      requests: requests, concurrency: concurrency, timeout: .seconds(timeout))
    #expect(time.seconds == seconds)
    #expect(time.text == text)
  }

  @Test func `A price that a project lowers is told`() throws {
    func notices(_ owner: ConfigOwner) throws -> [String] {
      let (file, _) = ConfigLoader.load(
        bytes: Array(
          "version: 1\nprices: {as_of: 2026-11-01, models: {seedream: 0.001, other: 0.01}}\n"
            .utf8), path: "proofsheet.yaml", owner: owner)
      return Settings([SettingLayer(file)], gateway: try HTTPURL(Endpoint.defaultURL))
        .loweredPrices(of: [ModelName("seedream-v4"), ModelName("other")])
    }
    #expect(
      try notices(.project(userFile: nil)) == [
        "warning: proofsheet.yaml:2:9 prices a picture of seedream-v4 at $0.001; "
          + "its list price is $0.03"
      ])
    #expect(try notices(.user) == [])
  }
}
