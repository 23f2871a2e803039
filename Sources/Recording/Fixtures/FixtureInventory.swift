package import Canonical
package import SystemPackage

/// Everything that lies in the fixture folder of a suite, each recording read once.
package struct FixtureInventory: Sendable {
  /// A recording that can be read.
  package struct Recording: Hashable, Sendable {
    /// The case id that names its file.
    package let id: CaseID
    /// Its file.
    package let path: FilePath
    /// The length of its file.
    package let byteCount: Int
    /// Whose recording it is.
    package let caseKey: CaseKey
    /// Where its answers came from.
    package let origin: Origin
    /// When its first exchange was started.
    package let recordedAt: Timestamp?
    /// How many exchanges it holds.
    package let exchangeCount: Int
    /// The blobs that it names.
    package let blobs: [BlobID]
  }

  /// A file of a recording that cannot be used.
  package struct Unreadable: Hashable, Sendable {
    /// The case id that names it.
    package let id: CaseID
    /// Its path.
    package let path: FilePath
    /// Its length.
    package let byteCount: Int
    /// What is wrong with it; `nil` for a Git LFS pointer.
    package let damage: String?
  }

  /// Any other file.
  package struct File: Hashable, Sendable {
    /// Its path.
    package let path: FilePath
    /// Its length.
    package let byteCount: Int
  }

  /// Names that belong in a fixture folder beside recordings and blobs.
  static let ownNames: Set<String> = [".index", ".gitattributes", ".gitignore", "README.md"]

  /// The recordings.
  package let folder: FixtureFolder
  /// The recordings that can be read, sorted by id.
  package private(set) var recordings: [Recording] = []
  /// The recordings that cannot.
  package private(set) var unreadable: [Unreadable] = []
  /// The blobs by id, whatever their bytes.
  package private(set) var blobs: [BlobID: File] = [:]
  /// Files of writes that were cut off; those that a process is still writing are left out.
  package private(set) var partials: [File] = []
  /// Files and folders that do not belong.
  package private(set) var strays: [File] = []
  /// Bytes of everything.
  package private(set) var byteCount = 0

  /// Looks through a folder, which need not be there.
  ///
  /// - Parameters:
  ///   - folder: the recordings of a suite.
  ///   - visit: is given each recording while it is in memory.
  /// - Throws: ``FileFailure`` when a folder cannot be listed, and what `visit` throws.
  package init(
    _ folder: FixtureFolder, visit: (Recording, Fixture) throws -> Void = { _, _ in }
  ) throws {
    self.folder = folder
    guard DurableFile.isFolder(folder.folder) else { return }
    for name in try DurableFile.names(in: folder.folder) {
      let path = folder.folder.appending(name)
      guard name != HARWriter.blobFolder || !DurableFile.isFolder(path) else { continue }
      guard let file = try Self.file(at: path) else { continue }
      byteCount += file.byteCount
      let stem = name.dropLast(FixtureFolder.fileExtension.count + 1)
      if PartialFile.isPartial(name) {
        if PartialFile.writer(of: name) == nil { partials.append(file) }
      } else if !name.hasPrefix("."), name.hasSuffix(".\(FixtureFolder.fileExtension)"),
        let id = CaseID(String(stem))
      {
        try read(id, file, visit)
      } else if !Self.ownNames.contains(name) {
        strays.append(file)
      }
    }
    try surveyBlobs()
  }

  private mutating func read(
    _ id: CaseID, _ file: File, _ visit: (Recording, Fixture) throws -> Void
  ) throws {
    let fixture: Fixture
    do {
      let bytes = try DurableFile.read(
        file.path, byteCountMax: HARReader.byteCountMax, followsLink: false)
      guard !GitLFSPointer.isPointer(bytes) else {
        unreadable.append(
          Unreadable(id: id, path: file.path, byteCount: file.byteCount, damage: nil))
        return
      }
      fixture = try HARReader.fixture(from: bytes)
    } catch {
      unreadable.append(
        Unreadable(id: id, path: file.path, byteCount: file.byteCount, damage: "\(error)"))
      return
    }
    let recording = Recording(
      id: id, path: file.path, byteCount: file.byteCount, caseKey: fixture.caseKey,
      origin: fixture.origin, recordedAt: fixture.recordedAt,
      exchangeCount: fixture.exchanges.count, blobs: fixture.blobs)
    recordings.append(recording)
    try visit(recording, fixture)
  }

  private mutating func surveyBlobs() throws {
    let blobFolder = folder.blobs.folder
    guard DurableFile.isFolder(blobFolder) else { return }
    for name in try DurableFile.names(in: blobFolder) {
      guard let file = try Self.file(at: blobFolder.appending(name)) else { continue }
      byteCount += file.byteCount
      if let blob = BlobID(fileName: name), !DurableFile.isFolder(file.path) {
        blobs[blob] = file
      } else if !PartialFile.isPartial(name) {
        strays.append(file)
      } else if PartialFile.writer(of: name) == nil {
        partials.append(file)
      }
    }
  }

  /// What lies at a path; `nil` where it has gone since the folder was listed.
  private static func file(at path: FilePath) throws(FileFailure) -> File? {
    do {
      return File(path: path, byteCount: try FileStatus(of: path).byteCount)
    } catch {
      guard error.errno == .noSuchFileOrDirectory else { throw error }
      return nil
    }
  }

  /// The blobs that readable recordings name.
  package var namedBlobs: Set<BlobID> { Set(recordings.flatMap(\.blobs)) }
}
