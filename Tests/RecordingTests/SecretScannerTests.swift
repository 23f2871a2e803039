import Canonical
import FoundationEssentials
import Recording
import SeedreamAPI
import SystemPackage
import TestSupport
import Testing

@Suite(.temporaryFolder)
struct SecretScannerTests {
  private let scanner = SecretScanner(Made.redactor)

  private func scan(_ text: String) -> [String] { scan(Array(text.utf8)) }

  private func scan(_ bytes: [UInt8]) -> [String] {
    scanner.scan(bytes, shown: "f").map(\.description)
  }

  private static let secret = Made.secret
  private static let percent = "sk%2FLive%2B4f9a%221c77%3De2d0"
  private static let quoted = String(
    decoding: JSONValue.literal(Made.secret).dropFirst().dropLast(), as: UTF8.self)
  private static let base64 = Made.base64(Array("a \(Made.secret) b".utf8))

  /// Shapes, put together here so that no scanner of this repository takes them for the real thing.
  private static let shapes: [(TokenShape, String)] = [
    (.bearer, "Bearer " + "abcdefgh0123456789.x/y="),
    (.secretKey, "sk" + "-proj-abcdefghij0123456789"),
    (.awsAccessKey, "AKIA" + "IOSFODNN7EXAMPLE"),
    (.gitHubToken, "ghp" + "_abcdefghijklmnopqrstuvwxyz0123456789"),
    (.gitHubToken, "github" + "_pat_11ABCDEFG0abcdefghijklmnopqrstuv"),
    (.slackToken, "xoxb" + "-123456789012-abcdefghij"),
    (.googleKey, "AIza" + String(repeating: "Sy0", count: 11) + "ab"),
    (.jsonWebToken, "eyJ" + "hbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.abcdefghijklmnopqrst"),
    (.privateKey, "-----BEGIN " + "RSA PRIVATE KEY-----"),
  ]

  @Test(arguments: [secret, percent, quoted, base64])
  func `A known secret is found in each form, in text and in JSON`(form: String) {
    #expect(scan("prompt: a \(form) b\n").first?.hasPrefix("f: byte ") == true)
    let json = JSONValue.members(["log": .members(["a/b": .array([.string("x \(form)")])])])
    #expect(scan(json.prettyBytes) == ["f: /log/a~1b/0: known-secret"])
  }

  @Test func `Escapes hide nothing`() {
    let escaped = Made.secret.unicodeScalars
      .map { "\\u00" + Hexadecimal.encode([UInt8(truncatingIfNeeded: $0.value)]) }.joined()
    #expect(scan(#"{"a":"\#(escaped)"}"#) == ["f: /a: known-secret"])
  }

  @Test(arguments: shapes.indices)
  func `The shape of a well-known credential is found, and no longer word that holds it`(
    index: Int
  ) {
    let (shape, token) = Self.shapes[index]
    #expect(scan("a: \(token)\n") == ["f: byte 3: \(shape.rawValue)"])
    #expect(scan(#"["\#(token)"]"#) == ["f: /0: \(shape.rawValue)"])
    #expect(scan("ta\(token)").isEmpty || shape == .privateKey)
    // In base64, within a body's text, within a HAR.
    let body = #"{"image":"data:text/plain;base64,\#(Made.base64(Array(token.utf8)))"}"#
    let har = JSONValue.members(["text": .string(body)])
    #expect(
      scan(har.canonicalBytes) == ["f: /text within /image in base64 at byte 0: \(shape.rawValue)"])
    // Among the bytes of a picture, as the text chunk of a PNG has it.
    let picture = Made.picture(3) + Array(" tEXtComment\u{0}\(token)\u{0}".utf8) + Made.picture(4)
    #expect(scan(picture).count == 1)
    #expect(scan(picture).first?.hasSuffix(": \(shape.rawValue)") == true)
  }

  @Test(arguments: [
    "task-abcdefghij0123456789-more", "sk-short1", "Bearer of bad news and good",
    "Authorization: Bearer REDACTED", "AKIAabc", "eyJ.eyJ.x",
    "https://x.example/a.png?w=1&sig=REDACTED&X-Amz-Signature=REDACTED",
    #"{"api_key":"REDACTED","token":"","tokens":12}"#,
    #"{"headers":[{"name":"authorization","value":"REDACTED"}]}"#,
  ])
  func `What is no secret is not told`(text: String) {
    #expect(scan(text) == [])
  }

  @Test func `Random bytes hold nothing`() {
    #expect(scan(Made.picture(11, count: 40_000)) == [])
    let text = Made.base64(Made.picture(12, count: 40_000))
    #expect(scan(#"{"b64_json":"\#(text)"}"#) == [])
  }

  @Test func `URLs, members and headers that carry a credential are found`() {
    #expect(
      scan(#"{"url":"https://x.example/a.png?w=1&X-Tos-Signature=abc"}"#)
        == ["f: /url: url-credential"])
    #expect(scan("see http://user:word@x.example/ now") == ["f: byte 4: url-credential"])
    #expect(scan(#"{"b":{"access_token":"abc"}}"#) == ["f: /b/access_token: secret-member"])
    #expect(
      scan(#"{"headers":[{"name":"Set-Cookie","value":"a=b"}]}"#)
        == ["f: /headers/0/value: secret-header"])
    // Go escapes the ampersand; it stands within the text of a body.
    let body = #"{"url":"https://x.example/?a=1\u0026sig=abc"}"#
    #expect(
      scan(JSONValue.members(["text": .string(body)]).canonicalBytes)
        == ["f: /text within /url: url-credential"])
  }

  @Test func `A member whose name is a secret is found and not shown`() {
    let json = JSONValue.members(["a": .object(JSONObject([(Made.secret, .null)]))])
    #expect(scan(json.canonicalBytes) == ["f: /a/<known-secret>: known-secret"])
  }

  @Test func `No finding shows the secret, not even in the name of a file`() throws {
    let path = TemporaryFolder.path.appending("x-sk%2FLive%2B4f9a%221c77%3De2d0.txt")
    try DurableFile.write(Array("key: \(Made.secret)\n".utf8), to: path)
    let findings = scanner.scan(path)
    #expect(findings.map(\.place) == [.name, .offset(5)])
    for finding in findings {
      let told = finding.description + finding.json.canonicalText
      #expect(!told.contains("Live"), "\(told)")
      #expect(!Made.redactor.finds(in: Array(told.utf8)))
    }
  }

  @Test func `A file that cannot be read is told`() {
    let findings = scanner.scan(TemporaryFolder.path.appending("gone.har"))
    #expect(
      findings.map(\.description) == [
        "\(TemporaryFolder.path)/gone.har: not looked through: there is no such file or folder"
      ])
  }

  @Test func `A Git LFS pointer is told, since nobody has seen its bytes`() throws {
    let path = TemporaryFolder.path.appending("a.png")
    try DurableFile.write(Array(Made.pointer.utf8), to: path)
    #expect(
      scanner.scan(path).map(\.description) == [
        "\(path): not looked through: it is a Git LFS pointer; fetch it with: "
          + "git lfs pull --include 'a.png'"
      ])
  }

  @Test(arguments: ["sk-", "eyJ-", "AIza-", "bearer "])
  func `A text of nothing but beginnings is looked through once`(start: String) {
    #expect(scan(String(repeating: start, count: 1_000)) == [])
  }

  @Test func `A file full of secrets has a limited number of findings`() {
    let text = String(repeating: "\(Made.secret)\n", count: 300)
    #expect(scan(text).count == SecretScanner.findingsMax)
  }
}
