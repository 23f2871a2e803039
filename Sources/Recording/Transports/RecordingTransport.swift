package import Canonical
package import SeedreamAPI
internal import Synchronization

/// Sends through another transport and stores every answer durably before handing it on.
///
/// An answer that an earlier, interrupted run has paid for is given from the store instead of being
/// bought again.
package final class RecordingTransport: HTTPTransport {
  /// How a case's exchanges are priced.
  package struct Pricing: Sendable {
    /// What ordering may cost at most: the price of a picture times the number asked for.
    package let reservation: Money
    /// The price of one picture.
    package let pricePerPicture: Money
    /// How many pictures are asked for.
    package let pictureCount: Int

    /// Puts a pricing together.
    package init(reservation: Money, pricePerPicture: Money, pictureCount: Int = 1) {
      self.reservation = reservation
      self.pricePerPicture = pricePerPicture
      self.pictureCount = pictureCount
    }
  }

  private let base: any HTTPTransport
  private let ledger: any ExchangeLedger
  private let blobs: BlobStore
  private let redactor: Redactor
  private let recordedCase: RecordedCase
  private let pricing: Pricing
  private let meter: any SpendingMeter
  private let gate: any OrderGate
  private let expectedError: APIError.Category?
  private let origin = Mutex<Origin?>(nil)

  /// Space that must be free before anything is sent: the largest answer, and its pictures again.
  package static let answerByteCountMax = 256 << 20

  /// Where the last answer came from; `nil` while there is none.
  package var answerOrigin: Origin? { origin.withLock { $0 } }

  /// Puts a transport together for one case.
  ///
  /// - Parameter expectedError: an error that the case expects, which is an answer like any other.
  package init(
    base: any HTTPTransport, ledger: any ExchangeLedger, blobs: BlobStore, redactor: Redactor,
    recordedCase: RecordedCase, pricing: Pricing, meter: any SpendingMeter,
    gate: any OrderGate = OpenGate(), expectedError: APIError.Category? = nil
  ) {
    self.expectedError = expectedError
    self.base = base
    self.ledger = ledger
    self.blobs = blobs
    self.redactor = redactor
    self.recordedCase = recordedCase
    self.pricing = pricing
    self.meter = meter
    self.gate = gate
  }

  /// Gives the stored answer, or sends and stores.
  package func send(
    _ request: HTTPRequest, as id: ExchangeID
  ) async throws(TransportFailure) -> HTTPResponse {
    if let stored = try storing(.beforeSending, { try ledger.stored(id) }) {
      let response = try replay(stored)
      if isKept(response, role: id.role) { return response }
    }
    guard !redactor.finds(in: recordedCase.canonicalRequest.canonicalBytes) else {
      throw TransportFailure(
        .invalidRequest, .beforeSending,
        "the request holds the API key, which would be recorded; take it out of the suite")
    }
    var request = request
    try restoreURL(of: &request, id: id)
    // Whatever can fail for want of space fails before anything is ordered.
    let sent = try record(request)
    guard id.role == .generate else {
      try storing(.beforeSending) { try blobs.requireSpace(Self.answerByteCountMax) }
      let attempt = try begin(id)
      let response = try await carry(request, as: id, attempt: attempt)
      try store(
        sent, response, id.role == .poll ? EditAnswer(response) : nil, as: id, attempt: attempt)
      return response
    }
    let (response, answer, attempt) = try await order(request, as: id)
    try store(sent, response, answer, as: id, attempt: attempt)
    return response
  }

  /// Sends an order when its turn has come; until then nothing is set aside or noted as sent.
  private func order(
    _ request: HTTPRequest, as id: ExchangeID
  ) async throws(TransportFailure) -> (HTTPResponse, EditAnswer, AttemptID) {
    let pass = try await gate.enter(pictures: pricing.pictureCount)
    var verdict = OrderVerdict.neutral
    defer { gate.leave(pass, verdict) }
    try storing(.beforeSending) { try blobs.requireSpace(Self.answerByteCountMax) }
    try await meter.reserve(pricing.reservation)
    let attempt: AttemptID
    do throws(TransportFailure) {
      attempt = try begin(id)
    } catch {
      meter.release()
      throw error
    }
    do throws(TransportFailure) {
      let response = try await carry(request, as: id, attempt: attempt)
      let answer = EditAnswer(response)
      if case .refused(let error) = answer {
        verdict = OrderVerdict(.api(error))
      } else {
        verdict = .answered
      }
      return (response, answer, attempt)
    } catch {
      verdict = OrderVerdict(.transport(error))
      throw error
    }
  }

  private func begin(_ id: ExchangeID) throws(TransportFailure) -> AttemptID {
    try storing(.beforeSending) {
      try ledger.begin(
        id, of: recordedCase,
        reservation: id.role == .generate ? pricing.reservation : .zero)
    }
  }

  /// Sends, and books what became of a request that brought no answer.
  private func carry(
    _ request: HTTPRequest, as id: ExchangeID, attempt: AttemptID
  ) async throws(TransportFailure) -> HTTPResponse {
    let response: HTTPResponse
    do throws(TransportFailure) {
      response = try await base.send(request, as: id)
    } catch {
      if id.role == .generate {
        if error.phase == .beforeSending { meter.release() } else { meter.doubt() }
      }
      let redacted = TransportFailure(error.code, error.phase, redactor.text(error.message))
      try storing(.afterSending) { try ledger.failed(attempt, failure: redacted) }
      throw redacted
    }
    origin.withLock { $0 = Origin(url: request.url, headers: response.headers) }
    return response
  }

  /// Whether a stored answer still is one: an error that a case expected is none once it does not.
  private func isKept(_ response: HTTPResponse, role: ExchangeRole) -> Bool {
    guard role != .download, case .refused(let error) = EditAnswer(response) else { return true }
    return error.isFinal(expecting: expectedError)
  }

  /// A picture's URL in a stored answer is redacted; the one to fetch is kept apart while needed.
  ///
  /// A redacted one is never fetched: its host would answer that nothing is there, and the picture would
  /// be ordered anew as one that is gone.
  private func restoreURL(
    of request: inout HTTPRequest, id: ExchangeID
  ) throws(TransportFailure) {
    guard id.role == .download else { return }
    let kept = try storing(.beforeSending) {
      try ledger.pendingURLs(of: id.caseKey, index: id.ordinal)
    }
    let asked = redactor.url(request.url.text)
    guard let raw = kept.first(where: { redactor.url($0) == asked }) else {
      guard !request.url.text.contains(Redactor.replacement) else {
        throw TransportFailure(
          .invalidRequest, .beforeSending,
          "the signed link of the picture at \(request.url.display) is not kept any more, and without "
            + "its signature it leads nowhere")
      }
      return
    }
    do throws(HTTPURL.Problem) {
      request.url = try HTTPURL(raw)
    } catch {
      throw TransportFailure(.invalidRequest, .beforeSending, error.description)
    }
  }

  private func replay(_ exchange: Exchange) throws(TransportFailure) -> HTTPResponse {
    let body = try storing(.beforeSending) { try exchange.response.body.parts.joined(from: blobs) }
    return HTTPResponse(
      status: exchange.response.status, headers: exchange.response.headers, body: body,
      timing: exchange.timing)
  }

  private func store(
    _ sent: RecordedRequest, _ response: HTTPResponse, _ answer: EditAnswer?, as id: ExchangeID,
    attempt: AttemptID
  ) throws(TransportFailure) {
    let split = BodySplitter.split(redactor.json(ifText: response.body))
    for blob in split.blobs {
      try storing(.afterSending) { try blobs.write(blob.bytes, as: blob.id) }
    }
    let isPromotable = try storing(.afterSending) {
      try isFreeOfSecrets(sent.body) && isFreeOfSecrets(split.body)
    }
    let exchange = Exchange(
      role: id.role, ordinal: id.ordinal, request: sent,
      response: RecordedResponse(
        status: response.status, headers: redactor.responseHeaders(response.headers),
        body: split.body),
      timing: response.timing)
    let account = account(response, answer, role: id.role)
    account.book(meter)
    try storing(.afterSending) {
      try ledger.received(
        attempt,
        ReceivedExchange(
          exchange: exchange, cost: account.cost, pendingURLs: account.urls,
          isUsable: account.isUsable, isPromotable: isPromotable,
          endsOrder: account.endsOrder, isGone: account.isGone, isDoubtful: account.isDoubtful))
    }
  }

  /// Looks once more for known secrets: in a body as it is sent, and in the pictures within it.
  private func isFreeOfSecrets(_ body: Body?) throws -> Bool {
    guard let body else { return true }
    for blob in body.blobs where redactor.finds(in: try blobs.bytes(of: blob)) { return false }
    return !redactor.finds(in: try body.parts.joined(from: blobs))
  }

  /// The request as recorded: its parts name the input pictures, whose bytes are stored beside.
  private func record(_ request: HTTPRequest) throws(TransportFailure) -> RecordedRequest {
    var body: Body?
    if let sent = request.body {
      var parts: [BodyPart] = []
      for part in sent.parts {
        switch part {
        case .bytes(let bytes): parts.append(.bytes(redactor.bytes(bytes)))
        case .blob(let id), .base64(let id):
          try storing(.beforeSending) { try blobs.adopt(id, from: sent.source) }
          parts.append(part)
        }
      }
      let joined = try storing(.beforeSending) { try parts.joined(from: blobs) }
      body = Body(
        parts: parts, byteCount: joined.count, digest: SHA256Digest(hashing: joined))
    }
    return RecordedRequest(
      method: request.method, url: redactor.url(request.url.text),
      headers: redactor.requestHeaders(request.headers), body: body)
  }

  private struct Account {
    var cost = Money.zero
    var urls: [Int: String] = [:]
    var isUsable = false
    var endsOrder = false
    var isGone = false

    /// Whether it may be billed, and is no answer to keep to.
    var isDoubtful: Bool { settlement == .possiblyBilled && !isUsable }

    /// What the answer tells of what was set aside; `nil` leaves it set aside, as a running task does.
    var settlement: Settlement?

    func book(_ meter: any SpendingMeter) {
      switch settlement {
      case .billed: meter.settle(cost)
      case .possiblyBilled: meter.doubt()
      case nil: break
      }
    }
  }

  private enum Settlement { case billed, possiblyBilled }

  /// What an answer cost, where its pictures are to be fetched, and whether it need not be asked for
  /// again: a passing error and a task that goes on are no answers to keep to.
  private func account(
    _ response: HTTPResponse, _ answer: EditAnswer?, role: ExchangeRole
  ) -> Account {
    guard let answer else {
      let error = DownloadAnswer.error(in: response)
      return Account(isUsable: error == nil, isGone: error?.category == .notFound)
    }
    switch answer {
    case .refused(let error):
      let isAnswer = error.isFinal(expecting: expectedError)
      if role == .poll, !isAnswer {
        // The task came to nothing, and may be billed; a new order is needed.
        if error.code == "task-failed" {
          return Account(endsOrder: true, settlement: .possiblyBilled)
        }
        // A question that was not answered says nothing of the task, and is asked again.
        return Account(isGone: error.category == .notFound)
      }
      let isDoubtful = AttemptFailure.api(error).isPossiblyBilled
      return Account(
        isUsable: isAnswer, settlement: isDoubtful ? .possiblyBilled : .billed)
    case .task: return Account(isUsable: role == .generate)
    case .pictures(let items, _):
      var account = Account(isUsable: true, settlement: .billed)
      for (index, item) in items.enumerated() {
        // What cannot be read was made all the same.
        if case .failed = item.delivery { continue }
        account.cost += pricing.pricePerPicture
        if case .url(let url) = item.delivery { account.urls[index] = url.text }
      }
      return account
    }
  }

  /// Runs a step of storing; its failure stops the case, since an answer that cannot be kept must not
  /// be paid for.
  private func storing<Result>(
    _ phase: TransportFailure.Phase, _ step: () throws -> Result
  ) throws(TransportFailure) -> Result {
    do {
      return try step()
    } catch {
      throw TransportFailure(
        .storage, phase, "the run store cannot keep a paid answer: \(error)")
    }
  }
}

extension Redactor {
  /// Redacts a body that is JSON text; pictures are never altered.
  package func json(ifText body: [UInt8]) -> [UInt8] {
    let first = body.first { ![0x20, 0x09, 0x0A, 0x0D].contains($0) }
    guard BlobKind(sniffing: body) == .data, String(validating: body, as: UTF8.self) != nil else {
      return body
    }
    let isJSON = first == UInt8(ascii: "{") || first == UInt8(ascii: "[")
    return isJSON ? json(body) : bytes(urls(in: body))
  }
}
