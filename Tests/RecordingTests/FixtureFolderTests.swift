import Canonical
import Recording
import SeedreamAPI
import SystemPackage
import TestSupport
import Testing

@Suite(.temporaryFolder)
struct FixtureFolderTests {
  private let folder = fixtures()

  private func lookup(
    _ id: String, seed: Int = 7, repeatIndex: Int = 0, in folder: FixtureFolder? = nil
  ) throws -> FixtureLookup {
    let request = try Made.request(seed: seed)
    return (folder ?? self.folder).lookup(
      try Made.id(id), caseKey: try Made.key(seed: seed, repeatIndex: repeatIndex),
      canonicalRequest: request.canonical)
  }

  @Test func `A recording is found in its own file`() throws {
    let fixture = try Made.recording(in: folder.blobs)
    try Made.write(fixture, as: "paper", in: folder)
    guard case .found(let found, let id) = try lookup("paper") else {
      Issue.record("not found")
      return
    }
    #expect(found == fixture)
    #expect(id.text == "paper")
  }

  @Test func `A recording is found under another case id, also beside a file of the own id`() throws
  {
    try Made.write(try Made.recording(in: folder.blobs), as: "old-name", in: folder)
    try Made.write(try Made.recording(seed: 8, in: folder.blobs), as: "paper", in: folder)
    guard case .found(let found, let id) = try lookup("paper") else {
      Issue.record("not found")
      return
    }
    #expect(found.caseKey == (try Made.key()))
    #expect(id.text == "old-name")
  }

  @Test func `Without a folder, or a file, a recording is missing`() throws {
    guard case .missing = try lookup("paper") else {
      Issue.record("expected missing")
      return
    }
    try Made.write(try Made.recording(seed: 8, in: folder.blobs), as: "other", in: folder)
    guard case .missing = try lookup("paper") else {
      Issue.record("expected missing")
      return
    }
  }

  @Test func `A request that is recorded less often is exhausted`() throws {
    for index in 0..<2 {
      try Made.write(
        try Made.recording(repeatIndex: index, in: folder.blobs), as: "paper--r\(index)", in: folder
      )
    }
    // A copy of a recording is not one more repeat.
    try Made.write(try Made.recording(in: folder.blobs), as: "copy", in: folder)
    for id in ["paper--r2", "paper--r0"] {
      guard case .exhausted(let recorded) = try lookup(id, repeatIndex: 2) else {
        Issue.record("expected exhausted at \(id)")
        continue
      }
      #expect(recorded == 2)
    }
  }

  @Test func `A file of another request is stale and names the fields`() throws {
    try Made.write(try Made.recording(seed: 8, in: folder.blobs), as: "paper", in: folder)
    guard case .stale(let id, let changes) = try lookup("paper") else {
      Issue.record("expected stale")
      return
    }
    #expect(id.text == "paper")
    #expect(changes.map(\.description) == ["/seed: recorded 8, asked 7"])
  }

  @Test func `What was written later is found after a refresh`() throws {
    guard case .missing = try lookup("paper") else {
      Issue.record("expected missing")
      return
    }
    try Made.write(try Made.recording(in: folder.blobs), as: "renamed", in: folder)
    guard case .found = try lookup("paper") else {
      Issue.record("not found")
      return
    }
  }

  @Test(arguments: ["", "{}", "version https://git-lfs.github.com/spec/v2\n"])
  func `A damaged file of the own id is corrupt`(text: String) throws {
    try Made.write(try Made.recording(in: folder.blobs), as: "other", in: folder)
    let path = folder.path(of: try Made.id("paper"))
    try DurableFile.write(Array(text.utf8), to: path)
    try expectCorrupt("paper", "\(path): ")
  }

  @Test func `A folder in the place of a file is corrupt`() throws {
    let path = folder.path(of: try Made.id("paper"))
    try DurableFile.createFolder(path)
    try expectCorrupt("paper", "\(path)")
  }

  @Test func `A damaged file elsewhere hides no recording`() throws {
    try Made.write(try Made.recording(in: folder.blobs), as: "paper", in: folder)
    try DurableFile.write([1], to: folder.path(of: try Made.id("aaa")))
    guard case .found = try lookup("moved") else {
      Issue.record("not found")
      return
    }
  }

