import Canonical
import Experiments
import ImageComparison
import Recording
import SeedreamAPI
import Suites
import SystemPackage
import TestSupport
import Testing

/// Baselines at levels that metrics decide.
@Suite(.temporaryFolder)
struct LadderTests {
  @Test(arguments: [
    (
      "near", Drawn().noisy(), CheckResult.Verdict.passed,
      "picture 0 near: PDQ 0, worst tile 1.000, changed 0.00 %"
    ),
    ("near", Drawn().painted(20..<60, 20..<60), .drifted, "changed 10.76 % (at most 0.2 %)"),
    ("similar", Drawn().painted(28..<33, 28..<33), .passed, "picture 0 similar: PDQ "),
    ("near", Drawn(3), .drifted, "picture 0 different: PDQ "),
    ("similar", Drawn(3), .drifted, "(at most 31)"),
    ("near", Drawn().mirrored, .drifted, "picture 0 different: mirrored (PDQ "),
    ("near", Drawn().shifted(3), .drifted, ": shift 3.0,0.0 px, scale 1.001 (at most 0.5), PDQ "),
    ("near", Drawn(1, width: 64, height: 64), .drifted, ": size 64x64 not 128x128, "),
  ])
  func `A picture is as like the approved one as its metrics say`(
    level: String, drawn: Drawn, verdict: CheckResult.Verdict, message: String
  ) async throws {
    let studio = try Studio("{baseline: \(level)}")
    let result = try await studio.judgeOne(drawn, [try studio.decided(Drawn())])
    #expect(result.verdict == verdict, "\(result.message)")
    #expect(result.message.contains(message), "\(result.message)")
    let names = try #require(result.measures.first).figures.map(\.name)
    #expect(names.contains("pdq-nn512") && names.contains("de2000-box3.changed"), "\(names)")
    #expect(names.contains("ssim-y601-g11-valid.worst-tile"))
    #expect(result.measures.first?.other?.removingLastComponent() == studio.approved.folder)
  }

  @Test func `The same bytes and the same pixels pass without a metric`() async throws {
    let studio = try Studio("{baseline: near}")
    // The bytes are not even there.
    let entries = [try studio.decided(Drawn(), hasBytes: false)]
    let same = try await studio.judgeOne(Drawn(), entries)
    #expect(same.message == "picture 0 has the same bytes as an approved one")
    #expect(same.measures.isEmpty)
    let output = try studio.output(try Drawn().png)
    let reencoded = OutputRecord(
      index: 0, blob: BlobID(of: [1]), byteCount: 1, path: output.path, picture: output.picture,
      problem: nil, revisedPrompt: nil)
    let result = try #require(try await studio.judge([reencoded], entries).first)
    #expect(result.message == "picture 0 has the same pixels as an approved one")
  }

  @Test func `Any approved picture may be the one, and the best of them counts`() async throws {
    let studio = try Studio("{baseline: near}")
    let entries = try [Drawn(2), Drawn(), Drawn(3)].map { try studio.decided($0) }
    #expect(try await studio.judgeOne(Drawn().noisy(), entries).verdict == .passed)
    let far = try await studio.judgeOne(Drawn().painted(28..<33, 28..<33), entries)
    #expect(far.verdict == .drifted)
    #expect(far.message.contains("expected near to any of 3 approved ones"), "\(far.message)")
    let path = studio.approved.path(of: BlobID(of: try Drawn().png))
    #expect(far.measures.first?.other == path)
  }

