internal import Canonical
internal import Glibc
internal import Synchronization
internal import SystemPackage

/// A stream that the process was started with, and what went wrong with it first.
final class StandardStream: Sendable {
  private let number: Int32
  private let name: FilePath
  private let first = Mutex<FileFailure?>(nil)

  /// - Parameters:
  ///   - number: the file descriptor.
  ///   - name: what messages call it.
  init(number: Int32, name: FilePath) {
    self.number = number
    self.name = name
  }

  /// The first failure.
  var failure: FileFailure? { first.withLock { $0 } }

  /// Writes everything, also to a pipe that takes it in pieces; a reader that has gone is no failure.
  func write(_ text: String) {
    var bytes = Array(text.utf8)[...]
    while !bytes.isEmpty {
      let count = unsafe bytes.withUnsafeBytes {
        unsafe Glibc.write(number, $0.baseAddress, $0.count)
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else {
        let reason = Errno(rawValue: errno)
        if reason != .brokenPipe {
          first.withLock {
            $0 = $0 ?? FileFailure(operation: "write", path: name, errno: reason)
          }
        }
        return
      }
      bytes = bytes.dropFirst(count)
    }
  }

  /// Opens what the process was started without; nothing can be written to it.
  ///
  /// Otherwise a file that is opened later would take its place, and get what was meant for the stream.
  static func openMissing() {
    for number in STDIN_FILENO...STDERR_FILENO where fcntl(number, F_GETFD) < 0 && errno == EBADF {
      // The lowest number that is free is taken.
      _ = unsafe open("/dev/null", O_RDONLY)
    }
  }
}