  @Test(arguments: [true, false])
  func `A blob that is missing or has one wrong byte makes a recording corrupt`(
    isThere: Bool
  ) throws {
    let fixture = try Made.recording(in: folder.blobs)
    try Made.write(fixture, as: "paper", in: folder)
    for blob in fixture.blobs {
      let path = folder.blobs.path(of: blob)
      let good = try read(path)
      var bad = good
      bad[bad.count / 2] ^= 1
      if isThere { try DurableFile.write(bad, to: path) } else { try DurableFile.remove(path) }
      try expectCorrupt("paper", blob.fileName)
      try expectCorrupt("moved", blob.fileName)
      try DurableFile.write(good, to: path)
    }
  }

  @Test func `Only files that can be recordings are listed`() throws {
    try Made.write(try Made.recording(in: folder.blobs), as: "b", in: folder)
    try Made.write(try Made.recording(in: folder.blobs), as: "a", in: folder)
    for name in [".index", ".x.har", "x.txt", "é.har", ".har"] {
      try DurableFile.write([], to: folder.folder.appending(name))
    }
    #expect(try folder.caseIDs().map(\.text) == ["a", "b"])
    #expect(try FixtureFolder(folder: "/nonexistent/x").caseIDs().isEmpty)
  }

  private func expectCorrupt(
    _ id: String, _ message: String, at location: SourceLocation = #_sourceLocation
  ) throws {
    // Blobs that were found right are not read again, hence a new folder for each look.
    let found = try lookup(id, in: FixtureFolder(folder: folder.folder))
    guard case .corrupt(let description) = found else {
      Issue.record("expected corrupt, found \(found)", sourceLocation: location)
      return
    }
    #expect(description.contains(message), "\(description)", sourceLocation: location)
  }
}

struct FieldChangeTests {
  @Test(arguments: [
    (#"{"a":1}"#, #"{"a":1.0}"#, []),
    (#"{"body":{"seed":1}}"#, #"{"body":{"seed":2}}"#, ["/seed: recorded 1, asked 2"]),
    (#"{"body":{"seed":1}}"#, #"{"body":{}}"#, ["/seed: recorded 1, asked absent"]),
    (#"{"body":{}}"#, #"{"body":{"seed":null}}"#, ["/seed: recorded absent, asked null"]),
    (
      #"{"body":{"a":"é"}}"#, "{\"body\":{\"a\":\"e\u{301}\"}}",
      ["/a: recorded \"é\", asked \"e\u{301}\""]
    ),
    (
      #"{"body":{"i":[1,2]}}"#, #"{"body":{"i":[1,3,4]}}"#,
      ["/i/1: recorded 2, asked 3", "/i/2: recorded absent, asked 4"]
    ),
    (#"{"body":{"i":[1]}}"#, #"{"body":{"i":{}}}"#, ["/i: recorded [1], asked {}"]),
    (
      #"{"path":"/a","body":{"b":1}}"#, #"{"path":"/b","body":{"b":2}}"#,
      ["/b: recorded 1, asked 2", #"/path: recorded "/a", asked "/b""#]
    ),
    (#"{"body":{"a/b~c":1}}"#, #"{"body":{"a/b~c":2}}"#, ["/a~1b~0c: recorded 1, asked 2"]),
    (#"{"body":1}"#, #"{"body":2}"#, ["/body: recorded 1, asked 2"]),
    ("1", "2", [": recorded 1, asked 2"]),
  ])
  func `Differences are named by JSON Pointers`(
    recorded: String, asked: String, expected: [String]
  ) throws {
    let changes = FieldChange.between(
      recorded: try JSONParser.parse(Array(recorded.utf8)),
      asked: try JSONParser.parse(Array(asked.utf8)))
    #expect(changes.map(\.description) == expected)
  }

  @Test func `A long value is cut`() {
    let change = FieldChange.between(
      recorded: .string(String(repeating: "a", count: 100)), asked: .null)
    #expect(change.first?.description.hasSuffix("aaa…, asked null") == true)
    #expect((change.first?.description.count ?? 0) < 100)
  }

  @Test func `Long values are shown around the place where they differ`() {
    let start = String(repeating: "the same words again and again ", count: 5)
    let changes = FieldChange.between(
      recorded: .members(["prompt": .string(start + "linen")]),
      asked: .members(["prompt": .string(start + "slate")]))
    #expect(
      changes.first?.description
        == "/prompt: recorded …rds again and again linen\", asked …rds again and again slate\"")
  }
}
