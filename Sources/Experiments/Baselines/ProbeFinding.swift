package import Canonical
package import ImageComparison
package import Recording
package import SeedreamAPI
package import Suites
package import SystemPackage

/// How deterministic an endpoint is, from the strictest class to the loosest.
package enum EndpointClass: String, Hashable, Sendable, CaseIterable {
  /// The same request gives the same bytes.
  case byte
  /// The same request gives the same pixels.
  case pixel
  /// The same request gives the same picture but for noise and encoding.
  case near
  /// Pictures of one seed are nearer to each other than those of different seeds.
  case seedEffective = "seed-effective"
  /// A seed says nothing about the picture.
  case free
}

/// What `probe` has found of an endpoint: the check `baseline: auto` follows it.
package struct ProbeFinding: Hashable, Sendable {
  /// What two compared pictures have in common.
  package enum Condition: String, Hashable, Sendable, CaseIterable {
    /// The same request, made several times.
    case sameSeed = "same-seed"
    /// Requests that differ in their seeds only.
    case otherSeeds = "other-seeds"
    /// The one picture of a request for one, and the first of a request for four.
    case firstOfFour = "first-of-four"
    /// A picture fetched from its URL, and the same request answered in Base64.
    case delivery
    /// The same request with the seed 0, made several times.
    case seedZero = "seed-0"
  }

  /// How far two samples are from each other.
  package struct Distance: Hashable, Sendable {
    /// The level at which they agree by the standard limits.
    package let level: ImageComparison.ComparisonLevel
    /// The bits in which their perceptual hashes differ, 0 to 256.
    package let bits: Int

    /// Puts a distance together.
    package init(_ level: ImageComparison.ComparisonLevel, bits: Int) {
      self.level = level
      self.bits = bits
    }
  }

  /// What was measured under one condition.
  package struct Measurement: Hashable, Sendable {
    /// What the compared pictures have in common.
    package let condition: Condition
    /// How many pictures there were.
    package let sampleCount: Int
    /// The distance of every compared pair.
    package let distances: [Distance]

    /// Puts a measurement together.
    package init(_ condition: Condition, sampleCount: Int, distances: [Distance]) {
      self.condition = condition
      self.sampleCount = sampleCount
      self.distances = distances
    }
  }

  /// The suite.
  package let suite: SuiteName
  /// When it was found.
  package let at: Timestamp
  /// Where the pictures came from.
  package let origin: Origin
  /// How deterministic the endpoint is.
  package let endpointClass: EndpointClass
  /// The level that outputs can be held to; `nil` where only many samples together say anything.
  package let recommended: Suites.ComparisonLevel?
  /// The names of the definitions of all figures.
  package let metrics: [String]
  /// What was measured, one element a condition.
  package let measurements: [Measurement]
  /// The model that was asked; `nil` where the file does not say.
  package let model: ModelName?
  /// The case that all requests were made of; `nil` where the file does not say.
  package let caseID: CaseID?
  /// Whether pictures of one seed are nearer to each other than others; `nil` where it is not known.
  package let seedEffect: SeedEffect?

  /// Puts a finding together.
  package init(
    suite: SuiteName, at: Timestamp, origin: Origin, endpointClass: EndpointClass,
    recommended: Suites.ComparisonLevel?, metrics: [String] = Comparison.versions,
    measurements: [Measurement], model: ModelName? = nil, caseID: CaseID? = nil,
    seedEffect: SeedEffect? = nil
  ) {
    self.suite = suite
    self.at = at
    self.origin = origin
    self.endpointClass = endpointClass
    self.recommended = recommended
    self.metrics = metrics
    self.measurements = measurements
    self.model = model
    self.caseID = caseID
    self.seedEffect = seedEffect
  }
}

/// A probe file that cannot be used.
package struct ProbeFailure: Error, Hashable, Sendable, CustomStringConvertible {
  /// What is wrong, with path and place, and what helps.
  package let description: String
}

