internal import Canonical
internal import Glibc
internal import SystemPackage

/// The folder that a project is started in.
struct StarterFolder {
  /// Bytes that a file may have to which lines are added.
  static let extendedByteCountMax = 1_048_576

  /// What is to be done for one file.
  enum Step {
    /// It is there, and lacks nothing.
    case keep
    case create([UInt8])
    /// Lines are added to the file at a path: that of the file itself, not of a link to it.
    case extend(FilePath, [UInt8], lineCount: Int)
  }

  /// The folder as it was named.
  let path: FilePath
  /// The folder without links; `nil` while it is not there.
  private let root: FilePath?

  /// Looks at a folder, which need not be there.
  ///
  /// - Throws: ``CommandExit`` when something else is there.
  init(_ path: FilePath) throws {
    self.path = path
    guard !path.isEmpty else {
      throw CommandExit.usage("the name of the folder is empty", hint: "'.' is this folder")
    }
    root = try Self.resolve(path, as: path)
    guard root == nil || DurableFile.isFolder(path) else {
      throw CommandExit.usage("\(path) is no folder", hint: "name another; it need not be there")
    }
  }

  /// Where a file of the project is, in the words of the person who named the folder.
  func place(of name: FilePath) -> FilePath {
    path == "." ? name : path.pushing(name)
  }

  /// Decides about a file, and writes nothing.
  ///
  /// - Throws: ``CommandExit`` when the file can neither be written nor left as it is.
  func step(for file: StarterFile) throws -> Step {
    guard let existing = try find(file.name) else { return .create(file.bytes) }
    guard case .lines = file.content else { return .keep }
    do {
      let bytes = try DurableFile.read(existing, byteCountMax: Self.extendedByteCountMax)
      guard let addition = file.addition(to: bytes) else { return .keep }
      return .extend(existing, bytes + addition.bytes, lineCount: addition.lineCount)
    } catch {
      throw CommandExit.usage("\(error)", hint: "nothing was written")
    }
  }

  /// Tries the step that will write, where the folder is there already.
  func tryWriting() throws {
    guard let root else { return }
    do {
      _ = try PartialFile(replacing: root.appending("trial"))
    } catch {
      throw CommandExit.usage(
        "\(path) cannot be written: \(error.reason)", hint: "nothing was written")
    }
  }

  /// Does what was decided about a file.
  func take(_ step: Step, for file: StarterFile) throws(FileFailure) {
    switch step {
    case .keep: break
    case .create(let bytes):
      let target = path.pushing(file.name)
      try DurableFile.createFolder(target.parent)
      try DurableFile.write(bytes, to: target)
    case .extend(let target, let bytes, _): try DurableFile.write(bytes, to: target)
    }
  }

  /// The top of the repository when the folder lies deeper in it; `nil` otherwise.
  ///
  /// - Returns: the top, and the way from there to the folder.
  func repository() throws -> (top: FilePath, way: FilePath)? {
    guard let here = try Self.resolve(path, as: path) else { return nil }
    var top = here
    while !Self.isThere(top.appending(".git")) {
      guard top.parent != top, !top.components.isEmpty else { return nil }
      top = top.parent
    }
    var way = here
    guard top != here, way.removePrefix(top) else { return nil }
    return (top, way)
  }

  /// The file of a name without links; `nil` when there is none.
  ///
  /// What lies behind a link out of the folder belongs to somebody else.
  private func find(_ name: FilePath) throws -> FilePath? {
    guard let root else { return nil }
    var here = root
    var walked = FilePath()
    for component in name.components {
      here.append(component)
      walked.append(component)
      let shown = place(of: walked)
      guard let resolved = try Self.resolve(here, as: shown) else { return nil }
      guard resolved.starts(with: root) else {
        throw CommandExit.usage(
          "\(shown) is a symbolic link to \(resolved), outside of \(path)",
          hint: "nothing was written; take the link away, or start the project where it leads")
      }
      let isLast = walked.components.count == name.components.count
      guard isLast ? DurableFile.isFile(resolved) : DurableFile.isFolder(resolved) else {
        throw CommandExit.usage(
          isLast
            ? "\(shown) is no plain file, and a file is needed there"
            : "\(shown) is a file, and a folder is needed there",
          hint: "nothing was written; move it, or name another folder")
      }
      here = resolved
    }
    return here
  }

  /// A path without links; `nil` when nothing is there.
  ///
  /// - Parameter shown: the path as messages name it.
  private static func resolve(_ path: FilePath, as shown: FilePath) throws -> FilePath? {
    if let resolved = unsafe realpath(path.string, nil) {
      defer { unsafe free(resolved) }
      return unsafe FilePath(String(cString: resolved))
    }
    let reason = Errno(rawValue: errno)
    guard reason == .noSuchFileOrDirectory else {
      throw CommandExit.usage(
        "\(FileFailure(operation: "look at", path: shown, errno: reason))",
        hint: "nothing was written")
    }
    guard !isThere(path) else {
      throw CommandExit.usage(
        "\(shown) is a symbolic link to nothing", hint: "nothing was written; take the link away")
    }
    return nil
  }

  /// Whether anything is there, be it a link to nothing.
  private static func isThere(_ path: FilePath) -> Bool {
    var status = stat()
    return unsafe lstat(path.string, &status) == 0
  }
}
