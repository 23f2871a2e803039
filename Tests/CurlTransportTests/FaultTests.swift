internal import Canonical
internal import CurlTransport
internal import SeedreamAPI
internal import Testing

@Suite struct `Faults of the other side` {
  @Test func `Nobody listening is a refusal before sending`() async throws {
    let port = try LoopbackServer.closedPort()
    let request = HTTPRequest(
      method: .post, url: try HTTPURL("http://127.0.0.1:\(port)/v1?signature=1"), body: body([1]))
    let failure = try await expectFailure(of: request, over: makeTransport())
    #expect(failure.code == .refused)
    #expect(failure.phase == .beforeSending)
    #expect(failure.message.contains("http://127.0.0.1:\(port)"))
  }

  @Test func `A name without an address is unresolved before sending`() async throws {
    // RFC 6761 reserves the domain for names that do not exist.
    let request = HTTPRequest(method: .get, url: try HTTPURL("http://nowhere.invalid/"))
    let failure = try await expectFailure(of: request, over: makeTransport())
    #expect(failure.code == .unresolved)
    #expect(failure.phase == .beforeSending)
  }

  @Test func `A server without TLS fails the handshake before sending`() async throws {
    try await LoopbackServer.run { connection in
      _ = connection.read(1)
      connection.write("HTTP/1.1 400 Bad Request\r\n\r\n")
    } during: { server in
      var request = try server.post()
      request.url = try HTTPURL("https://127.0.0.1:\(server.port)/v1")
      let failure = try await expectFailure(of: request, over: makeTransport())
      #expect(failure.code == .tls)
      #expect(failure.phase == .beforeSending)
    }
  }

  @Test(arguments: [HTTPMethod.get, .post])
  func `A reset after sending is a drop after sending`(method: HTTPMethod) async throws {
    try await LoopbackServer.run { connection in
      connection.readRequest()
      connection.reset()
    } during: { server in
      let request = method == .get ? try server.get() : try server.post()
      let failure = try await expectFailure(of: request, over: makeTransport())
      #expect(failure.code == .dropped)
      #expect(failure.phase == .afterSending)
      #expect(server.requests.count == 1)
    }
  }

  @Test func `A close without an answer is a drop after sending`() async throws {
    try await LoopbackServer.run {
      $0.readRequest()
    } during: { server in
      let failure = try await expectFailure(of: try server.post(), over: makeTransport())
      #expect(failure.code == .dropped)
      #expect(failure.phase == .afterSending)
      #expect(server.requests.count == 1)
    }
  }

  @Test(arguments: [
    "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabc",
  ])
  func `An answer cut in the middle is a drop`(answer: String) async throws {
    try await LoopbackServer.run { connection in
      connection.readRequest()
      connection.write(answer)
    } during: { server in
      let failure = try await expectFailure(of: try server.post(), over: makeTransport())
      #expect(failure.code == .dropped)
      #expect(failure.phase == .afterSending)
    }
  }

  @Test(arguments: [
    "\u{1}\u{2}garbage\r\n\r\n", "<html>no status line</html>", "HTTP/9.9 abc\r\n\r\n",
  ])
  func `Garbage in place of an answer is a protocol error`(answer: String) async throws {
    try await LoopbackServer.run { connection in
      connection.readRequest()
      connection.write(answer)
    } during: { server in
      let failure = try await expectFailure(of: try server.post(), over: makeTransport())
      #expect(failure.code == .protocolError)
      #expect(failure.phase == .afterSending)
    }
  }

  @Test func `A broken content encoding is a protocol error`() async throws {
    try await LoopbackServer.run { connection in
      connection.readRequest()
      connection.answer(headers: ["Content-Encoding: gzip"], body: Array("not gzip".utf8))
    } during: { server in
      let failure = try await expectFailure(of: try server.get(), over: makeTransport())
      #expect(failure.code == .protocolError)
    }
  }

