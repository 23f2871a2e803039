import Canonical
import Experiments
import GRDB
import RunStore
import SeedreamAPI
import SystemPackage
import TestSupport
import Testing

@Suite(.temporaryFolder)
struct StoredFactsTests {
  private let blob = BlobID(of: [1, 2, 3])

  private static func known(_ emptiness: String? = nil, quality: Int = 100) -> KnownPicture {
    KnownPicture(
      record: PictureRecord(
        codec: "jpeg", size: PixelSize(width: 1280, height: 960),
        pixelDigest: "px1:\(SHA256Digest(hashing: []).hex)", emptiness: emptiness),
      hash: HashRecord(
        version: "pdq-nn512", hex: String(repeating: "0a", count: 32), quality: quality),
      colours: ColourRecord(version: "de2000-grid8", samples: [0, 127, 255]))
  }

  private func store() throws -> RunStore {
    try RunStore(folder: TemporaryFolder.path, spends: false)
  }

  @Test(arguments: [
    known(), known("black"),
    known(quality: 87),
  ])
  func `What was found out once is known to the next run, exactly`(facts: KnownPicture) throws {
    let first = StoredFacts(store: try store())
    #expect(first.facts(of: blob) == nil)
    first.keep(facts, of: blob)
    #expect(first.finish() == nil)
    let next = StoredFacts(store: try store())
    #expect(next.facts(of: blob) == facts)
    #expect(next.facts(of: BlobID(of: [9])) == nil)
    next.keep(Self.known("white"), of: blob)
    #expect(next.finish() == nil)
    #expect(StoredFacts(store: try store()).facts(of: blob) == Self.known("white"))
  }

  @Test(
    arguments: [
      ("UPDATE picture_facts SET version = '0 px0:'", nil),
      ("UPDATE picture_facts SET document = '{'", "the run store"),
      ("UPDATE picture_facts SET document = '{\"codec\":\"png\"}'", "'width'"),
      ("DROP TABLE picture_facts", "picture_facts"),
    ] as [(String, String?)])
  func `Facts of other definitions, or damaged ones, are not known`(
    damage: String, message: String?
  ) throws {
    let facts = StoredFacts(store: try store())
    facts.keep(Self.known(), of: blob)
    #expect(facts.finish() == nil)
    let queue = try DatabaseQueue(
      path: TemporaryFolder.path.appending(RunStore.fileName).string)
    try queue.write { try $0.execute(sql: damage) }
    #expect(facts.facts(of: blob) == nil)
    let said = facts.finish()
    #expect((said == nil) == (message == nil), "\(said ?? "")")
    if let message { #expect(said?.contains(message) == true, "\(said ?? "")") }
  }
}
