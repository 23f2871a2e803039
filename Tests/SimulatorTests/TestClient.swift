import Canonical
import FlyingSocks
import Foundation
import Glibc
import Testing

/// An answer as it came over the socket.
struct Answer: Sendable {
  let status: Int
  let fields: [String: String]
  let body: [UInt8]

  var text: String { String(decoding: body, as: UTF8.self) }

  func json() throws -> JSONValue { try JSONParser.parse(body) }

  /// The member `error.<name>`.
  func error(_ name: String) throws -> JSONValue {
    try #require(try json()["error"]?[name])
  }
}

/// A client that writes and reads bytes, so that nothing is decoded or repaired on the way.
struct TestClient: Sendable {
  struct Ended: Error {}

  private let socket: AsyncSocket
  private var unread: [UInt8] = []

  init(_ baseURL: String) async throws {
    let port = try #require(baseURL.split(separator: ":").last.flatMap { UInt16($0) })
    socket = try await AsyncSocket.connected(
      to: sockaddr_in.inet(ip4: "127.0.0.1", port: port), timeout: 600)
  }

  func send(_ bytes: [UInt8]) async throws { try await socket.write(Data(bytes)) }

  func send(_ text: String) async throws { try await send(Array(text.utf8)) }

  /// Reads one answer; the body by its length.
  mutating func receive() async throws -> Answer {
    let blank: [UInt8] = [0x0D, 0x0A, 0x0D, 0x0A]
    var end = unread.firstRange(of: blank)
    while end == nil {
      unread += try await more()
      end = unread.firstRange(of: blank)
    }
    let range = try #require(end)
    let lines = String(decoding: unread[..<range.lowerBound], as: UTF8.self)
      .split(separator: "\r\n")
    unread.removeFirst(range.upperBound)
    var fields: [String: String] = [:]
    for line in lines.dropFirst() {
      let pieces = line.split(separator: ":", maxSplits: 1)
      try #require(pieces.count == 2)
      fields[pieces[0].lowercased()] = pieces[1].trimmingCharacters(in: .whitespaces)
    }
    let status = try #require(Int(lines[0].split(separator: " ")[1]))
    let length = Int(fields["content-length"] ?? "0") ?? 0
    while unread.count < length { unread += try await more() }
    let body = Array(unread.prefix(length))
    unread.removeFirst(length)
    return Answer(status: status, fields: fields, body: body)
  }

  private func more() async throws -> [UInt8] {
    do {
      return try await socket.read(atMost: 65_536)
    } catch {
      throw Ended()
    }
  }

  /// Whether the other side has ended the connection.
  mutating func isEnded() async -> Bool {
    do {
      unread += try await more()
      return false
    } catch {
      return true
    }
  }

  func close() throws { try socket.close() }

  /// One request on a connection of its own.
  static func exchange(
    _ baseURL: String, _ method: String, _ target: String, fields: [(String, String)] = [],
    body: [UInt8] = []
  ) async throws -> Answer {
    var client = try await TestClient(baseURL)
    try await client.send(request(method, target, fields: fields, body: body))
    let answer = try await client.receive()
    try client.close()
    return answer
  }

  /// The bytes of a request.
  static func request(
    _ method: String, _ target: String, fields: [(String, String)] = [], body: [UInt8] = []
  ) -> [UInt8] {
    var head = "\(method) \(target) HTTP/1.1\r\nHost: localhost\r\n"
    for (name, value) in fields { head += "\(name): \(value)\r\n" }
    if !body.isEmpty { head += "Content-Length: \(body.count)\r\n" }
    return Array((head + "\r\n").utf8) + body
  }
}

/// Expects an answer's status and shows its body when it is another.
func expectStatus(
  _ status: Int, _ answer: Answer, sourceLocation: SourceLocation = #_sourceLocation
) {
  #expect(answer.status == status, "\(answer.text.prefix(300))", sourceLocation: sourceLocation)
}
