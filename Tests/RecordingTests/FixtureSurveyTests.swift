import Canonical
import Recording
import SeedreamAPI
import SystemPackage
import TestSupport
import Testing

@Suite(.temporaryFolder)
struct FixtureSurveyTests {
  private let folder = fixtures()

  /// What the survey and a search of a new look at the folder say of a case.
  private func statuses(
    _ id: String, seed: Int = 7, repeatIndex: Int = 0
  ) throws -> (survey: FixtureStatus, lookup: String) {
    let fresh = FixtureFolder(folder: folder.folder)
    let request = try Made.request(seed: seed)
    let id = try Made.id(id)
    let lookup = fresh.lookup(
      id, caseKey: CaseKey(request: request.key, repeatIndex: repeatIndex),
      canonicalRequest: request.canonical)
    let survey = FixtureSurvey(FixtureFolder(folder: folder.folder))
    return (survey.status(of: id, request: request, repeatIndex: repeatIndex), Self.word(lookup))
  }

  private static func word(_ lookup: FixtureLookup) -> String {
    switch lookup {
    case .found(_, let id): "recorded \(id)"
    case .missing: "missing"
    case .exhausted: "exhausted"
    case .stale: "stale"
    case .notFetched(let path): "not fetched \(path)"
    case .corrupt(let description): "corrupt \(description)"
    }
  }

  private static func word(_ status: FixtureStatus) -> String {
    switch status {
    case .recorded(let id): "recorded \(id)"
    case .missing: "missing"
    case .exhausted: "exhausted"
    case .stale: "stale"
    case .notFetched(let path): "not fetched \(path)"
    case .corrupt(let description): "corrupt \(description)"
    }
  }

  @Test(
    "A survey says of each case what a search says",
    arguments: [
      ("paper", 7, 0, "recorded paper"), ("paper", 8, 0, "recorded renamed"),
      ("paper", 9, 0, "stale"), ("paper", 7, 1, "exhausted"), ("other", 7, 0, "recorded paper"),
      ("other", 8, 0, "recorded renamed"), ("other", 9, 0, "missing"),
      ("other", 8, 3, "exhausted"),
    ])
  func agrees(id: String, seed: Int, repeatIndex: Int, expected: String) throws {
    try Made.write(try Made.recording(in: folder.blobs), as: "paper", in: folder)
    try Made.write(try Made.recording(seed: 8, in: folder.blobs), as: "renamed", in: folder)
    let found = try statuses(id, seed: seed, repeatIndex: repeatIndex)
    #expect(Self.word(found.survey) == expected)
    #expect(found.lookup == expected)
  }

  @Test("A damaged file, and a missing picture, are corrupt")
  func findsDamage() throws {
    let fixture = try Made.recording(in: folder.blobs)
    try Made.write(fixture, as: "paper", in: folder)
    try DurableFile.write([1], to: folder.path(of: try Made.id("broken")))
    let broken = try statuses("broken", seed: 9)
    #expect(Self.word(broken.survey) == broken.lookup)
    #expect(broken.lookup.hasPrefix("corrupt \(folder.path(of: try Made.id("broken")))"))
    let blob = try #require(fixture.blobs.first)
    try DurableFile.remove(folder.blobs.path(of: blob))
    for id in ["paper", "moved"] {
      let found = try statuses(id)
      #expect(Self.word(found.survey) == found.lookup)
      #expect(found.lookup.contains("names a picture that is not "))
    }
  }

  @Test("Without a folder everything is missing, and a file in its place is told")
  func needsNoFolder() throws {
    #expect(try statuses("paper").survey == .missing)
    try DurableFile.write([1], to: folder.folder)
    let found = try statuses("paper")
    #expect(
      Self.word(found.survey)
        == "corrupt cannot list the folder \(folder.folder): a part of the path is a file, a folder "
        + "is needed")
    #expect(found.lookup.hasPrefix("corrupt cannot read "))
  }

  @Test(
    "The outline of a request is that of its canonical form",
    arguments: [
      ImageSize.preset(.auto2K), .custom(PixelSize(width: 1_280, height: 960)),
    ])
  func outlines(size: ImageSize) {
    for seed in [nil, Seed(0), Seed(7)] {
      let request = EditRequest(
        model: ModelName("m"), prompt: "é\n\"", images: [], size: size, seed: seed)
      #expect(RequestOutline(request) == RequestOutline(canonicalRequest: request.canonical))
      var other = request
      other.prompt += "."
      #expect(RequestOutline(request) != RequestOutline(other))
    }
  }
}
