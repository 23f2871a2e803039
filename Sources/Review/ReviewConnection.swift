internal import FoundationEssentials
internal import LoopbackServer

/// Answers the requests of one connection until it ends.
struct ReviewConnection: Sendable {
  private let socket: ClientSocket
  private let server: ReviewServer
  private let gate: ReviewGate
  private var inbound: Inbound

  init(socket: ClientSocket, server: ReviewServer, gate: ReviewGate) {
    self.socket = socket
    self.server = server
    self.gate = gate
    inbound = Inbound(socket: socket, bodyByteCountMax: ReviewServer.bodyByteCountMax)
  }

  /// Serves the connection and closes it.
  ///
  /// - Parameter isAdmitted: false when there are too many connections, so that it is refused.
  mutating func serve(isAdmitted: Bool) async {
    do {
      guard isAdmitted else {
        throw WireRefusal(503, "more than \(ReviewServer.connectionsMax) connections at once")
      }
      while try await serveOne(), !Task.isCancelled {}
    } catch let refusal as WireRefusal {
      await refuse(ReviewRefusal(refusal.status, refusal.message))
    } catch let refusal as ReviewRefusal {
      await refuse(refusal)
    } catch {
      // The client is done, or the server stops: nobody waits for an answer.
    }
    await socket.close()
  }

  /// Serves one request.
  ///
  /// - Returns: whether another one may follow.
  private mutating func serveOne() async throws -> Bool {
    let (request, path) = try await receive()
    let answer: ReviewAnswer
    if let path {
      answer = await server.answer(request, path)
    } else if let opening = server.opening(request.head, gate) {
      answer = opening
    } else {
      return false
    }
    let isLast = request.head.closesConnection || Task.isCancelled || answer.isLast
    try await write(answer.encoded(closing: isLast))
    if answer.isLast { server.stop() }
    return !isLast
  }

  /// Reads a request; what the gate refuses is refused before its body is read.
  ///
  /// - Returns: the request, and what it asks for below the token; `nil` for the address that opens once.
  private mutating func receive() async throws -> (WireRequest, Substring?) {
    // Ends when this function does.
    async let _: Void = Self.end(socket)
    let head = try await inbound.nextHead()
    var path: Substring?
    if !gate.isOpening(head) { path = try gate.admit(head) }
    let framing = try head.framing(byteCountMax: ReviewServer.bodyByteCountMax)
    if head.expectsContinue, framing != .length(0) {
      try await write(Array("HTTP/1.1 100 Continue\r\n\r\n".utf8))
    }
    return (WireRequest(head: head, body: try await inbound.body(framing)), path)
  }

  /// Ends a connection whose client takes too long.
  private static func end(_ socket: ClientSocket) async {
    do {
      try await Task.sleep(for: .seconds(ReviewServer.requestSecondsMax))
      socket.shutDown()
    } catch {
      // The request came in time.
    }
  }

  private mutating func refuse(_ refusal: ReviewRefusal) async {
    do {
      try await write(ReviewAnswer(refusal).encoded(closing: true))
      socket.finishWriting()
      async let _: Void = Self.end(socket)
      await inbound.drain()
    } catch {
      // The client did not wait for the refusal.
    }
  }

  private func write(_ bytes: [UInt8]) async throws(WireEnd) {
    let data = Data(bytes)
    var next = data.startIndex
    while true {
      next = try socket.write(data, from: next)
      if next == data.endIndex { return }
      try await socket.waitToWrite()
    }
  }
}
