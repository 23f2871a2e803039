import Canonical
import Foundation
import SeedreamAPI
import Simulator
import Synchronization
import Testing

@testable import ProofsheetCommands

/// Configuration files at work, and those of somebody who means harm.
@Suite(.project) struct ConfigurationTests {
  private var project: Project { Project.current }
  private let key = ["PROOFSHEET_API_KEY": Project.key]

  /// Remembers what would be sent and refuses it.
  private final class Refusing: HTTPTransport {
    let requests = Mutex<[HTTPRequest]>([])

    func send(
      _ request: HTTPRequest, as id: ExchangeID
    ) async throws(TransportFailure) -> HTTPResponse {
      requests.withLock { $0.append(request) }
      throw TransportFailure(.tls, .beforeSending, "nobody is there")
    }

    var sent: [HTTPRequest] { requests.withLock { $0 } }
  }

  private static let suite = """
    version: 1
    name: small
    request: {images: ../fixtures/inputs/coffee.png}
    matrix: {prompt: [{id: plain, value: "Tint the table."}], seed: [1, 2, 3]}

    """

  private func prepare(_ config: String, suite: String = suite) throws {
    try project.copy("fixtures/inputs/coffee.png")
    try project.write(suite, to: "suites/small.yaml")
    try project.write("version: 1\n" + config + "\n", to: "proofsheet.yaml")
  }

  private func record(
    _ transport: Refusing, environment: [String: String], _ more: String...
  ) async -> Project.Outcome {
    let more = more + ["--quiet", "--quiet"]
    return await project.run(
      "run", "@suites/small.yaml", "--mode", "record", "--yes", "--max-cost", "1", more[0], more[1],
      environment: environment, transport: transport)
  }

  // MARK: - Who gets the key

