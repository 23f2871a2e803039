import Canonical
import Recording
import SystemPackage
import TestSupport
import Testing

@Suite(.temporaryFolder)
struct FixturePruningTests {
  private let folder = fixtures()

  private func pruning(
    _ seeds: [String: Int], keeping kept: FixturePruning.Kept = .init()
  ) throws -> FixturePruning {
    let survey = try FixtureInventory(FixtureFolder(folder: folder.folder))
    return FixturePruning(
      survey, uses: FixtureUses(survey, cases: try Made.cases(seeds)), keeping: kept)
  }

  private func blob(_ seed: UInt64) -> BlobID { BlobID(of: Made.picture(seed)) }

  private func writeAll() throws {
    for (id, seed) in [("paper", 7), ("old", 8), ("older", 9)] {
      try Made.write(try Made.sound(seed: seed, in: folder), as: id, in: folder)
    }
    for seed in [40, 41] as [UInt64] {
      try folder.blobs.write(Made.picture(seed), as: blob(seed))
    }
    try DurableFile.write([1], to: folder.folder.appending(".x.har.0-1.partial"))
    try DurableFile.write([1], to: folder.folder.appending("notes.txt"))
  }

  @Test func `What no case asks for goes with its pictures, and what is shared stays`() throws {
    try writeAll()
    let pruning = try pruning(["paper": 7], keeping: .init(baseline: [blob(40)]))
    #expect(pruning.recordings.map(\.path.lastComponent?.string) == ["old.har", "older.har"])
    let blobs = [blob(8), blob(9), blob(41)].sorted()
    #expect(pruning.blobs.map(\.path) == blobs.map { folder.blobs.path(of: $0) })
    #expect(pruning.partials.count == 1)
    #expect(pruning.byteCount == pruning.items.reduce(0) { $0 + $1.byteCount })
    try pruning.carryOut(in: folder)
    #expect(try folder.caseIDs().map(\.text) == ["paper"])
    #expect(folder.blobs.contains(blob(40)))
    #expect(folder.blobs.contains(BlobID(of: Made.input)))
    #expect(DurableFile.isFile(folder.folder.appending("notes.txt")), "it may be somebody's")
    #expect(try self.pruning(["paper": 7], keeping: .init(baseline: [blob(40)])).items == [])
  }

  @Test func `What is paid for and not yet recorded stays`() throws {
    try writeAll()
    let kept = FixturePruning.Kept(
      unpromotedKeys: [try Made.key(seed: 8)], unpromotedBlobs: [blob(41)])
    let pruning = try pruning(["paper": 7], keeping: kept)
    #expect(pruning.recordings.map(\.path.lastComponent?.string) == ["older.har"])
    #expect(
      pruning.blobs.map(\.path)
        == [blob(9), blob(40)].sorted().map { folder.blobs.path(of: $0) })
  }

  @Test(arguments: ["{}", Made.pointer])
  func `While a recording cannot be read no blob goes`(text: String) throws {
    try writeAll()
    let path = folder.path(of: try Made.id("paper"))
    try DurableFile.write(Array(text.utf8), to: path)
    let pruning = try pruning(["paper": 7])
    #expect(pruning.recordings.count == 2)
    #expect(pruning.blobs == [])
    // Those of the three recordings, the photograph that they share, and the two orphans.
    #expect(pruning.doubtfulCount == 6)
    #expect(pruning.unreadable == [path])
  }

  @Test func `Whenever pruning ends early no recording has lost a picture`() throws {
    try writeAll()
    for item in try pruning(["paper": 7]).items {
      try DurableFile.remove(item.path)
      #expect(try folder.findings(["paper": 7]).filter(\.isBroken) == [])
    }
    #expect(try folder.findings(["paper": 7]).map(\.kind) == [.stray])
  }
}
