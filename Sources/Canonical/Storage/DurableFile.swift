internal import Glibc
public import SystemPackage

/// Reading and writing whole files so that a crash leaves the old or the new, never a part.
public enum DurableFile {
  /// The ending of files that are being written; one that is left over is rubbish.
  public static let partialSuffix = ".partial"

  /// Reads a whole file that has at most a number of bytes.
  ///
  /// - Parameters:
  ///   - path: the file.
  ///   - byteCountMax: the most bytes that it may have.
  ///   - followsLink: whether the file may be a symbolic link, which can lead anywhere; those of the
  ///     folders above it are followed all the same.
  /// - Throws: ``FileFailure`` when it cannot be read, is no plain file, or is larger.
  public static func read(
    _ path: FilePath, byteCountMax: Int, followsLink: Bool = true
  ) throws(FileFailure) -> [UInt8] {
    if !followsLink, isLink(path) { throw FileFailure(linkAt: path, operation: "read") }
    // Without O_NONBLOCK opening a named pipe waits for a writer; for plain files it has no effect.
    let file = try open(
      path, "read",
      flags: O_RDONLY | O_CLOEXEC | O_NONBLOCK | (followsLink ? 0 : O_NOFOLLOW))
    defer { file.close() }
    var status = stat()
    guard unsafe fstat(file.number, &status) == 0 else { throw file.failure("read") }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw FileFailure(operation: "read", path: path, reason: "it is no plain file")
    }
    guard status.st_size <= byteCountMax else {
      throw FileFailure(
        operation: "read", path: path,
        reason: "it has \(status.st_size) bytes; \(byteCountMax) are allowed")
    }
    let expected = Int(status.st_size)
    var bytes = [UInt8](repeating: 0, count: expected)
    var filled = 0
    while filled < expected {
      let count = unsafe bytes.withUnsafeMutableBytes { buffer in
        unsafe Glibc.read(file.number, buffer[filled...].pointer, expected - filled)
      }
      if count < 0 {
        if Glibc.errno == EINTR { continue }
        throw file.failure("read")
      }
      if count == 0 { break }
      filled += count
    }
    bytes.removeLast(expected - filled)
    return bytes
  }

  /// Writes a file anew: to a neighbour, synced, renamed over it, and the folder synced.
  ///
  /// After it returns the bytes survive a power cut; when it throws the old file is as it was.
  ///
  /// - Throws: ``FileFailure`` naming the step that failed.
  public static func write(_ bytes: [UInt8], to path: FilePath) throws(FileFailure) {
    try write(to: path) { (file) throws(FileFailure) in try file.write(bytes) }
  }

  /// Writes a file piece by piece, with the same promise as ``write(_:to:)``.
  public static func write(
    to path: FilePath, body: (borrowing PartialFile) throws(FileFailure) -> Void
  ) throws(FileFailure) {
    let file = try PartialFile(replacing: path)
    try body(file)
    try file.commit()
  }

  /// Makes a folder and those above it.
  public static func createFolder(_ path: FilePath) throws(FileFailure) {
    guard !path.isEmpty else {
      throw FileFailure(operation: "create the folder", path: path, reason: "the path is empty")
    }
    try createFolder(path, isParentMissing: true)
  }

  /// - Parameter isParentMissing: whether a missing parent may still be the reason of a failure; in
  ///   some file systems, such as procfs, it is reported of folders that are there.
  private static func createFolder(
    _ path: FilePath, isParentMissing: Bool
  ) throws(FileFailure) {
    if unsafe mkdir(path.string, 0o777) == 0 {
      // The new name must survive a power cut as well as what will lie in it.
      try syncFolder(path.parent)
      return
    }
    switch Glibc.errno {
    case EEXIST:
      guard isFolder(path) else {
        throw FileFailure(operation: "create the folder", path: path, errno: .notDirectory)
      }
    case ENOENT where isParentMissing && path.parent != path:
      try createFolder(path.parent)
      try createFolder(path, isParentMissing: false)
    default:
      throw FileFailure(
        operation: "create the folder", path: path, errno: Errno(rawValue: Glibc.errno))
    }
  }

  /// Syncs a folder, so that a rename in it survives a power cut.
  public static func syncFolder(_ path: FilePath) throws(FileFailure) {
    let folder = try open(
      path.isEmpty ? "." : path, "sync the folder", flags: O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    defer { folder.close() }
    guard fsync(folder.number) == 0 else { throw folder.failure("sync the folder") }
  }

  /// Bytes that a user may still write to the disk of a folder.
  public static func freeByteCount(at folder: FilePath) throws(FileFailure) -> Int {
    var status = statvfs()
    guard unsafe statvfs(folder.string, &status) == 0 else {
      throw FileFailure(
        operation: "measure the disk of", path: folder, errno: Errno(rawValue: Glibc.errno))
    }
    return Int(
      clamping: UInt64(status.f_bavail).multipliedReportingOverflow(
        by: UInt64(status.f_frsize)
      ).partialValue)
  }

  /// Whether a plain file, or a link to one, is there.
  public static func isFile(_ path: FilePath) -> Bool { kind(of: path) == S_IFREG }

  /// Whether a folder, or a link to one, is there.
  public static func isFolder(_ path: FilePath) -> Bool { kind(of: path) == S_IFDIR }

  /// Whether anything is there, or a link to anything.
  public static func exists(_ path: FilePath) -> Bool { kind(of: path) != nil }

  /// Whether a symbolic link is there, wherever it leads.
  public static func isLink(_ path: FilePath) -> Bool {
    var status = stat()
    guard unsafe lstat(path.isEmpty ? "." : path.string, &status) == 0 else { return false }
    return status.st_mode & S_IFMT == S_IFLNK
  }

  private static func kind(of path: FilePath) -> mode_t? {
    var status = stat()
    guard unsafe stat(path.isEmpty ? "." : path.string, &status) == 0 else { return nil }
    return status.st_mode & S_IFMT
  }

  /// The names in a folder, sorted by bytes, without `.` and `..`.
  public static func names(in folder: FilePath) throws(FileFailure) -> [String] {
    guard let stream = unsafe opendir(folder.isEmpty ? "." : folder.string) else {
      throw FileFailure(
        operation: "list the folder", path: folder, errno: Errno(rawValue: Glibc.errno))
    }
    defer { unsafe _ = closedir(stream) }
    var names: [String] = []
    while let entry = unsafe readdir(stream) {
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        unsafe pointer.withMemoryRebound(to: CChar.self, capacity: 256) {
          unsafe String(cString: $0)
        }
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  /// Removes a file; one that is not there is no failure.
  public static func remove(_ path: FilePath) throws(FileFailure) {
    guard unsafe unlink(path.string) == 0 || Glibc.errno == ENOENT else {
      throw FileFailure(operation: "remove", path: path, errno: Errno(rawValue: Glibc.errno))
    }
  }

  /// Gives a file the present time, as if its bytes had been written now.
  public static func touch(_ path: FilePath) throws(FileFailure) {
    guard unsafe utimensat(AT_FDCWD, path.string, nil, 0) == 0 else {
      throw FileFailure(operation: "touch", path: path, errno: Errno(rawValue: Glibc.errno))
    }
  }

  /// Levels of folders below one that is removed.
  public static let removedDepthMax = 32

  /// Removes a folder with all that is in it.
  ///
  /// Links in it are removed, and what they lead to stays. One that is not there is no failure.
  ///
  /// - Returns: how many bytes its files had that have no other name.
  /// - Throws: ``FileFailure`` that names what cannot be removed, or lies more than ``removedDepthMax``
  ///   levels below.
  @discardableResult
  public static func removeFolder(_ path: FilePath) throws(FileFailure) -> Int {
    try removeFolder(path, depth: 0)
  }

  private static func removeFolder(_ path: FilePath, depth: Int) throws(FileFailure) -> Int {
    guard !isLink(path), exists(path) else { return 0 }
    guard depth < removedDepthMax else {
      throw FileFailure(
        operation: "remove", path: path,
        reason: "it lies \(depth) levels deep; at most \(removedDepthMax) are removed")
    }
    var byteCount = 0
    for name in try names(in: path) {
      let entry = path.appending(name)
      let status = try FileStatus(of: entry)
      if status.kind == .folder {
        byteCount += try removeFolder(entry, depth: depth + 1)
      } else {
        try remove(entry)
        if status.linkCount == 1 { byteCount += status.byteCount }
      }
    }
    guard unsafe rmdir(path.string) == 0 else {
      throw FileFailure(operation: "remove", path: path, errno: Errno(rawValue: Glibc.errno))
    }
    return byteCount
  }

  /// Gives a file another name in its folder, over whatever has that name; when it returns, the new
  /// name survives a power cut, and at every moment the file has one of the two.
  public static func rename(_ path: FilePath, to target: FilePath) throws(FileFailure) {
    guard unsafe Glibc.rename(path.string, target.string) == 0 else {
      throw FileFailure(
        operation: "rename to \(target)", path: path, errno: Errno(rawValue: Glibc.errno))
    }
    try syncFolder(target.parent)
  }

  static func open(
    _ path: FilePath, _ operation: String, flags: Int32, mode: mode_t = 0o666
  ) throws(FileFailure) -> OpenFile {
    while true {
      let number = unsafe Glibc.open(path.string, flags, mode)
      if number >= 0 { return OpenFile(number: number, path: path) }
      if Glibc.errno == EINTR { continue }
      throw FileFailure(operation: operation, path: path, errno: Errno(rawValue: Glibc.errno))
    }
  }
}

extension FilePath {
  /// The folder that holds the path; `.` for a bare name.
  public var parent: FilePath {
    let folder = removingLastComponent()
    return folder.isEmpty ? "." : folder
  }
}

/// A file descriptor with the path that it was opened by.
struct OpenFile {
  let number: Int32
  let path: FilePath

  func close() { _ = Glibc.close(number) }

  func failure(_ operation: String) -> FileFailure {
    FileFailure(operation: operation, path: path, errno: Errno(rawValue: Glibc.errno))
  }
}

extension Slice where Base == UnsafeMutableRawBufferPointer {
  /// Where the slice starts in memory; `nil` for an empty buffer.
  fileprivate var pointer: UnsafeMutableRawPointer? {
    unsafe UnsafeMutableRawBufferPointer(rebasing: self).baseAddress
  }
}