  @Test func `Without the bytes of the approved picture only equality passes`() async throws {
    let studio = try Studio("{baseline: near}")
    let entry = try studio.decided(Drawn(), hasBytes: false)
    let result = try await studio.judgeOne(Drawn().noisy(), [entry])
    #expect(result.verdict == .drifted)
    let path = studio.approved.path(of: entry.blob)
    #expect(
      result.message.contains("only the same bytes or pixels can pass: there is no \(path)"),
      "\(result.message)")
    #expect(result.message.hasSuffix("restore it with: git checkout -- '\(path)'"))
    // A picture that is there decides, and the missing one is told.
    let both = try await studio.judgeOne(Drawn(3), [entry, try studio.decided(Drawn(2))])
    #expect(both.verdict == .drifted)
    #expect(both.message.contains("different: ") && both.message.contains("git checkout"))
    let near = try await studio.judgeOne(
      Drawn(2).noisy(), [entry, try studio.decided(Drawn(2))])
    #expect(near.verdict == .passed)
  }

  @Test func `A pointer in the place of approved bytes names what fetches them`() async throws {
    let studio = try Studio("{baseline: near}")
    let entry = try studio.decided(Drawn(), hasBytes: false)
    let pointer =
      "version https://git-lfs.github.com/spec/v1\noid sha256:\(entry.blob.digest.hex)\nsize 5\n"
    try DurableFile.createFolder(studio.approved.folder)
    try DurableFile.write(Array(pointer.utf8), to: studio.approved.path(of: entry.blob))
    let result = try await studio.judgeOne(Drawn().noisy(), [entry])
    #expect(result.verdict == .drifted)
    #expect(result.message.contains("git lfs pull"), "\(result.message)")
  }

  @Test func `A picture that cannot be decoded is like none`() async throws {
    let studio = try Studio("{baseline: near}")
    let output = try studio.output([1, 2, 3])
    let result = try #require(
      try await studio.judge([output], [try studio.decided(Drawn())]).first)
    #expect(result.verdict == .failed)
    #expect(result.message.contains("cannot be decoded"))
  }

  @Test func `A picture like a rejected one fails with what was said of it`() async throws {
    let studio = try Studio("{baseline: near}")
    let entries = [
      try studio.decided(Drawn(2)), try studio.decided(Drawn(), .rejected, note: "no handle"),
    ]
    let result = try await studio.judgeOne(Drawn().noisy(), entries)
    #expect(result.verdict == .failed)
    #expect(result.message.contains("is like one that was rejected: no handle"))
  }

  /// Limits at, just past and just before what a picture with a painted square reaches.
  @Test(arguments: [
    ("10.7666%", CheckResult.Verdict.drifted, "at most 10.7666 %"), ("10.7667%", .passed, ""),
  ])
  func `A limit holds at its border and not past it`(
    limit: String, verdict: CheckResult.Verdict, message: String
  ) async throws {
    let studio = try Studio(
      "{baseline: {level: near, worst-tile: {min: 0}, pdq: {max: 256}, changed: {max: \(limit)}}}")
    let result = try await studio.judgeOne(
      Drawn().painted(20..<60, 20..<60, [0, 255, 0]), [try studio.decided(Drawn())])
    #expect(result.verdict == verdict, "\(result.message)")
    #expect(message.isEmpty || result.message.contains(message), "\(result.message)")
  }

  @Test func `Limits of hashes, tiles and shifts are the suite's where it sets them`() async throws
  {
    let drawn = Drawn().painted(28..<33, 28..<33)
    let plain = try Studio("{baseline: similar}")
    let measured = try await plain.judgeOne(drawn, [try plain.decided(Drawn())])
    let figures = try #require(measured.measures.first).figures
    func figure(_ name: String) throws -> Double {
      try #require(figures.first { $0.name == name }).value
    }
    let bits = Int(try figure("pdq-nn512"))
    let tile = try figure("ssim-y601-g11-valid.worst-tile")
    #expect(bits > 0)
    let exact = try Studio("{baseline: {level: similar, pdq: {max: \(bits)}}}")
    let passed = try await exact.judgeOne(drawn, [try exact.decided(Drawn())])
    #expect(passed.verdict == .passed, "\(passed.message)")
    let less = try Studio("{baseline: {level: similar, pdq: {max: \(bits - 1)}}}")
    let failed = try await less.judgeOne(drawn, [try less.decided(Drawn())])
    #expect(failed.verdict == .drifted)
    #expect(failed.message.contains("PDQ \(bits) (at most \(bits - 1))"), "\(failed.message)")
    #expect(tile < 1)
    let strict = try Studio("{baseline: {level: similar, worst-tile: {min: 1}}}")
    let result = try await strict.judgeOne(drawn, [try strict.decided(Drawn())])
    #expect(result.verdict == .drifted)
    #expect(result.message.contains("(at least 1.0)"), "\(result.message)")
    let loose = try Studio(
      "{baseline: {level: near, shift: {max: 4}, pdq: {max: 256}, worst-tile: {min: 0}, changed: {max: 100%}}}"
    )
    let moved = try await loose.judgeOne(Drawn().shifted(3), [try loose.decided(Drawn())])
    #expect(moved.verdict == .passed, "\(moved.message)")
  }

  // MARK: - Any order

  @Test func `In any order each approved place is for one picture`() async throws {
    let studio = try Studio("{baseline: {level: near, order: any}}")
    let entries = [
      try studio.decided(Drawn(), index: 0), try studio.decided(Drawn(2), index: 1),
    ]
    func judge(_ drawn: Drawn...) async throws -> CheckResult {
      let outputs = try drawn.enumerated().map { try studio.output(try $1.png, $0) }
      return try #require(try await studio.judge(outputs, entries).first)
    }
    #expect(try await judge(Drawn(2).noisy(), Drawn()).verdict == .passed)
    #expect(try await judge(Drawn(), Drawn(2)).verdict == .passed)
    let twice = try await judge(Drawn(), Drawn().noisy())
    #expect(twice.verdict == .drifted)
    #expect(twice.message.contains("that another picture has taken"), "\(twice.message)")
    let other = try await judge(Drawn(), Drawn(3))
    #expect(other.verdict == .drifted)
    #expect(other.message.hasPrefix("picture 1 different: "), "\(other.message)")
    let more = try await judge(Drawn(), Drawn(2), Drawn().noisy())
    #expect(more.verdict == .unapproved)
    let asSent = try Studio("{baseline: near}")
    let outputs = [try asSent.output(try Drawn(2).png, 0), try asSent.output(try Drawn().png, 1)]
    #expect(try await asSent.judge(outputs, entries).first?.verdict == .drifted)
  }

  @Test func `A rejected picture fails in any order`() async throws {
    let studio = try Studio("{baseline: {level: identical-pixels, order: any}}")
    let entries = [
      try studio.decided(Drawn(), index: 0), try studio.decided(Drawn(2), .rejected, index: 1),
    ]
    let outputs = [try studio.output(try Drawn(2).png, 0), try studio.output(try Drawn().png, 1)]
    let result = try #require(try await studio.judge(outputs, entries).first)
    #expect(result.verdict == .failed)
    let none = try #require(try await studio.judge(outputs, []).first)
    #expect(none.verdict == .unapproved)
  }
}
