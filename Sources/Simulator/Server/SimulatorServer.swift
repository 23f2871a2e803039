package import LoopbackServer
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
  /// What was billed.
  package let ledger: BillingLedger
  let gateway: Gateway
  private let server: LoopbackServer
  private let baseURL: Mutex<String>

  /// Makes a simulator; ``start()`` makes it listen.
  package convenience init(settings: SimulatorSettings) {
    self.init(settings: settings, painter: PhotoPainter())
  }

  init(settings: SimulatorSettings, painter: any Painting) {
    server = LoopbackServer(port: settings.port, connectionsMax: settings.connectionsMax)
    ledger = BillingLedger()
    gateway = Gateway(
      settings: settings, ledger: ledger, studio: Studio(painter: painter, settings: settings))
    baseURL = Mutex("")
  }

  /// Connections that are being served.
  package var connectionCount: Int { server.connectionCount }

  /// Starts to listen; connections wait until ``run()`` serves them.
  ///
  /// - Returns: the base URL, for example `http://127.0.0.1:41234`.
  /// - Throws: `LoopbackFailure` when the port cannot be had.
  package func start() throws(LoopbackFailure) -> String {
    let url = try server.start()
    baseURL.withLock { $0 = url }
    return url
  }

  /// Serves connections until the task is cancelled or ``stop()`` is called.
  ///
  /// - Throws: `LoopbackFailure` when it is not listening or can no longer accept connections.
  package func run() async throws(LoopbackFailure) {
    let baseURL = baseURL.withLock { $0 }
    try await server.run { [gateway] socket, isAdmitted in
      var connection = Connection(socket: socket, gateway: gateway, baseURL: baseURL)
      await connection.serve(isAdmitted: isAdmitted)
    }
  }

  /// Makes ``run()`` return; it may be called at any time and more than once.
  package func stop() { server.stop() }

  /// Serves while a body runs, and stops when it ends.
  ///
  /// - Parameter body: is given the simulator and its base URL.
  /// - Throws: `LoopbackFailure` when it cannot start, or what the body throws.
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
