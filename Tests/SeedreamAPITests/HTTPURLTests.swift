import SeedreamAPI
import Testing

@Suite struct `HTTP URLs` {
  struct Row: Sendable, CustomTestStringConvertible {
    let text: String
    let scheme: HTTPURL.Scheme
    let host: String
    let port: Int
    let target: String
    let origin: String
    var testDescription: String { text }

    init(
      _ text: String, _ scheme: HTTPURL.Scheme, _ host: String, _ port: Int, _ target: String,
      _ origin: String
    ) {
      self.text = text
      self.scheme = scheme
      self.host = host
      self.port = port
      self.target = target
      self.origin = origin
    }
  }

  static let rows = [
    Row("https://a.example", .https, "a.example", 443, "", "https://a.example"),
    Row("http://a.example/", .http, "a.example", 80, "/", "http://a.example"),
    Row("HTTPS://A.Example:443/X", .https, "a.example", 443, "/X", "https://a.example"),
    Row("http://a.example:8080/x?y#z", .http, "a.example", 8_080, "/x?y", "http://a.example:8080"),
    Row("https://a.example:80/", .https, "a.example", 80, "/", "https://a.example:80"),
    Row("https://a.example:/x", .https, "a.example", 443, "/x", "https://a.example"),
    Row("https://a.example?x=1", .https, "a.example", 443, "?x=1", "https://a.example"),
    Row("http://127.0.0.1:65535/", .http, "127.0.0.1", 65_535, "/", "http://127.0.0.1:65535"),
    Row("http://[::1]/", .http, "::1", 80, "/", "http://[::1]"),
    Row(
      "https://[2001:DB8::1]:8443/x", .https, "2001:db8::1", 8_443, "/x",
      "https://[2001:db8::1]:8443"),
    Row("http://[::ffff:10.0.0.1]/", .http, "::ffff:10.0.0.1", 80, "/", "http://[::ffff:10.0.0.1]"),
    Row(
      "http://localhost:1/a/../b//c/./", .http, "localhost", 1, "/a/../b//c/./",
      "http://localhost:1"),
    Row("https://a.example/x@y:z", .https, "a.example", 443, "/x@y:z", "https://a.example"),
    Row(
      "https://resource.trustai.sg/image/generated%2Fonerouter_0b1c.png", .https,
      "resource.trustai.sg", 443,
      "/image/generated%2Fonerouter_0b1c.png", "https://resource.trustai.sg"),
  ]

  @Test(arguments: rows)
  func `A URL is looked into and kept as written`(row: Row) throws {
    let url = try HTTPURL(row.text)
    #expect(url.text == row.text)
    #expect(url.description == row.text)
    #expect(url.scheme == row.scheme)
    #expect(url.host == row.host)
    #expect(url.port == row.port)
    #expect(url.target == row.target)
    #expect(url.origin == row.origin)
  }

  @Test(arguments: [
    ("", "starts with"), ("a.example/x", "starts with"), ("//a.example", "starts with"),
    ("ftp://a.example", "starts with"),
    ("file:///etc/passwd", "starts with"), ("data:image/png;base64,AA==", "starts with"),
    ("https:/a", "starts with"),
    ("javascript:alert(1)", "starts with"), ("https://", "no host"), ("https:///x", "no host"),
    ("http://:80/", "no host"),
    ("http://[]/", "no host"), ("http://?x", "no host"),
    ("https://user@a.example/", "user name"), ("https://user:secret@a.example/", "user name"),
    ("https://a.example@169.254.169.254/", "user name"), ("https://@a.example/", "user name"),
    ("http://a.example:0/", "port"), ("http://a.example:65536/", "port"),
    ("http://a.example:-1/", "port"),
    ("http://a.example:+80/", "port"), ("http://a.example:8x/", "port"),
    ("http://a.example:1:2/", "port"),
    ("http://a.example:99999999999999999999/", "port"), ("http://[::1]80/", "port"),
    ("http://[::1]:x/", "port"),
    ("http://[::1", "address"), ("http://::1/", "no host"), ("http://[a.example]/", "address"),
    ("http://[fe80::1%25eth0]/", "address"), ("http://[1]/", "address"), ("http://a]b/", "address"),
    ("http://a[b/", "address"), ("http://a.example/ x", "ASCII"), (" http://a.example/", "ASCII"),
    ("http://a.example/\r\nX: y", "ASCII"), ("http://a.example/\t", "ASCII"),
    ("http://a.example/\u{0}", "ASCII"),
    ("http://a.example/\u{7F}", "ASCII"), ("http://bücher.example/", "ASCII"),
    ("http://a.example/ä", "ASCII"),
    ("http://a.example/\\x", "ASCII"), ("http://a.example/\"", "ASCII"),
    ("http://a.example/<x>", "ASCII"),
    ("http://a.example/{x}", "ASCII"), ("http://a.example/^`|", "ASCII"),
  ])
  func `Another text is refused with the reason`(text: String, reason: String) {
    let problem = #expect(throws: HTTPURL.Problem.self) { try HTTPURL(text) }
    #expect(problem?.description.contains(reason) == true, "\(problem?.description ?? "")")
  }