/// Reads and writes `<suite>.probe.json`.
///
/// Members: `version`, `suite`, `at`, `origin`, `class`, `recommended` where there is a level, `metrics`,
/// `model`, `case` and `seed_effect` (`as_large` of `choices`) where they are known, and `conditions`, each with `condition`, `samples` and `distances` (each `level` and `pdq`), a line
/// each.
package enum ProbeFile {
  /// The version of the format.
  package static let version = 1
  /// The largest file.
  package static let byteCountMax = 8 << 20
  /// The most samples of a condition; each two of them make a distance.
  package static let samplesMax = 256

  /// The probe file's path beside a suite file.
  package static func path(forSuite suite: FilePath) -> FilePath {
    let stem = suite.lastComponent?.stem ?? "suite"
    return suite.parent.appending("\(stem).probe.json")
  }

  /// What helps where a file is no finding.
  private static func advice(_ path: FilePath) -> String {
    "restore the file with: git checkout -- \(ShellText.quoted(path)), or remove it and probe again"
  }

  /// Reads a finding.
  ///
  /// - Parameters:
  ///   - path: the file.
  ///   - suite: the suite that it must be of.
  /// - Returns: `nil` where there is no such file.
  /// - Throws: ``ProbeFailure``.
  package static func read(
    _ path: FilePath, suite: SuiteName
  ) throws(ProbeFailure) -> ProbeFinding? {
    let bytes: [UInt8]
    do {
      bytes = try DurableFile.read(path, byteCountMax: byteCountMax)
    } catch {
      if error.errno == .noSuchFileOrDirectory { return nil }
      throw ProbeFailure(description: error.description)
    }
    let finding: ProbeFinding
    do {
      finding = try decode(JSONParser.parse(bytes, limits: JSONLimits(byteCountMax: byteCountMax)))
    } catch let error as JSONError {
      throw ProbeFailure(
        description:
          "\(path):\(error.line):\(error.column): error: \(error.message); \(Self.advice(path))")
    } catch {
      throw ProbeFailure(
        description: "\(path): error: \(error); \(Self.advice(path))")
    }
    guard finding.suite == suite else {
      throw ProbeFailure(
        description: "\(path): error: the finding is of the suite '\(finding.suite)', "
          + "not of '\(suite)'")
    }
    return finding
  }

  /// The bytes of a finding's file.
  package static func bytes(of finding: ProbeFinding) -> [UInt8] {
    let head = JSONValue.members([
      "version": .integer(version),
      "suite": .string(finding.suite.text),
      "at": .string(finding.at.description),
      "origin": .string(finding.origin.description),
      "class": .string(finding.endpointClass.rawValue),
      "recommended": finding.recommended.map { .string($0.rawValue) },
      "metrics": .array(finding.metrics.map(JSONValue.string)),
      "model": finding.model.map { .string($0.text) },
      "case": finding.caseID.map { .string($0.text) },
      "seed_effect": finding.seedEffect.map {
        .members(["as_large": .integer($0.asLarge), "choices": .integer($0.choices)])
      },
    ])
    let lines = finding.measurements.map { "  \(json(of: $0).canonicalText)" }
    let open = String(head.canonicalText.dropLast())
    return Array(
      ("\(open),\"conditions\":[\n" + lines.joined(separator: ",\n")
        + (lines.isEmpty ? "" : "\n") + "]}\n").utf8)
  }

  private static func json(of measurement: ProbeFinding.Measurement) -> JSONValue {
    .members([
      "condition": .string(measurement.condition.rawValue),
      "samples": .integer(measurement.sampleCount),
      "distances": .array(
        measurement.distances.map {
          .members(["level": .string($0.level.rawValue), "pdq": .integer($0.bits)])
        }),
    ])
  }

  private static func decode(_ document: JSONValue) throws(EncodedRunFailure) -> ProbeFinding {
    let place = EncodedPlace(document)
    try place.expectVersion(version)
    var measurements: [ProbeFinding.Measurement] = []
    for element in try place.member("conditions").elements(
      max: ProbeFinding.Condition.allCases.count)
    {
      measurements.append(try measurement(element))
    }
    return ProbeFinding(
      suite: try place.member("suite").parse("a suite's name") { SuiteName($0) },
      at: try EncodedRun.time(try place.member("at")),
      origin: Origin(try place.member("origin").string()),
      endpointClass: try place.member("class").parse(
        "byte, pixel, near, seed-effective or free"
      ) { EndpointClass(rawValue: $0) },
      recommended: try place.optional("recommended").map { (place) throws(EncodedRunFailure) in
        try place.parse("the level of a comparison") { Suites.ComparisonLevel(rawValue: $0) }
      },
      metrics: try place.member("metrics").strings(max: 100),
      measurements: measurements,
      model: try place.optional("model").map { (place) throws(EncodedRunFailure) in
        ModelName(try place.string())
      },
      caseID: try place.optional("case").map { (place) throws(EncodedRunFailure) in
        try place.parse("a case id") { CaseID($0) }
      },
      seedEffect: try place.optional("seed_effect").map { (place) throws(EncodedRunFailure) in
        try seedEffect(place)
      })
  }

  private static func seedEffect(_ place: EncodedPlace) throws(EncodedRunFailure) -> SeedEffect {
    let choices = try place.member("choices").integer(1...Int(Int32.max))
    let asLarge = try place.member("as_large").integer(1...choices)
    guard let effect = SeedEffect(asLarge: asLarge, of: choices) else {
      preconditionFailure("counts within their ranges make an effect")
    }
    return effect
  }

  private static func measurement(
    _ place: EncodedPlace
  ) throws(EncodedRunFailure) -> ProbeFinding.Measurement {
    var distances: [ProbeFinding.Distance] = []
    for element in try place.member("distances").elements(max: samplesMax * (samplesMax - 1) / 2) {
      distances.append(
        ProbeFinding.Distance(
          try element.member("level").parse("the level at which two pictures agree") {
            ImageComparison.ComparisonLevel(rawValue: $0)
          },
          bits: try element.member("pdq").integer(0...PDQHash.bitCount)))
    }
    return ProbeFinding.Measurement(
      try place.member("condition").parse("a condition of a probe") {
        ProbeFinding.Condition(rawValue: $0)
      },
      sampleCount: try place.member("samples").integer(0...samplesMax), distances: distances)
  }
}
