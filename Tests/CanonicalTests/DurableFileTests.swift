import Canonical
import FoundationEssentials
import Glibc
import SystemPackage
import TestSupport
import Testing

@Suite(.temporaryFolder) struct `Durable files` {
  var folder: FilePath { TemporaryFolder.path }

  func text(_ name: String) throws -> String {
    String(
      decoding: try DurableFile.read(folder.appending(name), byteCountMax: 1_000), as: UTF8.self)
  }

  @Test(arguments: [0, 1, 4_096, 1_000_000])
  func `What is written is read`(count: Int) throws {
    let path = folder.appending("file")
    let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 7) }
    try DurableFile.write(bytes, to: path)
    #expect(try DurableFile.read(path, byteCountMax: count) == bytes)
    #expect(try DurableFile.names(in: folder) == ["file"])
  }

  @Test func `A second write replaces the first`() throws {
    try DurableFile.write(Array("long old text".utf8), to: folder.appending("f"))
    try DurableFile.write(to: folder.appending("f")) { (file) throws(FileFailure) in
      try file.write(Array("new".utf8))
      try file.write(Array("er".utf8))
      #expect(DurableFile.isFile(TemporaryFolder.path.appending("f")))
    }
    #expect(try text("f") == "newer")
    #expect(try DurableFile.names(in: folder) == ["f"])
  }

  @Test func `A failure while writing leaves the old file and no rubbish`() throws {
    try DurableFile.write(Array("old".utf8), to: folder.appending("f"))
    let failure = FileFailure(operation: "write", path: "f", reason: "the test says so")
    #expect(throws: failure) {
      try DurableFile.write(to: folder.appending("f")) { (file) throws(FileFailure) in
        try file.write(Array("half".utf8))
        throw failure
      }
    }
    #expect(try text("f") == "old")
    #expect(try DurableFile.names(in: folder) == ["f"])
  }

  @Test func `While it is written a file lies beside its target under a name that tells so`() throws
  {
    let folder = folder
    try DurableFile.write(to: folder.appending("f")) { (file) throws(FileFailure) in
      let names = try DurableFile.names(in: folder)
      #expect(names.count == 1)
      #expect(names.first?.hasPrefix(".f.") == true)
      #expect(names.first?.hasSuffix(DurableFile.partialSuffix) == true)
      #expect(!DurableFile.isFile(folder.appending("f")))
    }
  }

  @Test(arguments: [
    String(repeating: "x", count: 255), String(repeating: "紙", count: 85),
    String(repeating: "e\u{301}", count: 85),
  ])
  func `A name as long as the system allows is written`(name: String) throws {
    try DurableFile.write([1], to: folder.appending(name))
    #expect(try DurableFile.read(folder.appending(name), byteCountMax: 1) == [1])
    #expect(try DurableFile.names(in: folder) == [name])
  }

  @Test func `A folder that is not there, or is a file, is named as the reason`() throws {
    let missing = #expect(throws: FileFailure.self) {
      try DurableFile.write([], to: folder.appending("none").appending("f"))
    }
    #expect(missing?.errno == .noSuchFileOrDirectory)
    #expect(missing?.path == folder.appending("none").appending("f"))
    try DurableFile.write([], to: folder.appending("plain"))
    let plain = #expect(throws: FileFailure.self) {
      try DurableFile.write([], to: folder.appending("plain").appending("f"))
    }
    #expect(plain?.errno == .notDirectory)
  }

  @Test func `A folder that cannot be written is named as the reason`() {
    // The kernel's own folder refuses new files to everybody, the superuser included.
    let failure = #expect(throws: FileFailure.self) {
      try DurableFile.write([], to: "/sys/proofsheet-test")
    }
    let reasons: [Errno?] = [.permissionDenied, .notPermitted, .readOnlyFileSystem]
    #expect(reasons.contains(failure?.errno))
    #expect(failure?.description.contains("/sys/proofsheet-test") == true)
  }

  @Test func `A folder in the place of the file stays and is named as the reason`() throws {
    try DurableFile.createFolder(folder.appending("d").appending("inner"))
    let failure = #expect(throws: FileFailure.self) {
      try DurableFile.write([1], to: folder.appending("d"))
    }
    #expect(failure?.errno == .isDirectory)
    #expect(DurableFile.isFolder(folder.appending("d").appending("inner")))
    #expect(try DurableFile.names(in: folder) == ["d"])
    #expect(throws: FileFailure.self) {
      try DurableFile.read(folder.appending("d"), byteCountMax: 10)
    }
    #expect(throws: FileFailure.self) { try DurableFile.remove(folder.appending("d")) }
  }

  @Test func `A file that is too large is not read`() throws {
    try DurableFile.write([1, 2, 3], to: folder.appending("f"))
    let failure = #expect(throws: FileFailure.self) {
      try DurableFile.read(folder.appending("f"), byteCountMax: 2)
    }
    #expect(failure?.errno == nil)
    #expect(failure?.reason == "it has 3 bytes; 2 are allowed")
  }

  @Test(arguments: [0, 2, 3, 4])
  func `Of a file of any size the start is read`(count: Int) throws {
    try DurableFile.write([1, 2, 3], to: folder.appending("f"))
    let start = try DurableFile.readStart(of: folder.appending("f"), byteCount: count)
    #expect(start == Array([1, 2, 3].prefix(count)))
  }

  @Test(.timeLimit(.minutes(10)))
  func `A pipe is refused and not waited for`() throws {
    let path = folder.appending("pipe")
    try #require(unsafe mkfifo(path.string, 0o600) == 0)
    let failure = #expect(throws: FileFailure.self) { try DurableFile.read(path, byteCountMax: 10) }
    #expect(failure?.reason == "it is no plain file")
    #expect(!DurableFile.isFile(path) && !DurableFile.isFolder(path))
  }

  @Test func `A file that is missing is named`() {
    let failure = #expect(throws: FileFailure.self) {
      try DurableFile.read(folder.appending("none"), byteCountMax: 10)
    }
    #expect(
      failure?.description
        == "cannot read \(folder.appending("none")): there is no such file or folder")
  }

  @Test func `Names are sorted by bytes`() throws {
    for name in ["b", "B", "ä", "a-1", "a.1", "10", "9", ".hidden"] {
      try DurableFile.write([], to: folder.appending(name))
    }
    #expect(
      try DurableFile.names(in: folder) == [".hidden", "10", "9", "B", "a-1", "a.1", "b", "ä"])
    let failure = #expect(throws: FileFailure.self) {
      try DurableFile.names(in: folder.appending("none"))
    }
    #expect(failure?.operation == "list the folder")
  }

  @Test func `Folders are made with those above them, and again without harm`() throws {
    let path = folder.appending("a").appending("b").appending("c")
    try DurableFile.createFolder(path)
    try DurableFile.createFolder(path)
    #expect(DurableFile.isFolder(path))
    try DurableFile.write([], to: path.appending("file"))
    let failure = #expect(throws: FileFailure.self) {
      try DurableFile.createFolder(path.appending("file").appending("x"))
    }
    #expect(failure?.errno == .notDirectory)
    #expect(throws: FileFailure.self) { try DurableFile.createFolder(path.appending("file")) }
  }

  // The kernel answers ENOENT there although the folder above exists.
  @Test(arguments: ["", "/proc/proofsheet", "/proc/proofsheet/inner"] as [FilePath])
  func `A folder that cannot be made is refused and not tried for ever`(path: FilePath) {
    #expect(throws: FileFailure.self) { try DurableFile.createFolder(path) }
  }

  @Test func `Removing works twice`() throws {
    try DurableFile.write([], to: folder.appending("f"))
    try DurableFile.remove(folder.appending("f"))
    try DurableFile.remove(folder.appending("f"))
    #expect(try DurableFile.names(in: folder) == [])
  }

  @Test func `A folder goes with all that is in it, and what links lead to stays`() throws {
    let path = folder.appending("run")
    try DurableFile.createFolder(path.appending("deep/er"))
    try DurableFile.write([1, 2, 3], to: path.appending("deep/er/f"))
    try DurableFile.write([4], to: folder.appending("kept"))
    try FileManager.default.createSymbolicLink(
      atPath: path.appending("link").string, withDestinationPath: folder.string)
    try FileManager.default.linkItem(
      atPath: folder.appending("kept").string, toPath: path.appending("shared").string)
    #expect(try FileStatus(of: folder.appending("kept")).linkCount == 2)
    // What has another name takes no space less.
    let link = try FileStatus(of: path.appending("link")).byteCount
    #expect(try DurableFile.removeFolder(path) == 3 + link)
    #expect(try DurableFile.names(in: folder) == ["kept"])
    #expect(try DurableFile.removeFolder(path) == 0)
  }

  @Test func `A link to a folder is not followed, and folders too deep are named`() throws {
    try DurableFile.createFolder(folder.appending("real"))
    try FileManager.default.createSymbolicLink(
      atPath: folder.appending("link").string, withDestinationPath: "real")
    #expect(try DurableFile.removeFolder(folder.appending("link")) == 0)
    #expect(DurableFile.isFolder(folder.appending("real")))
    var deep = folder.appending("deep")
    for _ in 0...DurableFile.removedDepthMax { deep.append("d") }
    try DurableFile.createFolder(deep)
    let failure = #expect(throws: FileFailure.self) {
      try DurableFile.removeFolder(folder.appending("deep"))
    }
    #expect(failure?.description.contains("levels deep") == true)
  }

  @Test(
    arguments: [("a/b/c", "a/b"), ("/a", "/"), ("a", "."), ("", ".")] as [(FilePath, FilePath)])
  func `The folder of a path is told`(path: FilePath, parent: FilePath) {
    #expect(path.parent == parent)
  }
}
