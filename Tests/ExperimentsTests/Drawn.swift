import Canonical
import Experiments
import ImageComparison
import Recording
import SeedreamAPI
import Suites
import SystemPackage
import TestSupport
import Testing

/// A picture that looks like one: waves of several lengths, which differ by number.
struct Drawn: CustomTestStringConvertible {
  static let side = 128

  var width = side
  var height = side
  private(set) var pixels: [UInt8]

  let number: Int

  var testDescription: String { "\(number), \(width)x\(height)" }

  init(_ number: Int = 1, width: Int = side, height: Int = side) {
    self.number = number
    self.width = width
    self.height = height
    pixels = []
    for y in 0..<height {
      for x in 0..<width {
        let value = Drawn.wave(x * Drawn.side / width, y * Drawn.side / height, number)
        let green = UInt8(Int(value) * 3 / 4 + x * 60 / width)
        pixels += [value, green, 255 - value, 255] as [UInt8]
      }
    }
  }

  /// A value of triangular waves, so that no rounding differs by machine.
  private static func wave(_ x: Int, _ y: Int, _ number: Int) -> UInt8 {
    func triangle(_ at: Int, _ length: Int) -> Int {
      let rest = ((at % length) + length) % length
      return abs(rest * 2 - length) * 100 / length
    }
    let first = triangle(x * (1 + number % 3) + y, 37 + number * 11)
    let second = triangle(y * (2 + number % 2) - x, 61 + number * 7)
    let third = triangle(x + number * 29, 90 + number * 3)
    return UInt8(min(255, (first + second + third) * 255 / 300))
  }

  /// The same with each third sample moved by a level.
  func noisy(_ amount: Int = 1) -> Drawn {
    var copy = self
    for index in stride(from: 0, to: pixels.count, by: 12) {
      copy.pixels[index] = UInt8(min(255, Int(pixels[index]) + amount))
    }
    return copy
  }

  /// The same with a rectangle of one colour, in pixels.
  func painted(_ x: Range<Int>, _ y: Range<Int>, _ colour: [UInt8] = [255, 0, 0]) -> Drawn {
    var copy = self
    for row in y {
      for column in x {
        for (sample, value) in colour.enumerated() {
          copy.pixels[(row * width + column) * 4 + sample] = value
        }
      }
    }
    return copy
  }

  /// The same, moved to the right; what comes in repeats the edge.
  func shifted(_ by: Int) -> Drawn {
    var copy = self
    for row in 0..<height {
      for column in 0..<width {
        let source = (row * width + max(0, column - by)) * 4
        for sample in 0..<4 {
          copy.pixels[(row * width + column) * 4 + sample] = pixels[source + sample]
        }
      }
    }
    return copy
  }

  /// The same with left and right exchanged.
  var mirrored: Drawn {
    var copy = self
    for row in 0..<height {
      for column in 0..<width {
        let source = (row * width + width - 1 - column) * 4
        for sample in 0..<4 {
          copy.pixels[(row * width + column) * 4 + sample] = pixels[source + sample]
        }
      }
    }
    return copy
  }

  /// One colour all over.
  static func plain(_ colour: [UInt8]) -> Drawn {
    Drawn().painted(0..<side, 0..<side, colour)
  }

  var png: [UInt8] {
    get throws {
      try PictureEncoder.png(Picture(width: width, height: height, pixels: pixels))
    }
  }
}

/// A judge over pictures in the folder of the running test.
struct Studio {
  let suite: LoadedSuite
  let blobs = BlobStore(folder: TemporaryFolder.path.appending("blobs"))
  let approved = BlobStore(folder: TemporaryFolder.path.appending("approved"))

