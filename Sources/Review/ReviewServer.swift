internal import Canonical
package import LoopbackServer
internal import Synchronization
package import SystemPackage

/// Serves a proof sheet on loopback as a queue of decisions.
///
/// | request, below `/TOKEN` | answer |
/// |---|---|
/// | `GET /` and the files of a sheet | the page |
/// | `GET /queue.js` | what waits, as the desk says |
/// | `GET /api/state?after=N` | how things stand; short where nothing changed since revision N |
/// | `POST /api/decide` | makes decisions: 200 with the state, or 409 with what is refused, and nothing is decided |
/// | `POST /api/undo` | takes the last decisions back |
/// | `POST /api/finish` | ends the server |
package final class ReviewServer: Sendable {
  /// The longest body of a request in bytes.
  package static let bodyByteCountMax = 8 << 20
  /// Connections at once.
  package static let connectionsMax = 64
  /// Seconds that a client may take to send a request, and to ask for the next on the same connection.
  package static let requestSecondsMax = 60

  private let server: LoopbackServer
  private let files: ReviewFiles
  private let desk: any ReviewDesk
  private let token: String
  private let code: String?
  private let now: @Sendable () -> Duration
  private let lastAsked: Mutex<Duration>
  private let isOpened = Atomic(false)
  private let hasFinished = Atomic(false)
  private let gate = Mutex<ReviewGate?>(nil)

  /// Makes a server; ``start()`` makes it listen.
  ///
  /// - Parameters:
  ///   - folder: the proof sheet's folder.
  ///   - desk: where decisions are made.
  ///   - port: the port; 0 for any that is free.
  ///   - token: what an address must hold; nobody can guess it.
  ///   - code: what the address ``Address/opening`` holds in its place, once; `nil` for no such address.
  ///   - now: the time by a clock that never goes back.
  package init(
    folder: FilePath, desk: any ReviewDesk, port: UInt16, token: String, code: String? = nil,
    now: @escaping @Sendable () -> Duration
  ) {
    server = LoopbackServer(port: port, connectionsMax: Self.connectionsMax)
    files = ReviewFiles(folder: folder)
    self.desk = desk
    self.token = token
    self.code = code
    self.now = now
    lastAsked = Mutex(now())
  }

  /// Where the page is.
  package struct Address: Hashable, Sendable {
    /// The page; whoever knows it can decide.
    package let page: String
    /// Leads to the page once; `nil` where none was asked for.
    package let opening: String?
  }

  /// When somebody last asked for something but the state, by the server's clock.
  package var lastAskedAt: Duration { lastAsked.withLock { $0 } }
  /// Whether the page said that it is done.
  package var isFinished: Bool { hasFinished.load(ordering: .relaxed) }

  /// Starts to listen.
  ///
  /// - Throws: `LoopbackFailure` when the port cannot be had.
  package func start() throws(LoopbackFailure) -> Address {
    let base = try server.start()
    gate.withLock {
      $0 = ReviewGate(host: String(base.dropFirst("http://".count)), token: token, code: code)
    }
    return Address(page: "\(base)/\(token)/", opening: code.map { "\(base)/open/\($0)" })
  }

  /// Serves until the task is cancelled, ``stop()`` is called, or a page finishes.
  ///
  /// - Throws: `LoopbackFailure`.
  package func run() async throws(LoopbackFailure) {
    guard let gate = gate.withLock({ $0 }) else { throw .notStarted }
    try await server.run { [self] socket, isAdmitted in
      var connection = ReviewConnection(socket: socket, server: self, gate: gate)
      await connection.serve(isAdmitted: isAdmitted)
    }
  }

  /// Makes ``run()`` return; it may be called at any time and more than once.
  package func stop() { server.stop() }

  // MARK: - Answers

  /// Where an opening address leads, the first time that it is asked for.
  func opening(_ head: RequestHead, _ gate: ReviewGate) -> ReviewAnswer? {
    guard gate.isOpening(head) else { return nil }
    guard !isOpened.exchange(true, ordering: .relaxed) else {
      return ReviewAnswer(ReviewRefusal(403, "this address leads to the page once"))
    }
    return ReviewAnswer(status: 303, fields: [("Location", "/\(token)/")])
  }

  /// Answers a request that the gate let in.
  ///
  /// - Parameter path: what is asked for, below the token.
  func answer(_ request: WireRequest, _ path: Substring) async -> ReviewAnswer {
    do {
      return try await route(request, path)
    } catch {
      return ReviewAnswer(error)
    }
  }

  private func route(
    _ request: WireRequest, _ path: Substring
  ) async throws(ReviewRefusal) -> ReviewAnswer {
    if path != "/api/state" {
      let time = now()
      lastAsked.withLock { $0 = time }
    }
    switch (request.head.method, path) {
    case ("GET", ""): return ReviewAnswer(status: 303, fields: [("Location", "/\(token)/")])
    case ("GET", "/queue.js"):
      return ReviewAnswer(
        type: "text/javascript; charset=utf-8", body: try await desk.queueScript())
    case ("GET", "/api/state"):
      return ReviewAnswer(json: try await desk.state(after: Self.revision(request.head)))
    case ("GET", _):
      let (bytes, type) = try files.read(path == "/" ? "/index.html" : path)
      return ReviewAnswer(type: type, body: bytes)
    case (_, "/api/decide"):
      return ReviewAnswer(json: try await desk.decide(try ReviewOrder(reading: request.body)))
    case (_, "/api/undo"): return ReviewAnswer(json: try await desk.undo())
    case (_, "/api/finish"):
      hasFinished.store(true, ordering: .relaxed)
      return ReviewAnswer(json: .members(["finished": .bool(true)]), isLast: true)
    default: throw ReviewRefusal(404, "there is nothing here")
    }
  }

  /// The number of a query `after=N`.
  private static func revision(_ head: RequestHead) -> Int? {
    let query = head.target.dropFirst(head.path.count)
    guard query.hasPrefix("?after="), query.utf8.count <= 24 else { return nil }
    return Int(query.dropFirst("?after=".count))
  }
}
