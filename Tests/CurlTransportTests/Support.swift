internal import Canonical
internal import CurlTransport
internal import Glibc
internal import SeedreamAPI
internal import Synchronization
internal import Testing

/// The key that must not appear anywhere but in a header.
let canaryKey = "sk-canary-7f3a91"

/// An exchange of a role.
func exchange(_ role: ExchangeRole = .generate) -> ExchangeID {
  let key = CaseKey(request: RequestKey(canonicalRequest: .null), repeatIndex: 0)
  return ExchangeID(caseKey: key, role: role, ordinal: 0)
}

/// A transport that no proxy of this machine's environment reaches.
func makeTransport(environment: [String: String] = [:]) throws -> CurlTransport {
  try CurlTransport(userAgent: "proofsheet/0.test", environment: environment)
}

/// A body of bytes in memory.
func body(_ bytes: [UInt8]) -> RequestBody {
  RequestBody(parts: [.bytes(bytes)], source: MemoryBlobs())
}

/// The name of this machine when it leads to 127.0.0.0/8 only, else `nil`.
let machineNameOnLoopback: String? = {
  var bytes = [CChar](repeating: 0, count: 256)
  guard unsafe gethostname(&bytes, bytes.count - 1) == 0 else { return nil }
  let name = String(decoding: bytes.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  var list: UnsafeMutablePointer<addrinfo>?
  guard AddressKind(literalHost: name) == nil, unsafe getaddrinfo(name, nil, nil, &list) == 0 else {
    return nil
  }
  defer { unsafe freeaddrinfo(list) }
  var entry = unsafe list
  while let current = unsafe entry {
    guard unsafe current.pointee.ai_family == AF_INET,
      unsafe current.pointee.ai_addr.pointee.sa_data.2 == 127
    else { return nil }
    unsafe entry = current.pointee.ai_next
  }
  return name
}()

extension LoopbackServer {
  /// A GET of a path.
  func get(
    _ path: String = "/", limits: HTTPLimits = HTTPLimits(), addresses: AddressRule = .any
  ) throws -> HTTPRequest {
    HTTPRequest(
      method: .get, url: try HTTPURL(base + path), limits: limits, addresses: addresses)
  }

  /// A POST with the key.
  func post(
    _ path: String = "/v1", _ bytes: [UInt8] = Array("{}".utf8), limits: HTTPLimits = HTTPLimits()
  ) throws -> HTTPRequest {
    HTTPRequest(
      method: .post, url: try HTTPURL(base + path),
      headers: [HTTPHeader("Content-Type", "application/json")],
      authorization: try Authorization(scheme: .bearer, key: canaryKey),
      body: body(bytes), limits: limits)
  }
}

/// Sends a request that must fail, and gives the failure after looking for the key in its text.
func expectFailure(
  of request: HTTPRequest, over transport: CurlTransport, as id: ExchangeID = exchange(),
  sourceLocation: SourceLocation = #_sourceLocation
) async throws -> TransportFailure {
  let failure = try await #require(
    throws: TransportFailure.self, sourceLocation: sourceLocation
  ) {
    _ = try await transport.send(request, as: id)
  }
  #expect(!"\(failure)".contains(canaryKey), sourceLocation: sourceLocation)
  #expect(!failure.message.contains("signature"), sourceLocation: sourceLocation)
  return failure
}

/// Something that happens once and that a task can wait for.
final class Signal: Sendable {
  private struct State {
    var isRaised = false
    var waiting: [CheckedContinuation<Void, Never>] = []
  }

  private let state = Mutex(State())

  func raise() {
    let waiting = state.withLock { state in
      state.isRaised = true
      defer { state.waiting = [] }
      return state.waiting
    }
    for continuation in waiting { continuation.resume() }
  }

  func wait() async {
    await withCheckedContinuation { continuation in
      let isRaised = state.withLock { state in
        if !state.isRaised { state.waiting.append(continuation) }
        return state.isRaised
      }
      if isRaised { continuation.resume() }
    }
  }
}
