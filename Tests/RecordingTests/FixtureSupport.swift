import Canonical
import Recording
import SeedreamAPI
import SystemPackage
import TestSupport
import Testing

extension Made {
  /// The text of a Git LFS pointer.
  static let pointer = """
    version https://git-lfs.github.com/spec/v1
    oid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393
    size 12345

    """

  /// A recording whose bodies all have the digests that it states: a photograph is sent, and a
  /// picture comes back in base64.
  static func sound(
    seed: Int = 7, repeatIndex: Int = 0, origin: Origin = .api("https://image.example"),
    in folder: FixtureFolder
  ) throws -> Fixture {
    let picture = Made.picture(UInt64(seed))
    let answer = BodySplitter.split(Array(answer(picture).utf8))
    for blob in answer.blobs { try folder.blobs.write(blob.bytes, as: blob.id) }
    try folder.blobs.write(input, as: BlobID(of: input))
    let parts = try request(seed: seed).wireParts
    let sent = try parts.joined(from: folder.blobs)
    return try fixture(
      seed: seed, repeatIndex: repeatIndex, origin: origin,
      exchange(
        request: Body(
          parts: parts, byteCount: sent.count, digest: SHA256Digest(hashing: sent)),
        headers: [HTTPHeader("content-type", "application/json")], body: answer.body))
  }

  /// A recording whose picture is fetched.
  static func fetched(seed: Int = 7, in folder: FixtureFolder) throws -> Fixture {
    let picture = Made.picture(UInt64(seed))
    try folder.blobs.write(picture, as: BlobID(of: picture))
    let url = "https://image.example/a.png"
    return try fixture(
      seed: seed, exchange(body: Body(Array(answer(urls: url).utf8))),
      download(0, picture, url: url))
  }

  /// Cases as a suite gives them.
  static func cases(_ seeds: [String: Int]) throws -> [(id: CaseID, caseKey: CaseKey)] {
    try seeds.sorted { $0.key < $1.key }.map {
      (id: try id($0.key), caseKey: try key(seed: $0.value))
    }
  }
}

extension FixtureFolder {
  /// Checks the folder as the command does.
  func findings(
    _ seeds: [String: Int], baseline: [FixtureVerifier.BaselinePicture] = []
  ) throws -> [FixtureFinding] {
    try FixtureVerifier.verify(
      FixtureFolder(folder: folder), suite: "suites/cups.yaml", cases: try Made.cases(seeds),
      baselinePath: "suites/cups.baseline.json", baseline: baseline
    ).findings
  }
}