  @Test func `A refusal never repeats what may be a password`() {
    for text in ["https://user:hunter2", "https://user:hunter2@a.example/", "https://[hunter2]/"] {
      let problem = #expect(throws: HTTPURL.Problem.self) { try HTTPURL(text) }
      #expect(problem?.description.contains("hunter2") == false)
    }
  }

  @Test func `A URL may be 8192 bytes long`() throws {
    let base = "http://a.example/"
    let longest = base + String(repeating: "x", count: HTTPURL.byteCountMax - base.utf8.count)
    _ = try HTTPURL(longest)
    #expect(throws: HTTPURL.Problem.self) { try HTTPURL(longest + "x") }
  }

  @Test func `Path, query and display are cut from the text`() throws {
    let url = try HTTPURL("https://a.example:8443/x%2Fy?sig=secret?&a=1#part")
    #expect(url.path == "/x%2Fy")
    #expect(url.query == "sig=secret?&a=1")
    #expect(url.display == "https://a.example:8443/x%2Fy?…")
    #expect(try HTTPURL("https://a.example/x").query == nil)
    #expect(try HTTPURL("https://a.example/x?").query == "")
  }

  @Test(arguments: [
    ("https://a.example", "https://a.example/v1/x"),
    ("https://a.example/", "https://a.example/v1/x"),
    ("https://a.example/api//", "https://a.example/api/v1/x"),
    ("http://[::1]:8080/b", "http://[::1]:8080/b/v1/x"),
    ("https://A.example/B?query#f", "https://a.example/B/v1/x"),
  ])
  func `A path is appended to a base`(base: String, whole: String) throws {
    #expect(try HTTPURL(base).appending(path: "/v1/x").text == whole)
  }

  @Test func `A path that is too long for the base is refused`() throws {
    let base = try HTTPURL("https://a.example")
    #expect(throws: HTTPURL.Problem.self) {
      try base.appending(path: "/" + String(repeating: "x", count: HTTPURL.byteCountMax))
    }
  }
}

@Suite struct `Credentials` {
  static let canary = "sk-CANARY-0123456789"

  @Test(arguments: AuthScheme.allCases)
  func `A key is printed by no means`(scheme: AuthScheme) throws {
    let authorization = try Authorization(scheme: scheme, key: Self.canary)
    let endpoint = Endpoint(base: try HTTPURL("https://a.example"), authorization: authorization)
    let request = HTTPRequest(method: .post, url: endpoint.base, authorization: authorization)
    let values: [Any] = [
      authorization.key, authorization, endpoint, request, [authorization],
      ["k": authorization.key],
    ]
    for value in values {
      var dumped = ""
      dump(value, to: &dumped)
      let texts = ["\(value)", String(describing: value), String(reflecting: value), dumped]
      for text in texts { #expect(!text.contains("CANARY"), "\(type(of: value))") }
      #expect(!Self.reaches(value, "CANARY"))
    }
    #expect("\(authorization.key)" == "<redacted>")
    #expect(Mirror(reflecting: authorization.key).children.isEmpty)
  }

  /// Whether a walk through all mirrors meets a text.
  private static func reaches(_ value: Any, _ text: String, depth: Int = 0) -> Bool {
    if let string = value as? String { return string.contains(text) }
    guard depth < 8 else { return false }
    return Mirror(reflecting: value).children.contains { reaches($0.value, text, depth: depth + 1) }
  }

  @Test func `The header is written by the scheme`() throws {
    #expect(try Authorization(scheme: .bearer, key: "k").revealHeaderValue() == "Bearer k")
    #expect(try Authorization(scheme: .raw, key: "k").revealHeaderValue() == "k")
  }

  @Test(arguments: [
    "", " ", "a b", "CANARY\r\nX: y", "CANARY\n", "CANARY\u{0}", "CANARYä", "CANARY\u{7F}",
    " CANARY",
    String(repeating: "CANARY", count: 1_000),
  ])
  func `A key that would break the header is refused without being shown`(key: String) {
    let problem = #expect(throws: Authorization.Problem.self) {
      try Authorization(scheme: .bearer, key: key)
    }
    #expect(problem?.description.contains("CANARY") == false)
  }

  @Test func `A header is found whatever its case, the first of several`() {
    let headers = [HTTPHeader("Retry-After", "1"), HTTPHeader("retry-after", "2")]
    #expect(headers["RETRY-AFTER"] == "1")
    #expect(headers["x"] == nil)
  }
}
