internal import Canonical
internal import CurlTransport
internal import SeedreamAPI
internal import Testing

@Suite struct `Requests over loopback` {
  @Test func `A GET gives status, header fields and exact bytes`() async throws {
    let bytes = (0..<70_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
    try await LoopbackServer.run { connection in
      connection.readRequest()
      connection.write("HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n")
      connection.answer(
        "404 Not Found", headers: ["X-One: a", "x-two:  b \t", "Set-Cookie: c=1"], body: bytes)
      connection.readRequest()
      connection.answer()
    } during: { server in
      let transport = try makeTransport()
      let before = Timestamp.now()
      let response = try await transport.send(try server.get("/a"), as: exchange(.poll))
      #expect(response.status == 404)
      #expect(response.body == bytes)
      #expect(
        response.headers == [
          HTTPHeader("Content-Length", "70000"), HTTPHeader("X-One", "a"), HTTPHeader("x-two", "b"),
          HTTPHeader("Set-Cookie", "c=1"),
        ])
      #expect(response.timing.start >= before)
      #expect(response.timing.totalMilliseconds >= 0)
      _ = try await transport.send(try server.get("/b"), as: exchange(.poll))
      let requests = server.requests
      #expect(requests.map { $0.lines[0] } == ["GET /a HTTP/1.1", "GET /b HTTP/1.1"])
      #expect(requests.map(\.connection) == [0, 0])
      #expect(requests[0].values("User-Agent") == ["proofsheet/0.test"])
      #expect(requests[0].values("Accept-Encoding") == ["gzip"])
      #expect(requests[0].values("Authorization").isEmpty)
      #expect(requests[1].values("Cookie").isEmpty)
    }
  }

  @Test(arguments: [0, 1, 2_000_003])
  func `A POST sends exactly its bytes and never Expect`(byteCount: Int) async throws {
    let bytes = (0..<byteCount).map { UInt8(truncatingIfNeeded: $0 &* 7) }
    try await LoopbackServer.run { connection in
      connection.readRequest()
      connection.answer(body: Array("done".utf8))
    } during: { server in
      let response = try await makeTransport().send(try server.post("/v1", bytes), as: exchange())
      #expect(response.body == Array("done".utf8))
      let request = try #require(server.requests.first)
      #expect(request.body == bytes)
      #expect(request.lines[0] == "POST /v1 HTTP/1.1")
      #expect(request.values("Content-Length") == ["\(byteCount)"])
      #expect(request.values("Content-Type") == ["application/json"])
      #expect(request.values("Expect").isEmpty)
      #expect(request.values("Transfer-Encoding").isEmpty)
    }
  }

  @Test(
    arguments: zip(AuthScheme.allCases, ["Bearer \(canaryKey)", canaryKey]))
  func `The key goes out as its scheme says`(scheme: AuthScheme, value: String) async throws {
    try await LoopbackServer.run { connection in
      connection.readRequest()
      connection.answer()
    } during: { server in
      var request = try server.post()
      request.authorization = try Authorization(scheme: scheme, key: canaryKey)
      _ = try await makeTransport().send(request, as: exchange())
      #expect(server.requests.first?.values("Authorization") == [value])
    }
  }

  @Test func `A download never carries the key`() async throws {
    try await LoopbackServer.run { connection in
      connection.readRequest()
      connection.answer()
    } during: { server in
      var request = try server.get("/picture")
      request.authorization = try Authorization(scheme: .bearer, key: canaryKey)
      _ = try await makeTransport().send(request, as: exchange(.download))
      #expect(server.requests.first?.values("Authorization") == [])
    }
  }

  @Test(arguments: [
    "/image/generated%2Fonerouter_1.png", "/a/../b/./c", "/%7euser//x?q=%2F&r=a/../b",
  ])
  func `A path arrives as it was written`(path: String) async throws {
    try await LoopbackServer.run { connection in
      connection.readRequest()
      connection.answer()
    } during: { server in
      _ = try await makeTransport().send(try server.get(path), as: exchange(.download))
      #expect(server.requests.first?.lines.first == "GET \(path) HTTP/1.1")
    }
  }

  @Test func `A POST without a media type gets none`() async throws {
    try await LoopbackServer.run { connection in
      connection.readRequest()
      connection.answer()
    } during: { server in
      var request = try server.post()
      request.headers = [HTTPHeader("X-Empty", "")]
      _ = try await makeTransport().send(request, as: exchange())
      #expect(server.requests.first?.values("Content-Type") == [])
      #expect(server.requests.first?.lines.contains("X-Empty:") == true)
    }
  }

  @Test func `Chunks and their trailers are put together`() async throws {
    try await LoopbackServer.run { connection in
      connection.readRequest()
      connection.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nA: b\r\n c\r\n\r\n")
      connection.write("3\r\nabc\r\n2\r\nde\r\n0\r\nX-Trailer: 1\r\n\r\n")
    } during: { server in
      let response = try await makeTransport().send(try server.get(), as: exchange(.poll))
      #expect(response.body == Array("abcde".utf8))
      #expect(response.headers["A"] == "b c")
      #expect(response.headers["X-Trailer"] == nil)
    }
  }

  @Test func `Two hundred requests run at once over one transport`() async throws {
    try await LoopbackServer.run { connection in
      while let request = connection.readRequest() { connection.answer(body: request.body) }
    } during: { server in
      let transport = try makeTransport()
      let answers = try await withThrowingTaskGroup(of: (Int, [UInt8]).self) { group in
        for number in 0..<200 {
          let request = try server.post("/v1", Array("body \(number)".utf8))
          group.addTask {
            (number, try await transport.send(request, as: exchange()).body)
          }
        }
        return try await group.reduce(into: [Int: [UInt8]]()) { $0[$1.0] = $1.1 }
      }
      #expect(answers.count == 200)
      #expect(answers.allSatisfy { $1 == Array("body \($0)".utf8) })
      #expect(server.requests.count == 200)
    }
  }

  @Test(arguments: [
    HTTPHeader("Authorization", canaryKey), HTTPHeader("host", "elsewhere"),
    HTTPHeader("X-Split", "a\r\nAuthorization: b"), HTTPHeader("A b", "c"), HTTPHeader("", "c"),
  ])
  func `A field that would change the message is refused`(header: HTTPHeader) async throws {
    try await LoopbackServer.run { _ in
    } during: { server in
      var request = try server.get()
      request.headers = [header]
      let failure = try await expectFailure(of: request, over: makeTransport())
      #expect(failure.code == .invalidRequest)
      #expect(failure.phase == .beforeSending)
      #expect(server.connectionCount == 0)
    }
  }

  @Test func `A body that cannot be read is an invalid request`() async throws {
    try await LoopbackServer.run { _ in
    } during: { server in
      var request = try server.post()
      request.body = RequestBody(parts: [.blob(BlobID(of: [1]))], source: MemoryBlobs())
      let failure = try await expectFailure(of: request, over: makeTransport())
      #expect(failure.code == .invalidRequest)
      #expect(failure.message.contains("is not in memory"))
      #expect(server.connectionCount == 0)
    }
  }

  @Test func `A GET with a body is an invalid request`() async throws {
    try await LoopbackServer.run { _ in
    } during: { server in
      var request = try server.get()
      request.body = body([1])
      let failure = try await expectFailure(of: request, over: makeTransport())
      #expect(failure.code == .invalidRequest)
    }
  }
}