  @Test func `A host that only the project names gets nothing`() async throws {
    try prepare("endpoint: https://evil.example/v1")
    let transport = Refusing()
    let run = await record(transport, environment: key.merging(["HOME": "/home/me"]) { $1 })
    #expect(run.status == 2)
    let file = project.path("proofsheet.yaml")
    #expect(
      run.messages == """
        error: \(file):2:11: a file of the project sends requests to the host evil.example, which \
        you have not allowed to get your key; nothing was sent
        hint: if you trust it, add 'allow_hosts: [evil.example]' to \
        /home/me/.config/proofsheet/config.yaml, or set PROOFSHEET_ALLOW_HOSTS=evil.example

        """)
    #expect(transport.sent.isEmpty)
  }

  @Test(arguments: [
    "https://image.onerouter.pro.evil.example", "https://evil.example/image.onerouter.pro",
    "https://api.example.com.evil.example", "https://evil.example#api.example.com",
    "http://127.%65%76%69%69.%69%73", "http://127.0.0.1.evil.example", "http://127.1.evil",
    "https://sub.api.example.com", "https://api.example.com.", "http://0x7f.0.0.1",
    "https://api%2eexample.com", "https://localhost.evil.example",
  ])
  func `A host that looks like an allowed one gets nothing`(url: String) async throws {
    try prepare("endpoint: \"\(url)\"")
    let transport = Refusing()
    let run = await record(
      transport, environment: key.merging(["PROOFSHEET_ALLOW_HOSTS": "api.example.com"]) { $1 })
    #expect(run.status == 2)
    #expect(run.messages.contains("which you have not allowed"), "\(run.messages)")
    #expect(transport.sent.isEmpty)
  }

  /// Ways in which a host gets the key: the project's endpoint, environment, user's file, flag.
  static let ways:
    [(endpoint: String, environment: [String: String], user: String, flag: String?)] =
      [
        ("https://image.onerouter.pro/v2", [:], "", nil),
        ("http://127.0.0.1:9", [:], "", nil),
        ("http://[::1]:9", [:], "", nil),
        ("https://API.example.com", ["PROOFSHEET_ALLOW_HOSTS": "api.example.com"], "", nil),
        ("https://api.example.com:8443", [:], "allow_hosts: [api.example.com]", nil),
        ("https://evil.example", ["PROOFSHEET_ENDPOINT": "https://good.example"], "", nil),
        ("https://evil.example", [:], "", "https://good.example"),
      ]

  @Test(arguments: ways)
  func `A host that its user allows gets the key`(
    endpoint: String, environment: [String: String], user: String, flag: String?
  ) async throws {
    try prepare("endpoint: \"\(endpoint)\"")
    try project.write("version: 1\n\(user)\n", to: "home/proofsheet/config.yaml")
    let transport = Refusing()
    let variables = key.merging(environment) { $1 }
      .merging(["XDG_CONFIG_HOME": project.path("home")]) { $1 }
    let run =
      if let flag {
        await record(transport, environment: variables, "--endpoint", flag)
      } else {
        await record(transport, environment: variables)
      }
    #expect(run.status == 3, "\(run.messages)")
    #expect(transport.sent.count == 3)
    #expect(transport.sent.allSatisfy { $0.authorization?.key.reveal() == Project.key })
    #expect(transport.sent.allSatisfy { $0.url.host != "evil.example" })
  }

  @Test func `The user's own file may name any endpoint`() async throws {
    try prepare("limits: {concurrency: 1}")
    try project.write(
      "version: 1\nendpoint: https://mine.example\nauth: {scheme: raw, key_variable: my_key}\n",
      to: "home/.config/proofsheet/config.yaml")
    let transport = Refusing()
    let run = await record(
      transport, environment: ["HOME": project.path("home"), "my_key": Project.key])
    #expect(run.status == 3, "\(run.messages)")
    #expect(transport.sent.first?.authorization?.revealHeaderValue() == Project.key)
    #expect(transport.sent.first?.url.host == "mine.example")
  }

  @Test func `Nobody needs to allow a host to replay`() async throws {
    try project.copyQuickstart()
    try project.write("version: 1\nendpoint: https://evil.example\n", to: "proofsheet.yaml")
    let few = "prompt=dusk images=cat size=square_hd"
    let replay = await project.run(
      "run", "@suites/quickstart.yaml", "--filter", few, environment: key)
    #expect(replay.status == 0, "\(replay.messages)")
    // Everything is recorded: nothing is sent, and the host gets no key to send it with.
    let transport = Refusing()
    let record = await project.run(
      "run", "@suites/quickstart.yaml", "--filter", few, "--mode", "record", environment: key,
      transport: transport)
    #expect(record.status == 0, "\(record.messages)")
    #expect(transport.sent.isEmpty)
  }

  @Test func `A project cannot name another secret`() async throws {
    try prepare("auth: {key_variable: AWS_SECRET_ACCESS_KEY}")
    let transport = Refusing()
    let run = await record(
      transport, environment: key.merging(["AWS_SECRET_ACCESS_KEY": "aws-secret-0123456789"]) { $1 }
    )
    #expect(run.status == 2)
    #expect(run.messages.contains("proofsheet.yaml:2:22: error: 'key_variable' of a project must"))
    #expect(transport.sent.isEmpty)
  }

  @Test func `The key of another variable stands in no file and no message`() async throws {
    let suite = Self.suite.replacing("Tint", with: "\(Project.key) Tint")
    try prepare("auth: {key_variable: GATEWAY_API_KEY}", suite: suite)
    let gateway = ["GATEWAY_API_KEY": Project.key]
    let refused = await record(Refusing(), environment: gateway)
    #expect(refused.status == 2)
    #expect(refused.messages.contains("holds the API key of GATEWAY_API_KEY"))
    #expect(!refused.messages.contains(Project.key))
    try project.write(Self.suite, to: "suites/small.yaml")
    let recorded = try await SimulatorServer.serving(SimulatorSettings()) { _, url in
      await project.run(
        "run", "@suites/small.yaml", "--mode", "record", "--endpoint", url, "--yes", "--max-cost",
        "1", environment: gateway, network: true)
    }
    #expect(recorded.status == 0, "\(recorded.messages)")
    for (name, bytes) in try project.files() {
      #expect(bytes.range(of: Data(Project.key.utf8)) == nil, "\(name) holds the key")
    }
  }

  @Test(arguments: [
    "endpoint: https://x.example/\(Project.key)", "# \(Project.key)",
    "auth: {key_variable: \(Project.key)}", "limits: {concurrency: \(Project.key)}",
  ])
  func `A configuration that holds the key is refused and not shown`(text: String) async throws {
    try prepare(text)
    let run = await project.run("config", "@suites/small.yaml", environment: key)
    #expect(run.status == 2)
    #expect(run.messages.contains("proofsheet.yaml holds the API key of PROOFSHEET_API_KEY"))
    #expect(!(run.messages + run.output).contains(Project.key))
  }

  // MARK: - Limits, prices and folders

  @Test func `The longest time of a request reaches the transport`() async throws {
    try prepare("limits: {request_timeout: 40s}")
    let transport = Refusing()
    _ = await record(transport, environment: key)
    #expect(transport.sent.map(\.limits.total) == Array(repeating: .seconds(40), count: 3))
    let flagged = Refusing()
    _ = await record(flagged, environment: key, "--request-timeout", "2m")
    #expect(flagged.sent.map(\.limits.idle) == Array(repeating: .seconds(120), count: 3))
    let unsaid = Refusing()
    try project.write("version: 1\n", to: "proofsheet.yaml")
    _ = await record(unsaid, environment: key)
    #expect(unsaid.sent.map(\.limits) == Array(repeating: HTTPLimits(), count: 3))
  }

  @Test func `A cap of a file is a cap`() async throws {
    try prepare("limits: {max_cost: 0.05, max_requests: 3}")
    let transport = Refusing()
    let run = await project.run(
      "run", "@suites/small.yaml", "--mode", "record", "--yes", environment: key,
      transport: transport)
    // Nothing was billed, so that each request gives back what it set aside.
    #expect(run.status == 3, "\(run.messages)")
    try project.write(
      Self.suite + "limits: {max_requests: 0, max_cost: 1}\n", to: "suites/small.yaml")
    let none = await project.run(
      "run", "@suites/small.yaml", "--mode", "record", "--yes", environment: key,
      transport: transport)
    #expect(none.status == 4, "\(none.messages)")
    #expect(none.messages.contains("3 over-budget"), "\(none.messages)")
  }

  @Test func `What a file agrees to is not asked, and said`() async throws {
    try prepare(
      "limits: {confirm_above: 2}\nprices: {as_of: 2026-11-01, models: {seedream-v4: 0.20}}")
    let run = await project.run(
      "run", "@suites/small.yaml", "--mode", "record", environment: key, transport: Refusing(),
      answers: "n")
    #expect(run.status == 3, "\(run.messages)")
    #expect(
      run.messages.contains(
        "not asked: up to $2.00 is agreed by \(project.path("proofsheet.yaml")):2:25"))
    try project.write("version: 1\nlimits: {confirm_above: 0}\n", to: "proofsheet.yaml")
    let asked = await project.run(
      "run", "@suites/small.yaml", "--mode", "record", environment: key, transport: Refusing(),
      answers: "n")
    #expect(asked.status == 4, "\(asked.messages)")
  }

  @Test func `A plan says its longest time and whose prices it uses`() async throws {
    try prepare(
      "limits: {concurrency: 2, request_timeout: 5m}\n"
        + "prices: {as_of: 2026-11-01, models: {seedream-v4: 0.20}}")
    let text = await project.run("plan", "@suites/small.yaml")
    #expect(
      text.output.contains(
        """
        : $0.60 ($0.20 each)
        prices as of 2026-11-01 (\(project.path("proofsheet.yaml")):3:9)
        at most 10 min at 2 at once and 300 s a request

        """), "\(text.output)")
    let json = await project.run("plan", "@suites/small.yaml", "--format", "json")
    #expect(json.output.contains(#""longest_seconds":600"#), "\(json.output)")
    #expect(json.output.contains(#""prices_as_of":"2026-11-01""#), "\(json.output)")
  }

  @Test func `Folders of a file hold for recording, replaying and approving`() async throws {
    try prepare("paths: {fixtures: kept, reports: out/reports}")
    let recorded = await project.run(
      "run", "@suites/small.yaml", "--mode", "record", "--endpoint", "simulator", network: true)
    #expect(recorded.status == 0, "\(recorded.messages)")
    let replay = await project.run("run", "@suites/small.yaml")
    #expect(replay.status == 0, "\(replay.messages)")
    let approved = await project.run(
      "approve", "latest", "--config", "@proofsheet.yaml", "--by", "me")
    #expect(approved.status == 0, "\(approved.messages)")
    let report = await project.run("report", "latest", "--config", "@proofsheet.yaml")
    #expect(report.output.contains("plain--s3"), "\(report.messages)")
    let names = try project.files().map(\.name)
    #expect(names.contains { $0.hasPrefix("kept/small/blobs/") })
    #expect(names.contains("out/reports/proofsheet.sqlite"))
    #expect(!names.contains { $0.hasPrefix("reports/") || $0.hasPrefix("fixtures/small") })
  }

  // MARK: - Finding files

  @Test func `A file that is named must be there`() async throws {
    try prepare("")
    let flag = await project.run("config", "@suites/small.yaml", "--config", "@none.yaml")
    #expect(flag.status == 2)
    #expect(flag.messages.contains("none.yaml: there is no such file"), "\(flag.messages)")
    let variable = await project.run(
      "config", "@suites/small.yaml", environment: ["PROOFSHEET_CONFIG": "/none.yaml"])
    #expect(variable.status == 2)
    #expect(
      variable.messages.contains("hint: the variable PROOFSHEET_CONFIG names it"),
      "\(variable.messages)")
  }

  @Test func `A file that is named is read in the place of the project's`() async throws {
    try prepare("limits: {concurrency: 2}")
    try project.write("version: 1\nlimits: {concurrency: 3}\n", to: "other.yaml")
    try project.write("version: 1\nlimits: {concurrency: 4}\n", to: "third.yaml")
    let third = ["PROOFSHEET_CONFIG": project.path("third.yaml")]
    let flag = await project.run(
      "config", "@suites/small.yaml", "--config", "@other.yaml", environment: third)
    #expect(flag.output.contains("\(project.path("other.yaml")):2:23"), "\(flag.output)")
    let variable = await project.run("config", "@suites/small.yaml", environment: third)
    #expect(variable.output.contains("\(project.path("third.yaml")):2:23"), "\(variable.output)")
  }

  @Test func `Suites of two projects do not share a configuration`() async throws {
    try prepare("")
    try project.write(
      Self.suite.replacing("small", with: "other").replacing("../", with: "../../"),
      to: "second/suites/other.yaml")
    let run = await project.run("plan", "@suites/small.yaml", "@second/suites/other.yaml")
    #expect(run.status == 2)
    #expect(
      run.messages.contains("is of one project, and the suites are of 2"), "\(run.messages)")
    let named = await project.run(
      "plan", "@suites/small.yaml", "@second/suites/other.yaml", "--config", "@proofsheet.yaml")
    #expect(named.status == 0, "\(named.messages)")
  }

  @Test func `A folder's configuration is no suite of it`() async throws {
    try project.copy("fixtures/inputs/coffee.png")
    try project.write(
      Self.suite.replacing("../fixtures", with: "fixtures"), to: "small.yaml")
    try project.write("version: 1\nlimits: {concurrency: 2}\n", to: "proofsheet.yaml")
    let run = await project.run("plan", project.folder.path)
    #expect(run.status == 0, "\(run.messages)")
    #expect(run.output.contains("at 2 at once"), "\(run.output)")
  }

  // MARK: - Showing

  @Test func `Every setting is shown with its origin, and no secret`() async throws {
    try prepare(
      "endpoint: https://api.example.com\nlimits: {max_cost: 5}",
      suite: Self.suite + "limits: {concurrency: 4}\n")
    try project.write(
      "version: 1\nallow_hosts: [api.example.com]\n", to: "home/proofsheet/config.yaml")
    let environment = key.merging([
      "XDG_CONFIG_HOME": project.path("home"), "PROOFSHEET_AUTH_SCHEME": "raw",
    ]) { $1 }
    let run = await project.run(
      "config", "@suites/small.yaml", "--request-timeout", "2m", environment: environment)
    #expect(run.status == 0, "\(run.messages)")
    let lines = run.output.split(separator: "\n").map { line in
      line.replacing(project.folder.path + "/", with: "")
        .split(separator: "  ", omittingEmptySubsequences: true)
        .map { $0.trimmingCharacters(in: .whitespaces) }.joined(separator: " | ")
    }
    #expect(
      lines == [
        "endpoint | https://api.example.com | proofsheet.yaml:2:11",
        "auth.scheme | raw | PROOFSHEET_AUTH_SCHEME",
        "auth.key_variable | PROOFSHEET_API_KEY (set) | default",
        "limits.concurrency | 4 | suites/small.yaml:5:23",
        "limits.max_cost | $5.00 | proofsheet.yaml:3:20",
        "limits.max_requests | none | default",
        "limits.max_failures | none | default",
        "limits.confirm_above | $0.50 | default",
        "limits.request_timeout | 120s | --request-timeout",
        "limits.start_concurrency | 4 | default",
        "limits.requests_per_minute | 300 | default",
        "limits.images_per_minute | 500 | default",
        "limits.max_attempts | 5 | default",
        "limits.max_wait | 60s | default",
        "limits.task_timeout | 300s | default",
        "limits.repeat_possibly_billed | false | default",
        "prices | 11 as of 2026-09-19 | default",
        "paths.fixtures | fixtures | default",
        "paths.reports | reports | default",
        "blob_store.push | none | default",
        "blob_store.pull | none | default",
        "blob_store.timeout | 3600s | default",
        "allow_hosts | api.example.com | home/proofsheet/config.yaml:2:15",
      ])
    #expect(!run.output.contains(Project.key))
  }

  @Test func `Scripts read settings as versioned JSON`() async throws {
    try prepare("limits: {concurrency: 2}")
    let run = await project.run("config", "@suites/small.yaml", "--format", "json")
    let json = try JSONParser.parse(Array(run.output.utf8))
    #expect(json["version"] == .integer(1))
    #expect(json["key_is_set"] == .bool(false))
    let concurrency = json["settings"]?.array?.first { $0["name"] == .string("limits.concurrency") }
    #expect(concurrency?["value"] == .integer(2))
    #expect(concurrency?["layer"] == .string("config"))
    #expect(
      concurrency?["from"] == .string("\(project.path("proofsheet.yaml")):2:23"))
  }

  @Test(arguments: ["config", "plan", "run"])
  func `A file with mistakes ends every command with 2 and shows them all`(
    command: String
  ) async throws {
    try prepare("limts: {}\nlimits: {concurrency: 0}")
    let run = await project.run(command, "@suites/small.yaml")
    let file = project.path("proofsheet.yaml")
    #expect(run.status == 2)
    #expect(
      run.messages == """
        \(file):2:1: error: unknown key 'limts'
          2 | limts: {}
            | ^~~~~
        hint: did you mean 'limits'?
        \(file):3:23: error: 'concurrency' is 0
          3 | limits: {concurrency: 0}
            |                       ^
        hint: expected 1 to 1,000
        error: 1 configuration file cannot be used

        """)
  }

  @Test func `All mistakes of flags and environment are told at once`() async throws {
    try prepare("")
    let run = await project.run(
      "run", "@suites/small.yaml", "--max-cost", "many", "--concurrency", "0",
      environment: ["PROOFSHEET_REQUEST_TIMEOUT": "soon"])
    #expect(run.status == 2)
    #expect(
      run.messages == """
        error: --concurrency is '0'; expected a whole number from 1 to 1000
        error: --max-cost is 'many'; expected dollars like 5 or 0.25, at most 1,000,000
        error: PROOFSHEET_REQUEST_TIMEOUT is 'soon'; expected a whole number and its unit: 500ms, \
        60s, 2m; 1s to 86400s

        """)
  }
}