  @Test func `A key that the other side sends back stays out of the message`() async throws {
    try await LoopbackServer.run { connection in
      connection.readRequest()
      connection.answer(
        "302 Found", headers: ["Location: \(canaryKey)://host/\(canaryKey)?signature=2"])
    } during: { server in
      var request = try server.get("/a?signature=1", limits: .download)
      request.authorization = try Authorization(scheme: .raw, key: canaryKey)
      #expect(try await expectFailure(of: request, over: makeTransport()).code == .redirect)
    }
    try await LoopbackServer.run { connection in
      guard let request = connection.readRequest(), request.lines[0].contains("/a") else { return }
      connection.answer("302 Found", headers: ["Location: /b\(canaryKey)?signature=2"])
    } during: { server in
      var request = try server.get("/a?signature=1", limits: .download)
      request.authorization = try Authorization(scheme: .raw, key: canaryKey)
      let failure = try await expectFailure(of: request, over: makeTransport())
      #expect(failure.code == .dropped)
      #expect(failure.message.contains("<redacted>"))
    }
  }
}

@Suite struct `No POST is sent twice` {
  @Test func `A kept connection that is closed before the answer`() async throws {
    try await LoopbackServer.run { connection in
      connection.readRequest()
      connection.answer()
      // Whatever comes next on this connection is read and gets no answer.
      connection.readRequest()
    } during: { server in
      let transport = try makeTransport()
      _ = try await transport.send(try server.get(), as: exchange(.poll))
      _ = try await transport.send(try server.post("/first"), as: exchange())
      _ = try await transport.send(try server.post("/second"), as: exchange())
      let posts = server.requests.filter { $0.lines[0].hasPrefix("POST") }
      #expect(posts.map { $0.lines[0] } == ["POST /first HTTP/1.1", "POST /second HTTP/1.1"])
      #expect(Set(posts.map(\.connection)).count == 2)
    }
  }

  @Test func `Only the first connection answers, and each later POST is seen once`() async throws {
    try await LoopbackServer.run { connection in
      connection.readRequest()
      if connection.number == 0 { connection.answer() }
      if connection.number == 0 { connection.readRequest() }
    } during: { server in
      let transport = try makeTransport()
      _ = try await transport.send(try server.post("/first"), as: exchange())
      let failure = try await expectFailure(of: try server.post("/second"), over: transport)
      #expect(failure.code == .dropped)
      #expect(failure.phase == .afterSending)
      #expect(server.requests.count { $0.lines[0] == "POST /second HTTP/1.1" } == 1)
    }
  }

  @Test func `A GET on such a connection is sent again and answered`() async throws {
    try await LoopbackServer.run { connection in
      connection.readRequest()
      connection.answer(body: [UInt8(connection.number)])
      if connection.number == 0 { connection.readRequest() }
    } during: { server in
      let transport = try makeTransport()
      _ = try await transport.send(try server.get("/a"), as: exchange(.poll))
      let response = try await transport.send(try server.get("/b"), as: exchange(.poll))
      #expect(response.body == [1])
      #expect(
        server.requests.map { $0.lines[0] }.suffix(2) == ["GET /b HTTP/1.1", "GET /b HTTP/1.1"])
    }
  }

  @Test(arguments: [301, 302, 307, 308])
  func `A redirect of a POST is given as the answer`(status: Int) async throws {
    try await LoopbackServer.run { connection in
      connection.readRequest()
      connection.answer("\(status) Moved", headers: ["Location: /elsewhere"])
      connection.readRequest()
    } during: { server in
      let request = try server.post(limits: .download)
      let response = try await makeTransport().send(request, as: exchange())
      #expect(response.status == status)
      #expect(server.requests.count == 1)
    }
  }

  @Test func `A key of one letter takes nothing out of messages`() async throws {
    let transport = try makeTransport()
    let request = HTTPRequest(
      method: .get, url: try HTTPURL("http://127.0.0.1:1/a"), headers: [],
      authorization: try Authorization(scheme: .bearer, key: "a"), limits: HTTPLimits())
    let failure = try await expectFailure(of: request, over: transport)
    #expect(failure.message.hasPrefix("cannot connect to http://127.0.0.1:1"), "\(failure)")
  }
}
