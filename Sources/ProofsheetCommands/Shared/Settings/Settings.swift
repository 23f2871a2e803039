internal import Canonical
internal import Experiments
internal import SeedreamAPI
internal import Suites
internal import SystemPackage

/// Everything that can be set, each value with where it comes from.
///
/// Made once for a command, and handed down; nothing below reads a flag, the environment or a file.
struct Settings: Hashable, Sendable {
  /// Where requests go.
  let endpoint: Setting<EndpointName>
  /// How the key is sent.
  let authScheme: Setting<AuthScheme>
  /// The name of the variable that holds the key.
  let keyVariable: Setting<String>
  /// How many cases run at once; `nil` where the mode decides.
  private(set) var concurrency: Setting<Int?>
  /// What the run may spend at most; `nil` without a cap.
  private(set) var maxCost: Setting<Money?>
  /// How many requests for pictures the run may send; `nil` without a cap.
  private(set) var maxRequests: Setting<Int?>
  /// Above this a person at a terminal is asked.
  let confirmAbove: Setting<Money>
  /// The longest time that one request may take.
  let requestTimeout: Setting<Duration>
  /// How many orders may be under way at the start; `nil` where the concurrency decides.
  private(set) var startConcurrency: Setting<Int?>
  /// How many orders a minute may have; `nil` without a limit.
  private(set) var requestsPerMinute: Setting<Int?>
  /// How many pictures may be ordered within a minute; `nil` without a limit.
  private(set) var imagesPerMinute: Setting<Int?>
  /// How often an order is tried in all.
  let maxAttempts: Setting<Int>
  /// The longest wait before an order is tried again.
  let maxWait: Setting<Duration>
  /// How long a task is asked after before giving up.
  let taskTimeout: Setting<Duration>
  /// How many cases may fail before the run ends; `nil` for any number.
  private(set) var maxFailures: Setting<Int?>
  /// Whether an order that may have been billed is repeated once.
  let repeatPossiblyBilled: Setting<Bool>
  /// Prices.
  let prices: Setting<PriceTable>
  /// The folder of recordings; `nil` for the one beside `suites`.
  let fixtures: Setting<FilePath?>
  /// The folder of the run store and of reports; `nil` for the one beside `suites`.
  let reports: Setting<FilePath?>
  /// What hands pictures to a store; `nil` without one.
  let blobPush: Setting<BlobCommand?>
  /// What fetches them from it; `nil` without one.
  let blobPull: Setting<BlobCommand?>
  /// How long either may take.
  let blobTimeout: Setting<Duration>
  /// Hosts that a project's endpoint may be at and get the key.
  let allowedHosts: [Setting<String>]
  /// The project's configuration file that somebody named; `nil` where it is looked for.
  let config: Setting<FilePath?>

  /// The name of the variable that holds the key, unless a file names another.
  static let defaultKeyVariable = "PROOFSHEET_API_KEY"
  /// What a person at a terminal is not asked about, unless a file says otherwise.
  static let defaultConfirmAbove = Money(microDollars: 500_000)
  /// How many cases run at once where something may be bought.
  static let buyingConcurrency = 8
  /// How many orders are under way at once at the start of a run.
  static let defaultStartConcurrency = 4
  /// Orders a minute: half of what the gateway allows (`api-contract.md` section 3.4).
  static let defaultRequestsPerMinute = 300
  /// Pictures a minute: what the service behind the gateway allows (section 3.4).
  static let defaultImagesPerMinute = 500

  /// Decides: of each setting the first layer that states it wins, and the default without any.
  ///
  /// - Parameters:
  ///   - layers: flags, environment, suites, project's file, user's file, in this order.
  ///   - gateway: the default endpoint.
  ///   - config: the project's configuration file that somebody named.
  init(
    _ layers: [SettingLayer], gateway: HTTPURL,
    config: Setting<FilePath?> = Setting(nil, .builtIn)
  ) {
    self.config = config
    func first<Value>(
      _ path: KeyPath<SettingLayer, Setting<Value>?>, else value: Value
    ) -> Setting<Value> {
      layers.lazy.compactMap { $0[keyPath: path] }.first ?? Setting(value, .builtIn)
    }
    func first<Value>(
      _ path: KeyPath<SettingLayer, Setting<Value>?>, orElse value: Value? = nil
    ) -> Setting<Value?> {
      layers.lazy.compactMap { $0[keyPath: path] }.first.map { Setting($0.value, $0.origin) }
        ?? Setting(value, .builtIn)
    }
    endpoint = first(\.endpoint, else: .server(gateway))
    authScheme = first(\.authScheme, else: .bearer)
    keyVariable = first(\.keyVariable, else: Self.defaultKeyVariable)
    concurrency = first(\.concurrency)
    maxCost = first(\.maxCost)
    maxRequests = first(\.maxRequests)
    confirmAbove = first(\.confirmAbove, else: Self.defaultConfirmAbove)
    requestTimeout = first(\.requestTimeout, else: HTTPLimits().total)
    startConcurrency = first(\.startConcurrency)
    // A stand-in on this machine is in nobody's way.
    let isStandIn =
      switch endpoint.value {
      case .simulator: true
      case .server(let url): HostRule.isLoopback(url.host)
      }
    requestsPerMinute = first(
      \.requestsPerMinute, orElse: isStandIn ? nil : Self.defaultRequestsPerMinute)
    imagesPerMinute = first(
      \.imagesPerMinute, orElse: isStandIn ? nil : Self.defaultImagesPerMinute)
    maxAttempts = first(\.maxAttempts, else: RetryPolicy().attemptsMax)
    maxWait = first(\.maxWait, else: RetryPolicy().waitMax)
    taskTimeout = first(\.taskTimeout, else: SeedreamClient.taskTime)
    maxFailures = first(\.maxFailures)
    repeatPossiblyBilled = first(\.repeatPossiblyBilled, else: false)
    prices = first(\.prices, else: .listed)
    fixtures = first(\.fixtures)
    reports = first(\.reports)
    blobPush = first(\.blobPush)
    blobPull = first(\.blobPull)
    blobTimeout = first(\.blobTimeout, else: BlobCommand.timeoutDefault)
    allowedHosts = layers.flatMap(\.allowedHosts)
  }

