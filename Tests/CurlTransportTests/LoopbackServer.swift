internal import Glibc
internal import Synchronization

/// A server on loopback that does what a script says, byte by byte.
///
/// Each connection has a thread of its own that runs the script and closes the connection.
final class LoopbackServer: Sendable {
  typealias Script = @Sendable (LoopbackConnection) -> Void

  /// The port that it listens on.
  let port: Int
  private let listener: Int32
  private let script: Script
  private let state = Mutex(State())

  private struct State {
    var isStopping = false
    var threads: [pthread_t] = []
    var open: Set<Int32> = []
    var connectionCount = 0
    var requests: [ReceivedRequest] = []
  }

  struct SystemFailure: Error {
    let call: String
    let errorNumber: Int32
  }

  /// Runs a server while the body runs, on 127.0.0.1.
  static func run<Result>(
    _ script: @escaping Script, during body: (LoopbackServer) async throws -> Result
  ) async throws -> Result {
    let server = try LoopbackServer(script)
    defer { server.stop() }
    return try await body(server)
  }

  private init(_ script: @escaping Script) throws {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { throw SystemFailure(call: "socket", errorNumber: errno) }
    var address = Self.loopback(port: 0)
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let result = unsafe withUnsafeMutablePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
        unsafe bind(descriptor, pointer, length) == 0 && listen(descriptor, 512) == 0
          && getsockname(descriptor, pointer, &length) == 0
      }
    }
    guard result else { throw SystemFailure(call: "bind", errorNumber: errno) }
    listener = descriptor
    port = Int(UInt16(bigEndian: address.sin_port))
    self.script = script
    try startThread { $0.accept() }
  }

  private static func loopback(port: UInt16) -> sockaddr_in {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    return address
  }

  /// A port of loopback where nobody listens.
  static func closedPort() throws -> Int {
    let server = try LoopbackServer { _ in }
    server.stop()
    return server.port
  }

  /// The base of the server's URLs.
  var base: String { "http://127.0.0.1:\(port)" }
  /// The requests that were read so far.
  var requests: [ReceivedRequest] { state.withLock { $0.requests } }
  /// How many connections were accepted so far.
  var connectionCount: Int { state.withLock { $0.connectionCount } }

  fileprivate func note(_ request: ReceivedRequest) {
    state.withLock { $0.requests.append(request) }
  }

  private func stop() {
    state.withLock { state in
      state.isStopping = true
      // Whoever reads or accepts wakes up with an end.
      shutdown(listener, Int32(SHUT_RDWR))
      for descriptor in state.open { shutdown(descriptor, Int32(SHUT_RDWR)) }
    }
    while let thread = state.withLock({ $0.threads.popLast() }) { _ = pthread_join(thread, nil) }
    close(listener)
  }

  private func accept() {
    while true {
      let descriptor = Glibc.accept(listener, nil, nil)
      guard descriptor >= 0 else { return }
      let number = state.withLock { state -> Int? in
        guard !state.isStopping else { return nil }
        state.open.insert(descriptor)
        defer { state.connectionCount += 1 }
        return state.connectionCount
      }
      guard let number else {
        close(descriptor)
        return
      }
      do {
        try startThread { $0.serve(descriptor, number: number) }
      } catch {
        finish(descriptor)
      }
    }
  }

  private func serve(_ descriptor: Int32, number: Int) {
    script(LoopbackConnection(descriptor: descriptor, number: number, server: self))
    finish(descriptor)
  }

  private func finish(_ descriptor: Int32) {
    state.withLock { state in
      state.open.remove(descriptor)
      close(descriptor)
    }
  }

  private final class Work: Sendable {
    let server: LoopbackServer
    let body: @Sendable (LoopbackServer) -> Void

    init(_ server: LoopbackServer, _ body: @escaping @Sendable (LoopbackServer) -> Void) {
      self.server = server
      self.body = body
    }
  }

  private func startThread(_ body: @escaping @Sendable (LoopbackServer) -> Void) throws {
    try state.withLock { state in
      var thread = pthread_t()
      let work = unsafe Unmanaged.passRetained(Work(self, body))
      let result = unsafe pthread_create(
        &thread, nil,
        { context in
          guard let context = unsafe context else { return nil }
          let work = unsafe Unmanaged<Work>.fromOpaque(context).takeRetainedValue()
          work.body(work.server)
          return nil
        }, work.toOpaque())
      guard result == 0 else {
        unsafe work.release()
        throw SystemFailure(call: "pthread_create", errorNumber: result)
      }
      state.threads.append(thread)
    }
  }
}

