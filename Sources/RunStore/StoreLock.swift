internal import Canonical
internal import GRDB
internal import Glibc
package import SystemPackage

/// The right to spend through a run store: one process at a time has it.
package struct StoreLock: ~Copyable {
  private let number: Int32

  /// Takes the right, or says who has it.
  ///
  /// - Parameter folder: the folder of the store, which must be there.
  /// - Throws: ``StoreFailure`` when another process has it, or the file cannot be opened.
  package init(folder: FilePath) throws(StoreFailure) {
    let path = folder.appending("proofsheet.lock")
    let number = unsafe open(path.string, O_RDWR | O_CREAT | O_CLOEXEC, 0o666)
    guard number >= 0 else {
      let failure = FileFailure(
        operation: "open", path: path, errno: Errno(rawValue: Glibc.errno))
      throw StoreFailure(description: failure.description)
    }
    guard flock(number, LOCK_EX | LOCK_NB) == 0 else {
      guard Glibc.errno == EWOULDBLOCK else {
        let failure = FileFailure(
          operation: "lock", path: path, errno: Errno(rawValue: Glibc.errno))
        _ = close(number)
        throw StoreFailure(description: failure.description)
      }
      let holder = Self.holder(of: number)
      _ = close(number)
      throw StoreFailure(
        description: "another run\(holder) is buying pictures through \(folder); wait for its end, "
          + "or give this one a folder of its own with --reports")
    }
    let pid = Array("\(getpid())\n".utf8)
    // The number is for the message above only; without it the message is shorter.
    if ftruncate(number, 0) == 0 {
      _ = unsafe pid.withUnsafeBytes { unsafe pwrite(number, $0.baseAddress, pid.count, 0) }
    }
    // Set last: once it is set, a failure would close it a second time.
    self.number = number
  }

  deinit { _ = close(number) }

  private static func holder(of number: Int32) -> String {
    var bytes = [UInt8](repeating: 0, count: 20)
    let count = unsafe bytes.withUnsafeMutableBytes {
      unsafe pread(number, $0.baseAddress, $0.count, 0)
    }
    let text = String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
    return Int(text.prefix { $0 != "\n" }).map { " (process \($0))" } ?? ""
  }
}

/// A run store that cannot be used.
package struct StoreFailure: Error, Hashable, Sendable, CustomStringConvertible {
  /// What happened, with the path and what helps.
  package let description: String

  init(description: String) { self.description = description }

  /// Says what became of a store, and of a full disk what helps.
  ///
  /// - Parameters:
  ///   - path: the database.
  ///   - what: what became of it, as in "cannot be used".
  ///   - error: why.
  ///   - hint: what helps otherwise, as a sentence.
  init(_ path: FilePath, _ what: String, _ error: any Error, hint: String? = nil) {
    let database = error as? DatabaseError
    // The file that processes share cannot grow: SQLite has no word of its own for the disk then.
    let isFull =
      database?.resultCode == .SQLITE_FULL
      || database?.extendedResultCode == .SQLITE_IOERR_SHMSIZE
    let reason =
      isFull
      ? "no space left on the disk; free some and run again"
      : "\(error)" + (hint.map { ". \($0)" } ?? "")
    description = "the run store \(path) \(what): \(reason)"
  }
}
