import Canonical
import Experiments
import FlyingSocks
import Foundation
import Glibc
import Review
import Synchronization
import SystemPackage
import TestSupport
import Testing

/// A desk that notes what it is asked for.
final class NotingDesk: ReviewDesk {
  let orders = Mutex<[ReviewOrder]>([])
  let undone = Mutex(0)

  func queueScript() async throws(ReviewRefusal) -> [UInt8] { Array("queue".utf8) }

  func state(after revision: Int?) async throws(ReviewRefusal) -> JSONValue {
    .members(["revision": .integer(revision ?? -1)])
  }

  func decide(_ order: ReviewOrder) async throws(ReviewRefusal) -> JSONValue {
    orders.withLock { $0.append(order) }
    return .members(["saved": .integer(order.lines.count)])
  }

  func undo() async throws(ReviewRefusal) -> JSONValue {
    undone.withLock { $0 += 1 }
    let caseID = CaseID(joining: ["s1"])
    let key = CaseKey(request: RequestKey(SHA256Digest(hashing: [])), repeatIndex: 0)
    guard let suite = SuiteName("mug") else { throw ReviewRefusal(500, "no name") }
    throw ReviewRefusal(
      409, "nothing to take back",
      outputs: [
        ReviewRefusal.Output(
          suite: suite, caseID: caseID, output: OutputID(caseKey: key, index: 0), reason: "gone")
      ])
  }
}

/// A request as it is written; what is not changed is what a page sends.
struct Sent: Sendable, CustomTestStringConvertible {
  let testDescription: String
  var method = "GET"
  /// What follows the token; `nil` for a target that is written as it is.
  var path = ""
  var target: String?
  var fields: [String: String?] = [:]
  var body = ""
  let status: Int

  init(
    _ name: String, _ method: String = "GET", _ path: String = "", target: String? = nil,
    fields: [String: String?] = [:], body: String = "", status: Int
  ) {
    (testDescription, self.method, self.path, self.target) = (name, method, path, target)
    (self.fields, self.body, self.status) = (fields, body, status)
  }

  func bytes(_ host: String, _ token: String) -> [UInt8] {
    var all: [String: String?] = ["Host": host]
    if method == "POST" {
      all["Origin"] = "http://\(host)"
      all["X-Proofsheet-Token"] = token
      all["Content-Type"] = "application/json"
      all["Content-Length"] = "\(body.utf8.count)"
    }
    for (name, value) in fields { all[name] = value }
    let lines = all.compactMap { name, value in value.map { "\(name): \($0)\r\n" } }
    return Array(
      "\(method) \(target ?? "/\(token)/\(path)") HTTP/1.1\r\n\(lines.joined())\r\n\(body)".utf8)
  }
}

