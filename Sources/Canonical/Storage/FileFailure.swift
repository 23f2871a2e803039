public import SystemPackage

/// A file operation that failed: what was done, to which path, why, and what helps.
public struct FileFailure: Error, Hashable, Sendable, CustomStringConvertible {
  /// What was being done, as a verb: "read", "write".
  public let operation: String
  /// The file or folder.
  public let path: FilePath
  /// The system's reason; `nil` when a rule of ours was broken.
  public let errno: Errno?
  /// The reason in words.
  public let reason: String

  /// Puts a failure together from a system call's error number.
  public init(operation: String, path: FilePath, errno: Errno) {
    self.operation = operation
    self.path = path
    self.errno = errno
    reason = Self.sentence(for: errno)
  }

  /// Puts a failure together from a rule that a file broke.
  public init(operation: String, path: FilePath, reason: String) {
    self.operation = operation
    self.path = path
    self.errno = nil
    self.reason = reason
  }

  /// Puts a failure together for a symbolic link where none is followed.
  public init(linkAt path: FilePath, operation: String) {
    self.init(
      operation: operation, path: path,
      reason: "it is a symbolic link, which could lead out of its folder; "
        + "put the file or folder itself there")
  }

  /// One sentence with the path and the reason.
  public var description: String {
    "cannot \(operation) \(TerminalText.escape(path.string)): \(reason)"
  }

  private static func sentence(for errno: Errno) -> String {
    switch errno {
    case .noSuchFileOrDirectory: "there is no such file or folder"
    case .permissionDenied, .notPermitted: "permission denied; check the owner and mode"
    case .noSpace: "no space left on the disk; free some and run again"
    case .isDirectory: "it is a folder, a file is needed"
    case .notDirectory: "a part of the path is a file, a folder is needed"
    case .readOnlyFileSystem: "the file system is read-only"
    case .tooManyOpenFiles: "too many open files; lower --concurrency or raise 'ulimit -n'"
    case .fileExists: "it exists already"
    default: "\(errno)"
    }
  }
}
