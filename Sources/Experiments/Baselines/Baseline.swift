package import Canonical
package import Recording
package import SeedreamAPI
package import SystemPackage

/// A decision about one output.
package struct BaselineEntry: Hashable, Sendable {
  /// What was decided.
  package enum Decision: String, Hashable, Sendable, CaseIterable {
    /// The picture is as it should be.
    case approved
    /// The picture is wrong; one that equals it fails.
    case rejected
  }

  /// What was decided.
  package let decision: Decision
  /// An approval that was made because the picture is near an approved one of another version.
  package struct Carried: Hashable, Sendable {
    /// The picture that it is near to.
    package let from: BlobID
    /// The level with each term that decided it.
    package let summary: String
    /// The names of the definitions of all figures.
    package let metrics: [String]

    /// Puts the origin of an approval together.
    package init(from: BlobID, summary: String, metrics: [String]) {
      self.from = from
      self.summary = summary
      self.metrics = metrics
    }
  }

  /// The readable name of the case, for people; the output id decides.
  package private(set) var caseID: CaseID
  /// Which output.
  package let output: OutputID
  /// The bytes, which lie among the fixture's blobs.
  package let blob: BlobID
  /// The digest of the pixels with its version.
  package let pixelDigest: String
  /// The pixels.
  package let size: PixelSize
  /// Where the picture came from first.
  package let origin: Origin
  /// The run that was looked at.
  package let run: RunID
  /// When it was decided.
  package let at: Timestamp
  /// Who decided.
  package let by: String
  /// Why, in the words of who decided.
  package let note: String?
  /// The model; `nil` in lines of a time before it was kept.
  package let model: ModelName?
  /// The perceptual hash with its version and quality, `pdq-nn512:…/100`; `nil` as above.
  package internal(set) var hash: String?
  /// What it was carried from; `nil` where somebody looked.
  package let carried: Carried?

  /// Puts an entry together.
  package init(
    decision: Decision, caseID: CaseID, output: OutputID, blob: BlobID, pixelDigest: String,
    size: PixelSize, origin: Origin, run: RunID, at: Timestamp, by: String, note: String?,
    model: ModelName? = nil, hash: String? = nil, carried: Carried? = nil
  ) {
    self.decision = decision
    self.caseID = caseID
    self.output = output
    self.blob = blob
    self.pixelDigest = pixelDigest
    self.size = size
    self.origin = origin
    self.run = run
    self.at = at
    self.by = by
    self.note = note
    self.model = model
    self.hash = hash
    self.carried = carried
  }
}

extension BaselineEntry {
  /// The same decision under another name of its case.
  func named(_ caseID: CaseID) -> BaselineEntry {
    var entry = self
    entry.caseID = caseID
    return entry
  }
}

