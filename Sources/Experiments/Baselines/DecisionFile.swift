package import Canonical
internal import SeedreamAPI
package import SystemPackage

/// A decision that a page asks for: about one output, and the bytes and pixels that were on the screen.
package struct WantedDecision: Hashable, Sendable {
  /// What is decided.
  package let decision: BaselineEntry.Decision
  /// The suite.
  package let suite: SuiteName
  /// The case, for people; the output id decides.
  package let caseID: CaseID
  /// Which output.
  package let output: OutputID
  /// The digest of the bytes that were shown.
  package let digest: SHA256Digest
  /// The digest of the pixels that were shown, with its version.
  package let pixelDigest: String
  /// Why; `nil` where nothing was said.
  package let note: String?

  /// The longest note in bytes.
  package static let noteByteCountMax = 4_096

  /// The longest digest of pixels, with the name of its version, in bytes.
  package static let pixelsByteCountMax = 200

  /// Puts a decision together.
  package init(
    _ decision: BaselineEntry.Decision, suite: SuiteName, caseID: CaseID, output: OutputID,
    digest: SHA256Digest, pixelDigest: String, note: String?
  ) {
    self.decision = decision
    self.suite = suite
    self.caseID = caseID
    self.output = output
    self.digest = digest
    self.pixelDigest = pixelDigest
    self.note = note
  }

  /// What keeps a text from being a note; `nil` for one that can be: a line that a terminal shows as it is.
  package static func problem(withNote note: String) -> String? {
    if note.utf8.count > noteByteCountMax {
      return "expected a note of at most \(noteByteCountMax) bytes, found \(note.utf8.count)"
    }
    let isHidden = note.unicodeScalars.contains { scalar in
      switch scalar.properties.generalCategory {
      case .control, .lineSeparator, .paragraphSeparator: true
      case .format: scalar.properties.isBidiControl
      default: false
      }
    }
    return isHidden ? "expected a line of text without control characters" : nil
  }
}

/// A file of decisions that cannot be used.
package struct DecisionFileFailure: Error, Hashable, Sendable, CustomStringConvertible {
  /// What is wrong, with path and place, and what was expected.
  package let description: String
}

