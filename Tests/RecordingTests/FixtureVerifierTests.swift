import Canonical
import Recording
import SeedreamAPI
import SystemPackage
import TestSupport
import Testing

@Suite(.temporaryFolder)
struct FixtureVerifierTests {
  private let folder = fixtures()
  private let paper = "paper"

  private func writeSound() throws -> Fixture {
    let fixture = try Made.sound(in: folder)
    try Made.write(fixture, as: paper, in: folder)
    return fixture
  }

  private func answered(_ fixture: Fixture) throws -> FilePath {
    folder.blobs.path(of: try #require(fixture.exchanges.first?.response.body.blobs.first))
  }

  @Test func `A sound folder has no findings, and one that is not there neither`() throws {
    #expect(try folder.findings([paper: 7]) == [])
    let fixture = try writeSound()
    try Made.write(try Made.fetched(seed: 8, in: folder), as: "slate", in: folder)
    try DurableFile.write([], to: folder.folder.appending(".index"))
    let report = try FixtureVerifier.verify(
      folder, suite: "s.yaml", cases: try Made.cases([paper: 7, "slate": 8]),
      baselinePath: "s.baseline.json", baseline: [])
    #expect(report.findings == [])
    #expect(report.recordingCount == 2)
    #expect(report.blobCount == 3)
    #expect(fixture.blobs.count == 2)
  }

  @Test func `A byte that changed is found in every file`() throws {
    _ = try writeSound()
    try Made.write(try Made.fetched(seed: 8, in: folder), as: "slate", in: folder)
    let survey = try FixtureInventory(folder)
    let paths = survey.recordings.map(\.path) + survey.blobs.values.map(\.path)
    #expect(paths.count == 5)
    for path in paths {
      let good = try read(path)
      var bad = good
      bad[bad.count / 2] ^= 1
      try DurableFile.write(bad, to: path)
      let findings = try folder.findings([paper: 7, "slate": 8])
      #expect(findings.contains { $0.isBroken && $0.path == path }, "\(path)")
      try DurableFile.write(good, to: path)
    }
    #expect(try folder.findings([paper: 7, "slate": 8]) == [])
  }

  @Test func `A missing blob is told once, with what names it and what to run`() throws {
    let fixture = try writeSound()
    try Made.write(try Made.sound(seed: 8, in: folder), as: "slate", in: folder)
    let input = folder.blobs.path(of: BlobID(of: Made.input))
    try DurableFile.remove(input)
    let findings = try folder.findings([paper: 7, "slate": 8])
    #expect(
      findings.map(\.description) == [
        """
        broken: \(input): it is not there; it is named by paper.har and 1 more
          next: git checkout -- '\(input)'
        """
      ])
    #expect(fixture.blobs.contains(BlobID(of: Made.input)))
  }

