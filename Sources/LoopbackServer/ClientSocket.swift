internal import FlyingSocks
package import FoundationEssentials
internal import Glibc

/// Why nothing more comes from or goes to a client.
package enum WireEnd: Error, Hashable, Sendable {
  /// The client said that it sends no more.
  case finished
  /// The client broke the connection off, or the server stops.
  case broken
}

/// The socket pool of a server.
typealias LoopbackPool = SocketPool<ePoll>

/// One client's connection: bytes in, bytes out.
package struct ClientSocket: Sendable {
  /// Bytes that are read at once.
  private static let readByteCount = 65_536

  private let socket: Socket
  private let pool: LoopbackPool

  /// Takes an accepted connection.
  init(accepted file: Socket.FileDescriptor, pool: LoopbackPool) {
    socket = Socket(file: file)
    self.pool = pool
    // These calls fail only for a descriptor that is none. Child processes must not hold connections
    // open, and answers are written whole: waiting to fill a packet would only delay their last part.
    _ = Glibc.fcntl(file.rawValue, F_SETFL, O_NONBLOCK)
    _ = Glibc.fcntl(file.rawValue, F_SETFD, FD_CLOEXEC)
    var isOn: Int32 = 1
    let length = socklen_t(MemoryLayout<Int32>.size)
    _ = unsafe setsockopt(file.rawValue, Int32(IPPROTO_TCP), TCP_NODELAY, &isOn, length)
  }

  /// Waits for bytes and gives those that are there.
  package func read() async throws(WireEnd) -> [UInt8] {
    var hasFailedToWait = false
    while true {
      do {
        return try socket.read(atMost: Self.readByteCount)
      } catch SocketError.blocked where !hasFailedToWait {
        hasFailedToWait = await !wait(for: .read)
      } catch SocketError.disconnected {
        throw hasPendingError ? .broken : .finished
      } catch {
        throw .broken
      }
    }
  }

  /// Hands bytes to the socket without waiting.
  ///
  /// - Returns: where the bytes that are left begin.
  package func write(_ bytes: Data, from start: Data.Index) throws(WireEnd) -> Data.Index {
    do {
      let next = try socket.write(bytes, from: start)
      // A client that hung up before the answer resets the connection when bytes arrive, which on
      // loopback is before this call returns.
      if hasPendingError { throw WireEnd.broken }
      return next
    } catch SocketError.blocked {
      return start
    } catch {
      throw .broken
    }
  }

  /// Waits until bytes can be written.
  package func waitToWrite() async throws(WireEnd) {
    guard await wait(for: .write) else { throw .broken }
  }

  /// Tells the client that nothing more comes, while still reading.
  package func finishWriting() {
    _ = Glibc.shutdown(socket.file.rawValue, Int32(SHUT_WR))
  }

  /// Ends the connection in both ways, so that whoever waits to read or write goes on.
  package func shutDown() {
    _ = Glibc.shutdown(socket.file.rawValue, Int32(SHUT_RDWR))
  }

  /// Makes closing reset the connection, so that the client sees it break (man 7 socket, SO_LINGER).
  package func resetOnClose() {
    var lingering = linger(l_onoff: 1, l_linger: 0)
    let length = socklen_t(MemoryLayout<linger>.size)
    _ = unsafe setsockopt(socket.file.rawValue, SOL_SOCKET, SO_LINGER, &lingering, length)
  }

  /// Closes the socket where the pool does its work.
  ///
  /// The pool resumes a waiter before it forgets the descriptor; closing it elsewhere meanwhile would
  /// let a new connection of the same number meet what is left of the old one.
  package func close() async {
    await Self.close(socket, on: pool)
  }

  private static func close(_ socket: Socket, on pool: isolated LoopbackPool) {
    _ = Glibc.close(socket.file.rawValue)
  }

  private func wait(for events: Socket.Events) async -> Bool {
    do {
      try await pool.suspendSocket(socket, untilReadyFor: events)
      return true
    } catch {
      return false
    }
  }

  /// Whether an error came in beside the stream of bytes; asking forgets it (man 7 socket, SO_ERROR).
  private var hasPendingError: Bool {
    var error: Int32 = 0
    var length = socklen_t(MemoryLayout<Int32>.size)
    let file = socket.file.rawValue
    let result = unsafe getsockopt(file, SOL_SOCKET, SO_ERROR, &error, &length)
    return result != 0 || error != 0
  }
}
