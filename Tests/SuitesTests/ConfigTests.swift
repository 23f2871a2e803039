import Canonical
import SeedreamAPI
import Suites
import SystemPackage
import Testing

/// Configuration files and the limits of suites.
struct ConfigTests {
  private static let project = ConfigOwner.project(userFile: "/home/me/proofsheet/config.yaml")
  private static let head = "version: 1\n"

  private func load(
    _ text: String, _ owner: ConfigOwner = project, path: FilePath = "work/proofsheet.yaml"
  ) -> (file: ConfigFile, diagnostics: [Diagnostic]) {
    ConfigLoader.load(bytes: Array(text.utf8), path: path, owner: owner)
  }

  /// Expects exactly these mistakes, in order: the digit of the place, and what is said and helps.
  private func expect(
    _ marked: String, _ expected: [(Int, String)], _ owner: ConfigOwner = project,
    at location: Testing.SourceLocation = #_sourceLocation
  ) {
    let marked = MarkedText(marked)
    let found = load(marked.text, owner).diagnostics.map { diagnostic in
      "\(diagnostic.location.line):\(diagnostic.location.column): \(diagnostic.message)"
        + (diagnostic.hint.map { " (\($0))" } ?? "")
    }
    let wanted = expected.map { digit, text in
      let place = marked.places[digit]
      return "\(place?.line ?? 0):\(place?.column ?? 0): \(text)"
    }
    #expect(found == wanted, sourceLocation: location)
  }

