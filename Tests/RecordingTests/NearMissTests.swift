import Canonical
import Recording
import SeedreamAPI
import SystemPackage
import TestSupport
import Testing

@Suite(.temporaryFolder)
struct NearMissTests {
  private let folder = fixtures()

  private func nearest(seed: Int, repeatIndex: Int = 0, id: String) throws -> [NearMiss] {
    folder.nearest(
      to: try Made.request(seed: seed).canonical, repeatIndex: repeatIndex, id: try Made.id(id))
  }

  private func write(_ id: String, seed: Int, repeatIndex: Int = 0) throws {
    try Made.write(
      try Made.recording(seed: seed, repeatIndex: repeatIndex, in: folder.blobs), as: id, in: folder
    )
  }

  @Test func `Three recordings are named at most, those alike in the most criteria first`() throws {
    for seed in 1...5 { try write("s\(seed)", seed: seed) }
    try write("s6--r1", seed: 6, repeatIndex: 1)
    let found = try nearest(seed: 6, id: "s6")
    // Those of another seed differ in one criterion, as the other repeat does; the id tells them apart.
    #expect(found.map(\.fileID.text) == ["s6--r1", "s1", "s2"])
    #expect(found.map(\.agreementCount) == [10, 10, 10])
  }

  @Test func `Each criterion says whether it agrees, and each difference has its pointer`() throws {
    try write("s3", seed: 3)
    let found = try #require(try nearest(seed: 4, id: "s4").first)
    #expect(found.criteria.filter { !$0.agrees }.map(\.criterion) == [.seed])
    #expect(found.criteria.count == RequestCriteria.Criterion.allCases.count)
    #expect(found.verdicts.hasPrefix("✗ seed  ✓ path  ✓ model"))
    #expect(found.changes.map(\.pointer) == ["/seed"])
    #expect(
      found.lines == [
        "near: \(folder.path(of: try Made.id("s3"))): \(found.verdicts)",
        "/seed: recorded 3, asked 4",
      ])
    #expect(found.recorded == (try Made.request(seed: 3).canonical))
  }

  @Test func `The file of the case itself comes first however little it agrees in`() throws {
    for seed in 1...3 { try write("s\(seed)", seed: seed) }
    var other = try Made.request(seed: 99)
    other.prompt = "a boat"
    other.n = 4
    let made = try Made.recording(in: folder.blobs)
    try Made.write(
      Fixture(
        caseKey: CaseKey(request: other.key, repeatIndex: 0), canonicalRequest: other.canonical,
        origin: made.origin, exchanges: made.exchanges), as: "s4", in: folder)
    let found = try nearest(seed: 4, id: "s4")
    #expect(found.map(\.fileID.text) == ["s4", "s1", "s2"])
    #expect(found.first?.changes.map(\.pointer) == ["/n", "/prompt", "/seed"])
  }

  @Test func `A size in words and one in numbers are one criterion`() throws {
    var asked = try Made.request(seed: 7)
    asked.size = .custom(PixelSize(width: 1280, height: 960))
    try write("s7", seed: 7)
    let found = try #require(
      folder.nearest(to: asked.canonical, repeatIndex: 0, id: try Made.id("wide")).first)
    #expect(found.criteria.filter { !$0.agrees }.map(\.criterion) == [.size])
  }

  @Test func `Without recordings, or with damaged ones only, nothing comes near`() throws {
    #expect(try nearest(seed: 1, id: "s1") == [])
    try DurableFile.createFolder(folder.folder)
    try DurableFile.write(Array("{".utf8), to: folder.path(of: try Made.id("s2")))
    #expect(try nearest(seed: 1, id: "s1") == [])
  }

  @Test func `What no case asked for is unused, also when a file serves a case of another id`()
    throws
  {
    for seed in 1...4 { try write("s\(seed)", seed: seed) }
    folder.beginUse()
    func look(_ id: String, seed: Int) throws {
      let request = try Made.request(seed: seed).canonical
      _ = folder.lookup(
        try Made.id(id), caseKey: try Made.key(seed: seed), canonicalRequest: request)
    }
    try look("s1", seed: 1)
    try look("renamed", seed: 2)
    #expect(folder.unusedIDs().map(\.text) == ["s3", "s4"])
    // A case whose file is stale is told of as such.
    try look("s3", seed: 99)
    #expect(folder.unusedIDs().map(\.text) == ["s4"])
  }
}
