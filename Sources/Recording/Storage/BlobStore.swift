package import Canonical
internal import Synchronization
package import SystemPackage

/// Why the bytes of a blob cannot be given.
package struct BlobFailure: Error, Hashable, Sendable, CustomStringConvertible {
  /// Kinds of failure.
  package enum Kind: Hashable, Sendable {
    /// There is no such file.
    case missing
    /// The file's bytes are not those of its name.
    case corrupt
    /// The file is a Git LFS pointer whose bytes were not fetched.
    case pointer
    /// The file cannot be read.
    case unreadable
  }

  /// The kind of failure.
  package let kind: Kind
  /// The blob.
  package let blob: BlobID
  /// What happened, with the path and what helps.
  package let description: String
}

/// A folder of exact bytes, each file named by the digest of its content.
package struct BlobStore: BlobSource {
  /// The largest blob.
  package static let byteCountMax = 128 << 20

  /// The folder.
  package let folder: FilePath
  /// Whether the folder and its files may be symbolic links.
  private let followsLinks: Bool

  /// Names a folder; it is made when the first blob is written.
  ///
  /// - Parameters:
  ///   - folder: the folder.
  ///   - followsLinks: whether it and its files may be symbolic links; a checkout of a stranger could
  ///     lead anywhere by them.
  package init(folder: FilePath, followsLinks: Bool = true) {
    self.folder = folder
    self.followsLinks = followsLinks
  }

  /// Where a blob lies.
  package func path(of blob: BlobID) -> FilePath { folder.appending(blob.fileName) }

  /// Reads a blob and checks its digest.
  ///
  /// - Throws: ``BlobFailure``.
  package func bytes(of blob: BlobID) throws -> [UInt8] { try verifiedBytes(of: blob) }

  /// Reads a blob and checks its digest, with the failure's type.
  package func verifiedBytes(of blob: BlobID) throws(BlobFailure) -> [UInt8] {
    let path = path(of: blob)
    let bytes: [UInt8]
    do {
      try refuseLink(operation: "read")
      bytes = try DurableFile.read(
        path, byteCountMax: Self.byteCountMax, followsLink: followsLinks)
    } catch {
      let isMissing = error.errno == .noSuchFileOrDirectory
      throw BlobFailure(
        kind: isMissing ? .missing : .unreadable, blob: blob, description: error.description)
    }
    let digest = SHA256Digest(hashing: bytes)
    guard digest == blob.digest else {
      if GitLFSPointer.isPointer(bytes) {
        throw BlobFailure(
          kind: .pointer, blob: blob,
          description: "\(path) is a Git LFS pointer; fetch its bytes with: "
            + GitLFSPointer.fetchCommand(for: path))
      }
      throw BlobFailure(
        kind: .corrupt, blob: blob,
        description: "\(path) holds bytes with the digest \(digest.short)…, "
          + "its name says \(blob.digest.short)…; restore it with: git checkout -- \(ShellText.quoted(path))"
      )
    }
    return bytes
  }

  /// Whether a file of that name is there.
  package func contains(_ blob: BlobID) -> Bool { DurableFile.isFile(path(of: blob)) }

  /// Stores bytes so that they survive a power cut.
  ///
  /// A file that is there already is kept when its bytes are right, else replaced.
  package func write(_ bytes: [UInt8], as blob: BlobID) throws(FileFailure) {
    if contains(blob) {
      do {
        _ = try verifiedBytes(of: blob)
        return
      } catch {
        // Whatever is there is not the blob; writing it anew mends it.
      }
    }
    // What is written there could not be read again.
    try refuseLink(operation: "write into")
    try DurableFile.createFolder(folder)
    try DurableFile.write(bytes, to: path(of: blob))
  }

  private func refuseLink(operation: String) throws(FileFailure) {
    guard !followsLinks, DurableFile.isLink(folder) else { return }
    throw FileFailure(linkAt: folder, operation: operation)
  }

  /// Makes sure of space for what is about to be bought.
  ///
  /// - Throws: ``FileFailure`` that names the folder, when less is free.
  package func requireSpace(_ byteCount: Int) throws(FileFailure) {
    try DurableFile.createFolder(folder)
    let free = try DurableFile.freeByteCount(at: folder)
    guard free >= byteCount else {
      throw FileFailure(
        operation: "buy pictures into", path: folder,
        reason: "\(free >> 20) MiB are free, \(byteCount >> 20) MiB are needed for an answer; "
          + "free some, or name another folder with --reports")
    }
  }

  /// Copies a blob from another source unless it is here; a damaged one is replaced.
  package func adopt(_ blob: BlobID, from source: some BlobSource) throws {
    if contains(blob) {
      do {
        _ = try verifiedBytes(of: blob)
        return
      } catch {
        // Whatever is there is not the blob, and no recording can be made of it.
      }
    }
    try write(try source.bytes(of: blob), as: blob)
  }
}
