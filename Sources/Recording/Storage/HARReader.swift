package import Canonical
internal import SeedreamAPI

/// A recording that cannot be used: damaged, tampered with, or of a form that is not understood.
package struct FixtureFailure: Error, Hashable, Sendable, CustomStringConvertible {
  /// What is wrong, with the place inside the file as a JSON Pointer or line and column.
  package let description: String
}

/// Reads a fixture from HAR, trusting nothing: structure, seal, key and every name of a file.
package enum HARReader {
  /// The largest HAR; pictures lie beside it.
  package static let byteCountMax = 32 << 20
  /// The largest body that a recording may state: ten input pictures of the largest size, and more.
  static let bodyByteCountMax = 1 << 30

  /// Reads the bytes of a fixture's file.
  ///
  /// - Throws: ``FixtureFailure`` naming the first thing that is wrong.
  package static func fixture(from bytes: [UInt8]) throws(FixtureFailure) -> Fixture {
    if bytes.starts(with: BlobStore.pointerPrefix) {
      throw FixtureFailure(
        description: "it is a Git LFS pointer; fetch the recording with 'git lfs pull'")
    }
    let json: JSONValue
    do {
      json = try JSONParser.parse(
        bytes, limits: JSONLimits(byteCountMax: byteCountMax, valueCountMax: 200_000))
    } catch {
      throw FixtureFailure(description: "it is no JSON: \(error)")
    }
    let log = try Place(json, "").member("log")
    let own = try log.member("_proofsheet")
    try own.member("format").expect(HARWriter.format)
    try checkSeal(log, own)
    try own.member("key_algorithm").expect(RequestKey.algorithm)
    let keyPlace = try own.member("case_key")
    guard let caseKey = CaseKey(try keyPlace.string()) else {
      throw keyPlace.failure("expected a request digest, a point and a repeat index")
    }
    let request = try own.member("request").value
    guard RequestKey(canonicalRequest: request) == caseKey.request else {
      throw keyPlace.failure("it is not the key of the request that is written beside it")
    }
    let entries = try log.member("entries").elements(max: Fixture.exchangesMax)
    var exchanges: [Exchange] = []
    for entry in entries { exchanges.append(try exchange(entry)) }
    guard !exchanges.isEmpty else {
      throw try log.member("entries").failure("expected at least one exchange")
    }
    return Fixture(
      caseKey: caseKey, canonicalRequest: request,
      origin: Origin(try own.member("origin").string()),
      redactionPolicy: try own.member("redaction").string(), exchanges: exchanges)
  }

  private static func checkSeal(_ log: Place, _ own: Place) throws(FixtureFailure) {
    let place = try own.member("seal")
    let actual = HARWriter.seal(of: log.value.object ?? JSONObject())
    guard SHA256Digest(hex: try place.string()) == actual else {
      throw place.failure(
        "the seal is not the digest of the log: the file was changed after it was recorded")
    }
  }

  /// Reads one exchange from an entry of a HAR.
  package static func exchange(from entry: JSONValue) throws(FixtureFailure) -> Exchange {
    try exchange(Place(entry, ""))
  }

  private static func exchange(_ entry: Place) throws(FixtureFailure) -> Exchange {
    let own = try entry.member("_proofsheet")
    let rolePlace = try own.member("role")
    guard let role = ExchangeRole(rawValue: try rolePlace.string()) else {
      throw rolePlace.failure("expected generate, poll or download")
    }
    let startPlace = try entry.member("startedDateTime")
    guard let start = Timestamp(try startPlace.string()) else {
      throw startPlace.failure("expected a time like 2026-11-22T18:15:00.000Z")
    }
    let timings = try entry.member("timings")
    return Exchange(
      role: role, ordinal: try own.member("ordinal").integer(0...Fixture.exchangesMax),
      request: try request(try entry.member("request")),
      response: try response(try entry.member("response")),
      timing: HTTPTiming(
        start: start, sendMilliseconds: try timings.member("send").integer(millisecondRange),
        waitMilliseconds: try timings.member("wait").integer(millisecondRange),
        receiveMilliseconds: try timings.member("receive").integer(millisecondRange)))
  }

  /// No phase takes longer than a day.
  private static let millisecondRange = 0...86_400_000

  private static func request(_ place: Place) throws(FixtureFailure) -> RecordedRequest {
    let methodPlace = try place.member("method")
    guard let method = HTTPMethod(rawValue: try methodPlace.string()) else {
      throw methodPlace.failure("expected GET or POST")
    }
    return RecordedRequest(
      method: method, url: try place.member("url").string(), headers: try headers(place),
      body: try place.optional("postData").map { (postData) throws(FixtureFailure) in
        try body(postData)
      })
  }

  private static func response(_ place: Place) throws(FixtureFailure) -> RecordedResponse {
    RecordedResponse(
      status: try place.member("status").integer(100...999), headers: try headers(place),
      body: try body(try place.member("content")))
  }

  private static func headers(_ place: Place) throws(FixtureFailure) -> [HTTPHeader] {
    var headers: [HTTPHeader] = []
    for field in try place.member("headers").elements(max: Redactor.headersMax) {
      headers.append(
        HTTPHeader(try field.member("name").string(), try field.member("value").string()))
    }
    return headers
  }

  private static func body(_ place: Place) throws(FixtureFailure) -> Body {
    let digestPlace = try place.member("_sha256")
    guard let digest = SHA256Digest(hex: try digestPlace.string()) else {
      throw digestPlace.failure("expected 64 hexadecimal digits")
    }
    // HAR 1.2 has it for base64; here a body that is no text is a blob, so that none is ever written.
    if let encoding = place.optional("encoding") {
      throw encoding.failure("a body of another encoding is not understood")
    }
    var parts: [BodyPart] = []
    if let file = place.optional("_file") {
      parts = [.blob(try blob(file))]
    } else if let list = place.optional("_parts") {
      for part in try list.elements(max: 1_000) { parts.append(try self.part(part)) }
    } else {
      let text = try place.member("text").string()
      parts = text.isEmpty ? [] : [.bytes(Array(text.utf8))]
    }
    return Body(
      parts: parts, byteCount: try place.member("size").integer(0...bodyByteCountMax),
      digest: digest)
  }

  private static func part(_ place: Place) throws(FixtureFailure) -> BodyPart {
    if let file = place.optional("_file") { return .blob(try blob(file)) }
    if let file = place.optional("base64_file") { return .base64(try blob(file)) }
    return .bytes(Array(try place.member("text").string().utf8))
  }

  /// Reads the name of a blob: a digest and a known extension in one known folder and nothing else, so
  /// that no recording can name a file elsewhere.
  private static func blob(_ place: Place) throws(FixtureFailure) -> BlobID {
    let text = try place.string()
    let prefix = "\(HARWriter.blobFolder)/"
    guard text.hasPrefix(prefix), let blob = BlobID(fileName: String(text.dropFirst(prefix.count)))
    else {
      throw place.failure("expected \(prefix)<sha-256>.<png|jpg|webp|gif|json|bin>")
    }
    return blob
  }
}