/// The approved and rejected outputs of a suite.
package struct Baseline: Hashable, Sendable {
  /// The suite.
  package let suite: SuiteName
  /// The decisions by output; an output may equal any approved one.
  private var decisions: [OutputID: [BaselineEntry]]

  /// Puts a baseline together; the order of the entries does not matter.
  package init(suite: SuiteName, entries: [BaselineEntry] = []) {
    self.suite = suite
    decisions = Dictionary(grouping: entries, by: \.output)
  }

  /// The decisions about an output, approved or rejected.
  package func entries(for output: OutputID) -> [BaselineEntry] { decisions[output] ?? [] }

  /// All decisions, in the order in which a file lists them.
  package var entries: [BaselineEntry] {
    // Each key is put together once: every run writes its baseline down.
    decisions.values.flatMap(\.self).map { (key: Self.sortKey($0), entry: $0) }
      .sorted { $0.key < $1.key }.map(\.entry)
  }

  private static func sortKey(_ entry: BaselineEntry) -> String {
    "\(entry.caseID) \(entry.output) \(entry.decision.rawValue) \(entry.blob)"
  }

  /// Whether the same is decided already, so that ``insert(_:)`` would change nothing.
  package func holds(_ entry: BaselineEntry) -> Bool {
    entries(for: entry.output).contains { known in
      let hasNewNote = entry.note != nil && entry.note != known.note
      return known.blob.digest == entry.blob.digest && known.decision == entry.decision
        && !hasNewNote
    }
  }

  /// Adds a decision; an earlier one about the same bytes of the same output is replaced.
  ///
  /// - Returns: `false` when the same was decided before, so that nothing changed.
  package mutating func insert(_ entry: BaselineEntry) -> Bool {
    guard !holds(entry) else { return false }
    let others = entries(for: entry.output).filter { $0.blob.digest != entry.blob.digest }
    decisions[entry.output] = others + [entry]
    return true
  }

  /// Names decisions after the cases that their outputs belong to now.
  ///
  /// - Parameter ids: the present id of each case, by its key.
  /// - Returns: how many decisions have another name than before.
  package mutating func rename(_ ids: [CaseKey: CaseID]) -> Int {
    var count = 0
    for (output, list) in decisions {
      guard let id = ids[output.caseKey] else { continue }
      decisions[output] = list.map { entry in
        guard entry.caseID != id else { return entry }
        count += 1
        return entry.named(id)
      }
    }
    return count
  }

  /// Puts the decisions about an output back to what they were.
  ///
  /// - Parameters:
  ///   - entries: all decisions about the output.
  ///   - output: the output.
  mutating func restore(_ entries: [BaselineEntry], for output: OutputID) {
    decisions[output] = entries.isEmpty ? nil : entries
  }

  /// Removes the approvals of an output, so that it can be approved anew as the only one.
  ///
  /// - Parameters:
  ///   - output: the output.
  ///   - kept: the bytes whose approval stays; `nil` for none.
  package mutating func removeApproved(of output: OutputID, but kept: SHA256Digest? = nil) {
    decisions[output]?.removeAll { $0.decision == .approved && $0.blob.digest != kept }
  }
}

/// A baseline file that cannot be used.
package struct BaselineFailure: Error, Hashable, Sendable, CustomStringConvertible {
  /// What is wrong, with path and place, and what helps.
  package let description: String
}

