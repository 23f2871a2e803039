internal import Canonical
internal import CurlTransport
internal import SeedreamAPI
internal import Testing

@Suite struct `The rule of addresses` {
  private static let publicEndpoint = "http://8.8.8.8/"

  @Test(arguments: ["127.0.0.1", "localhost", "0x7f.1", "2130706433", "%31%32%37.0.0.1"])
  func `A download from loopback is refused before connecting`(host: String) async throws {
    try await LoopbackServer.run { connection in
      connection.readRequest()
      connection.answer()
    } during: { server in
      var request = try server.get("/picture?signature=1")
      request.url = try HTTPURL("http://\(host):\(server.port)/picture?signature=1")
      request.addresses = .publicOnly(unlessEndpoint: try HTTPURL(Self.publicEndpoint))
      let failure = try await expectFailure(
        of: request, over: makeTransport(), as: exchange(.download))
      #expect(failure.code == .address)
      #expect(failure.phase == .beforeSending)
      #expect(failure.message.contains("loopback"))
      #expect(server.connectionCount == 0)
    }
  }

  @Test(arguments: [
    "http://169.254.169.254/latest/meta-data", "http://10.0.0.1/", "http://192.168.1.1/",
    "http://100.100.100.200/", "http://[fe80::1]/", "http://[::ffff:169.254.169.254]/",
    "http://0.0.0.0/", "http://255.255.255.255/", "http://[fd00:ec2::254]/",
  ])
  func `Nothing connects to a machine of the inside`(url: String) async throws {
    let request = HTTPRequest(
      method: .get, url: try HTTPURL(url), limits: HTTPLimits(connect: .seconds(2)),
      addresses: .publicOnly(unlessEndpoint: try HTTPURL(Self.publicEndpoint)))
    let failure = try await expectFailure(
      of: request, over: makeTransport(), as: exchange(.download))
    #expect(failure.code == .address)
    #expect(failure.phase == .beforeSending)
  }

  @Test(arguments: ["127.0.0.1", "localhost", "[::1]", "127.9.9.9"])
  func `A download from loopback is allowed when the endpoint is there`(
    endpoint: String
  ) async throws {
    try await LoopbackServer.run { connection in
      connection.readRequest()
      connection.answer()
    } during: { server in
      let rule = AddressRule.publicOnly(unlessEndpoint: try HTTPURL("http://\(endpoint):9/v1"))
      let response = try await makeTransport().send(
        try server.get(addresses: rule), as: exchange(.download))
      #expect(response.status == 200)
    }
  }

  @Test(.enabled(if: machineNameOnLoopback != nil, "the machine's name has no loopback address"))
  func `The addresses of an endpoint that is a name are looked up`() async throws {
    let name = try #require(machineNameOnLoopback)
    try await LoopbackServer.run { connection in
      while connection.readRequest() != nil { connection.answer() }
    } during: { server in
      let rule = AddressRule.publicOnly(unlessEndpoint: try HTTPURL("http://\(name):9/v1"))
      let transport = try makeTransport()
      for _ in 0..<2 {
        let response = try await transport.send(
          try server.get(addresses: rule), as: exchange(.download))
        #expect(response.status == 200)
      }
    }
  }

  @Test func `A kept connection is checked too`() async throws {
    try await LoopbackServer.run { connection in
      while connection.readRequest() != nil { connection.answer() }
    } during: { server in
      let transport = try makeTransport()
      _ = try await transport.send(try server.get("/first"), as: exchange(.poll))
      let rule = AddressRule.publicOnly(unlessEndpoint: try HTTPURL(Self.publicEndpoint))
      let failure = try await expectFailure(
        of: try server.get("/second", addresses: rule), over: transport, as: exchange(.download))
      #expect(failure.code == .address)
      #expect(failure.phase == .beforeSending)
      #expect(server.requests.map { $0.lines[0] } == ["GET /first HTTP/1.1"])
      #expect(server.connectionCount == 1)
    }
  }

  @Test func `An endpoint without an address allows nothing`() async throws {
    try await LoopbackServer.run { _ in
    } during: { server in
      let rule = AddressRule.publicOnly(unlessEndpoint: try HTTPURL("http://nowhere.invalid/"))
      let failure = try await expectFailure(
        of: try server.get(addresses: rule), over: makeTransport(), as: exchange(.download))
      #expect(failure.code == .address)
    }
  }

  @Test func `Behind a proxy its own address is allowed`() async throws {
    try await LoopbackServer.run { connection in
      connection.readRequest()
      connection.answer()
    } during: { server in
      let transport = try makeTransport(environment: ["http_proxy": server.base])
      let request = HTTPRequest(
        method: .get, url: try HTTPURL("http://image.example/a%2Fb"),
        addresses: .publicOnly(unlessEndpoint: try HTTPURL(Self.publicEndpoint)))
      let response = try await transport.send(request, as: exchange(.download))
      #expect(response.status == 200)
      #expect(server.requests.first?.lines.first == "GET http://image.example/a%2Fb HTTP/1.1")
    }
  }

  @Test(arguments: ["169.254.169.254", "localhost", "0xA9FEA9FE", "[::ffff:10.0.0.1]"])
  func `Behind a proxy an address in the URL is checked`(host: String) async throws {
    try await LoopbackServer.run { connection in
      connection.readRequest()
      connection.answer()
    } during: { server in
      let transport = try makeTransport(environment: ["http_proxy": server.base])
      let request = HTTPRequest(
        method: .get, url: try HTTPURL("http://\(host)/"),
        addresses: .publicOnly(unlessEndpoint: try HTTPURL(Self.publicEndpoint)))
      let failure = try await expectFailure(of: request, over: transport, as: exchange(.download))
      #expect(failure.code == .address)
      #expect(failure.phase == .beforeSending)
      #expect(server.connectionCount == 0)
    }
  }

  @Test func `A proxy that refuses a tunnel fails before sending and never sees the key`()
    async throws
  {
    try await LoopbackServer.run { connection in
      connection.readRequest()
      connection.answer("403 Forbidden")
    } during: { server in
      let transport = try makeTransport(environment: ["https_proxy": server.base])
      var request = try server.post()
      request.url = try HTTPURL("https://api.example/v1")
      let failure = try await expectFailure(of: request, over: transport)
      #expect(failure.code == .refused)
      #expect(failure.phase == .beforeSending)
      #expect(failure.message.contains("403"))
      let seen = try #require(server.requests.first)
      #expect(seen.lines.first == "CONNECT api.example:443 HTTP/1.1")
      #expect(seen.values("Authorization").isEmpty)
    }
  }

  @Test func `A host of no_proxy is reached directly`() async throws {
    let port = try LoopbackServer.closedPort()
    try await LoopbackServer.run { connection in
      connection.readRequest()
      connection.answer()
    } during: { server in
      let transport = try makeTransport(
        environment: ["http_proxy": "http://127.0.0.1:\(port)", "no_proxy": "127.0.0.0/8"])
      let response = try await transport.send(try server.get(), as: exchange(.poll))
      #expect(response.status == 200)
    }
  }
}
