internal import FlyingSocks
internal import Glibc
internal import Synchronization

/// Listens on 127.0.0.1 and hands each connection on; what is said on it is for others to know.
///
/// ```swift
/// let server = LoopbackServer(port: 0, connectionsMax: 64)
/// let url = try server.start()
/// try await server.run { socket, isAdmitted in … }  // until the task is cancelled or `stop()` is called
/// ```
package final class LoopbackServer: Sendable {
  private enum Phase {
    case idle
    case listening(Socket)
    case ended
  }

  private let port: UInt16
  private let pool: LoopbackPool = .ePoll(maxEvents: 256)
  private let phase = Mutex(Phase.idle)
  private let connections: Turnstile
  private let stops: AsyncStream<Void>
  private let stopper: AsyncStream<Void>.Continuation

  /// Makes a server; ``start()`` makes it listen.
  ///
  /// - Parameters:
  ///   - port: the port; 0 for any that is free.
  ///   - connectionsMax: connections at once; those beyond are handed on as not admitted.
  package init(port: UInt16, connectionsMax: Int) {
    self.port = port
    connections = Turnstile(countMax: connectionsMax)
    (stops, stopper) = AsyncStream.makeStream()
  }

  deinit {
    // One that was started but never run still holds its port.
    phase.withLock { phase in
      if case .listening(let socket) = phase { _ = Glibc.close(socket.file.rawValue) }
    }
  }

  /// Connections that are being served.
  package var connectionCount: Int { connections.count }

  /// Starts to listen; connections wait until ``run(_:)`` serves them.
  ///
  /// - Returns: the base URL, for example `http://127.0.0.1:41234`.
  /// - Throws: ``LoopbackFailure`` when the port cannot be had.
  package func start() throws(LoopbackFailure) -> String {
    try phase.withLock { (phase) throws(LoopbackFailure) in
      guard case .idle = phase else { throw .notStarted }
      let socket = try listen()
      guard case .ip4(_, let port) = try Self.attempt("ask for the port", { try socket.sockname() })
      else { throw .socket(operation: "ask for the port", reason: "it is no IPv4 address") }
      phase = .listening(socket)
      return "http://127.0.0.1:\(port)"
    }
  }

  private func listen() throws(LoopbackFailure) -> Socket {
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

  private func bind(_ socket: Socket) throws(LoopbackFailure) {
    do {
      try socket.bind(to: .inet(ip4: "127.0.0.1", port: port))
      guard Glibc.listen(socket.file.rawValue, SOMAXCONN) == 0 else {
        throw SocketError.makeFailed("Listen")
      }
    } catch SocketError.failed(_, EADDRINUSE, _) {
      throw .portTaken(port)
    } catch SocketError.failed(_, EACCES, _) {
      throw .portForbidden(port)
    } catch {
      throw .socket(operation: "listen", reason: "\(error)")
    }
  }

  private static func attempt<Value>(
    _ operation: String, _ body: () throws -> Value
  ) throws(LoopbackFailure) -> Value {
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
  /// - Parameter serve: serves one connection and closes it; is told whether there is room for it.
  /// - Throws: ``LoopbackFailure`` when it is not listening or can no longer accept connections.
  package func run(
    _ serve: @escaping @Sendable (_ socket: ClientSocket, _ isAdmitted: Bool) async -> Void
  ) async throws(LoopbackFailure) {
    let listening = phase.withLock { phase -> Socket? in
      guard case .listening(let socket) = phase else { return nil }
      phase = .ended
      return socket
    }
    guard let socket = listening else { throw .notStarted }
    let failure = await withTaskGroup(of: LoopbackFailure?.self) { group -> LoopbackFailure? in
      do {
        try await pool.prepare()
      } catch {
        return LoopbackFailure.socket(operation: "wait for events", reason: "\(error)")
      }
      group.addTask { await self.runPool() }
      group.addTask { await self.accept(on: socket, serve) }
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

  /// Makes ``run(_:)`` return; it may be called at any time and more than once.
  package func stop() {
    stopper.finish()
  }

  private func runPool() async -> LoopbackFailure? {
    do {
      try await pool.run()
      return nil
    } catch {
      return Task.isCancelled
        ? nil : .socket(operation: "wait for events", reason: "\(error)")
    }
  }

  private func accept(
    on listener: Socket, _ serve: @escaping @Sendable (ClientSocket, Bool) async -> Void
  ) async -> LoopbackFailure? {
    await withDiscardingTaskGroup { group -> LoopbackFailure? in
      defer { group.cancelAll() }
      while !Task.isCancelled {
        do {
          let client = ClientSocket(accepted: try listener.accept().file, pool: pool)
          group.addTask { await self.admit(client, serve) }
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

  private func admit(
    _ client: ClientSocket, _ serve: @Sendable (ClientSocket, Bool) async -> Void
  ) async {
    let isAdmitted = connections.enter()
    defer { if isAdmitted { connections.leave() } }
    await serve(client, isAdmitted)
  }
}
