internal import Canonical
internal import CurlTransport
internal import SeedreamAPI
internal import Testing

@Suite struct `Limits` {
  @Test func `Waiting for the first byte counts as idle`() async throws {
    try await LoopbackServer.run { connection in
      connection.readRequest()
      connection.waitForEnd()
    } during: { server in
      let request = try server.post(limits: HTTPLimits(idle: .milliseconds(150)))
      let failure = try await expectFailure(of: request, over: makeTransport())
      #expect(failure.code == .timedOut)
      #expect(failure.phase == .afterSending)
      #expect(failure.message.contains("limit: idle"))
      #expect(server.requests.count == 1)
    }
  }

  @Test func `Stalling in the middle of the body counts as idle`() async throws {
    try await LoopbackServer.run { connection in
      connection.readRequest()
      connection.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc")
      connection.waitForEnd()
    } during: { server in
      let request = try server.get(limits: HTTPLimits(idle: .milliseconds(150)))
      let failure = try await expectFailure(of: request, over: makeTransport())
      #expect(failure.code == .timedOut)
      #expect(failure.message.contains("limit: idle"))
    }
  }

  @Test func `An answer without end reaches the limit of the whole`() async throws {
    try await LoopbackServer.run { connection in
      connection.readRequest()
      connection.write("HTTP/1.1 200 OK\r\n\r\n")
      while connection.write("x") {}
    } during: { server in
      let limits = HTTPLimits(
        idle: .seconds(60), total: .milliseconds(250), bodyByteCountMax: 1 << 40)
      let failure = try await expectFailure(
        of: try server.get(limits: limits), over: makeTransport())
      #expect(failure.code == .timedOut)
      #expect(failure.phase == .afterSending)
      #expect(failure.message.contains("limit: total"))
    }
  }

  @Test func `A TLS handshake that stalls reaches the limit of connecting`() async throws {
    try await LoopbackServer.run {
      $0.waitForEnd()
    } during: { server in
      var request = try server.post(limits: HTTPLimits(connect: .milliseconds(150)))
      request.url = try HTTPURL("https://127.0.0.1:\(server.port)/v1")
      let failure = try await expectFailure(of: request, over: makeTransport())
      #expect(failure.code == .timedOut)
      #expect(failure.phase == .beforeSending)
      #expect(failure.message.contains("limit: connect"))
    }
  }

  @Test func `The limit of the whole counts while connecting`() async throws {
    try await LoopbackServer.run {
      $0.waitForEnd()
    } during: { server in
      var request = try server.post(limits: HTTPLimits(total: .milliseconds(150)))
      request.url = try HTTPURL("https://127.0.0.1:\(server.port)/v1")
      let failure = try await expectFailure(of: request, over: makeTransport())
      #expect(failure.code == .timedOut)
      #expect(failure.phase == .beforeSending)
      #expect(failure.message.contains("limit: total"))
    }
  }

  @Test func `Limits beyond reason do no harm`() async throws {
    try await LoopbackServer.run { connection in
      connection.readRequest()
      connection.answer()
    } during: { server in
      let limits = HTTPLimits(
        connect: .seconds(Int64.max), idle: .seconds(Int64.max), total: .seconds(Int64.max),
        bodyByteCountMax: .max, redirectsMax: .max)
      let response = try await makeTransport().send(
        try server.get(limits: limits), as: exchange(.poll))
      #expect(response.status == 200)
    }
  }

  @Test(arguments: [
    "HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n", "HTTP/1.1 200 OK\r\n\r\n",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3e9\r\n",
  ])
  func `A body over the limit is refused, announced or not`(head: String) async throws {
    try await LoopbackServer.run { connection in
      connection.readRequest()
      connection.write(head + String(repeating: "x", count: 1_001))
    } during: { server in
      let request = try server.get(limits: HTTPLimits(bodyByteCountMax: 1_000))
      let failure = try await expectFailure(of: request, over: makeTransport())
      #expect(failure.code == .tooLarge)
      #expect(failure.message.contains("1000 bytes"))
    }
  }

  @Test func `A body of exactly the limit is taken`() async throws {
    try await LoopbackServer.run { connection in
      connection.readRequest()
      connection.answer(body: Array(repeating: 1, count: 1_000))
    } during: { server in
      let request = try server.get(limits: HTTPLimits(bodyByteCountMax: 1_000))
      let response = try await makeTransport().send(request, as: exchange(.poll))
      #expect(response.body.count == 1_000)
    }
  }

  /// 1 MiB of zero bytes, packed by zlib at its highest level.
  static let bomb: [UInt8] =
    [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 2, 0xFF, 0xED, 0xC1, 0x31, 1, 0, 0, 0, 0xC2, 0xA0, 0xF5, 0x4F]
    + [0x6D, 8, 0x5F, 0xA0] + Array(repeating: 0, count: 1_016)
    + [0x3E, 3, 0x1C, 0xEA, 0x38, 0xA7, 0, 0, 0x10, 0]

  @Test func `Gzip is undone`() async throws {
    let packed: [UInt8] = [
      0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 2, 3, 0xCB, 0x48, 0xCD, 0xC9, 0xC9, 0x07, 0, 0x86, 0xA6, 0x10,
      0x36, 5, 0, 0, 0,
    ]
    try await LoopbackServer.run { connection in
      connection.readRequest()
      connection.answer(headers: ["Content-Encoding: gzip"], body: packed)
    } during: { server in
      let response = try await makeTransport().send(try server.get(), as: exchange(.poll))
      #expect(response.body == Array("hello".utf8))
    }
  }

  @Test func `What a gzip bomb holds is taken when the limit allows it`() async throws {
    try await LoopbackServer.run { connection in
      connection.readRequest()
      connection.answer(headers: ["Content-Encoding: gzip"], body: Self.bomb)
    } during: { server in
      let response = try await makeTransport().send(try server.get(), as: exchange(.poll))
      #expect(response.body == Array(repeating: 0, count: 1 << 20))
    }
  }

  @Test func `A gzip bomb is too large`() async throws {
    try await LoopbackServer.run { connection in
      connection.readRequest()
      connection.answer(headers: ["Content-Encoding: gzip"], body: Self.bomb)
    } during: { server in
      let request = try server.get(limits: HTTPLimits(bodyByteCountMax: 100_000))
      let failure = try await expectFailure(of: request, over: makeTransport())
      #expect(failure.code == .tooLarge)
      #expect(failure.phase == .afterSending)
    }
  }

  @Test(arguments: [(lines: 300, byteCount: 1), (lines: 70, byteCount: 1_000)])
  func `A header that is too long is refused`(lines: Int, byteCount: Int) async throws {
    let line = "X: \(String(repeating: "y", count: byteCount))\r\n"
    try await LoopbackServer.run { connection in
      connection.readRequest()
      connection.write("HTTP/1.1 200 OK\r\n" + String(repeating: line, count: lines) + "\r\n")
    } during: { server in
      let failure = try await expectFailure(of: try server.get(), over: makeTransport())
      #expect(failure.code == .tooLarge)
      #expect(failure.message.contains("header"))
    }
  }

  @Test func `Interim answers without end are refused`() async throws {
    try await LoopbackServer.run { connection in
      connection.readRequest()
      while connection.write("HTTP/1.1 102 Processing\r\n\r\n") {}
    } during: { server in
      let failure = try await expectFailure(of: try server.get(), over: makeTransport())
      #expect(failure.code == .tooLarge)
    }
  }
}
