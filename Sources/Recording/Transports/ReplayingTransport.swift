package import Canonical
package import SeedreamAPI

/// Serves the recorded exchanges of one case; it has no way to the network.
///
/// Ordering is in strict sequence, questions after a task go through the recorded ones and stay at
/// the last, and a picture may be fetched again and again.
package struct ReplayingTransport: HTTPTransport {
  private let fixture: Fixture
  private let blobs: any BlobSource
  private let redactor: Redactor

  /// Takes a recording whose key and seal were checked.
  ///
  /// - Parameters:
  ///   - fixture: the recording.
  ///   - blobs: gives bytes only when they are those of the blob's digest.
  ///   - redactor: that of the process.
  package init(fixture: Fixture, blobs: any BlobSource, redactor: Redactor) {
    self.fixture = fixture
    self.blobs = blobs
    self.redactor = redactor
  }

  /// Gives the recorded answer.
  package func send(
    _ request: HTTPRequest, as id: ExchangeID
  ) async throws(TransportFailure) -> HTTPResponse {
    guard id.caseKey == fixture.caseKey else {
      throw TransportFailure(
        .mismatch, .beforeSending, "the recording is of another request than was asked for")
    }
    let exchange = try find(id)
    try check(request, against: exchange)
    var response = HTTPResponse(
      status: exchange.response.status, headers: exchange.response.headers, body: [],
      timing: exchange.timing)
    try fill(&response, from: exchange.response.body)
    return response
  }

  private func find(_ id: ExchangeID) throws(TransportFailure) -> Exchange {
    let ofRole = fixture.exchanges.filter { $0.role == id.role }
    if let exact = ofRole.first(where: { $0.ordinal == id.ordinal }) { return exact }
    // Questions that found the task still running are no part of a recording.
    if id.role == .poll, let next = ofRole.first(where: { $0.ordinal > id.ordinal }) ?? ofRole.last
    {
      return next
    }
    throw TransportFailure(
      .exhausted, .beforeSending,
      "the recording holds \(Count.of(ofRole.count, "\(id.role.rawValue) exchange")); number "
        + "\(id.ordinal + 1) was asked for")
  }

  /// A picture must be fetched from where the recorded answer said; the API's own host may differ.
  private func check(
    _ request: HTTPRequest, against exchange: Exchange
  ) throws(TransportFailure) {
    let asked = redactor.url(request.url.text)
    let isSame =
      exchange.request.method == request.method
      && (exchange.role != .download || exchange.request.url == asked)
    guard isSame else {
      throw TransportFailure(
        .mismatch, .beforeSending,
        "the recording holds \(exchange.request.method.rawValue) of another URL than "
          + "\(request.url.display)")
    }
  }

  /// Puts a body together; a picture that stood in it as base64 stays beside it.
  private func fill(
    _ response: inout HTTPResponse, from body: Body
  ) throws(TransportFailure) {
    var byteCount = 0
    do {
      // One by one, so that a list that names a large blob a thousand times ends at the stated size.
      for part in body.parts where byteCount <= body.byteCount {
        switch part {
        case .bytes(let literal):
          response.body += literal
          byteCount += literal.count
        case .blob(let id):
          let bytes = try blobs.bytes(of: id)
          response.body += bytes
          byteCount += bytes.count
        case .base64(let id):
          let bytes = try blobs.bytes(of: id)
          let name = "blob:sha256:\(id.digest.hex)"
          response.embedded[name] = bytes
          response.body += name.utf8
          byteCount += Base64.encodedCount(of: bytes.count)
        }
      }
    } catch {
      throw TransportFailure(.corrupt, .beforeSending, "\(error)")
    }
    guard byteCount == body.byteCount, isRight(body, response) else {
      throw TransportFailure(
        .corrupt, .beforeSending,
        "the parts of a recorded answer do not make the bytes whose digest was recorded")
    }
  }

  /// Whether a body is the recorded one, as far as the seal of the recording and the digests of its
  /// blobs, which were checked, leave that open.
  private func isRight(_ body: Body, _ response: HTTPResponse) -> Bool {
    if body.parts.count == 1, case .blob(let id)? = body.parts.first {
      return id.digest == body.digest
    }
    return !response.embedded.isEmpty || SHA256Digest(hashing: response.body) == body.digest
  }
}
