internal import Canonical
internal import Glibc
internal import SystemPackage

/// The folder that a proof sheet is written to.
///
/// A report can be made again, so that nothing is synced; but a file has its name only when it is whole.
struct SheetFolder: Sendable {
  /// The folder.
  let path: FilePath

  /// Makes the folder and those inside.
  init(_ path: FilePath, folders: [String]) throws {
    self.path = path
    for name in [""] + folders { try DurableFile.createFolder(path.appending(name)) }
  }

  /// Writes a file of the folder.
  func write(_ bytes: [UInt8], to name: String) throws {
    try Self.write(bytes, to: path.appending(name))
  }

  /// Writes a file under a name of its own and gives it its name.
  static func write(_ bytes: [UInt8], to target: FilePath) throws {
    let suffix = "\(UInt32.random(in: .min ... .max))\(DurableFile.partialSuffix)"
    let partial = target.parent.appending(".\(target.lastComponent?.string ?? "").\(suffix)")
    do {
      let file = try FileDescriptor.open(
        partial, .writeOnly, options: [.create, .exclusiveCreate, .closeOnExec],
        permissions: [.ownerReadWrite, .groupRead, .otherRead])
      try file.closeAfter { _ = try file.writeAll(bytes) }
      guard unsafe rename(partial.string, target.string) == 0 else {
        throw Errno(rawValue: Glibc.errno)
      }
    } catch {
      unsafe unlink(partial.string)
      throw FileFailure(operation: "write", path: target, errno: error as? Errno ?? .ioError)
    }
  }

  /// Gives a file a second name in the folder, or copies it where the file system has no second names.
  ///
  /// What is there already under that name is kept: names are made of digests.
  func link(_ source: FilePath, as name: String, byteCountMax: Int) throws {
    let target = path.appending(name)
    if DurableFile.exists(target) { return }
    // A symbolic link would be linked as such, and lead nowhere from another folder.
    if !DurableFile.isLink(source), unsafe Glibc.link(source.string, target.string) == 0 { return }
    try Self.write(try DurableFile.read(source, byteCountMax: byteCountMax), to: target)
  }

  /// Removes numbered files of an earlier report from a number on.
  func removeNumbered(_ prefix: String, _ suffix: String, from first: Int) throws {
    for name in try DurableFile.names(in: path) where name.hasPrefix(prefix) {
      guard name.hasSuffix(suffix),
        let number = Int(name.dropFirst(prefix.count).dropLast(suffix.count)), number >= first
      else { continue }
      try DurableFile.remove(path.appending(name))
    }
  }
}
