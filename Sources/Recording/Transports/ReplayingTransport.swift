internal import Canonical
package import SeedreamAPI

/// Serves the recorded exchanges of one case; it has no way to the network.
///
/// Ordering is in strict sequence, questions after a task go through the recorded ones and stay at
/// the last, and a picture may be fetched again and again.
package struct ReplayingTransport: HTTPTransport {
  private let fixture: Fixture
  private let blobs: BlobStore
  private let redactor: Redactor

  /// Takes a recording whose key and seal were checked.
  package init(fixture: Fixture, blobs: BlobStore, redactor: Redactor) {
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
    return HTTPResponse(
      status: exchange.response.status, headers: exchange.response.headers,
      body: try join(exchange.response.body), timing: exchange.timing)
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

  private func join(_ body: Body) throws(TransportFailure) -> [UInt8] {
    var bytes: [UInt8] = []
    do {
      // One by one, so that a list that names a large blob a thousand times ends at the stated size.
      for part in body.parts where bytes.count <= body.byteCount {
        bytes += try [part].joined(from: blobs)
      }
    } catch {
      throw TransportFailure(.corrupt, .beforeSending, "\(error)")
    }
    // A body that is one blob was checked by the blob's own digest.
    let isWholeBlob = body.parts == body.blobs.map(BodyPart.blob) && body.blobs.count == 1
    let isRight =
      isWholeBlob
      ? body.blobs.first?.digest == body.digest : SHA256Digest(hashing: bytes) == body.digest
    guard isRight, bytes.count == body.byteCount else {
      throw TransportFailure(
        .corrupt, .beforeSending,
        "the parts of a recorded answer do not make the bytes whose digest was recorded")
    }
    return bytes
  }
}