/// Reads and writes `<suite>.baseline.json`: one sorted line an entry, so that it diffs well.
package enum BaselineFile {
  /// The version of the format.
  package static let format = "proofsheet-baseline/1"
  /// The largest file.
  package static let byteCountMax = 256 << 20

  /// The baseline's path beside a suite file.
  package static func path(forSuite suite: FilePath) -> FilePath {
    let stem = suite.lastComponent?.stem ?? "suite"
    return suite.parent.appending("\(stem).baseline.json")
  }

  /// Reads a baseline; a file that is not there is an empty one.
  ///
  /// - Throws: ``BaselineFailure``.
  package static func read(
    _ path: FilePath, suite: SuiteName
  ) throws(BaselineFailure) -> Baseline {
    let bytes: [UInt8]
    do {
      bytes = try DurableFile.read(path, byteCountMax: byteCountMax)
    } catch {
      if error.errno == .noSuchFileOrDirectory { return Baseline(suite: suite) }
      throw BaselineFailure(description: error.description)
    }
    return try read(bytes, from: path, suite: suite)
  }

  /// Reads the bytes of a baseline's file.
  ///
  /// - Parameters:
  ///   - bytes: the file.
  ///   - path: what messages call it.
  ///   - suite: the suite that it must be of.
  /// - Throws: ``BaselineFailure``.
  package static func read(
    _ bytes: [UInt8], from path: FilePath, suite: SuiteName
  ) throws(BaselineFailure) -> Baseline {
    let json: JSONValue
    do {
      json = try JSONParser.parse(
        withoutLastComma(bytes),
        limits: JSONLimits(byteCountMax: byteCountMax, valueCountMax: 50_000_000))
    } catch {
      throw BaselineFailure(
        description: "\(path):\(error.line):\(error.column): error: \(error.message); "
          + "restore the baseline with: git checkout -- \(ShellText.quoted(path))")
    }
    guard json["format"]?.string == format, let outputs = json["outputs"]?.array else {
      throw BaselineFailure(
        description: "\(path): error: expected the format '\(format)' with a list 'outputs'")
    }
    guard json["suite"]?.string == suite.text else {
      throw BaselineFailure(
        description: "\(path): error: the baseline is of the suite "
          + "'\(json["suite"]?.string ?? "?")', not of '\(suite)'")
    }
    var entries: [BaselineEntry] = []
    for (index, output) in outputs.enumerated() {
      do {
        entries.append(try entry(at: EncodedPlace(output, "/outputs/\(index)")))
      } catch {
        throw BaselineFailure(
          description: "\(path): error: \(error); restore the line with: "
            + "git checkout -- \(ShellText.quoted(path)), or remove it and approve again")
      }
    }
    return Baseline(suite: suite, entries: entries)
  }

  /// The file without a comma behind the last line: whoever takes the last line out by hand, to undo
  /// its decision, leaves the comma of the line before.
  private static func withoutLastComma(_ bytes: [UInt8]) -> [UInt8] {
    func isBlank(_ byte: UInt8) -> Bool { [0x20, 0x0A, 0x0D, 0x09].contains(byte) }
    guard let end = bytes.lastIndex(of: UInt8(ascii: "]")),
      let comma = bytes[..<end].lastIndex(where: { !isBlank($0) }),
      bytes[comma] == UInt8(ascii: ",")
    else { return bytes }
    var mended = bytes
    mended[comma] = UInt8(ascii: " ")
    return mended
  }

  /// The bytes of a baseline's file.
  package static func bytes(of baseline: Baseline) -> [UInt8] {
    let lines = baseline.entries.map { "  \(json(of: $0).canonicalText)" }
    let suite = JSONValue.string(baseline.suite.text).canonicalText
    return Array(
      ("{\"format\":\"\(format)\",\"suite\":\(suite),\"outputs\":[\n"
        + lines.joined(separator: ",\n") + (lines.isEmpty ? "" : "\n") + "]}\n").utf8)
  }

  private static func json(of entry: BaselineEntry) -> JSONValue {
    .members([
      "case": .string(entry.caseID.text),
      "key": .string(entry.output.caseKey.description),
      "image": .integer(entry.output.index),
      "decision": .string(entry.decision.rawValue),
      "blob": .string(entry.blob.fileName),
      "pixels": .string(entry.pixelDigest),
      "size": entry.size.json,
      "origin": .string(entry.origin.description),
      "run": .string(entry.run.text),
      "at": .string(entry.at.description),
      "by": .string(entry.by),
      "note": entry.note.map { .string($0) },
      "model": entry.model.map { .string($0.text) },
      "hash": entry.hash.map { .string($0) },
      "carried": entry.carried.map { carried in
        .members([
          "from": .string(carried.from.fileName), "summary": .string(carried.summary),
          "metrics": .array(carried.metrics.map { .string($0) }),
        ])
      },
    ])
  }

  /// - Throws: `EncodedRunFailure` naming the member that is missing or malformed, by its JSON Pointer.
  private static func entry(at place: EncodedPlace) throws(EncodedRunFailure) -> BaselineEntry {
    let sides = 1...PixelSize.sideMax * 4
    let size = try place.member("size")
    return BaselineEntry(
      decision: try place.member("decision").parse("'approved' or 'rejected'") {
        BaselineEntry.Decision(rawValue: $0)
      },
      caseID: try place.member("case").parse("a case id") { CaseID($0) },
      output: OutputID(
        caseKey: try place.member("key").parse("a case key") { CaseKey($0) },
        index: try place.member("image").integer(0...EditAnswer.itemsMax - 1)),
      blob: try place.member("blob").parse("the name of a blob") { BlobID(fileName: $0) },
      pixelDigest: try place.member("pixels").string(),
      size: PixelSize(
        width: try size.member("width").integer(sides),
        height: try size.member("height").integer(sides)),
      origin: Origin(try place.member("origin").string()),
      run: try place.member("run").parse("a run's id") { RunID($0) },
      at: try place.member("at").parse("a time in UTC, such as 2026-11-22T18:15:00.000Z") {
        Timestamp($0)
      },
      by: try place.member("by").string(), note: try place.optional("note")?.string(),
      model: try place.optional("model").map { (place) throws(EncodedRunFailure) in
        ModelName(try place.string())
      },
      hash: try place.optional("hash")?.string(),
      carried: try place.optional("carried").map { (place) throws(EncodedRunFailure) in
        BaselineEntry.Carried(
          from: try place.member("from").parse("the name of a blob") { BlobID(fileName: $0) },
          summary: try place.member("summary").string(),
          metrics: try place.member("metrics").strings(max: EncodedRun.elementsMax))
      })
  }
}
