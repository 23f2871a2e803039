internal import FoundationEssentials
internal import LoopbackServer

/// Answers the requests of one connection until it ends.
struct Connection: Sendable {
  private let socket: ClientSocket
  private let gateway: Gateway
  private let baseURL: String
  private var inbound: Inbound
  /// The entries of the answer that was written last.
  private var receipt: BillingLedger.Receipt?

  init(socket: ClientSocket, gateway: Gateway, baseURL: String) {
    self.socket = socket
    self.gateway = gateway
    self.baseURL = baseURL
    inbound = Inbound(socket: socket, bodyByteCountMax: gateway.settings.bodyByteCountMax)
  }

  /// Serves the connection and closes it.
  ///
  /// - Parameter isAdmitted: false when there are too many connections, so that it is refused.
  mutating func serve(isAdmitted: Bool) async {
    do {
      guard isAdmitted else {
        throw WireRefusal(503, "more than \(gateway.settings.connectionsMax) connections at once")
      }
      while try await serveOne(), !Task.isCancelled {}
    } catch WireEnd.broken where !Task.isCancelled {
      // A client that breaks off has not read what lies in its socket.
      gateway.ledger.withdraw(receipt)
    } catch let refusal as WireRefusal {
      await refuse(refusal)
    } catch {
      // The client is done, or the simulator stops: nobody waits for an answer.
    }
    await socket.close()
  }

  /// Serves one request.
  ///
  /// - Returns: whether another one may follow.
  private mutating func serveOne() async throws -> Bool {
    let head = try await inbound.nextHead()
    receipt = nil
    let framing = try head.framing(byteCountMax: gateway.settings.bodyByteCountMax)
    if head.expectsContinue, framing != .length(0) {
      try await write(Data("HTTP/1.1 100 Continue\r\n\r\n".utf8), receipt: nil)
    }
    let request = WireRequest(head: head, body: try await inbound.body(framing))
    let answer = await gateway.answer(request, baseURL: baseURL)
    guard answer.ending == .whole else {
      try await breakOff(answer)
      return false
    }
    let isLast = head.closesConnection || Task.isCancelled
    try await write(Data(answer.encoded(closing: isLast)), receipt: answer.receipt)
    receipt = answer.receipt
    return !isLast
  }

  /// Sends as much of an answer as its ending says.
  private mutating func breakOff(_ answer: WireAnswer) async throws {
    guard answer.ending != .reset else {
      socket.resetOnClose()
      return
    }
    let bytes = answer.encoded(closing: answer.ending == .cut)
    try await write(Data(bytes.prefix(bytes.count / 2)), receipt: nil)
    guard answer.ending == .stall else { return }
    await inbound.drain()
  }

  private mutating func refuse(_ refusal: WireRefusal) async {
    let problem = APIProblem.gateway(refusal.status, refusal.message)
    do {
      try await write(Data(problem.answer.encoded(closing: true)), receipt: nil)
      socket.finishWriting()
      await inbound.drain()
    } catch {
      // The client did not wait for the refusal.
    }
  }

  private func write(_ bytes: Data, receipt: BillingLedger.Receipt?) async throws(WireEnd) {
    var next = bytes.startIndex
    while true {
      let isDone = try gateway.ledger.deliver(receipt) { () throws(WireEnd) in
        next = try socket.write(bytes, from: next)
        return next == bytes.endIndex
      }
      if isDone { return }
      try await socket.waitToWrite()
    }
  }
}