/// A value inside a JSON text, with the JSON Pointer (RFC 6901) that leads to it.
private struct Place {
  let value: JSONValue
  let pointer: String

  init(_ value: JSONValue, _ pointer: String) {
    self.value = value
    self.pointer = pointer
  }

  func failure(_ message: String) -> FixtureFailure {
    FixtureFailure(description: "at \(pointer.isEmpty ? "/" : pointer): \(message)")
  }

  func optional(_ name: String) -> Place? {
    value[name].map { Place($0, "\(pointer)/\(name)") }
  }

  func member(_ name: String) throws(FixtureFailure) -> Place {
    guard let place = optional(name) else {
      throw failure("expected an object with the member '\(name)', found \(value.kind)")
    }
    return place
  }

  func string() throws(FixtureFailure) -> String {
    guard let string = value.string else { throw failure("expected a string, found \(value.kind)") }
    return string
  }

  func integer(_ range: ClosedRange<Int>) throws(FixtureFailure) -> Int {
    guard let number = value.integer, range.contains(number) else {
      throw failure("expected a whole number of \(range.lowerBound) to \(range.upperBound)")
    }
    return number
  }

  func elements(max: Int) throws(FixtureFailure) -> [Place] {
    guard let array = value.array else { throw failure("expected a list, found \(value.kind)") }
    guard array.count <= max else { throw failure("\(array.count) elements; \(max) are allowed") }
    return array.enumerated().map { Place($1, "\(pointer)/\($0)") }
  }

  func expect(_ text: String) throws(FixtureFailure) {
    let found = try string()
    guard found == text else {
      throw failure(
        "'\(TerminalText.shortened(found, countMax: 80))' is not understood; expected '\(text)'")
    }
  }
}
