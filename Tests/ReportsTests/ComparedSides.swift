import Canonical
import Experiments
import ImageComparison
import Recording
import Reports
import SeedreamAPI
import Suites
import SystemPackage
import Testing

/// Two sides of a comparison that a test makes: versions `v4` and `v45`.
struct ComparedSides {
  let folder: FilePath
  private var left: [ComparedCase] = []
  private var right: [ComparedCase] = []

  init(in folder: FilePath) { self.folder = folder }

  /// Adds a case to both sides, or to one where the other has no picture to show.
  ///
  /// - Parameters:
  ///   - pictures: of each side; `nil` leaves the case out.
  mutating func add(
    _ prompt: String, seed: Int?, repeatIndex: Int = 0, tags: [String] = [],
    _ pictures: (OutputRecord?, OutputRecord?), outcome: Outcome = .passed
  ) throws {
    left.append(
      try single("v4", prompt, seed, repeatIndex, tags, pictures.0, .passed))
    right.append(
      try single("v45", prompt, seed, repeatIndex, tags, pictures.1, outcome))
  }

  /// Adds a case to the first side alone.
  mutating func addLeft(_ prompt: String, seed: Int, _ picture: OutputRecord) throws {
    left.append(try single("v4", prompt, seed, 0, [], picture, .passed))
  }

  private func single(
    _ model: String, _ prompt: String, _ seed: Int?, _ repeatIndex: Int, _ tags: [String],
    _ picture: OutputRecord?, _ outcome: Outcome
  ) throws -> ComparedCase {
    let id = "\(model)--\(prompt)--\(seed.map { "s\($0)" } ?? "free")--r\(repeatIndex)"
    let identity = CaseIdentity(
      suite: try #require(SuiteName("mug")), position: left.count,
      id: CaseID(joining: [id]),
      caseKey: CaseKey(
        request: RequestKey(SHA256Digest(hashing: Array(id.utf8))), repeatIndex: repeatIndex),
      cells: [
        CaseCell(axis: "model", entry: model, value: model),
        CaseCell(axis: "prompt", entry: prompt, value: prompt),
        CaseCell(axis: "seed", entry: "\(seed ?? -1)", value: "\(seed ?? -1)"),
      ], tags: tags,
      location: SourceLocation(path: "suites/mug.yaml", line: 3, column: 1),
      model: ModelName(model), seed: seed.flatMap { Seed($0) }, size: .preset(.squareHD),
      prompt: "Put the cup on \(prompt)")
    return ComparedCase(
      CaseResult(
        identity: identity, outcome: outcome, reason: "", outputs: picture.map { [$0] } ?? [],
        source: .replayed, latencyMilliseconds: model == "v4" ? 900 : 400)
    ) { $0 }
  }

  /// Compares.
  func compared(
    isStoredOnly: Bool = false, isSimulated: Bool = true, noise: DriftTest.Noise? = nil,
    names: (String, String) = ("v4", "v45")
  ) async -> (NamedComparison, CaseAlignment) {
    let alignment = CaseAlignment(left, right, axes: ["model"])
    let found = await Comparer(axes: ["model"], noise: noise, isStoredOnly: isStoredOnly).compare(
      alignment, concurrency: 2)
    return (
      NamedComparison(left: names.0, right: names.1, isSimulated: isSimulated, found: found),
      alignment
    )
  }

  // MARK: - Pictures

  /// A picture with structure, which other numbers make other, in a file of its own.
  func picture(_ number: Int) throws -> OutputRecord {
    var pixels = [UInt8](repeating: 255, count: 4 * 96 * 64)
    var numbers = SeededNumbers(seed: UInt64(number))
    let blocks = (0..<24).map { _ in UInt8(numbers.next(below: 256)) }
    for y in 0..<64 {
      for x in 0..<96 {
        let shade = blocks[y / 16 * 6 + x / 16]
        for channel in 0..<3 { pixels[4 * (y * 96 + x) + channel] = shade }
      }
    }
    let picture = Picture(width: 96, height: 64, pixels: pixels)
    let bytes = try PictureEncoder.png(picture)
    let blob = BlobID(digest: SHA256Digest(hashing: bytes), kind: .png)
    let path = folder.appending("\(blob.digest.hex).png")
    try DurableFile.write(bytes, to: path)
    return record(blob, path, pixels: picture.digest.description, hash: PDQ(picture).hash)
  }

  /// A picture of which only the hash is known: so many of its first bits are set.
  func unread(bits: Int) -> OutputRecord {
    let blob = BlobID(digest: SHA256Digest(hashing: Array("\(bits)".utf8)), kind: .png)
    let hex = String(repeating: "f", count: bits / 4) + String(repeating: "0", count: 64 - bits / 4)
    return record(
      blob, folder.appending("\(blob.digest.hex).png"), pixels: "px1:\(bits)",
      hash: PDQHash(hex: hex))
  }

  private func record(
    _ blob: BlobID, _ path: FilePath, pixels: String, hash: PDQHash?
  ) -> OutputRecord {
    OutputRecord(
      index: 0, blob: blob, byteCount: 1, path: path,
      picture: PictureRecord(
        codec: "png", size: PixelSize(width: 96, height: 64), pixelDigest: pixels),
      problem: nil, revisedPrompt: nil,
      hash: hash.map { HashRecord(version: PDQ.version, hex: $0.hex, quality: 100) })
  }
}