/// A request as it came over the wire.
struct ReceivedRequest: Sendable {
  /// Request line and header lines, without line ends.
  var lines: [String]
  /// The body.
  var body: [UInt8]
  /// Which connection it came on, from 0.
  var connection: Int

  /// The values of a field.
  func values(_ name: String) -> [String] {
    lines.dropFirst().compactMap { line in
      let pieces = line.split(separator: ":", maxSplits: 1)
      guard pieces.count == 2, pieces[0].lowercased() == name.lowercased() else { return nil }
      return String(pieces[1].drop { $0 == " " })
    }
  }
}

/// The server's side of one connection.
struct LoopbackConnection: Sendable {
  fileprivate let descriptor: Int32
  /// Which connection of the server it is, from 0.
  let number: Int
  fileprivate let server: LoopbackServer
  /// The port that the server listens on.
  var serverPort: Int { server.port }

  /// Reads one request with its body; `nil` when the other side closed.
  @discardableResult
  func readRequest() -> ReceivedRequest? {
    guard let lines = readHead() else { return nil }
    var request = ReceivedRequest(lines: lines, body: [], connection: number)
    let length = request.values("Content-Length").first.flatMap { Int($0) } ?? 0
    while request.body.count < length {
      guard let bytes = read(min(length - request.body.count, 1 << 16)) else { return nil }
      request.body += bytes
    }
    server.note(request)
    return request
  }

  /// Reads until the empty line.
  func readHead() -> [String]? {
    var head: [UInt8] = []
    while !head.suffix(4).elementsEqual("\r\n\r\n".utf8) {
      guard let byte = read(1) else { return nil }
      head += byte
    }
    return String(decoding: head.dropLast(4), as: UTF8.self).split(separator: "\r\n")
      .map(String.init)
  }

  /// Reads some bytes; `nil` at the end.
  func read(_ countMax: Int) -> [UInt8]? {
    var bytes = [UInt8](repeating: 0, count: countMax)
    let count = unsafe recv(descriptor, &bytes, countMax, 0)
    return count > 0 ? Array(bytes.prefix(count)) : nil
  }

  /// Waits until the other side closes or the server stops.
  func waitForEnd() { while read(1 << 12) != nil {} }

  /// Writes bytes; `false` when the other side is gone.
  @discardableResult
  func write(_ bytes: [UInt8]) -> Bool {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = unsafe rest.withUnsafeBytes { buffer in
        unsafe send(descriptor, buffer.baseAddress, buffer.count, Int32(MSG_NOSIGNAL))
      }
      guard count > 0 else { return false }
      rest = rest.dropFirst(count)
    }
    return true
  }

  /// Writes text.
  @discardableResult
  func write(_ text: String) -> Bool { write(Array(text.utf8)) }

  /// Writes a whole answer that leaves the connection open.
  func answer(_ status: String = "200 OK", headers: [String] = [], body: [UInt8] = []) {
    let lines = ["HTTP/1.1 \(status)", "Content-Length: \(body.count)"] + headers
    write(Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8) + body)
  }

  /// Makes the close that follows a reset: the other side loses the connection at once.
  func reset() {
    var option = linger(l_onoff: 1, l_linger: 0)
    unsafe setsockopt(
      descriptor, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
  }
}
