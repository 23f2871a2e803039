internal import Canonical
internal import CurlTransport
internal import SeedreamAPI
internal import Testing

@Suite struct `Redirects` {
  /// Serves one redirect to a location, then answers everything with the path's bytes.
  private static func redirecting(_ status: Int, to location: String) -> LoopbackServer.Script {
    { connection in
      while let request = connection.readRequest() {
        let path = request.lines[0].split(separator: " ")[1]
        if path.hasPrefix("/start") {
          connection.answer("\(status) Moved", headers: ["Location: \(location)"], body: [1, 2, 3])
        } else {
          connection.answer(body: Array(path.utf8))
        }
      }
    }
  }

  @Test(arguments: [301, 302, 303, 307, 308])
  func `A GET follows a redirect without the key`(status: Int) async throws {
    try await LoopbackServer.run(Self.redirecting(status, to: "/end")) { server in
      var request = try server.get("/start", limits: .download)
      request.authorization = try Authorization(scheme: .bearer, key: canaryKey)
      let response = try await makeTransport().send(request, as: exchange(.poll))
      #expect(response.status == 200)
      #expect(response.body == Array("/end".utf8))
      let authorization = server.requests.map { $0.values("Authorization") }
      #expect(authorization == [["Bearer \(canaryKey)"], []])
      #expect(server.requests.map { $0.lines[0] }.last == "GET /end HTTP/1.1")
    }
  }

  @Test(
    arguments: zip(
      [
        "x%2Fy.png?s=%2F", "//127.0.0.1:PORT/a/../b", "?q=1", "http://127.0.0.1:PORT/%2e%2e/z#part",
      ],
      ["/start/x%2Fy.png?s=%2F", "/a/../b", "/start/from?q=1", "/%2e%2e/z"]))
  func `A relative or escaped location stays as it is`(
    location: String, path: String
  ) async throws {
    try await LoopbackServer.run { connection in
      let port = connection.serverPort
      connection.readRequest()
      connection.answer(
        "302 Found", headers: ["Location: " + location.replacing("PORT", with: "\(port)")])
      connection.readRequest()
      connection.answer()
    } during: { server in
      let request = try server.get("/start/from", limits: .download)
      _ = try await makeTransport().send(request, as: exchange(.download))
      #expect(server.requests.last?.lines.first == "GET \(path) HTTP/1.1")
    }
  }

  @Test(arguments: [
    "https://127.0.0.1/x", "HTTPS://127.0.0.1/x", "ftp://127.0.0.1/x", "file:///etc/passwd",
    "javascript:alert(1)", "http://user:password@127.0.0.1/", "http://", "http://127.0.0.1:0/",
    "http://a b/",
  ])
  func `A location of another scheme or form is not followed`(location: String) async throws {
    try await LoopbackServer.run(Self.redirecting(302, to: location)) { server in
      let request = try server.get("/start", limits: .download)
      let failure = try await expectFailure(
        of: request, over: makeTransport(), as: exchange(.download))
      #expect(failure.code == .redirect)
      #expect(failure.phase == .afterSending)
      #expect(server.requests.count == 1)
    }
  }

  @Test func `A loop ends at the limit`() async throws {
    try await LoopbackServer.run(Self.redirecting(302, to: "/start")) { server in
      let request = try server.get("/start", limits: .download)
      let failure = try await expectFailure(
        of: request, over: makeTransport(), as: exchange(.download))
      #expect(failure.code == .redirect)
      #expect(failure.message.contains("limit: redirectsMax"))
      #expect(server.requests.count == 6)
    }
  }

  @Test func `As many redirects as the limit are followed`() async throws {
    try await LoopbackServer.run { connection in
      for number in 1...5 {
        connection.readRequest()
        connection.answer("302 Found", headers: ["Location: /\(number)"])
      }
      connection.readRequest()
      connection.answer()
    } during: { server in
      let response = try await makeTransport().send(
        try server.get(limits: .download), as: exchange(.download))
      #expect(response.status == 200)
      #expect(server.requests.count == 6)
    }
  }

  @Test func `Without a limit of redirects the answer is given as it is`() async throws {
    try await LoopbackServer.run(Self.redirecting(302, to: "/end")) { server in
      let response = try await makeTransport().send(
        try server.get("/start", limits: .poll), as: exchange(.poll))
      #expect(response.status == 302)
      #expect(response.body == [1, 2, 3])
    }
  }

  @Test func `A redirect to a private network is refused after a public start`() async throws {
    // The endpoint is on loopback, so loopback is allowed and the next kind is not.
    try await LoopbackServer.run(Self.redirecting(302, to: "http://169.254.169.254/latest")) {
      server in
      let rule = AddressRule.publicOnly(unlessEndpoint: try HTTPURL(server.base))
      let request = try server.get("/start", limits: .download, addresses: rule)
      let failure = try await expectFailure(
        of: request, over: makeTransport(), as: exchange(.download))
      #expect(failure.code == .address)
      #expect(failure.phase == .afterSending)
      #expect(failure.message.contains("link-local address 169.254.169.254"))
    }
  }
}
