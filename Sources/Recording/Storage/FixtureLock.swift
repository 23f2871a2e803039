internal import Canonical
internal import Glibc
package import SystemPackage

/// The right to write recordings of one suite: one process at a time has it.
///
/// The folder itself is locked, so that nothing is left in it. Two runs that record through different
/// run stores would otherwise both buy what neither has recorded yet.
package final class FixtureLock: Sendable {
  private let number: Int32

  /// Takes the right, or says that another process has it.
  ///
  /// Where the file system knows no locks on folders, as some network file systems, nothing is locked
  /// and the run store's own lock is all there is.
  ///
  /// - Parameter folder: the recordings of a suite, which must be there.
  /// - Throws: ``FixtureFailure`` when another process has it, or the folder cannot be opened.
  package init(folder: FilePath) throws(FixtureFailure) {
    let number = unsafe open(folder.string, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard number >= 0 else {
      let failure = FileFailure(
        operation: "open", path: folder, errno: Errno(rawValue: Glibc.errno))
      throw FixtureFailure(description: failure.description)
    }
    guard flock(number, LOCK_EX | LOCK_NB) == 0 || Glibc.errno != EWOULDBLOCK else {
      _ = close(number)
      throw FixtureFailure(
        description: "another process is writing recordings to \(folder); wait for its end and run "
          + "again, or give this one a folder of its own with --fixtures")
    }
    self.number = number
  }

  deinit { _ = close(number) }
}
