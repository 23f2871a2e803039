internal import Canonical
internal import Experiments
internal import Glibc
internal import SystemPackage

/// The right to change the baselines of a folder, for the moment in which one is compared and written.
///
/// The folder is locked, for the file is replaced. Where the file system knows no locks on folders, nothing is
/// locked, and the comparison before the write is all there is.
struct BaselineLock: ~Copyable {
  /// How often the right is asked for while another process has it.
  static let attemptsMax = 100
  /// Microseconds between two attempts.
  static let pauseMicroseconds: UInt32 = 20_000

  private let number: Int32

  /// Takes the right, and waits a moment for a process that has it.
  ///
  /// - Parameter folder: the folder of the suites.
  /// - Throws: ``CommandExit`` when another process keeps it, or the folder cannot be opened.
  init(folder: FilePath) throws {
    let path = folder.isEmpty ? "." : folder.string
    let number = unsafe open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard number >= 0 else {
      throw CommandExit.usage(
        "\(FileFailure(operation: "open", path: FilePath(path), errno: Errno(rawValue: errno)))")
    }
    var attempts = 1
    while flock(number, LOCK_EX | LOCK_NB) != 0, errno == EWOULDBLOCK {
      guard attempts < Self.attemptsMax else {
        _ = close(number)
        throw CommandExit(
          .failure,
          "error: another process is changing baselines of \(path); nothing was decided\n"
            + "hint: wait for its end and run the command again")
      }
      attempts += 1
      usleep(Self.pauseMicroseconds)
    }
    self.number = number
  }

  deinit { _ = close(number) }
}
