internal import Glibc
public import SystemPackage

/// A file being written beside the one that it will replace; without ``commit()`` it is removed.
public struct PartialFile: ~Copyable {
  private let file: OpenFile
  /// What the file replaces; `nil` where it is written in its place.
  private let replaced: FilePath?
  /// The path as it was named, for messages.
  public let named: FilePath

  /// Opens a neighbour of a path for writing.
  ///
  /// A link that is there is replaced itself, so that nothing is written where a foreign folder's links lead.
  ///
  /// - Throws: ``FileFailure`` when the folder is not there or cannot be written.
  public init(replacing target: FilePath) throws(FileFailure) {
    try self.init(target, named: target)
  }

  /// Opens what a user named as the place of an output.
  ///
  /// A link leads to the file that is replaced. What is no plain file, such as a pipe or a device, is written
  /// to as it is, and so is what the process has as its standard output, by whatever name; `-` is that too.
  ///
  /// - Throws: ``FileFailure`` when the folder is not there or cannot be written, when a pipe has no reader, or
  ///   a link leads nowhere.
  public init(output: FilePath) throws(FileFailure) {
    guard let place = try Self.place(of: output) else {
      try self.init(inPlace: output)
      return
    }
    try self.init(place, named: output)
  }

  /// Tries the step that will write an output, and changes nothing.
  ///
  /// - Throws: what ``init(output:)`` throws, but of pipes.
  public static func tryWriting(output: FilePath) throws(FileFailure) {
    // Opening a pipe and closing it would be its end for the reader.
    guard let place = try place(of: output) else { return }
    _ = try PartialFile(place, named: output)
  }

  private init(_ target: FilePath, named: FilePath) throws(FileFailure) {
    self.named = named
    replaced = target
    let name = target.lastComponent?.string ?? ""
    // The process id keeps two processes that write one file from writing one neighbour.
    let suffix = "\(getpid())-\(UInt32.random(in: .min ... .max))"
    // Cut by bytes, as the file system counts, so that the neighbour's name is never too long.
    let shortName = String(decoding: name.utf8.prefix(100), as: UTF8.self)
    let temporary = target.parent.appending(
      ".\(shortName).\(suffix)\(DurableFile.partialSuffix)")
    do {
      file = try DurableFile.open(
        temporary, "write", flags: O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC)
    } catch {
      throw FileFailure(operation: "write", path: named, errno: error.errno ?? .ioError)
    }
  }

  private init(inPlace named: FilePath) throws(FileFailure) {
    self.named = named
    replaced = nil
    if Self.isStandardOutput(named) {
      // Another descriptor of the same place: bytes come after what is there.
      let number = dup(STDOUT_FILENO)
      guard number >= 0 else {
        throw FileFailure(operation: "write", path: named, errno: Errno(rawValue: Glibc.errno))
      }
      file = OpenFile(number: number, path: named)
      return
    }
    do {
      // Without O_NONBLOCK opening a pipe waits for a reader.
      file = try DurableFile.open(named, "write", flags: O_WRONLY | O_CLOEXEC | O_NONBLOCK)
    } catch {
      guard error.errno == .noSuchAddressOrDevice else { throw error }
      throw FileFailure(
        operation: "write", path: named,
        reason: "it is a pipe that nobody reads; start its reader first")
    }
    // From here on a full pipe is waited for.
    _ = fcntl(file.number, F_SETFL, 0)
  }

  deinit {
    file.close()
    if replaced != nil { _ = unsafe unlink(file.path.string) }
  }

  /// Where the file lies that an output replaces; `nil` for what is written in its place.
  private static func place(of output: FilePath) throws(FileFailure) -> FilePath? {
    if isStandardOutput(output) { return nil }
    if DurableFile.exists(output), !DurableFile.isFile(output), !DurableFile.isFolder(output) {
      return nil
    }
    guard DurableFile.isLink(output) else { return output }
    guard let resolved = unsafe realpath(output.string, nil) else {
      throw FileFailure(
        operation: "write", path: output,
        reason: "it is a link that leads nowhere; remove it or mend it")
    }
    defer { unsafe free(resolved) }
    return unsafe FilePath(platformString: resolved)
  }

  private static func isStandardOutput(_ path: FilePath) -> Bool {
    if path == "-" { return true }
    var (named, own) = (stat(), stat())
    guard unsafe stat(path.string, &named) == 0, unsafe fstat(STDOUT_FILENO, &own) == 0 else {
      return false
    }
    return named.st_dev == own.st_dev && named.st_ino == own.st_ino
  }

  /// Adds bytes at the end.
  public func write(_ bytes: [UInt8]) throws(FileFailure) {
    var written = 0
    while written < bytes.count {
      let count = unsafe bytes.withUnsafeBytes { buffer in
        unsafe Glibc.write(file.number, buffer[written...].pointer, bytes.count - written)
      }
      if count < 0 {
        if Glibc.errno == EINTR { continue }
        throw failure()
      }
      written += count
    }
  }

  /// Syncs the bytes, gives the file its name and syncs the folder.
  public consuming func commit() throws(FileFailure) {
    guard let replaced else { return }
    guard fsync(file.number) == 0 else { throw failure() }
    guard unsafe rename(file.path.string, replaced.string) == 0 else { throw failure() }
    try DurableFile.syncFolder(replaced.parent)
  }

  private func failure() -> FileFailure {
    FileFailure(operation: "write", path: named, errno: Errno(rawValue: Glibc.errno))
  }
}

extension Slice where Base == UnsafeRawBufferPointer {
  /// Where the slice starts in memory; `nil` for an empty buffer.
  fileprivate var pointer: UnsafeRawPointer? {
    unsafe UnsafeRawBufferPointer(rebasing: self).baseAddress
  }
}
