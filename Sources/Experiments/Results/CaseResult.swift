package import Canonical
package import Recording
package import SeedreamAPI
package import Suites
package import SystemPackage

/// One image that came back, identified.
package struct OutputRecord: Hashable, Sendable {
  /// Its place in the answer, from 0.
  package let index: Int
  /// Its bytes by digest.
  package let blob: BlobID
  /// Its size in bytes.
  package let byteCount: Int
  /// Where its bytes lie.
  package internal(set) var path: FilePath
  /// Its pixels; `nil` when it cannot be decoded.
  package let picture: PictureRecord?
  /// Why it cannot be decoded.
  package let problem: String?
  /// The prompt as the service rewrote it, when it says so.
  package let revisedPrompt: String?
  /// Its perceptual hash; `nil` where it cannot be decoded, and of some runs of earlier versions.
  package let hash: HashRecord?
  /// Its colours; `nil` where it cannot be decoded, and of runs of earlier versions.
  package let colours: ColourRecord?

  /// Puts a record together.
  package init(
    index: Int, blob: BlobID, byteCount: Int, path: FilePath, picture: PictureRecord?,
    problem: String?, revisedPrompt: String?, hash: HashRecord? = nil,
    colours: ColourRecord? = nil
  ) {
    self.hash = hash
    self.colours = colours
    self.index = index
    self.blob = blob
    self.byteCount = byteCount
    self.path = path
    self.picture = picture
    self.problem = problem
    self.revisedPrompt = revisedPrompt
  }
}

/// A perceptual hash of a picture.
package struct HashRecord: Hashable, Sendable {
  /// The name of the definition.
  package let version: String
  /// The hash in hexadecimal digits.
  package let hex: String
  /// How much it says, 0 to 100.
  package let quality: Int

  /// Puts a record together.
  package init(version: String, hex: String, quality: Int) {
    self.version = version
    self.hex = hex
    self.quality = quality
  }
}

/// The colours of a picture, in few bytes.
package struct ColourRecord: Hashable, Sendable {
  /// The name of the definition.
  package let version: String
  /// The samples, as the definition says.
  package let samples: [UInt8]

  /// Puts a record together.
  package init(version: String, samples: [UInt8]) {
    self.version = version
    self.samples = samples
  }
}

/// What decoding a picture told.
package struct PictureRecord: Hashable, Sendable {
  /// The codec: `png`, `jpeg` or `webp`.
  package let codec: String
  /// The pixels as shown.
  package let size: PixelSize
  /// The digest of the pixels with its version, `px1:…`.
  package let pixelDigest: String

  /// Whether it shows nothing, as one of the words of `PictureCharacter`; `nil` when it shows something.
  package let emptiness: String?

  /// Puts a record together.
  package init(codec: String, size: PixelSize, pixelDigest: String, emptiness: String? = nil) {
    self.emptiness = emptiness
    self.codec = codec
    self.size = size
    self.pixelDigest = pixelDigest
  }
}

/// What became of one check.
package struct CheckResult: Hashable, Sendable {
  /// How it ended.
  package enum Verdict: String, Hashable, Sendable {
    /// As expected.
    case passed
    /// Not as expected.
    case failed
    /// An output is unlike every approved one.
    case drifted
    /// Nothing is approved.
    case unapproved
    /// There was nothing to judge.
    case skipped
    /// It could not be judged: a program or a file failed.
    case error

    /// Whether it is not as it should be.
    package var isBad: Bool { self != .passed && self != .skipped }
  }

  /// The check's name in a suite file.
  package let name: String
  /// How it ended.
  package let verdict: Verdict
  /// What it does when it did not end as expected.
  package let severity: CheckSeverity
  /// What was expected and found, in one line.
  package let message: String
  /// What was measured, in the order of the pictures.
  package let measures: [Measure]

  /// Puts a result together.
  package init(
    name: String, verdict: Verdict, severity: CheckSeverity = .fail, message: String,
    measures: [Measure] = []
  ) {
    self.measures = measures
    self.name = name
    self.verdict = verdict
    self.severity = severity
    self.message = message
  }

  /// What to know of a check that did not end as expected and only warns; `nil` of any other.
  package var warning: String? {
    guard severity == .warn, verdict.isBad else { return nil }
    return "warning: \(name): \(message)"
  }
}

