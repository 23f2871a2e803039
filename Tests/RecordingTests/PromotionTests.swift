import Canonical
import FoundationEssentials
import Recording
import SeedreamAPI
import SystemPackage
import TestSupport
import Testing

@Suite(.temporaryFolder)
struct PromotionTests {
  private let folder = fixtures()
  private let blobs = store()

  private func promote(
    _ fixture: Fixture, as id: String = "paper", version: String = "1.0"
  ) throws -> Promotion.Result {
    try Promotion(folder: folder, source: blobs, creatorVersion: version)
      .promote(fixture, as: try Made.id(id))
  }

  /// Every file below a folder with its bytes and the time of its last change.
  private func snapshot() throws -> [String: [String]] {
    var files: [String: [String]] = [:]
    for folder in [folder.folder, folder.blobs.folder] {
      for name in try DurableFile.names(in: folder) where name != HARWriter.blobFolder {
        let path = folder.appending(name)
        let time = try FileManager.default.attributesOfItem(atPath: path.string)[.modificationDate]
        files[name] = [SHA256Digest(hashing: try read(path)).hex, "\(time ?? "")"]
      }
    }
    return files
  }

  @Test func `A promoted case can be looked up and read`() throws {
    let fixture = try Made.recording(in: blobs)
    let path = folder.path(of: try Made.id("paper"))
    #expect(try promote(fixture) == .written(path))
    #expect(try folder.fixture(of: Made.id("paper")) == fixture)
    for blob in fixture.blobs { #expect(try folder.blobs.bytes(of: blob) == blobs.bytes(of: blob)) }
  }

  @Test func `A promoted case is found under another id by a folder that was looked through`()
    throws
  {
    func lookup() throws -> FixtureLookup {
      folder.lookup(
        try Made.id("renamed"), caseKey: try Made.key(),
        canonicalRequest: .members([:]))
    }
    guard case .missing = try lookup() else {
      Issue.record("expected missing")
      return
    }
    _ = try promote(try Made.recording(in: blobs))
    guard case .found(_, let id) = try lookup() else {
      Issue.record("not found")
      return
    }
    #expect(id.text == "paper")
  }

  @Test func `Promoting twice has the effect of once`() throws {
    let fixture = try Made.recording(in: blobs)
    _ = try promote(fixture)
    let before = try snapshot()
    #expect(try promote(fixture) == .unchanged(folder.path(of: Made.id("paper"))))
    #expect(try snapshot() == before)
  }

  @Test func `A re-record in which nothing changed leaves every byte as it was`() throws {
    _ = try promote(try Made.recording(created: 1, in: blobs))
    let before = try snapshot()
    let again = try promote(try Made.recording(created: 2, in: blobs), version: "2.0")
    #expect(again == .unchanged(folder.path(of: try Made.id("paper"))))
    #expect(try snapshot() == before)
  }

  @Test(arguments: [
    (
      #"{"created":1,"data":[{"url":"https://a.example/1"}]}"#,
      #"{"created":2,"data":[{"url":"https://a.example/2"}]}"#, true
    ),
    (#"{"id":"a","data":[{"url":"u"}]}"#, #"{"id":"b","data":[{"url":"u"}]}"#, true),
    (#"{"data":[{"url":"u"}]}"#, #"{"data":[{"url":"u"},{"url":"v"}]}"#, false),
    (#"{"data":[{"url":"u","b64_json":""}]}"#, #"{"data":[{"url":"","b64_json":""}]}"#, false),
    (#"{"data":[{"revised_prompt":"a"}]}"#, #"{"data":[{"revised_prompt":"b"}]}"#, false),
    ("not JSON", "not JSON", true),
    ("not JSON", "nor this", false),
    ("", "", true),
  ])
  func `Recordings are the same but for what means nothing`(
    old: String, new: String, isSame: Bool
  ) throws {
    let pair = try [old, new].map { text in
      try Made.fixture(
        Made.exchange(body: Body(Array(text.utf8))),
        Made.download(0, Made.picture(), url: "https://a/\(text.count)"))
    }
    #expect(Promotion.isSame(pair[0], pair[1], blobs: blobs) == isSame)
  }

  @Test func `A changed picture, status or number of exchanges is a change`() throws {
    let base = Made.exchange(body: Body(Array("{}".utf8)))
    let old = try Made.fixture(base, Made.download(0, Made.picture(1)))
    for new in [
      try Made.fixture(base, Made.download(0, Made.picture(2))),
      try Made.fixture(base),
      try Made.fixture(
        Made.exchange(status: 400, body: Body(Array("{}".utf8))), Made.download(0, Made.picture(1))),
      try Made.fixture(seed: 8, base, Made.download(0, Made.picture(1))),
      try Made.fixture(origin: .simulator, base, Made.download(0, Made.picture(1))),
    ] {
      #expect(!Promotion.isSame(old, new, blobs: blobs))
    }
  }

  @Test(arguments: [true, false])
  func `Pictures of the simulator and of a model do not mix`(isSimulatorFirst: Bool) throws {
    let origins: [Origin] = [.simulator, .api("https://image.example")]
    let (first, second) = isSimulatorFirst ? (0, 1) : (1, 0)
    _ = try promote(try Made.recording(origin: origins[first], in: blobs), as: "b")
    // A damaged file says nothing of the origin of the others.
    try DurableFile.write([1], to: folder.path(of: try Made.id("a")))
    let before = try snapshot()
    let result = try promote(
      try Made.recording(seed: 8, origin: origins[second], in: blobs), as: "c")
    guard case .kept(let reason) = result else {
      Issue.record("\(result)")
      return
    }
    #expect(reason.contains("--fixtures"))
    #expect(try snapshot() == before)
  }

  @Test func `Hosts of one kind may mix`() throws {
    _ = try promote(try Made.recording(origin: .api("https://a.example"), in: blobs), as: "a")
    let result = try promote(
      try Made.recording(seed: 8, origin: .api("https://b.example"), in: blobs), as: "b")
    #expect(result == .written(folder.path(of: try Made.id("b"))))
  }

  @Test func `A damaged recording and a damaged picture are mended`() throws {
    let fixture = try Made.recording(in: blobs)
    _ = try promote(fixture)
    try DurableFile.write([1], to: folder.path(of: try Made.id("paper")))
    for blob in fixture.blobs { try DurableFile.write([1], to: folder.blobs.path(of: blob)) }
    _ = try promote(fixture)
    for blob in fixture.blobs {
      try DurableFile.write([2], to: folder.blobs.path(of: blob))
      _ = try promote(fixture)
      #expect(try folder.blobs.bytes(of: blob) == blobs.bytes(of: blob))
    }
    #expect(try folder.fixture(of: Made.id("paper")) == fixture)
  }

  @Test func `A picture that is not in the store leaves no recording behind`() throws {
    let fixture = try Made.recording(in: blobs)
    for blob in fixture.blobs { try DurableFile.remove(blobs.path(of: blob)) }
    #expect(throws: BlobFailure.self) { try promote(fixture) }
    #expect(try folder.fixture(of: Made.id("paper")) == nil)
  }

  /// What could not be read back would be lost; it stays in the run store.
  @Test func `A recording that could not be read back is kept`() throws {
    let body = Body(Array("{}".utf8))
    let fixture = try Made.fixture(Made.exchange(.generate, Fixture.exchangesMax + 1, body: body))
    guard case .kept(let reason) = try promote(fixture) else {
      Issue.record("it was written")
      return
    }
    #expect(reason.contains("/log/entries/0/_proofsheet/ordinal"))
    #expect(try folder.fixture(of: Made.id("paper")) == nil)
  }
}

@Suite(.temporaryFolder)
struct CompletenessTests {
  private static let urls = Made.answer(urls: "https://a.example/0", "https://a.example/1")

  private func judge(_ exchanges: Exchange...) throws -> Fixture.Completeness {
    try Fixture.completeness(of: exchanges, blobs: MemoryBlobs())
  }

  private func answer(
    _ text: String, _ role: ExchangeRole = .generate, status: Int = 200
  ) -> Exchange {
    Made.exchange(role, status: status, body: Body(Array(text.utf8)))
  }

  @Test(arguments: [
    (#"{"data":[{"b64_json":"aGVsbG8="}]}"#, 200),
    (#"{"error":{"code":"InvalidParameter","message":"no"}}"#, 400),
    (#"{"error":{"code":"InputImageSensitiveContentDetected","message":"no"}}"#, 400),
    (#"{"data":[{"error":{"code":"OutputImageSensitiveContentDetected"}}]}"#, 200),
  ])
  func `An answer that will not change is complete`(text: String, status: Int) throws {
    #expect(try judge(answer(text, status: status)) == .complete)
  }

  @Test(arguments: [429, 401, 402, 500, 503])
  func `A passing error is not recorded`(status: Int) throws {
    guard case .notRecordable = try judge(answer("{}", status: status)) else {
      Issue.record("status \(status)")
      return
    }
  }

  @Test func `A passing error is recorded where it is the one that is expected`() throws {
    let inside = answer(#"{"error":{"code":503,"message":"later"}}"#)
    #expect(
      try Fixture.completeness(of: [inside], blobs: MemoryBlobs(), expecting: .unavailable)
        == .complete)
    guard
      case .notRecordable = try Fixture.completeness(
        of: [inside], blobs: MemoryBlobs(), expecting: .server)
    else {
      Issue.record("another error than the expected one was recorded")
      return
    }
  }

  @Test func `Without an answer there is nothing to record`() throws {
    #expect(try judge() == .notRecordable("there is no answer"))
    #expect(try judge(Made.download(0, Made.picture())) == .notRecordable("there is no answer"))
  }

  @Test func `A task that runs and a picture to fetch make a case incomplete`() throws {
    let task = answer(#"{"data":{"task_id":"t-1","status":"pending"}}"#)
    #expect(try judge(task) == .incomplete("the task t-1 is still to be asked after"))
    let done = answer(#"{"data":{"status":"completed","outputs":["https://a.example/0"]}}"#, .poll)
    #expect(try judge(task, done) == .incomplete("picture 0 is still to be fetched"))
    #expect(try judge(task, done, Made.download(0, Made.picture())) == .complete)
    let two = answer(Self.urls)
    #expect(
      try judge(two, Made.download(0, [1])) == .incomplete("picture 1 is still to be fetched"))
    #expect(try judge(two, Made.download(0, [1]), Made.download(1, [2])) == .complete)
  }

  @Test func `A picture that could not be fetched is still to be fetched`() throws {
    let failed = Made.exchange(.download, method: .get, status: 404, body: Body([]))
    #expect(
      try judge(answer(Made.answer(urls: "https://a.example/0")), failed)
        == .incomplete("picture 0 is still to be fetched"))
  }
}
