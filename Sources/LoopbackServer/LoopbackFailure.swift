/// Why a server on loopback does not run.
package enum LoopbackFailure: Error, Hashable, Sendable, CustomStringConvertible {
  /// Another program listens on the port.
  case portTaken(UInt16)
  /// Ports below 1024 need a privilege.
  case portForbidden(UInt16)
  /// A system call failed.
  case socket(operation: String, reason: String)
  /// It was started already, or was stopped.
  case notStarted

  /// One sentence with the port and what helps.
  package var description: String {
    switch self {
    case .portTaken(let port):
      "port \(port) on 127.0.0.1 is taken by another program; choose another with --port, or "
        + "--port 0 for any free one"
    case .portForbidden(let port):
      "port \(port) on 127.0.0.1 may not be used without privileges; choose one from 1024, or "
        + "--port 0 for any free one"
    case .socket(let operation, let reason):
      "the server cannot \(operation) on 127.0.0.1: \(reason)"
    case .notStarted:
      "the server is not listening; start it once before it runs, and make a new one after a stop"
    }
  }
}
