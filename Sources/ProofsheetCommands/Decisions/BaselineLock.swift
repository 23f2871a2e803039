internal import Canonical
internal import Experiments
internal import Glibc
internal import SystemPackage

/// The right to change the baselines of folders, for the moment in which they are compared and written.
///
/// The folders are locked, for files are replaced. Where the file system knows no locks on folders, nothing is
/// locked, and the comparison before the write is all there is.
struct BaselineLock: ~Copyable {
  /// How often the right is asked for while another process has it.
  static let attemptsMax = 100
  /// Microseconds between two attempts.
  static let pauseMicroseconds: UInt32 = 20_000

  private let numbers: [Int32]

  /// Takes the right, and waits a moment for a process that has it.
  ///
  /// - Parameter folders: the folders of the suites.
  /// - Throws: ``CommandExit`` when another process keeps it, or a folder cannot be opened.
  init(folders: some Sequence<FilePath>) throws {
    var opened: [(place: [UInt64], number: Int32, path: String)] = []
    do {
      for folder in folders {
        let path = folder.isEmpty ? "." : folder.string
        let number = unsafe open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        var status = stat()
        guard number >= 0, unsafe fstat(number, &status) == 0 else {
          let reason = Errno(rawValue: errno)
          throw CommandExit.usage(
            "\(FileFailure(operation: "open", path: FilePath(path), errno: reason))")
        }
        let place = [UInt64(status.st_dev), UInt64(status.st_ino)]
        // A folder that is spelled in two ways would wait for itself.
        if opened.contains(where: { $0.place == place }) {
          _ = close(number)
        } else {
          opened.append((place, number, path))
        }
      }
      // In one order, or two processes could wait for each other.
      opened.sort { $0.place.lexicographicallyPrecedes($1.place) }
      for folder in opened { try Self.lock(folder.number, folder.path) }
    } catch {
      for folder in opened { _ = close(folder.number) }
      throw error
    }
    numbers = opened.map(\.number)
  }

  private static func lock(_ number: Int32, _ path: String) throws {
    var attempts = 1
    while flock(number, LOCK_EX | LOCK_NB) != 0, errno == EWOULDBLOCK {
      guard attempts < attemptsMax else {
        throw CommandExit(
          .failure,
          "error: another process is changing baselines of \(path); nothing was decided\n"
            + "hint: wait for its end and run the command again")
      }
      attempts += 1
      usleep(pauseMicroseconds)
    }
  }

  deinit { for number in numbers { _ = close(number) } }
}