  @Test func `A Git LFS pointer is named with the command that fetches it`() throws {
    let blob = try answered(try writeSound())
    try DurableFile.write(Array(Made.pointer.utf8), to: blob)
    let har = folder.path(of: try Made.id("slate"))
    try DurableFile.write(Array(Made.pointer.utf8), to: har)
    let findings = try folder.findings([paper: 7, "slate": 8])
    #expect(findings.map(\.kind) == [.notFetched, .notFetched])
    #expect(
      findings.map(\.next) == [
        "git lfs pull --include '\(try #require(blob.lastComponent?.string))'",
        "git lfs pull --include 'slate.har'",
      ])
    #expect(findings.filter { !$0.isBroken } == [])
  }

  @Test func `A body that its parts do not make is pointed at`() throws {
    // The helper's request states the digest of no bytes.
    try Made.write(try Made.recording(in: folder.blobs), as: paper, in: folder)
    let finding = try #require(try folder.findings([paper: 7]).first)
    #expect(finding.kind == .wrongBody)
    #expect(
      finding.message
        == "at /log/entries/0/request/postData: its parts make more bytes, 0 were recorded")
    #expect(
      finding.next.hasSuffix(
        "--mode refresh --filter id=paper --endpoint 'https://image.example' --yes --max-cost 1"))
  }

  @Test func `A recording that ends before its last picture is incomplete`() throws {
    let fixture = try Made.fixture(
      Made.exchange(
        body: Body(Array(Made.answer(urls: "https://image.example/a.png").utf8))))
    try Made.write(fixture, as: paper, in: folder)
    let finding = try #require(try folder.findings([paper: 7]).first)
    #expect(finding.kind == .incomplete)
    #expect(finding.message == "it ends too early: picture 0 is still to be fetched")
  }

  @Test func `What is left over is a warning`() throws {
    _ = try writeSound()
    try Made.write(try Made.sound(seed: 8, in: folder), as: "old", in: folder)
    try Made.write(try Made.sound(seed: 9, in: folder), as: "stale", in: folder)
    let orphan = Made.picture(50)
    try folder.blobs.write(orphan, as: BlobID(of: orphan))
    try DurableFile.write([1], to: folder.folder.appending("notes.txt"))
    try DurableFile.write([1], to: folder.folder.appending(".x.har.0-1.partial"))
    try DurableFile.write([1], to: folder.blobs.folder.appending("thumbs.db"))
    let findings = try folder.findings([paper: 7, "stale": 10])
    #expect(findings.filter(\.isBroken) == [])
    #expect(Set(findings.map(\.kind)) == [.unused, .orphan, .stray, .partial])
    let unused = findings.filter { $0.kind == .unused }
    #expect(
      unused.map(\.message) == [
        "no case of the suite asks for it", "its case asks for another request now",
      ])
    #expect(unused.first?.next == "proofsheet fixtures prune 'suites/cups.yaml'")
  }

  @Test func `A file that a process is writing is left alone`() throws {
    _ = try writeSound()
    let writing = folder.folder.appending("new.har")
    let file = try PartialFile(replacing: writing)
    #expect(try folder.findings([paper: 7]) == [])
    try file.write([1])
    try file.commit()
    #expect(try folder.findings([paper: 7]).map(\.kind) == [.damagedRecording])
  }

  @Test func `The baseline's pictures must be there, and are no orphans`() throws {
    _ = try writeSound()
    let rejected = Made.picture(60)
    let blob = BlobID(of: rejected)
    let baseline = [
      FixtureVerifier.BaselinePicture(
        blob: blob, decision: "rejected", caseID: try Made.id(paper))
    ]
    let findings = try folder.findings([paper: 7], baseline: baseline)
    #expect(
      findings.map(\.message) == [
        "it is not there; it is named by suites/cups.baseline.json (rejected, paper)"
      ])
    try folder.blobs.write(rejected, as: blob)
    #expect(try folder.findings([paper: 7], baseline: baseline) == [])
  }

  @Test func `Pictures of the simulator beside a model's are told`() throws {
    _ = try writeSound()
    try Made.write(try Made.sound(seed: 8, origin: .simulator, in: folder), as: "slate", in: folder)
    let findings = try folder.findings([paper: 7, "slate": 8])
    #expect(findings.map(\.kind) == [.mixedOrigins])
    #expect(
      findings.map(\.message) == [
        "1 recording is of the simulator, such as slate, and 1 of https://image.example, such as "
          + "paper"
      ])
  }

  @Test func `More than the stated size is a warning`() {
    #expect(FixtureVerifier.sizeFinding(500_000_000, of: "fixtures") == nil)
    let finding = FixtureVerifier.sizeFinding(612_300_000, of: "fixtures")
    #expect(
      finding?.description == """
        warning: fixtures: the fixtures have 612 MB; above 500 MB a repository is slow to clone
          next: git lfs track '**/fixtures/**/blobs/**'
        """)
  }

  @Test func `A recording is used under another id, once, and a copy is a duplicate`() throws {
    try Made.write(try Made.sound(in: folder), as: "copy", in: folder)
    try Made.write(try Made.sound(in: folder), as: "old-name", in: folder)
    let survey = try FixtureInventory(folder)
    let uses = FixtureUses(survey, cases: try Made.cases([paper: 7]))
    #expect(
      survey.recordings.map { uses.use(of: $0) } == [
        .duplicate(of: try Made.id("old-name")), .usedAs(try Made.id(paper)),
      ])
    #expect(!uses.hasCase(try Made.id("copy")))
  }

  @Test func `A pointer of the own id, or of a blob, is a recording that was not fetched`() throws {
    let fixture = try writeSound()
    try expectNotFetched(at: try answered(fixture))
    try expectNotFetched(at: folder.path(of: try Made.id(paper)))
    // It may lie in any file that was not fetched.
    try DurableFile.remove(folder.path(of: try Made.id(paper)))
    try expectNotFetched(at: folder.path(of: try Made.id("renamed")))
  }

  private func expectNotFetched(
    at path: FilePath, location: SourceLocation = #_sourceLocation
  ) throws {
    let good = DurableFile.isFile(path) ? try read(path) : nil
    try DurableFile.write(Array(Made.pointer.utf8), to: path)
    let request = try Made.request()
    let found = FixtureFolder(folder: folder.folder).lookup(
      try Made.id(paper), caseKey: try Made.key(), canonicalRequest: request.canonical)
    guard case .notFetched(path) = found else {
      Issue.record("expected not fetched, found \(found)", sourceLocation: location)
      return
    }
    if let good { try DurableFile.write(good, to: path) }
  }

  @Test func `A pointer is short and states its version`() {
    #expect(GitLFSPointer.isPointer(Array(Made.pointer.utf8)))
    let long = Made.pointer + String(repeating: "x", count: 1_024)
    #expect(!GitLFSPointer.isPointer(Array(long.utf8)))
    #expect(!GitLFSPointer.isPointer(Array("version 1".utf8)))
  }
}