  /// - Parameters:
  ///   - checks: the checks of the suite.
  ///   - input: the picture that requests send.
  ///   - other: a picture `other.png` that checks may name.
  ///   - matrix: the axes.
  init(
    _ checks: String, input: Drawn = Drawn(), other: Drawn = Drawn(2),
    matrix: String = "{seed: [1, 2]}"
  ) throws {
    let folder = TemporaryFolder.path
    try DurableFile.write(try input.png, to: folder.appending("cup.png"))
    try DurableFile.write(try other.png, to: folder.appending("other.png"))
    let text = """
      version: 1
      name: mug
      request: {prompt: a cup, images: cup.png}
      matrix: \(matrix)
      checks: [\(checks)]
      """
    suite = try SuiteLoader.load(bytes: Array(text.utf8), path: folder.appending("mug.yaml"))
  }

  /// A picture as an output of a case; one of other bytes cannot be decoded.
  func output(_ bytes: [UInt8], _ index: Int = 0) throws -> OutputRecord {
    let blob = BlobID(of: bytes)
    try blobs.write(bytes, as: blob)
    var picture: PictureRecord?
    var problem: String?
    do {
      let decoded = try Picture(decoding: bytes)
      picture = PictureRecord(
        codec: "png", size: PixelSize(width: decoded.width, height: decoded.height),
        pixelDigest: decoded.digest.description,
        emptiness: PictureCharacter.emptiness(of: decoded)?.rawValue)
    } catch {
      problem = "\(error)"
    }
    return OutputRecord(
      index: index, blob: blob, byteCount: bytes.count, path: blobs.path(of: blob),
      picture: picture, problem: problem, revisedPrompt: nil)
  }

  /// A decision about a picture, whose bytes are kept unless they are to be missing.
  func decided(
    _ drawn: Drawn, _ decision: BaselineEntry.Decision = .approved, index: Int = 0,
    repeatIndex: Int = 0, hasBytes: Bool = true, note: String? = nil
  ) throws -> BaselineEntry {
    let bytes = try drawn.png
    let blob = BlobID(of: bytes)
    if hasBytes { try approved.write(bytes, as: blob) }
    let first = try #require(suite.cases.first { _ in true })
    return BaselineEntry(
      decision: decision, caseID: first.id,
      output: OutputID(
        caseKey: CaseKey(request: first.request.key, repeatIndex: repeatIndex), index: index),
      blob: blob, pixelDigest: try Picture(decoding: bytes).digest.description,
      size: PixelSize(width: drawn.width, height: drawn.height), origin: .simulator,
      run: try Sample.run(), at: Sample.start, by: "ada", note: note)
  }

  /// Judges the declared checks of the first case.
  func judge(
    _ outputs: [OutputRecord], _ entries: [BaselineEntry] = [], probe: ProbeFinding? = nil,
    programs: (any ProgramStarter)? = nil, origin: Origin? = nil,
    isReplayed: Bool = false, peers: PeerOutputs = PeerOutputs()
  ) async throws -> [CheckResult] {
    let first = try #require(suite.cases.first { _ in true })
    let request = first.request
    let identity = CaseIdentity(
      suite: suite.name, position: 0, id: first.id, caseKey: first.caseKey, cells: first.cells,
      tags: [], location: first.location, model: request.model, seed: request.seed,
      size: request.size, prompt: request.prompt)
    let judge = CheckJudge(
      baseline: Baseline(suite: suite.name, entries: entries),
      tools: JudgeTools(
        suite: suite, approved: approved, probe: probe, programs: programs,
        workingFolder: TemporaryFolder.path))
    return await judge.judge(
      first.checks.filter { !$0.isDefault },
      CheckJudge.Evidence(
        identity: identity, request: request, lastInput: nil, outputs: outputs, missing: [],
        latencyMilliseconds: 1, origin: origin, isReplayed: isReplayed, peers: peers))
  }

  /// Judges the only declared check about one picture.
  func judgeOne(
    _ drawn: Drawn, _ entries: [BaselineEntry] = [], probe: ProbeFinding? = nil
  ) async throws -> CheckResult {
    let results = try await judge([try output(try drawn.png)], entries, probe: probe)
    #expect(results.count == 1)
    return try #require(results.first)
  }
}
