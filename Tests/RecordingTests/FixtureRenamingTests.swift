import Canonical
import Recording
import SeedreamAPI
import SystemPackage
import TestSupport
import Testing

@Suite(.temporaryFolder)
struct FixtureRenamingTests {
  private let folder = fixtures()

  /// Writes recordings, each named `id=seed`.
  private func write(_ files: [String]) throws {
    for file in files {
      let pieces = file.split(separator: "=")
      let seed = try #require(Int(pieces[1]))
      try Made.write(
        try Made.recording(seed: seed, in: folder.blobs), as: String(pieces[0]), in: folder)
    }
  }

  private func cases(_ list: [String]) throws -> [(id: CaseID, caseKey: CaseKey)] {
    try list.map { text in
      let pieces = text.split(separator: "=")
      return (
        id: try Made.id(String(pieces[0])),
        caseKey: try Made.key(seed: try #require(Int(pieces[1])))
      )
    }
  }

  /// What lies in the folder, each as `id=seed`.
  private func files() throws -> [String] {
    let fresh = FixtureFolder(folder: folder.folder)
    return try fresh.caseIDs().map { id in
      let fixture = try #require(try fresh.fixture(of: id))
      return "\(id)=\(fixture.canonicalRequest["body"]?["seed"]?.integer ?? -1)"
    }
  }

  @Test(
    "Recordings get the names of the cases that ask for them",
    arguments: [
      ("one axis renamed", ["old-a=1", "old-b=2"], ["a=1", "b=2"], ["a=1", "b=2"]),
      ("nothing to do", ["a=1", "b=2"], ["a=1", "b=2"], ["a=1", "b=2"]),
      ("a chain", ["a=1", "b=2", "c=3"], ["b=1", "c=2", "d=3"], ["b=1", "c=2", "d=3"]),
      ("two swapped", ["a=1", "b=2"], ["a=2", "b=1"], ["a=2", "b=1"]),
      (
        "a circle and a swap", ["a=1", "b=2", "c=3", "x=4", "y=5"],
        ["b=1", "c=2", "a=3", "y=4", "x=5"], ["a=3", "b=1", "c=2", "x=5", "y=4"]
      ),
      ("one in the way that no case asks for", ["old=1", "a=9"], ["a=1"], ["a=1"]),
      ("one of no case stays", ["a=1", "z=9"], ["b=1"], ["b=1", "z=9"]),
      ("a copy under the own name serves", ["a=1", "old=1"], ["a=1"], ["a=1", "old=1"]),
      ("a case without recording gets none", ["a=1"], ["a=2", "b=1"], ["b=1"]),
    ] as [(String, [String], [String], [String])])
  func recordingsGetTheNames(
    of what: String, before: [String], asked: [String], after: [String]
  ) throws {
    try write(before)
    let renaming = try FixtureRenaming(folder, cases: try cases(asked))
    try renaming.carryOut(in: folder)
    #expect(try files() == after)
    #expect(try FixtureRenaming(folder, cases: try cases(asked)).moves == [])
  }

  @Test func `A case whose own file cannot be read keeps it`() throws {
    try write(["old=1"])
    try DurableFile.write(Array("{".utf8), to: folder.path(of: try Made.id("a")))
    #expect(try FixtureRenaming(folder, cases: try cases(["a=1"])).moves == [])
  }

  @Test func `A recording that a crash left between two names is found and renamed`() throws {
    // What is on the disk when a swap ends after its first step.
    let key = try Made.key(seed: 1)
    try write(["b=2", "renaming--\(key)=1"])
    let renaming = try FixtureRenaming(folder, cases: try cases(["a=2", "b=1"]))
    #expect(renaming.moves.count == 2)
    try renaming.carryOut(in: folder)
    #expect(try files() == ["a=2", "b=1"])
  }

  @Test func `A file that cannot be renamed is named, and every recording stays whole`() throws {
    try write(["old=1"])
    // A folder in the way of the new name.
    try DurableFile.createFolder(folder.path(of: try Made.id("a")).appending("x"))
    let fresh = FixtureFolder(folder: folder.folder)
    let renaming = try FixtureRenaming(fresh, cases: try cases(["b=1"]))
    try DurableFile.createFolder(folder.path(of: try Made.id("b")).appending("x"))
    let failure = #expect(throws: FileFailure.self) { try renaming.carryOut(in: fresh) }
    #expect(failure?.description.contains("old.har") == true)
    #expect(try fresh.fixture(of: try Made.id("old")) != nil)
  }

  @Test func `One process at a time writes the recordings of a suite`() throws {
    try DurableFile.createFolder(folder.folder)
    var first: FixtureLock? = try FixtureLock(folder: folder.folder)
    let failure = #expect(throws: FixtureFailure.self) {
      _ = try FixtureLock(folder: folder.folder)
    }
    #expect(failure?.description.contains("another process") == true)
    withExtendedLifetime(first) {}
    first = nil
    _ = try FixtureLock(folder: folder.folder)
  }
}
