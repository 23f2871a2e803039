import Canonical
import SeedreamAPI
import Testing

@testable import Recording

struct RedactorTests {
  private let redactor = Made.redactor

  private func json(_ text: String) -> String {
    String(decoding: redactor.json(Array(text.utf8)), as: UTF8.self)
  }

  @Test func `Of a request's fields only those of the allow-list are recorded`() {
    let headers = redactor.requestHeaders([
      HTTPHeader("X-Api-Key", "a"), HTTPHeader("Content-Type", "application/json"),
      HTTPHeader("Authorization", "Bearer x"), HTTPHeader("ACCEPT", "image/*"),
      HTTPHeader("Cookie", "a=b"), HTTPHeader("X-Something-New", Made.secret),
    ])
    #expect(
      headers == [HTTPHeader("accept", "image/*"), HTTPHeader("content-type", "application/json")])
  }

  @Test func `Of an answer's fields only those of the allow-list are recorded`() {
    let headers = redactor.responseHeaders([
      HTTPHeader("Set-Cookie", "session=1"), HTTPHeader("Retry-After", "3"),
      HTTPHeader("X-Simulator", "proofsheet \(Made.secret)"),
      HTTPHeader("Location", "https://a.example/x?sig=1&b=2"), HTTPHeader("Date", "now"),
      HTTPHeader("X-Request-Id", "r"),
    ])
    #expect(
      headers == [
        HTTPHeader("location", "https://a.example/x?sig=REDACTED&b=2"),
        HTTPHeader("retry-after", "3"), HTTPHeader("x-simulator", "proofsheet REDACTED"),
      ])
  }

  @Test(arguments: [
    ("https://a.example/x.png", "https://a.example/x.png"),
    ("https://a.example/x?w=1&h=2", "https://a.example/x?w=1&h=2"),
    ("https://a.example/x?design=1&monkey=2", "https://a.example/x?design=1&monkey=2"),
    ("https://a.example/x?sig=abc", "https://a.example/x?sig=REDACTED"),
    ("https://a.example/x?SIG=abc&w=1", "https://a.example/x?SIG=REDACTED&w=1"),
    ("https://a.example/x?w=1&sign=a=b=&h=2", "https://a.example/x?w=1&sign=REDACTED&h=2"),
    ("https://a.example/x?X-Tos-Signature=1", "https://a.example/x?X-Tos-Signature=REDACTED"),
    ("https://a.example/x?X-Amz-Date=1", "https://a.example/x?X-Amz-Date=REDACTED"),
    ("https://a.example/x?X-Goog-Expires=1", "https://a.example/x?X-Goog-Expires=REDACTED"),
    ("https://a.example/x?my_access_token=1", "https://a.example/x?my_access_token=REDACTED"),
    ("https://a.example/x?key=1&expires=2", "https://a.example/x?key=REDACTED&expires=REDACTED"),
    ("https://a.example/x?token&sig=", "https://a.example/x?token&sig=REDACTED"),
    ("https://a.example/x?", "https://a.example/x?"),
    ("https://a.example/x?&&=1&", "https://a.example/x?&&=1&"),
    ("https://a.example/x?a=1?sig=2", "https://a.example/x?a=1?sig=2"),
    ("https://user:pass@a.example/x", "https://REDACTED@a.example/x"),
    ("https://user:pass@a.example/x?sig=2", "https://REDACTED@a.example/x?sig=REDACTED"),
    ("https://a.example/@x", "https://a.example/@x"),
    ("/relative?sig=1", "/relative?sig=REDACTED"),
    ("", ""),
  ])
  func `Parameters of URLs are redacted by name`(url: String, expected: String) {
    #expect(redactor.url(url) == expected)
    #expect(redactor.url(expected) == expected, "redacting twice is redacting once")
  }

  @Test(arguments: [
    (#"{"api_key":"x"}"#, #"{"api_key":"REDACTED"}"#),
    (#"{"a":[{"b":{"Authorization":"x y"}}]}"#, #"{"a":[{"b":{"Authorization":"REDACTED"}}]}"#),
    (#"{"password" : "a\"b\\"}"#, #"{"password" : "REDACTED"}"#),
    (#"{"tokens":["a","b"],"c":"d"}"#, #"{"tokens":["REDACTED","REDACTED"],"c":"d"}"#),
    (#"{"client_secret":""}"#, #"{"client_secret":"REDACTED"}"#),
    (#"{"api\u005fkey":"x"}"#, #"{"api\u005fkey":"REDACTED"}"#),
    (#"{"total_tokens":12}"#, #"{"total_tokens":12}"#),
    (
      #"{"url":"https://a.example/x?sig=1&w=2"}"#,
      #"{"url":"https://a.example/x?sig=REDACTED&w=2"}"#
    ),
    (#"{"url":"HTTPS://a.example/x?sig=1"}"#, #"{"url":"HTTPS://a.example/x?sig=REDACTED"}"#),
    (#"["https://a.example/x?sig=1"]"#, #"["https://a.example/x?sig=REDACTED"]"#),
    (
      #"{"m":"look at https://a.example/x?sig=1 soon"}"#,
      #"{"m":"look at https://a.example/x?sig=REDACTED soon"}"#
    ),
    (
      #"{"m":"(https://a.example/x?sig=1), https://b.example/?key=2"}"#,
      #"{"m":"(https://a.example/x?sig=REDACTED https://b.example/?key=REDACTED"}"#
    ),
    (#"{"m":"https://u:p@a.example/x"}"#, #"{"m":"https://REDACTED@a.example/x"}"#),
    ("{\"url\":\"https://a.example/x?sig=1", "{\"url\":\"https://a.example/x?sig=1"),
  ])
  func `Members are redacted by name, and URLs in them`(text: String, expected: String) {
    #expect(json(text) == expected)
    #expect(json(expected) == expected, "redacting twice is redacting once")
  }

  /// Writers in Go escape `&`, those in PHP `/`; what a reader makes of the redacted text must be what
  /// redacting the address makes, else a recorded picture is not found by its address.
  @Test(arguments: [
    #"{"url":"https://a.example/x?w=1\u0026X-Tos-Signature=abc\u0026h=2"}"#,
    #"{"url":"https://a.example/x?X-Tos-Expires=1\u0026X-Tos-Signature=abc\u0026h=2"}"#,
    #"{"url":"https:\/\/a.example\/x?w=1&Signature=abc"}"#,
    #"{"url":"\u0068ttps://a.example/x?w=1&Signature=abc"}"#,
  ])
  func `An escaped URL is redacted as the URL that it means`(text: String) throws {
    let url = try #require(try JSONParser.parse(Array(text.utf8))["url"]?.string)
    let redacted = json(text)
    #expect(!redacted.contains("abc"))
    #expect(try JSONParser.parse(Array(redacted.utf8))["url"]?.string == redactor.url(url))
    #expect(json(redacted) == redacted)
  }

  @Test(arguments: [0, 1, 2])
  func `A known secret is found in base64 at every alignment`(shift: Int) throws {
    let bytes = [UInt8](repeating: 0x41, count: shift) + Array(Made.secret.utf8) + Array("end".utf8)
    let text = #"{"m":"\#(Made.base64(bytes))"}"#
    #expect(redactor.finds(in: Array(text.utf8)))
    #expect(json(text).contains("REDACTED"))
    #expect(!redactor.finds(in: Array(json(text).utf8)))
  }

  @Test(arguments: [
    Made.secret,
    "sk%2FLive%2B4f9a%221c77%3De2d0",
    "sk%2fLive%2b4f9a%221c77%3de2d0",
    #"sk/Live+4f9a\"1c77=e2d0"#,
  ])
  func `A known secret is replaced in every spelling`(form: String) throws {
    for text in [form, "a\(form)b", "\(form)\(form)", "{\"m\":\"\(form)\"}"] {
      #expect(redactor.finds(in: Array(text.utf8)))
      let redacted = redactor.text(text)
      #expect(redacted == text.replacing(form, with: "REDACTED"))
      #expect(redactor.text(redacted) == redacted)
    }
  }

  @Test(arguments: ["", "a", "12345"])
  func `A secret that is too short is not searched for`(secret: String) {
    let redactor = Redactor(secrets: [Secret(secret)])
    #expect(redactor.text("1234567890 a b") == "1234567890 a b")
    #expect(!redactor.finds(in: Array("12345 a".utf8)))
  }

  @Test func `The longest of several secrets is replaced first`() {
    let redactor = Redactor(secrets: [Secret("secret"), Secret("secret-long")])
    #expect(redactor.text("a secret-long b secret c") == "a REDACTED b REDACTED c")
  }

  @Test(arguments: [
    "", "{}", "[1,2,3]", "{ \"a\" : \"é\\u00e9 \\/ b\" ,\r\n \"n\":1.50}", "no JSON", "\"",
    #"{"prompt":"a key, a token? http and https: sig=1","tokenless":1}"#,
    #"{"usage":{"total_tokens":4096,"output_tokens":4096},"data":[{"size":"2048x2048"}]}"#,
    #"{"url":"https://a.example/%2Fx.png?w=1&h=2","m":"50%? https://"}"#,
    #"{"url":"https:\/\/a.example\/x?w=1\u0026h=2"}"#,
  ])
  func `An innocent text is left as it is, byte for byte`(text: String) {
    #expect(redactor.json(Array(text.utf8)) == Array(text.utf8))
    #expect(redactor.json(ifText: Array(text.utf8)) == Array(text.utf8))
    #expect(Redactor(secrets: []).json(Array(text.utf8)) == Array(text.utf8))
  }

  @Test(arguments: ["", "Bearer ", "x", "xy"], ["", "!", "yz", " and more of it"])
  func `Nothing of a secret in base64 is left at its ends`(before: String, after: String) {
    let encoded = Made.base64(Array("\(before)\(Made.secret)\(after)".utf8))
    let redacted = Made.redactor.text("\"\(encoded)\"")
    let rest = redacted.replacing("REDACTED", with: "|").split(separator: "|")
    #expect(rest.count == 2, "\(redacted)")
    // What is left on each side is base64 of the neighbours alone, or nothing.
    let left = String(rest[0].dropFirst())
    let right = String(rest[1].dropLast())
    #expect(Made.base64(Array(before.utf8)).hasPrefix(left), "\(redacted)")
    #expect(left.utf8.count <= before.utf8.count / 3 * 4, "\(redacted)")
    #expect(right.utf8.count <= (after.utf8.count + 2) / 3 * 4, "\(redacted)")
    #expect(Made.redactor.text(redacted) == redacted)
  }

  @Test func `A picture is never altered, alone or in base64`() {
    let picture = Made.picture() + Array(Made.secret.utf8) + Made.picture(2)
    #expect(redactor.json(ifText: picture) == picture)
    let unknown = [0x00, 0xFF, 0xFE] + Array(Made.secret.utf8)
    #expect(redactor.json(ifText: unknown) == unknown)
    let text =
      #"{"b64_json":"\#(Made.base64(picture))","m":"\#(Made.base64(Array(Made.secret.utf8)))"}"#
    let redacted = json(text)
    #expect(redacted.hasPrefix(#"{"b64_json":"\#(Made.base64(picture))","m":"REDACTED"#))
  }

  @Test func `Random text is redacted once and for all`() {
    // A secret with a quote in it would, unescaped, end a string; JSON holds no such text.
    let secret = "sk-live-4f9a1c77"
    let redactor = Redactor(secrets: [Secret(secret)])
    var generator = SplitMix64(seed: 11)
    let pieces = [
      "{", "}", "\"", "\\", ":", "token", "https://a.example/?sig=", "&", "\\u0026", " ", "x",
      "%2F", secret,
    ]
    for _ in 0..<1_000 {
      let text = (0..<12).map { _ in pieces.randomElement(using: &generator) ?? "" }.joined()
      let once = redactor.json(Array(text.utf8))
      #expect(redactor.json(once) == once, "\(text)")
      #expect(!redactor.finds(in: once), "\(text)")
    }
  }
}
