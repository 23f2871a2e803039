import Canonical
import Glibc
import SeedreamAPI
import SystemPackage
import TestSupport
import Testing

@testable import Recording

/// Recordings that were damaged, exchanged or made to mislead: each is corrupt, with the file and the
/// place, and nothing is read outside of the fixture folder.
@Suite(.temporaryFolder)
struct BadRecordingTests {
  private let folder = fixtures()

  private func path() throws -> FilePath { folder.path(of: try Made.id("paper")) }

  /// Writes a good recording and gives its bytes.
  private func record() throws -> [UInt8] {
    try Made.write(try Made.recording(in: folder.blobs), as: "paper", in: folder)
    return try read(try path())
  }

  /// What the lookup says is wrong with the recording; blobs found right before are read again.
  private func corruption(at location: SourceLocation = #_sourceLocation) throws -> String {
    let request = try Made.request().canonical
    let found = FixtureFolder(folder: folder.folder).lookup(
      try Made.id("paper"), caseKey: try Made.key(), canonicalRequest: request)
    guard case .corrupt(let description) = found else {
      Issue.record("expected corrupt, found \(found)", sourceLocation: location)
      return ""
    }
    return description
  }

  /// Where a file's bytes become something else.
  struct Damage: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let bytes: @Sendable ([UInt8]) -> [UInt8]
    let message: String

