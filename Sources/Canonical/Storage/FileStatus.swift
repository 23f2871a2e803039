internal import Glibc
public import SystemPackage

/// What lies at a path, without following a link.
public struct FileStatus: Hashable, Sendable {
  /// Kinds of what can lie there.
  public enum Kind: Hashable, Sendable {
    /// A plain file.
    case file
    /// A folder.
    case folder
    /// A symbolic link, wherever it leads.
    case link
    /// A pipe, a socket or a device.
    case other
  }

  /// The kind.
  public let kind: Kind
  /// The length in bytes.
  public let byteCount: Int
  /// How many names the file has.
  public let linkCount: Int
  /// When its bytes were changed last, by the clock of the file system.
  public let modifiedAt: Timestamp

  /// Looks at a path.
  ///
  /// - Throws: ``FileFailure`` where nothing is there or it cannot be looked at.
  public init(of path: FilePath) throws(FileFailure) {
    var status = stat()
    guard unsafe lstat(path.isEmpty ? "." : path.string, &status) == 0 else {
      throw FileFailure(
        operation: "look at", path: path, errno: Errno(rawValue: Glibc.errno))
    }
    kind =
      switch status.st_mode & S_IFMT {
      case S_IFREG: .file
      case S_IFDIR: .folder
      case S_IFLNK: .link
      default: .other
      }
    byteCount = Int(status.st_size)
    linkCount = Int(status.st_nlink)
    modifiedAt = Timestamp(
      milliseconds: Int64(status.st_mtim.tv_sec) * 1_000
        + Int64(status.st_mtim.tv_nsec) / 1_000_000)
  }
}

extension PartialFile {
  /// The process that is writing a partial file, by the file's name; `nil` where the name is none of
  /// a partial file's, or the process has ended and left it.
  public static func writer(of name: String) -> Int32? {
    guard isPartial(name) else { return nil }
    let stem = name.dropLast(DurableFile.partialSuffix.count)
    let suffix = stem.suffix(
      from: stem.lastIndex(of: ".").map { stem.index(after: $0) } ?? stem.startIndex)
    guard let number = suffix.split(separator: "-").first.flatMap({ Int32($0) }), number > 0 else {
      return nil
    }
    // Signal 0 is sent to nobody; EPERM says that the process is there and somebody else's.
    return kill(number, 0) == 0 || Glibc.errno == EPERM ? number : nil
  }

  /// Whether a name is that of a file that was being written.
  public static func isPartial(_ name: String) -> Bool {
    name.hasPrefix(".") && name.hasSuffix(DurableFile.partialSuffix)
  }
}