  /// The settings of one part of a plan, which has its share of what the service and the purse allow.
  func divided(by shard: Shard) -> Settings {
    func share(_ setting: Setting<Int?>, atLeast least: Int = 1) -> Setting<Int?> {
      Setting(setting.value.map { shard.share(of: $0, atLeast: least) }, setting.origin)
    }
    var divided = self
    divided.concurrency = Setting(
      shard.share(of: concurrency(inReplay: false), atLeast: 1), concurrency.origin)
    divided.startConcurrency = Setting(
      shard.share(of: pace.concurrency.limitStart, atLeast: 1), startConcurrency.origin)
    divided.requestsPerMinute = share(requestsPerMinute)
    divided.imagesPerMinute = share(imagesPerMinute)
    divided.maxFailures = share(maxFailures)
    divided.maxRequests = share(maxRequests, atLeast: 0)
    divided.maxCost = Setting(maxCost.value.map { shard.share(of: $0) }, maxCost.origin)
    return divided
  }

  /// How many cases run at once.
  func concurrency(inReplay isReplay: Bool) -> Int {
    concurrency.value ?? (isReplay ? ProcessorCount.available : Self.buyingConcurrency)
  }

  /// How fast orders go out.
  var pace: Pace {
    let concurrency = concurrency(inReplay: false)
    return Pace(
      concurrency: PaceController.Terms(
        limitMax: concurrency,
        limitStart: startConcurrency.value ?? min(concurrency, Self.defaultStartConcurrency)),
      requestsPerMinute: requestsPerMinute.value, imagesPerMinute: imagesPerMinute.value)
  }

  /// When requests are repeated.
  var retryPolicy: RetryPolicy {
    RetryPolicy(
      attemptsMax: maxAttempts.value,
      attemptsMaxWhenPossiblyBilled: repeatPossiblyBilled.value ? 2 : 1, waitMax: maxWait.value)
  }

  /// The options of this command line that a command in a message needs as well.
  var commandOptions: String { commandOptions(namesReports: true) }

  /// The same for what is stored of a case: a shard has a folder of its own, of which the merged run must
  /// say nothing.
  var caseOptions: String { commandOptions(namesReports: false) }

  /// Those of them that say where recordings and the configuration lie.
  var folderOptions: String {
    Self.option(fixtures, fixtures.value?.string) + Self.option(config, config.value?.string)
  }

  /// The one that says where runs lie, which what is stored does not name.
  var reportsOption: String { Self.option(reports, reports.value?.string) }

  /// Whether an option or a variable leads to the runs, wherever their project lies.
  var leadToReports: Bool {
    switch reports.origin {
    case .flag, .environment: true
    case .config: config.value != nil
    case .userConfig, .suite, .builtIn: false
    }
  }

  private func commandOptions(namesReports: Bool) -> String {
    folderOptions + (namesReports ? reportsOption : "")
      + Self.option(endpoint, endpoint.value.description)
      + Self.option(authScheme, authScheme.value.rawValue)
  }

  private static func option<Value>(_ setting: Setting<Value>, _ text: String?) -> String {
    guard case .flag(let name) = setting.origin, let text else { return "" }
    return " \(name) \(ShellText.quoted(text))"
  }

  /// Prices as they are in force: none where the endpoint is the stand-in.
  var pricesInForce: PriceTable? {
    endpoint.value == .simulator ? nil : prices.value
  }

  /// Where prices come from, for a person.
  var pricesText: String {
    pricesInForce.map { "prices as of \($0.asOf) (\(prices.origin))" }
      ?? "from the simulator, which costs nothing"
  }

  /// The limits of a request for pictures.
  var requestLimits: HTTPLimits {
    requestTimeout.origin == .builtIn
      ? HTTPLimits() : HTTPLimits(requestTimeout: requestTimeout.value)
  }

  /// What to tell before money is spent: models that a project prices below their list price.
  ///
  /// Caps and questions go by the price; whoever pays must see when a file of the checkout lowers it.
  func loweredPrices(of models: some Sequence<ModelName>) -> [String] {
    guard case .config(let place) = prices.origin else { return [] }
    return models.sorted { $0.text < $1.text }.compactMap { model in
      guard let price = prices.value.price(of: model),
        let listed = PriceTable.listed.price(of: model), price < listed
      else { return nil }
      return "warning: \(place) prices a picture of \(model) at \(price); "
        + "its list price is \(listed)"
    }
  }
}