extension [CheckResult] {
  /// The same with names that stand once: the second of a name is `name-2`.
  func numbered() -> [CheckResult] {
    var counts: [String: Int] = [:]
    return map { result in
      let count = counts[result.name, default: 0] + 1
      counts[result.name] = count
      guard count > 1 else { return result }
      return CheckResult(
        name: "\(result.name)-\(count)", verdict: result.verdict, severity: result.severity,
        message: result.message, measures: result.measures)
    }
  }
}

/// Where a case's answers came from.
package enum AnswerSource: String, Hashable, Sendable {
  /// From a recording.
  case replayed
  /// From the API in this run.
  case bought
  /// There was none.
  case none
}

/// What is known of a case before it runs.
package struct CaseIdentity: Hashable, Sendable {
  /// The suite.
  package let suite: SuiteName
  /// The place in the suite's plan, from 0.
  package let position: Int
  /// The readable name.
  package let id: CaseID
  /// The identity of its recording.
  package let caseKey: CaseKey
  /// One cell an axis.
  package let cells: [CaseCell]
  /// The tags of its entries.
  package let tags: [String]
  /// The line of the suite file that says most about it.
  package let location: SourceLocation
  /// The model.
  package let model: ModelName
  /// The seed.
  package let seed: Seed?
  /// The size that is asked for.
  package let size: ImageSize
  /// The prompt.
  package let prompt: String
  /// The rest of the request; `nil` where it is not known, as of a group.
  package let request: RequestRecord?
  /// What lines the case up with that of another version; `nil` where nobody asked for it.
  package internal(set) var comparisonKey: ComparisonKey?

  /// Puts an identity together.
  package init(
    suite: SuiteName, position: Int, id: CaseID, caseKey: CaseKey, cells: [CaseCell],
    tags: [String], location: SourceLocation, model: ModelName, seed: Seed?, size: ImageSize,
    prompt: String, request: RequestRecord? = nil
  ) {
    self.request = request
    self.suite = suite
    self.position = position
    self.id = id
    self.caseKey = caseKey
    self.cells = cells
    self.tags = tags
    self.location = location
    self.model = model
    self.seed = seed
    self.size = size
    self.prompt = prompt
  }
}

/// How a case ended, with everything that reports show of it.
package struct CaseResult: Hashable, Sendable {
  /// Which case.
  package let identity: CaseIdentity
  /// How it ended.
  package internal(set) var outcome: Outcome
  /// Why, in one line; for a passed case what was found.
  package internal(set) var reason: String
  /// What helps: usually a command.
  package internal(set) var hint: String?
  /// Further lines about the reason.
  package let details: [String]
  /// Things to know that are no failure.
  package internal(set) var notices: [String]
  /// The checks in order.
  package internal(set) var checks: [CheckResult]
  /// The images that came back, in order.
  package internal(set) var outputs: [OutputRecord]
  /// Where the answers came from.
  package let source: AnswerSource
  /// Where the recording, or the answer, came from first.
  package internal(set) var origin: Origin?
  /// When the first exchange was started, in replay when it was recorded.
  package internal(set) var startedAt: Timestamp?
  /// Milliseconds until the answer was complete, in replay the recorded ones.
  package let latencyMilliseconds: Int
  /// What it cost in this run.
  package let cost: Money
  /// What it may have cost in this run beside that.
  package let possiblyBilled: Money
  /// Attempts that were repeated, in a line each.
  package let failedAttempts: [String]
  /// What a group of cases came to; `nil` of a single case.
  package let group: GroupRecord?

  /// Puts a result together.
  package init(
    identity: CaseIdentity, outcome: Outcome, reason: String, hint: String? = nil,
    details: [String] = [], notices: [String] = [], checks: [CheckResult] = [],
    outputs: [OutputRecord] = [], source: AnswerSource = .none, origin: Origin? = nil,
    startedAt: Timestamp? = nil, latencyMilliseconds: Int = 0, cost: Money = .zero,
    possiblyBilled: Money = .zero, failedAttempts: [String] = [], group: GroupRecord? = nil
  ) {
    self.group = group
    self.identity = identity
    self.outcome = outcome
    self.reason = reason
    self.hint = hint
    self.details = details
    self.notices = notices
    self.checks = checks
    self.outputs = outputs
    self.source = source
    self.origin = origin
    self.startedAt = startedAt
    self.latencyMilliseconds = latencyMilliseconds
    self.cost = cost
    self.possiblyBilled = possiblyBilled
    self.failedAttempts = failedAttempts
  }
}
