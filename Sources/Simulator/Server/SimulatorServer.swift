internal import FlyingSocks
internal import Glibc
internal import Synchronization

/// The API's contract on loopback: a stand-in for the service, and no model.
///
/// What it answers keeps `api-contract.md`: routes, fields, sizes, refusals and billing. What it draws is
/// a plain function of the request: the input photograph resized to cover the asked size, its middle
/// (``PhotoPainter/keptRegion``) left as it is, its surroundings softened, toned and decorated by the
/// prompt and the seed. The same request gives the same pixels on every machine and in every process;
/// another prompt, seed, mode, place in the answer or input gives another picture, and another model
/// turns the palette by the amount that ``ModelShift`` states. No sentence is understood: a few colour
/// words of a prompt choose the palette, anything else only feeds a digest.
///
/// Every answer carries `X-Simulator: proofsheet`. It listens on 127.0.0.1 only and fetches nothing.
///
/// ```swift
/// let server = SimulatorServer(settings: SimulatorSettings())
/// let url = try server.start()
/// try await server.run()  // until the task is cancelled or `stop()` is called
/// ```
package final class SimulatorServer: Sendable {
  private enum Phase {
    case idle
    case listening(Socket, baseURL: String)
    case ended
  }

  /// What was billed.
  package let ledger: BillingLedger
  private let settings: SimulatorSettings
  let gateway: Gateway
  private let pool: SimulatorPool = .ePoll(maxEvents: 256)
  private let phase = Mutex(Phase.idle)
  private let connections: Turnstile
  private let stops: AsyncStream<Void>
  private let stopper: AsyncStream<Void>.Continuation

  /// Makes a simulator; ``start()`` makes it listen.
  package convenience init(settings: SimulatorSettings) {
    self.init(settings: settings, painter: PhotoPainter())
  }

  init(settings: SimulatorSettings, painter: any Painting) {
    self.settings = settings
    connections = Turnstile(countMax: settings.connectionsMax)
    ledger = BillingLedger()
    gateway = Gateway(
      settings: settings, ledger: ledger, studio: Studio(painter: painter, settings: settings))
    (stops, stopper) = AsyncStream.makeStream()
  }

  deinit {
    // One that was started but never run still holds its port.
    phase.withLock { phase in
      if case .listening(let socket, _) = phase { _ = Glibc.close(socket.file.rawValue) }
    }
  }

  /// Connections that are being served.
  package var connectionCount: Int { connections.count }

  /// Starts to listen; connections wait until ``run()`` serves them.
  ///
  /// - Returns: the base URL, for example `http://127.0.0.1:41234`.
  /// - Throws: ``SimulatorError`` when the port cannot be had.
  package func start() throws(SimulatorError) -> String {
    try phase.withLock { (phase) throws(SimulatorError) in
      guard case .idle = phase else { throw .notStarted }
      let socket = try listen()
      guard case .ip4(_, let port) = try Self.attempt("ask for the port", { try socket.sockname() })
      else { throw .socket(operation: "ask for the port", reason: "it is no IPv4 address") }
      let baseURL = "http://127.0.0.1:\(port)"
      phase = .listening(socket, baseURL: baseURL)
      return baseURL
    }
  }

  private func listen() throws(SimulatorError) -> Socket {
    let socket = try Self.attempt("make a socket") { try Socket(domain: AF_INET) }
    do {
      try Self.attempt("set up a socket") {
        try socket.setValue(true, for: .localAddressReuse)
        try socket.setFlags(.nonBlocking)
      }
      _ = Glibc.fcntl(socket.file.rawValue, F_SETFD, FD_CLOEXEC)
      try bind(socket)
      return socket
    } catch {
      _ = Glibc.close(socket.file.rawValue)
      throw error
    }
  }

  private func bind(_ socket: Socket) throws(SimulatorError) {
    do {
      try socket.bind(to: .inet(ip4: "127.0.0.1", port: settings.port))
      guard Glibc.listen(socket.file.rawValue, SOMAXCONN) == 0 else {
        throw SocketError.makeFailed("Listen")
      }
    } catch SocketError.failed(_, EADDRINUSE, _) {
      throw .portTaken(settings.port)
    } catch SocketError.failed(_, EACCES, _) {
      throw .portForbidden(settings.port)
    } catch {
      throw .socket(operation: "listen", reason: "\(error)")
    }
  }

  private static func attempt<Value>(
    _ operation: String, _ body: () throws -> Value
  ) throws(SimulatorError) -> Value {
    do {
      return try body()
    } catch {
      throw .socket(operation: operation, reason: "\(error)")
    }
  }

  /// Serves connections until the task is cancelled or ``stop()`` is called.
  ///
  /// Requests that are being answered are answered, as far as their clients take the bytes at once; no
  /// task and no socket outlives the call.
  ///
  /// - Throws: ``SimulatorError`` when it is not listening or can no longer accept connections.
  package func run() async throws(SimulatorError) {
    let listening = phase.withLock { phase -> (Socket, String)? in
      guard case .listening(let socket, let baseURL) = phase else { return nil }
      phase = .ended
      return (socket, baseURL)
    }
    guard let (socket, baseURL) = listening else { throw .notStarted }
    let failure = await withTaskGroup(of: SimulatorError?.self) { group -> SimulatorError? in
      do {
        try await pool.prepare()
      } catch {
        return SimulatorError.socket(operation: "wait for events", reason: "\(error)")
      }
      group.addTask { await self.runPool() }
      group.addTask { await self.accept(on: socket, baseURL: baseURL) }
      group.addTask {
        for await _ in self.stops { break }
        return nil
      }
      let first = await group.next() ?? nil
      group.cancelAll()
      return first
    }
    _ = Glibc.close(socket.file.rawValue)
    if let failure { throw failure }
  }

  /// Makes ``run()`` return; it may be called at any time and more than once.
  package func stop() {
    stopper.finish()
  }

  private func runPool() async -> SimulatorError? {
    do {
      try await pool.run()
      return nil
    } catch {
      return Task.isCancelled
        ? nil : .socket(operation: "wait for events", reason: "\(error)")
    }
  }

  private func accept(on listener: Socket, baseURL: String) async -> SimulatorError? {
    await withDiscardingTaskGroup { group -> SimulatorError? in
      defer { group.cancelAll() }
      while !Task.isCancelled {
        do {
          let client = ClientSocket(accepted: try listener.accept().file, pool: pool)
          group.addTask { await self.serve(client, baseURL: baseURL) }
        } catch SocketError.blocked {
          do {
            try await pool.suspendSocket(listener, untilReadyFor: .connection)
          } catch {
            return nil
          }
        } catch SocketError.failed(_, ECONNABORTED, _) {
          continue
        } catch {
          return .socket(operation: "accept a connection", reason: "\(error)")
        }
      }
      return nil
    }
  }

  private func serve(_ client: ClientSocket, baseURL: String) async {
    let isAdmitted = connections.enter()
    defer { if isAdmitted { connections.leave() } }
    var connection = Connection(socket: client, gateway: gateway, baseURL: baseURL)
    await connection.serve(isAdmitted: isAdmitted)
  }

  /// Serves while a body runs, and stops when it ends.
  ///
  /// - Parameter body: is given the simulator and its base URL.
  /// - Throws: ``SimulatorError`` when it cannot start, or what the body throws.
  package static func serving<Result: Sendable>(
    _ settings: SimulatorSettings,
    _ body: (SimulatorServer, String) async throws -> Result
  ) async throws -> Result {
    try await SimulatorServer(settings: settings).serving(body)
  }

  func serving<Result: Sendable>(
    _ body: (SimulatorServer, String) async throws -> Result
  ) async throws -> Result {
    let baseURL = try start()
    return try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await self.run() }
      defer { stop() }
      return try await body(self, baseURL)
    }
  }
}
