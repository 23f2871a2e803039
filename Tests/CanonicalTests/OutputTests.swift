import Canonical
import FoundationEssentials
import Glibc
import SystemPackage
import TestSupport
import Testing

/// What a user names as the place of an output.
@Suite(.temporaryFolder) struct `Named outputs` {
  var folder: FilePath { TemporaryFolder.path }

  func write(_ text: String, to path: FilePath) throws {
    let file = try PartialFile(output: path)
    try file.write(Array(text.utf8))
    try file.commit()
  }

  func link(_ name: String, to target: String) throws -> FilePath {
    let link = folder.appending(name)
    try FileManager.default.createSymbolicLink(
      atPath: link.string, withDestinationPath: target)
    return link
  }

  func pipe() throws -> FilePath {
    let path = folder.appending("pipe")
    try #require(unsafe mkfifo(path.string, 0o600) == 0)
    return path
  }

  @Test func `A plain file is replaced, and without a commit it stays`() throws {
    let path = folder.appending("report.csv")
    try write("old", to: path)
    try PartialFile.tryWriting(output: path)
    do {
      let file = try PartialFile(output: path)
      try file.write([1])
    }
    #expect(try DurableFile.read(path, byteCountMax: 10) == Array("old".utf8))
    try write("new", to: path)
    #expect(try DurableFile.read(path, byteCountMax: 10) == Array("new".utf8))
    #expect(try DurableFile.names(in: folder) == ["report.csv"])
  }

  @Test func `A link leads to the file that is replaced, and stays`() throws {
    try DurableFile.createFolder(folder.appending("far"))
    try DurableFile.write([1], to: folder.appending("far").appending("real"))
    let link = try link("link", to: "far/real")
    try PartialFile.tryWriting(output: link)
    try write("new", to: link)
    #expect(DurableFile.isLink(link))
    #expect(
      try DurableFile.read(folder.appending("far").appending("real"), byteCountMax: 10)
        == Array("new".utf8))
    #expect(try DurableFile.names(in: folder.appending("far")) == ["real"])
  }

  @Test func `A link that leads nowhere is a failure that says so`() throws {
    let link = try link("link", to: "nowhere")
    let failure = #expect(throws: FileFailure.self) { try write("new", to: link) }
    #expect(
      failure?.description
        == "cannot write \(link): it is a link that leads nowhere; remove it or mend it")
    #expect(throws: FileFailure.self) { try PartialFile.tryWriting(output: link) }
  }

  @Test func `A file of our own replaces a link`() throws {
    try DurableFile.write([1], to: folder.appending("real"))
    let link = try link("link", to: "real")
    try DurableFile.write([2], to: link)
    #expect(!DurableFile.isLink(link))
    #expect(try DurableFile.read(folder.appending("real"), byteCountMax: 10) == [1])
  }

  @Test func `A pipe is written to, and stays a pipe`() throws {
    let pipe = try pipe()
    let reader = try FileDescriptor.open(pipe, .readOnly, options: .nonBlocking)
    try reader.closeAfter {
      try PartialFile.tryWriting(output: pipe)
      try write("told", to: pipe)
      var bytes = [UInt8](repeating: 0, count: 10)
      let count = try unsafe bytes.withUnsafeMutableBytes { try unsafe reader.read(into: $0) }
      #expect(bytes.prefix(count) == Array("told".utf8)[...])
    }
    #expect(!DurableFile.isFile(pipe))
    #expect(try DurableFile.names(in: folder) == ["pipe"])
  }

  @Test func `A pipe that nobody reads is a failure, not a wait`() throws {
    let pipe = try pipe()
    let failure = #expect(throws: FileFailure.self) { try write("told", to: pipe) }
    #expect(
      failure?.description
        == "cannot write \(pipe): it is a pipe that nobody reads; start its reader first")
  }

  @Test func `A device that is full says so, and stays`() throws {
    let failure = #expect(throws: FileFailure.self) { try write("told", to: "/dev/full") }
    #expect(failure?.errno == .noSpace)
    #expect(!DurableFile.isFile("/dev/full"))
    try write("told", to: "/dev/null")
    #expect(!DurableFile.isFile("/dev/null"))
  }
}
