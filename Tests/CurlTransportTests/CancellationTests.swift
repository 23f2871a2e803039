internal import Canonical
internal import CurlTransport
internal import SeedreamAPI
internal import Testing

@Suite struct `Cancellation` {
  @Test func `A task that is cancelled already sends nothing`() async throws {
    try await LoopbackServer.run {
      $0.readRequest()
    } during: { server in
      let transport = try makeTransport()
      let request = try server.post()
      let task = Task {
        unsafe withUnsafeCurrentTask { unsafe $0?.cancel() }
        return try await expectFailure(of: request, over: transport)
      }
      let failure = try await task.value
      #expect(failure.code == .cancelled)
      #expect(failure.phase == .beforeSending)
      #expect(server.requests.isEmpty)
    }
  }

  @Test func `Cancelling while connecting is before sending`() async throws {
    let connected = Signal()
    try await LoopbackServer.run { connection in
      _ = connection.read(1)
      connected.raise()
      connection.waitForEnd()
    } during: { server in
      // A machine with more to do than it can must not end the wait first.
      var request = try server.post(limits: HTTPLimits(connect: .seconds(300)))
      request.url = try HTTPURL("https://127.0.0.1:\(server.port)/v1")
      let transport = try makeTransport()
      let task = Task { [request] in try await expectFailure(of: request, over: transport) }
      await connected.wait()
      task.cancel()
      let failure = try await task.value
      #expect(failure.code == .cancelled)
      #expect(failure.phase == .beforeSending)
    }
  }

  @Test func `Cancelling while waiting for the answer is after sending`() async throws {
    let received = Signal()
    let closed = Signal()
    try await LoopbackServer.run { connection in
      connection.readRequest()
      received.raise()
      connection.waitForEnd()
      closed.raise()
    } during: { server in
      let request = try server.post()
      let transport = try makeTransport()
      let task = Task { try await expectFailure(of: request, over: transport) }
      await received.wait()
      task.cancel()
      let failure = try await task.value
      #expect(failure.code == .cancelled)
      #expect(failure.phase == .afterSending)
      // The other side learns of it: the connection is closed.
      await closed.wait()
    }
  }

  @Test func `Cancelling one request leaves the others alone`() async throws {
    let received = Signal()
    try await LoopbackServer.run { connection in
      guard let request = connection.readRequest() else { return }
      if request.lines[0].contains("/stuck") {
        received.raise()
        connection.waitForEnd()
      } else {
        connection.answer()
      }
    } during: { server in
      let transport = try makeTransport()
      let stuck = try server.post("/stuck")
      let task = Task { try await expectFailure(of: stuck, over: transport) }
      await received.wait()
      async let other = transport.send(try server.post("/other"), as: exchange())
      task.cancel()
      #expect(try await task.value.code == .cancelled)
      #expect(try await other.status == 200)
    }
  }

  @Test func `Cancelling at any moment ends every request once`() async throws {
    try await LoopbackServer.run { connection in
      while connection.readRequest() != nil { connection.answer() }
    } during: { server in
      let transport = try makeTransport()
      try await withThrowingTaskGroup(of: Void.self) { group in
        for number in 0..<200 {
          let request = try server.get("/\(number)")
          group.addTask {
            let task = Task { try await transport.send(request, as: exchange(.poll)).status }
            for _ in 0..<number { await Task.yield() }
            task.cancel()
            switch await task.result {
            case .success(let status): #expect(status == 200)
            case .failure(let error):
              #expect((error as? TransportFailure)?.code == .cancelled, "\(error)")
            }
          }
        }
        try await group.waitForAll()
      }
    }
  }

  @Test func `Closing the transport ends what is under way and refuses what comes`() async throws {
    let received = Signal()
    try await LoopbackServer.run { connection in
      connection.readRequest()
      received.raise()
      connection.waitForEnd()
    } during: { server in
      let transport = try makeTransport()
      let request = try server.post()
      let task = Task { try await expectFailure(of: request, over: transport) }
      await received.wait()
      transport.close()
      let underWay = try await task.value
      #expect(underWay.code == .cancelled)
      #expect(underWay.phase == .afterSending)
      let later = try await expectFailure(of: request, over: transport)
      #expect(later.code == .cancelled)
      #expect(later.phase == .beforeSending)
      transport.close()
    }
  }

  @Test func `A transport that is no longer used closes its kept connections`() async throws {
    let closed = Signal()
    try await LoopbackServer.run { connection in
      connection.readRequest()
      connection.answer()
      connection.waitForEnd()
      closed.raise()
    } during: { server in
      do {
        let transport = try makeTransport()
        _ = try await transport.send(try server.get(), as: exchange(.poll))
      }
      await closed.wait()
      #expect(server.connectionCount == 1)
    }
  }
}