    init(_ name: String, _ message: String, _ bytes: @escaping @Sendable ([UInt8]) -> [UInt8]) {
      testDescription = name
      self.bytes = bytes
      self.message = message
    }
  }

  static let damages: [Damage] = [
    Damage(
      "empty", "it is no JSON: line 1, column 1: expected a value, found the end of the text"
    ) { _ in [] },
    Damage("cut off", "it is no JSON: line 3, column 2: expected a name in quotes") {
      Array($0.prefix(14))
    },
    Damage(
      "nested 100,000 levels", "it is no JSON: line 1, column 65: nested deeper than 64 levels"
    ) { _ in Array(repeating: UInt8(ascii: "["), count: 100_000) },
    Damage(
      "a name twice",
      "it is no JSON: line 1, column 10: the name \"log\" stands twice in one object"
    ) { _ in Array(#"{"log":1,"log":2}"#.utf8) },
    Damage(
      "a name twice that a terminal would obey",
      "it is no JSON: line 1, column 20: the name \"<U+001B>c<U+202E>\" stands twice in one object"
    ) { _ in Array("{\"\\u001bc\\u202e\":1,\"\\u001bc\u{202E}\":2}".utf8).filter { $0 != 0x20 } },
    Damage("invalid UTF-8", "it is no JSON: line 1, column 2: a string is not valid UTF-8") { _ in
      [0x7B, 0x22, 0xFF, 0x22, 0x3A, 0x31, 0x7D]
    },
    Damage(
      "a number beyond every limit",
      "it is no JSON: line 1, column 8: '1e99999' is no number that JSON allows or that fits the "
        + "limits"
    ) { _ in Array(#"{"log":1e99999}"#.utf8) },
    Damage(
      "saved with a byte order mark",
      "it is no JSON: line 1, column 1: expected a value, found a byte order mark; save it without "
        + "one"
    ) { [0xEF, 0xBB, 0xBF] + $0 },
    Damage(
      "a picture elsewhere",
      "at /log/_proofsheet/seal: the seal is not the digest of the log: the file was changed after "
        + "it was recorded"
    ) { bytes in
      Array(
        String(decoding: bytes, as: UTF8.self)
          .replacing(/blobs\/[0-9a-f]{64}\.png/, with: "../../etc/passwd").utf8)
    },
    Damage(
      "a picture elsewhere, sealed anew",
      "at /log/entries/0/request/postData/_file: expected "
        + "blobs/<sha-256>.<png|jpg|webp|gif|json|bin>"
    ) { sealed($0, "request", "postData") { $0["_file"] = .string("../../etc/passwd") } },
    Damage(
      "base64 that is none, sealed anew",
      "at /log/entries/0/response/content/encoding: a body of another encoding is not understood"
    ) {
      sealed($0, "response", "content") {
        $0["encoding"] = .string("base64")
        $0["text"] = .string("%%%")
      }
    },
  ]

  /// A recording whose first body is changed by somebody who can seal it.
  private static func sealed(
    _ bytes: [UInt8], _ side: String, _ body: String, _ change: (inout JSONValue) -> Void
  ) -> [UInt8] {
    do {
      var log = try JSONParser.parse(bytes)["log"] ?? .null
      var entries = log["entries"]?.array ?? []
      var content = entries.first?[side]?[body] ?? .null
      change(&content)
      entries[0][side]?[body] = content
      log["entries"] = .array(entries)
      let seal = HARWriter.seal(of: log.object ?? JSONObject())
      log["_proofsheet"]?["seal"] = .string(seal.hex)
      return JSONValue.members(["log": log]).prettyBytes
    } catch {
      return Array("\(error)".utf8)
    }
  }

  @Test(arguments: damages)
  func `A damaged recording is named with the place`(damage: Damage) throws {
    let good = try record()
    try DurableFile.write(damage.bytes(good), to: try path())
    let said = try corruption()
    #expect(said == "\(try path()): \(damage.message)", "\(said)")
  }

  @Test(arguments: [1, 3]) func `A recording that is cut anywhere is corrupt`(part: Int) throws {
    let good = try record()
    try DurableFile.write(Array(good.prefix(good.count * part / 4)), to: try path())
    #expect(try corruption().hasPrefix("\(try path()): it is no JSON: line "))
  }

  @Test func `A recording of 2 GB is refused before it is read`() throws {
    _ = try record()
    let path = try path()
    #expect(unsafe truncate(path.string, 2 << 30) == 0)
    #expect(
      try corruption() == "cannot read \(path): it has 2147483648 bytes; 33554432 are allowed")
  }

  @Test func `A picture of 2 GB is refused before it is read`() throws {
    _ = try record()
    let path = folder.blobs.path(of: BlobID(of: Made.picture()))
    #expect(unsafe truncate(path.string, 2 << 30) == 0)
    #expect(
      try corruption() == "\(try self.path()) names a picture that is not as recorded: "
        + "cannot read \(path): it has 2147483648 bytes; 134217728 are allowed")
  }

  @Test func `Two pictures that changed places are found by their digests`() throws {
    _ = try record()
    let one = folder.blobs.path(of: BlobID(of: Made.picture()))
    let other = folder.blobs.path(of: BlobID(of: Made.input))
    let bytes = try read(one)
    try DurableFile.write(try read(other), to: one)
    try DurableFile.write(bytes, to: other)
    let said = try corruption()
    #expect(said.hasPrefix("\(try path()) names a picture that is not as recorded: "))
    #expect(said.contains("holds bytes with the digest"))
  }

  /// Things that have a name but are no file of bytes.
  enum Stranger: String, CaseIterable, Sendable {
    case pipe, folder, linkToFile, linkToNothing

    func put(at path: FilePath, target: FilePath) throws {
      try DurableFile.remove(path)
      switch self {
      case .pipe: #expect(unsafe mkfifo(path.string, 0o600) == 0)
      case .folder: try DurableFile.createFolder(path)
      case .linkToFile: #expect(unsafe symlink(target.string, path.string) == 0)
      case .linkToNothing: #expect(unsafe symlink("/nonexistent", path.string) == 0)
      }
    }

    var reason: String {
      switch self {
      case .pipe, .folder: "it is no plain file"
      case .linkToFile, .linkToNothing:
        "it is a symbolic link, which could lead out of its folder; put the file or folder itself "
          + "there"
      }
    }
  }

  @Test(arguments: Stranger.allCases)
  func `A stranger in the place of a recording is not read`(stranger: Stranger) throws {
    let good = try record()
    let outside = TemporaryFolder.path.appending("outside.har")
    try DurableFile.write(good, to: outside)
    try stranger.put(at: try path(), target: outside)
    #expect(try corruption() == "cannot read \(try path()): \(stranger.reason)")
  }

  @Test(arguments: Stranger.allCases)
  func `A stranger in the place of a picture is not read`(stranger: Stranger) throws {
    _ = try record()
    let outside = TemporaryFolder.path.appending("outside.png")
    try DurableFile.write(Made.picture(), to: outside)
    let path = folder.blobs.path(of: BlobID(of: Made.picture()))
    try stranger.put(at: path, target: outside)
    #expect(
      try corruption() == "\(try self.path()) names a picture that is not as recorded: "
        + "cannot read \(path): \(stranger.reason)")
  }

  @Test func `A folder of pictures that is a link is neither read nor written into`() throws {
    _ = try record()
    let blobs = folder.blobs.folder
    let outside = TemporaryFolder.path.appending("outside")
    #expect(unsafe rename(blobs.string, outside.string) == 0)
    #expect(unsafe symlink(outside.string, blobs.string) == 0)
    let reason = Stranger.linkToFile.reason
    #expect(
      try corruption() == "\(try path()) names a picture that is not as recorded: "
        + "cannot read \(blobs): \(reason)")
    let names = try DurableFile.names(in: outside)
    let failure = #expect(throws: FileFailure.self) {
      try folder.blobs.write([1, 2, 3], as: BlobID(of: [1, 2, 3]))
    }
    #expect(failure?.description == "cannot write into \(blobs): \(reason)")
    #expect(try DurableFile.names(in: outside) == names)
  }

  @Test func `An inventory reads no recording that is a link`() throws {
    let good = try record()
    let outside = TemporaryFolder.path.appending("outside.har")
    try DurableFile.write(good, to: outside)
    try Stranger.linkToFile.put(at: try path(), target: outside)
    let inventory = try FixtureInventory(folder)
    #expect(inventory.recordings.isEmpty)
    #expect(
      inventory.unreadable.map(\.damage) == [
        "cannot read \(try path()): \(Stranger.linkToFile.reason)"
      ])
  }

  @Test func `A recording elsewhere that is a link answers for no other case`() throws {
    _ = try record()
    let outside = TemporaryFolder.path.appending("outside.har")
    #expect(unsafe rename(try path().string, outside.string) == 0)
    #expect(unsafe symlink(outside.string, try path().string) == 0)
    let request = try Made.request().canonical
    let found = FixtureFolder(folder: folder.folder).lookup(
      try Made.id("linen"), caseKey: try Made.key(), canonicalRequest: request)
    guard case .missing = found else {
      Issue.record("expected missing, found \(found)")
      return
    }
  }
}