@Suite(.temporaryFolder, .timeLimit(.minutes(10))) struct ReviewServerTests {
  private static let token = String(repeating: "5e", count: 32)
  private let folder = TemporaryFolder.path.appending("sheet")
  private let desk = NotingDesk()

  private func makeSheet() throws {
    for name in ["thumbnails", "pictures", "differences", "other"] {
      try DurableFile.createFolder(folder.appending(name))
    }
    for name in ["index.html", "a.js", "junit.xml", "thumbnails/1.webp", "other/1.webp", ".x.js"] {
      try DurableFile.write(Array("file \(name)".utf8), to: folder.appending("\(name)"))
    }
    try DurableFile.write(Array("secret".utf8), to: TemporaryFolder.path.appending("secret.js"))
    for (name, target) in [("link.js", "../secret.js"), ("pictures/link.png", "../../secret.js")] {
      try #require(unsafe symlink(target, folder.appending("\(name)").string) == 0)
    }
  }

  /// Serves while a body runs.
  private func serving<Value: Sendable>(
    code: String? = nil, _ body: (ReviewServer, ReviewServer.Address, String) async throws -> Value
  ) async throws -> Value {
    try makeSheet()
    let server = ReviewServer(
      folder: folder, desk: desk, port: 0, token: Self.token, code: code, now: { .zero })
    let address = try server.start()
    let host = String(address.page.dropFirst("http://".count).prefix { $0 != "/" })
    return try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await server.run() }
      defer { server.stop() }
      return try await body(server, address, host)
    }
  }

  /// Sends bytes and reads until the server ends the connection or the answer is whole.
  private static func exchange(_ bytes: [UInt8], _ host: String) async throws -> String {
    let port = try #require(host.split(separator: ":").last.flatMap { UInt16($0) })
    let socket = try await AsyncSocket.connected(
      to: sockaddr_in.inet(ip4: "127.0.0.1", port: port), timeout: 60)
    try await socket.write(Data(bytes))
    var answer: [UInt8] = []
    while true {
      let text = String(decoding: answer, as: UTF8.self)
      if let end = text.firstRange(of: "\r\n\r\n"),
        let length = text.firstMatch(of: /Content-Length: (\d+)/).flatMap({ Int($0.1) }),
        text[end.upperBound...].utf8.count >= length
      {
        try socket.close()
        return text
      }
      answer += try await socket.read(atMost: 65_536)
    }
  }

  private static func status(_ answer: String) -> Int? {
    answer.split(separator: " ").dropFirst().first.flatMap { Int($0) }
  }

  private static let decision = """
    {"decisions":[{"suite":"mug","case":"s1","key":"\(String(repeating: "a", count: 64)).0","image":0,\
    "decision":"approved","digest":"\(String(repeating: "b", count: 64))","pixels":"px1:0a"}],"seen":[null]}
    """

  @Test(arguments: [
    Sent("the page", "GET", "", status: 200),
    Sent("a script", "GET", "a.js?v=3", status: 200),
    Sent("a thumbnail", "GET", "thumbnails/1.webp", status: 200),
    Sent("what waits", "GET", "queue.js", status: 200),
    Sent("the state", "GET", "api/state?after=4", status: 200),
    Sent("the token alone", target: "/\(token)", status: 303),
    Sent("a decision", "POST", "api/decide", body: decision, status: 200),
    Sent("taking back what is not there", "POST", "api/undo", body: "{}", status: 409),
    // Hosts: a name that leads to 127.0.0.1 is not the address.
    Sent("localhost", fields: ["Host": "localhost"], status: 421),
    Sent("a name of the world", fields: ["Host": "evil.example.com"], status: 421),
    Sent("the address without its port", fields: ["Host": "127.0.0.1"], status: 421),
    Sent("no host", fields: ["Host": nil], status: 421),
    // Tokens.
    Sent("no token", target: "/", status: 403),
    Sent("another token", target: "/\(String(repeating: "0", count: 64))/", status: 403),
    Sent("half a token", target: "/\(token.prefix(32))/", status: 403),
    Sent("a file without a token", target: "/index.html", status: 403),
    Sent(
      "a decision without the token's field", "POST", "api/decide",
      fields: ["X-Proofsheet-Token": nil],
      body: decision, status: 403),
    Sent(
      "a decision with another token", "POST", "api/decide", fields: ["X-Proofsheet-Token": "x"],
      body: decision, status: 403),
    // Origins.
    Sent("a page of another origin", fields: ["Origin": "https://evil.example.com"], status: 403),
    Sent("a page without an origin of its own", fields: ["Origin": "null"], status: 403),
    Sent(
      "a decision of another origin", "POST", "api/decide",
      fields: ["Origin": "http://127.0.0.1:1"],
      body: decision, status: 403),
    Sent(
      "a decision without an origin", "POST", "api/decide", fields: ["Origin": nil], body: decision,
      status: 403),
    Sent(
      "a form", "POST", "api/decide", fields: ["Content-Type": "text/plain"], body: decision,
      status: 415),
    // Methods and routes.
    Sent("a preflight", "OPTIONS", "api/decide", status: 405),
    Sent("a deletion", "DELETE", "a.js", status: 405),
    Sent("a decision by GET", "GET", "api/decide", status: 404),
    Sent("a post to a file", "POST", "a.js", body: "{}", status: 404),
    // Files that are none of a sheet's.
    Sent("a folder above", "GET", "../secret.js", status: 404),
    Sent("a folder above, escaped", "GET", "%2e%2e/secret.js", status: 404),
    Sent("a slash, escaped", "GET", "..%2fsecret.js", status: 404),
    Sent("an absolute path", "GET", "/etc/passwd", status: 404),
    Sent("a link", "GET", "link.js", status: 404),
    Sent("a link in a folder", "GET", "pictures/link.png", status: 404),
    Sent("a folder that is none of a sheet's", "GET", "other/1.webp", status: 404),
    Sent("a hidden file", "GET", ".x.js", status: 404),
    Sent("a file of another kind", "GET", "junit.xml", status: 404),
    Sent("a folder", "GET", "thumbnails", status: 404),
    Sent("a file that is not there", "GET", "b.js", status: 404),
    // Bodies and heads.
    Sent("no JSON", "POST", "api/decide", body: "{", status: 400),
    Sent(
      "nothing to decide", "POST", "api/decide", body: "{\"decisions\":[],\"seen\":[]}", status: 400
    ),
    Sent(
      "lists of two lengths", "POST", "api/decide", body: decision.replacing("[null]", with: "[]"),
      status: 400),
    Sent(
      "a time that is none", "POST", "api/decide",
      body: decision.replacing("[null]", with: "[\"noon\"]"), status: 400),
    Sent(
      "one more member", "POST", "api/decide",
      body: decision.replacing("\"seen\"", with: "\"x\":1,\"seen\""), status: 400),
    Sent(
      "a decision that is none", "POST", "api/decide",
      body: decision.replacing("approved", with: "maybe"), status: 400),
    Sent(
      "a body past the limit", "POST", "api/decide", fields: ["Content-Length": "8388609"],
      status: 413),
    Sent(
      "a head past the limit", fields: ["X": String(repeating: "a", count: 16_384)], status: 431),
  ])
  func `Only a page of this server is obeyed, and only a sheet's files are given`(
    sent: Sent
  ) async throws {
    try await serving { _, _, host in
      let answer = try await Self.exchange(sent.bytes(host, Self.token), host)
      #expect(Self.status(answer) == sent.status, "\(answer.prefix(400))")
      #expect(!answer.contains("secret"))
      for field in [
        "X-Content-Type-Options: nosniff", "Referrer-Policy: no-referrer",
        "Cache-Control: no-store", "Content-Security-Policy: default-src 'none'",
        "frame-ancestors 'none'", "Cross-Origin-Resource-Policy: same-origin",
      ] {
        #expect(answer.contains(field), "\(field)")
      }
      let isDecision = sent.status == 200 && sent.path == "api/decide"
      #expect(desk.orders.withLock { $0.count } == (isDecision ? 1 : 0))
    }
  }

  @Test func `A decision comes to the desk as it was sent, twice in one order it does not`()
    async throws
  {
    let line = try #require(Self.decision.firstMatch(of: /\[(\{.*\})\],/)).1
    let twice = "{\"decisions\":[\(line),\(line)],\"seen\":[null,null]}"
    try await serving { _, _, host in
      let seen = Self.decision.replacing("[null]", with: "[\"2026-11-22T18:15:00.000Z\"]")
      let sent = Sent("", "POST", "api/decide", body: seen, status: 200)
      let answer = try await Self.exchange(sent.bytes(host, Self.token), host)
      #expect(answer.hasSuffix("{\"saved\":1}"))
      let refused = Sent("", "POST", "api/decide", body: twice, status: 400)
      let second = try await Self.exchange(refused.bytes(host, Self.token), host)
      #expect(second.contains("decided about twice"), "\(second)")
    }
    let order = try #require(desk.orders.withLock { $0.first })
    #expect(order.lines.map(\.wanted.decision) == [.approved])
    #expect(order.lines.map(\.wanted.pixelDigest) == ["px1:0a"])
    #expect(order.lines.map { $0.seen?.description } == ["2026-11-22T18:15:00.000Z"])
  }

  @Test func `A refusal names the outputs that are its reason`() async throws {
    try await serving { _, _, host in
      let sent = Sent("", "POST", "api/undo", body: "{}", status: 409)
      let answer = try await Self.exchange(sent.bytes(host, Self.token), host)
      let body = try #require(answer.firstRange(of: "\r\n\r\n")).upperBound
      let document = try JSONParser.parse(Array(answer[body...].utf8))
      #expect(document["error"]?.string == "nothing to take back")
      #expect(document["refused"]?.array?.first?["reason"]?.string == "gone")
      #expect(document["refused"]?.array?.first?["case"]?.string == "s1")
    }
  }

  @Test func `The address for programs leads to the page once`() async throws {
    try await serving(code: "c0de") { _, address, host in
      #expect(address.opening == "http://\(host)/open/c0de")
      let open = Sent("", target: "/open/c0de", status: 303)
      let wrong = Sent("", target: "/open/c0df", status: 403)
      #expect(Self.status(try await Self.exchange(wrong.bytes(host, ""), host)) == 403)
      let first = try await Self.exchange(open.bytes(host, ""), host)
      #expect(first.contains("Location: /\(Self.token)/\r\n"))
      let second = try await Self.exchange(open.bytes(host, ""), host)
      #expect(Self.status(second) == 403)
      #expect(!second.contains(Self.token))
    }
  }

  @Test func `Finishing ends the server after its answer`() async throws {
    try makeSheet()
    let server = ReviewServer(
      folder: folder, desk: desk, port: 0, token: Self.token, now: { .zero })
    let address = try server.start()
    #expect(address.opening == nil)
    let host = String(address.page.dropFirst("http://".count).prefix { $0 != "/" })
    async let running: Void = server.run()
    let sent = Sent("", "POST", "api/finish", body: "{}", status: 200)
    let answer = try await Self.exchange(sent.bytes(host, Self.token), host)
    #expect(answer.hasSuffix("{\"finished\":true}"))
    try await running
    #expect(server.isFinished)
  }
}