/// Decisions that were made in a page without a server, `decisions.json`.
///
/// An object with `format` (``format``), `run`, `suites` (each `name` and the digest of the `baseline` that the
/// run was compared with, or null), and `decisions`, each with `suite`, `case`, `key`, `image` (the place in the
/// answer, from 0), `decision` (`approved` or `rejected`), `digest` (SHA-256 of the bytes that were shown),
/// `pixels` (the digest of the pixels) and, where something was said, `note`. Nothing else may stand there.
package struct DecisionFile: Hashable, Sendable {
  /// The version of the format.
  package static let format = "proofsheet-decisions/1"
  /// The largest file in bytes.
  package static let byteCountMax = 32 << 20
  /// The most decisions.
  package static let decisionsMax = 20_000
  /// The most suites.
  package static let suitesMax = 10_000

  /// The run that was looked at.
  package let run: RunID
  /// The digest of the baseline of each suite that the page stated; `nil` where the run kept none.
  package let baselines: [SuiteName: SHA256Digest?]
  /// The decisions in the order of the file: no output twice.
  package let decisions: [WantedDecision]

  /// Reads a file.
  ///
  /// - Parameters:
  ///   - bytes: the file.
  ///   - path: what messages call it.
  /// - Throws: ``DecisionFileFailure`` naming the first thing that is wrong, and where.
  package init(reading bytes: [UInt8], from path: FilePath) throws(DecisionFileFailure) {
    let document: JSONValue
    do {
      document = try JSONParser.parse(
        bytes, limits: JSONLimits(byteCountMax: Self.byteCountMax, depthMax: 8))
    } catch {
      throw DecisionFileFailure(
        description: "\(path):\(error.line):\(error.column): error: \(error.message)")
    }
    do {
      let place = EncodedPlace(document)
      try place.expectMembers(["format", "run", "suites", "decisions"])
      let format = try place.member("format")
      guard try format.string() == Self.format else {
        throw format.failure("expected the format '\(Self.format)'")
      }
      run = try place.member("run").parse("a run's id") { RunID($0) }
      baselines = try Self.baselines(try place.member("suites"))
      decisions = try Self.decisions(try place.member("decisions"), of: baselines)
    } catch {
      throw DecisionFileFailure(description: "\(path): error: \(error)")
    }
  }

  private static func baselines(
    _ place: EncodedPlace
  ) throws(EncodedRunFailure) -> [SuiteName: SHA256Digest?] {
    var baselines: [SuiteName: SHA256Digest?] = [:]
    for suite in try place.elements(max: suitesMax) {
      try suite.expectMembers(["name", "baseline"])
      let name = try suite.member("name").parse("a suite's name") { SuiteName($0) }
      let stated = try suite.member("baseline")
      let digest: SHA256Digest? =
        stated.value == .null
        ? nil : try stated.parse("a digest of 64 hexadecimal digits") { SHA256Digest(hex: $0) }
      guard baselines.updateValue(digest, forKey: name) == nil else {
        throw suite.failure("the suite '\(name)' stands twice")
      }
    }
    return baselines
  }

  private static func decisions(
    _ place: EncodedPlace, of baselines: [SuiteName: SHA256Digest?]
  ) throws(EncodedRunFailure) -> [WantedDecision] {
    /// Outputs are told apart by suites too: two of them may ask for the same.
    struct Output: Hashable {
      let suite: SuiteName
      let output: OutputID
    }
    var decisions: [WantedDecision] = []
    var seen: [Output: Int] = [:]
    for element in try place.elements(max: decisionsMax) {
      let decision = try WantedDecision(reading: element)
      guard baselines[decision.suite] != nil else {
        throw try element.member("suite").failure(
          "expected a name that stands in /suites, found '\(decision.suite)'")
      }
      let output = Output(suite: decision.suite, output: decision.output)
      if let first = seen.updateValue(decisions.count, forKey: output) {
        throw element.failure("the same output is decided about at /decisions/\(first)")
      }
      decisions.append(decision)
    }
    return decisions
  }
}

extension WantedDecision {
  /// Reads a decision as ``DecisionFile`` has it.
  package init(reading document: JSONValue, at pointer: String) throws(EncodedRunFailure) {
    try self.init(reading: EncodedPlace(document, pointer))
  }

  init(reading place: EncodedPlace) throws(EncodedRunFailure) {
    try place.expectMembers(
      ["suite", "case", "key", "image", "decision", "digest", "pixels", "note"])
    let note = place.optional("note")
    let text = try note?.string()
    if let note, let problem = text.flatMap(Self.problem(withNote:)) {
      throw note.failure(problem)
    }
    let pixels = try place.member("pixels")
    let pixelDigest = try pixels.string()
    guard pixelDigest.utf8.count <= Self.pixelsByteCountMax else {
      throw pixels.failure("expected the digest of pixels, as the page states it")
    }
    self.init(
      try place.member("decision").parse("approved or rejected") {
        BaselineEntry.Decision(rawValue: $0)
      },
      suite: try place.member("suite").parse("a suite's name") { SuiteName($0) },
      caseID: try place.member("case").parse("a case id") { CaseID($0) },
      output: OutputID(
        caseKey: try place.member("key").parse("a request digest, a point and a repeat index") {
          CaseKey($0)
        },
        index: try place.member("image").integer(0...(EditAnswer.itemsMax - 1))),
      digest: try place.member("digest").parse("a digest of 64 hexadecimal digits") {
        SHA256Digest(hex: $0)
      },
      pixelDigest: pixelDigest, note: text.flatMap { $0.isEmpty ? nil : $0 })
  }
}

extension EncodedPlace {
  /// Refuses an object with a member that is not named, and anything that is no object.
  func expectMembers(_ names: Set<String>) throws(EncodedRunFailure) {
    for (name, place) in try members() where !names.contains(name) {
      throw place.failure(
        "the member is not known; expected \(names.sorted().joined(separator: ", "))")
    }
  }
}