  @Test func `Every key is read with its place`() throws {
    let (file, diagnostics) = load(
      """
      version: 1
      endpoint: https://api.example.com/v4
      auth: {scheme: raw, key_variable: GATEWAY_API_KEY}
      limits:
        concurrency: 8
        max_cost: 5
        max_requests: 200
        confirm_above: 0.50
        request_timeout: 300s
      prices: {as_of: 2026-11-01, models: {seedream-v4: 0.03, Seedream-v4-5: 0.04}}
      paths: {fixtures: recordings, reports: ../out}
      """)
    #expect(diagnostics == [])
    func place(_ line: Int, _ column: Int) -> Suites.SourceLocation {
      Suites.SourceLocation(path: "work/proofsheet.yaml", line: line, column: column)
    }
    let url = try HTTPURL("https://api.example.com/v4")
    #expect(file.endpoint == Placed(.server(url), at: place(2, 11)))
    #expect(file.authScheme == Placed(.raw, at: place(3, 16)))
    #expect(file.keyVariable == Placed("GATEWAY_API_KEY", at: place(3, 35)))
    #expect(file.limits.concurrency == Placed(8, at: place(5, 16)))
    #expect(
      file.limits.maxCost == Placed(Money(microDollars: 5_000_000), at: place(6, 13)))
    #expect(file.limits.maxRequests == Placed(200, at: place(7, 17)))
    #expect(file.confirmAbove == Placed(Money(microDollars: 500_000), at: place(8, 18)))
    #expect(file.limits.requestTimeout == Placed(.seconds(300), at: place(9, 20)))
    #expect(file.fixtures == Placed("work/recordings", at: place(11, 19)))
    #expect(file.reports == Placed("out", at: place(11, 40)))
    let prices = try #require(file.prices)
    #expect(prices.value.asOf == "2026-11-01")
    #expect(prices.location == place(10, 9))
    // The more exact name decides, wherever it stands.
    #expect(
      prices.value.price(of: ModelName("bytedance-seedream-v4-5-edit"))
        == Money(microDollars: 40_000))
  }

  @Test func `The user's own file allows hosts and may name any variable and folder`() {
    let (file, diagnostics) = load(
      """
      version: 1
      auth: {key_variable: my_secret}
      prices: {as_of: 2026-11-01, models: {seedream: 0}}
      paths: {reports: /var/proofsheet}
      allow_hosts: [API.example.com, "::1", 10.0.0.1]
      """, .user)
    #expect(diagnostics == [])
    #expect(file.keyVariable?.value == "my_secret")
    #expect(file.reports?.value == "/var/proofsheet")
    #expect(file.allowHosts.map(\.value) == ["api.example.com", "::1", "10.0.0.1"])
  }

  @Test(arguments: [
    ("1️⃣endpont: simulator", "unknown key 'endpont' (did you mean 'endpoint'?)"),
    ("1️⃣base_url: simulator", "unknown key 'base_url' (did you mean 'endpoint'?)"),
    (
      "endpoint: 1️⃣ftp://x",
      "'endpoint' is no endpoint: expected a URL that starts with https:// or http:// "
        + "(a URL such as https://image.onerouter.pro, or simulator)"
    ),
    ("endpoint: 1️⃣[a]", "'endpoint' must be a text, found a list"),
    ("auth: 1️⃣raw", "'auth' must be a mapping, found 'raw'"),
    ("auth: {scheme: 1️⃣baerer}", "unknown 'scheme' 'baerer' (did you mean 'bearer'?)"),
    ("auth: {1️⃣api_key: x}", "unknown key 'api_key' (did you mean 'key_variable'?)"),
    ("limits: {concurrency: 1️⃣0}", "'concurrency' is 0 (expected 1 to 1,000)"),
    (
      "limits: {concurrency: 1️⃣'4'}",
      "'concurrency' must be a whole number, found the text '4' (write it without quotes)"
    ),
    (
      "limits: {max_cost: 1️⃣'5'}",
      "'max_cost' must be an amount of US dollars, found the text '5' (write it without quotes)"
    ),
    (
      "limits: {confirm_above: 1️⃣-1}",
      "'confirm_above' must be an amount of US dollars, found '-1' "
        + "(dollars like 5 or 0.25, at most 1,000,000)"
    ),
    ("limits: {max_cost: 1️⃣}", "'max_cost' must be an amount of US dollars, found nothing"),
    ("limits: {max_requests: 1️⃣-1}", "'max_requests' is -1 (expected 0 to 1,000,000,000)"),
    ("limits: {request_timeout: 1️⃣500ms}", "'500ms' is out of range (1s to 86400s)"),
    (
      "limits: {1️⃣timeout: 5s}", "unknown limit 'timeout' (did you mean 'request_timeout'?)"
    ),
    (
      "prices: 1️⃣{as_of: 2026-11-01}",
      "'prices' has no 'models' "
        + "(write {as_of: 2027-01-31, models: {part of a model's name: dollars a picture}})"
    ),
    (
      "prices: {as_of: 2026-11-01, models: 1️⃣{}}",
      "'models' is empty (without 'prices' the built-in ones hold)"
    ),
    (
      "prices: {as_of: 1️⃣2026-02-30, models: {a: 1}}",
      "'2026-02-30' is no day (year, month and day: 2027-01-31)"
    ),
    (
      "prices: {as_of: 2026-11-01, models: {a: 1, 1️⃣A: 2}}",
      "the model 'A' has two prices (capitals make no difference)"
    ),
    (
      "prices: {as_of: 2026-11-01, models: {a: 1️⃣0.00}}",
      "a price of a project must be more than 0 "
        + "(your own configuration may say that an endpoint costs nothing)"
    ),
    ("prices: {as_of: 2026-11-01, models: {1️⃣' ': 1}}", "a price has no model"),
    ("paths: {1️⃣fixture: a}", "unknown path 'fixture' (did you mean 'fixtures'?)"),
    (
      "paths: {reports: 1️⃣/tmp}",
      "'reports' of a project is a path of one machine "
        + "(write it relative to the folder of this file)"
    ),
    ("paths: {reports: 1️⃣\"a\\0b\"}", "the path 'a<U+0000>b' holds control characters"),
    (
      "paths: {reports: 1️⃣''}", "'reports' is empty (write . for the folder of this file)"
    ),
    (
      "1️⃣allow_hosts: [evil.example]",
      "'allow_hosts' is not for a project to say: it decides who gets the key "
        + "(put it into /home/me/proofsheet/config.yaml, or into PROOFSHEET_ALLOW_HOSTS)"
    ),
  ])
  func `Mistakes of a project's file`(text: String, message: String) {
    expect(Self.head + text, [(1, message)])
  }

  @Test(arguments: [
    "AWS_SECRET_ACCESS_KEY", "GITHUB_TOKEN", "API_KEY", "_API_KEY", "_X_API_KEY", "HOME",
  ])
  func `A project cannot have another secret sent`(variable: String) {
    expect(
      Self.head + "auth: {key_variable: 1️⃣\(variable)}",
      [
        (
          1,
          "'key_variable' of a project must end in _API_KEY "
            + "(a project must not have other secrets sent; your own configuration may name any)"
        )
      ])
  }

  @Test(arguments: [
    "sk-0123456789", "0X_API_KEY", "gateway_api_key", "\"A B_API_KEY\"", "Ä_API_KEY",
  ])
  func `A name that is none is refused, and its line is not shown`(text: String) throws {
    let marked = MarkedText(Self.head + "auth: {scheme: baerer, key_variable: 1️⃣\(text)}")
    let diagnostics = load(marked.text).diagnostics
    #expect(diagnostics.count == 2)
    let shown = diagnostics.map { $0.rendered(source: Array(marked.text.utf8)) }
      .joined(separator: "\n")
    #expect(shown.contains("'key_variable' is not the name of a variable"))
    #expect(!shown.contains(text), "\(shown)")
  }

  @Test(arguments: [
    "endpoint: https://me:hunter2hunter2@x.example", "auth: {key: hunter2hunter2}",
    "api_key: hunter2hunter2", "key: hunter2hunter2", "auth: {token: hunter2hunter2}",
    "auth: {key: hunter2hunter2", "auth: {password: hunter2hunter2]",
  ])
  func `A line that may hold a key is not shown`(text: String) {
    let (_, diagnostics) = load(Self.head + text)
    #expect(diagnostics.count == 1)
    for diagnostic in diagnostics {
      let shown = diagnostic.rendered(source: Array((Self.head + text).utf8))
      #expect(!shown.contains("hunter2"), "\(shown)")
    }
  }

  @Test(arguments: [
    "https://api.example.com", "api.example.com:443", "api.example.com/", "\"*.example.com\"",
    "a@b.example", "api.example.com%2f", "a b", "''", "\"é.example\"",
  ])
  func `A host is a host alone`(text: String) {
    let plain = text.filter { !"'\"".contains($0) }
    expect(
      Self.head + "allow_hosts: [1️⃣\(text)]",
      [(1, "'\(plain)' is no host (the host alone, such as api.example.com)")], .user)
  }

  @Test func `A host that stands twice is told`() {
    expect(
      Self.head + "allow_hosts: [a.example, 1️⃣A.example]",
      [(1, "the host 'a.example' stands twice")],
      .user)
  }

  @Test func `All mistakes are told at once`() {
    expect(
      """
      version: 1️⃣2
      2️⃣matrix: {}
      limits: {3️⃣max: 1, concurrency: 4️⃣many}
      paths: 5️⃣[]
      """,
      [
        (1, "version 2 is not known (this program reads version 1)"),
        (
          2,
          "unknown key 'matrix' (expected one of: version, endpoint, auth, limits, prices, paths, blob_store)"
        ),
        (
          3,
          "unknown limit 'max' (expected one of: concurrency, max_cost, max_requests, "
            + "request_timeout, start_concurrency, requests_per_minute, images_per_minute, "
            + "max_attempts, max_wait, task_timeout, max_failures, repeat_possibly_billed, "
            + "confirm_above)",
        ),
        (
          4,
          "'concurrency' must be a whole number, found 'many' "
            + "(digits only, without leading zeros, such as 42)"
        ),
        (5, "'paths' must be a mapping, found a list"),
      ])
  }

  @Test func `A mistake is shown with its line and a caret`() throws {
    let text = Self.head + "limits: {concurency: 4}\n"
    let diagnostic = try #require(load(text).diagnostics.first)
    #expect(
      diagnostic.rendered(source: Array(text.utf8)) == """
        work/proofsheet.yaml:2:10: error: unknown limit 'concurency'
          2 | limits: {concurency: 4}
            |          ^~~~~~~~~~
        hint: did you mean 'concurrency'?
        """)
  }

  @Test(arguments: [
    ("1️⃣", "the file is empty (a configuration starts with: version: 1)"),
    ("1️⃣[]", "a configuration must be a mapping, found a list"),
    ("1️⃣endpoint: simulator", "the configuration states no version (start it with: version: 1)"),
    ("version: 1\nlimits: 1️⃣*a", "aliases (*name) are not used (write the value out)"),
    ("version: 1\n1️⃣version: 1", "the key 'version' stands twice in one mapping"),
  ])
  func `Files that are none`(text: String, message: String) {
    let marked = MarkedText(text)
    let first = load(marked.text).diagnostics.first
    let shown = first.map { $0.message + ($0.hint.map { " (\($0))" } ?? "") }
    #expect(shown == message)
    #expect(first?.location.line == marked.places[1]?.line)
    #expect(first?.location.column == marked.places[1]?.column)
  }

  @Test func `Sizes of a file have limits`() {
    let models = (0...1_000).map { "m\($0): 1" }.joined(separator: ", ")
    expect(
      Self.head + "prices: {as_of: 2026-11-01, models: 1️⃣{\(models)}}",
      [(1, "1001 prices; at most 1000 are allowed")])
    let hosts = (0...100).map { "h\($0).example" }.joined(separator: ", ")
    expect(
      Self.head + "allow_hosts: 1️⃣[\(hosts)]", [(1, "101 hosts; at most 100 are allowed")], .user)
    let long = load(Self.head + "# " + String(repeating: "x", count: ConfigLoader.byteCountMax))
    #expect(long.diagnostics.map(\.hint) == ["at most 1,048,576 are allowed"])
  }

  @Test func `A suite states limits of its run`() throws {
    let suite = try Suites.SuiteLoader.load(
      bytes: Array(
        (Text.request
          + "limits: {concurrency: 2, max_cost: 0.5, max_requests: 9, request_timeout: 2m}").utf8),
      path: "suites/a.yaml")
    let limits = suite.limits
    #expect(limits.concurrency?.location.description == "suites/a.yaml:4:23")
    #expect(limits.concurrency?.value == 2)
    #expect(limits.maxCost?.value == Money(microDollars: 500_000))
    #expect(limits.maxRequests?.value == 9)
    #expect(limits.requestTimeout?.value == .seconds(120))
  }

  @Test(arguments: [
    ("limits: {concurrency: 1️⃣1001}", "expected 1 to 1,000"),
    ("limits: {1️⃣confirm_above: 1}", "unknown limit 'confirm_above'"),
    ("limits: {request_timeout: 1️⃣2h}", "is no time"),
    ("limits: 1️⃣5", "'limits' must be a mapping"),
  ])
  func `Mistakes of a suite's limits`(text: String, message: String) {
    SuitesTests.expect(Text.request + text, [(1, message)])
  }

  @Test func `Of several suites each smallest limit holds`() {
    func limits(_ line: Int, concurrency: Int?, requests: Int?) -> RunLimits {
      let place = Suites.SourceLocation(path: "s.yaml", line: line, column: 1)
      var limits = RunLimits()
      limits.concurrency = concurrency.map { Placed($0, at: place) }
      limits.maxRequests = requests.map { Placed($0, at: place) }
      return limits
    }
    let smallest = RunLimits.smallest(of: [
      limits(1, concurrency: 8, requests: nil), limits(2, concurrency: 4, requests: 20),
      limits(3, concurrency: nil, requests: 10),
    ])
    #expect(smallest.concurrency?.value == 4)
    #expect(smallest.concurrency?.location.line == 2)
    #expect(smallest.maxRequests?.value == 10)
    #expect(smallest.maxRequests?.location.line == 3)
    #expect(smallest.maxCost == nil)
  }

  @Test(
    arguments: [
      ([true, true], true), ([true, nil], nil), ([true, false], false), ([nil, false], false),
      ([nil, nil], nil), ([true], true),
    ] as [([Bool?], Bool?)])
  func `What may be paid for twice is repeated only where every suite says so`(
    stated: [Bool?], expected: Bool?
  ) {
    let place = Suites.SourceLocation(path: "s.yaml", line: 1, column: 1)
    let limits = stated.map { value in
      var limits = RunLimits()
      limits.repeatPossiblyBilled = value.map { Placed($0, at: place) }
      return limits
    }
    #expect(RunLimits.smallest(of: limits).repeatPossiblyBilled?.value == expected)
  }
}
