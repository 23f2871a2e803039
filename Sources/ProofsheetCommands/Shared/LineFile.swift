internal import Canonical
internal import Experiments
internal import Glibc
internal import Reports
internal import SystemPackage

/// A file of JSON lines that is written as a run goes on.
///
/// It is locked for as long as it is open, and the system takes the lock back however the process ends: who reads it
/// can tell a run that goes on from one that was killed. Programs that are started do not have the lock, for they do not
/// have the file. Where the file system knows no locks, nothing is locked.
struct LineFile: ~Copyable {
  private let descriptor: FileDescriptor
  /// Where events go.
  let sink: JSONLinesReport

  /// Opens a file anew.
  ///
  /// - Throws: ``FileFailure``.
  init(_ path: FilePath) throws {
    do {
      descriptor = try FileDescriptor.open(
        path, .writeOnly, options: [.create, .truncate, .closeOnExec],
        permissions: [.ownerReadWrite, .groupRead, .otherRead])
    } catch {
      throw FileFailure(operation: "write", path: path, errno: error as? Errno ?? .ioError)
    }
    // Nobody else writes it, and without a lock the run goes on all the same.
    _ = flock(descriptor.rawValue, LOCK_EX | LOCK_NB)
    sink = JSONLinesReport(to: descriptor, named: path)
  }

  deinit {
    do {
      try descriptor.close()
    } catch {
      // Every line was written with a call of its own, whose failure was told.
    }
  }

  /// Whether a process has a file open to write it; `nil` where that cannot be told.
  static func isBeingWritten(_ path: FilePath) -> Bool? {
    do {
      let descriptor = try FileDescriptor.open(path, .readOnly, options: [.closeOnExec])
      return try descriptor.closeAfter {
        if flock(descriptor.rawValue, LOCK_SH | LOCK_NB) == 0 { return false }
        return errno == EWOULDBLOCK ? true : nil
      }
    } catch {
      // Who reads it next tells why it cannot be opened.
      return nil
    }
  }
}
