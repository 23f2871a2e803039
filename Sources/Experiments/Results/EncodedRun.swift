package import Canonical
internal import Recording
internal import SeedreamAPI
internal import Suites
internal import SystemPackage

/// What the documents of a run have in common.
package enum EncodedRun {
  /// The version that documents state; a reader refuses every other.
  ///
  /// A member may be added within a version, for readers ignore what they do not know; one that is
  /// removed or means something else needs a new version.
  package static let version = 1
  /// The largest count of cases, requests or bytes, and of milliseconds, so that sums cannot overflow.
  package static let countMax = 1_000_000_000_000
  /// The largest number of elements of any list.
  package static let elementsMax = 100_000

  static let countRange = 0...countMax
  /// Pixels of a side, so that the area of two cannot overflow.
  static let sideRange = 1...Int(Int32.max)

  static func money(_ place: EncodedPlace) throws(EncodedRunFailure) -> Money {
    try place.parse("dollars as a decimal like 0.03") { Money($0) }
  }

  static func time(_ place: EncodedPlace) throws(EncodedRunFailure) -> Timestamp {
    try place.parse("a time like 2026-11-22T18:15:00.000Z") { Timestamp($0) }
  }

  static func strings(_ texts: [String]) -> JSONValue { .array(texts.map(JSONValue.string)) }
}

/// A case's result as a JSON document, for the run store and for JSON Lines.
///
/// Members: `version`; of the identity `suite`, `position`, `id`, `key`, `cells` (each `axis`, `entry`,
/// `value`), `tags`, `location` (`path`, `line`, `column`), `model`, `seed`, `size` (a preset's name or
/// `width` and `height`), `prompt`, `comparison_key`, `request` as ``EncodedRequest`` writes it; then `outcome`,
/// `reason`, `hint`, `details`, `notices`, `checks`
/// (each `name`, `verdict`, `severity`, `message` and, where something was measured, `measures`, each
/// `picture`, `other` and `figures` by their versioned names), `outputs`, `source`, `origin`, `started_at`, `latency_ms`, `cost`
/// and `possibly_billed` (dollars as decimal strings) and `failed_attempts`. An output has `index`,
/// `digest`, `kind`, `bytes`, `path`, `picture` (`codec`, `width`, `height`, `pixel_digest`, `emptiness`), `problem`,
/// `revised_prompt`, `hash` (`version`, `hex`, `quality`) and `colours` (`version`, `rgb` in base64). A group of cases has `group` besides
/// (`across`, `expect`, `members`, `cases`, `pair`). What there is none of is left out; lists are always there.
package enum EncodedCase {
  /// Writes a result; ``decode(_:)`` gives it back exactly.
  ///
  /// A path that is no UTF-8 is written with replacement characters, for JSON has no other text.
  package static func encode(_ result: CaseResult) -> JSONValue {
    let identity = result.identity
    return .members([
      "version": .integer(EncodedRun.version),
      "suite": .string(identity.suite.text),
      "position": .integer(identity.position),
      "id": .string(identity.id.text),
      "key": .string(identity.caseKey.description),
      "cells": .array(identity.cells.map(encode)),
      "tags": EncodedRun.strings(identity.tags),
      "location": encode(identity.location),
      "model": .string(identity.model.text),
      "seed": identity.seed.map { .integer($0.value) },
      "size": identity.size.custom?.json ?? .string(identity.size.description),
      "prompt": .string(identity.prompt),
      "request": identity.request.map(EncodedRequest.encode),
      "comparison_key": identity.comparisonKey.map { .string($0.description) },
      "outcome": .string(result.outcome.rawValue),
      "reason": .string(result.reason),
      "hint": result.hint.map(JSONValue.string),
      "details": EncodedRun.strings(result.details),
      "notices": EncodedRun.strings(result.notices),
      "checks": .array(result.checks.map(encode)),
      "outputs": .array(result.outputs.map(encode)),
      "source": .string(result.source.rawValue),
      "origin": result.origin.map { .string($0.description) },
      "started_at": result.startedAt.map { .string($0.description) },
      "latency_ms": .integer(result.latencyMilliseconds),
      "cost": .string(result.cost.decimal),
      "possibly_billed": .string(result.possiblyBilled.decimal),
      "failed_attempts": EncodedRun.strings(result.failedAttempts),
      "group": result.group.map(EncodedGroup.encode),
    ])
  }

  private static func encode(_ cell: CaseCell) -> JSONValue {
    .members([
      "axis": .string(cell.axis), "entry": .string(cell.entry), "value": .string(cell.value),
    ])
  }

  private static func encode(_ location: SourceLocation) -> JSONValue {
    .members([
      "path": .string(location.path.string), "line": .integer(location.line),
      "column": .integer(location.column),
    ])
  }

  private static func encode(_ check: CheckResult) -> JSONValue {
    .members([
      "name": .string(check.name), "verdict": .string(check.verdict.rawValue),
      "severity": .string(check.severity.rawValue), "message": .string(check.message),
      "measures": check.measures.isEmpty
        ? nil : .array(check.measures.map(EncodedMeasure.encode)),
    ])
  }

  private static func encode(_ output: OutputRecord) -> JSONValue {
    .members([
      "index": .integer(output.index),
      "digest": .string(output.blob.digest.hex),
      "kind": .string(output.blob.kind.rawValue),
      "bytes": .integer(output.byteCount),
      "path": .string(output.path.string),
      "picture": output.picture.map { picture in
        .members([
          "codec": .string(picture.codec),
          "width": .integer(picture.size.width),
          "height": .integer(picture.size.height),
          "pixel_digest": .string(picture.pixelDigest),
          "emptiness": picture.emptiness.map(JSONValue.string),
        ])
      },
      "hash": output.hash.map(EncodedMeasure.encode),
      "colours": output.colours.map(EncodedMeasure.encode),
      "problem": output.problem.map(JSONValue.string),
      "revised_prompt": output.revisedPrompt.map(JSONValue.string),
    ])
  }

  /// Reads a document that ``encode(_:)`` wrote.
  ///
  /// - Throws: ``EncodedRunFailure`` naming the first thing that is wrong, and where.
  package static func decode(_ document: JSONValue) throws(EncodedRunFailure) -> CaseResult {
    let place = EncodedPlace(document)
    try place.expectVersion(EncodedRun.version)
    var checks: [CheckResult] = []
    for element in try place.member("checks").elements(max: EncodedRun.elementsMax) {
      checks.append(try check(element))
    }
    var outputs: [OutputRecord] = []
    for element in try place.member("outputs").elements(max: EncodedRun.elementsMax) {
      outputs.append(try output(element))
    }
    return CaseResult(
      identity: try identity(place),
      outcome: try place.member("outcome").parse("an outcome") { Outcome(rawValue: $0) },
      reason: try place.member("reason").string(),
      hint: try place.optional("hint")?.string(),
      details: try strings("details", of: place),
      notices: try strings("notices", of: place),
      checks: checks,
      outputs: outputs,
      source: try place.member("source").parse("replayed, bought or none") {
        AnswerSource(rawValue: $0)
      },
      origin: try place.optional("origin").map { (place) throws(EncodedRunFailure) in
        Origin(try place.string())
      },
      startedAt: try place.optional("started_at").map(EncodedRun.time),
      latencyMilliseconds: try place.member("latency_ms").integer(EncodedRun.countRange),
      cost: try EncodedRun.money(try place.member("cost")),
      possiblyBilled: try EncodedRun.money(try place.member("possibly_billed")),
      failedAttempts: try strings("failed_attempts", of: place),
      group: try place.optional("group").map(EncodedGroup.decode))
  }

  private static func strings(
    _ name: String, of place: EncodedPlace
  ) throws(EncodedRunFailure) -> [String] {
    try place.member(name).strings(max: EncodedRun.elementsMax)
  }

  private static func identity(_ place: EncodedPlace) throws(EncodedRunFailure) -> CaseIdentity {
    var cells: [CaseCell] = []
    for cell in try place.member("cells").elements(max: EncodedRun.elementsMax) {
      cells.append(
        CaseCell(
          axis: try cell.member("axis").string(), entry: try cell.member("entry").string(),
          value: try cell.member("value").string()))
    }
    let location = try place.member("location")
    var identity = CaseIdentity(
      suite: try place.member("suite").parse("a suite's name") { SuiteName($0) },
      position: try place.member("position").integer(EncodedRun.countRange),
      id: try place.member("id").parse("a case id") { CaseID($0) },
      caseKey: try place.member("key").parse("a request digest, a point and a repeat index") {
        CaseKey($0)
      },
      cells: cells,
      tags: try strings("tags", of: place),
      location: SourceLocation(
        path: FilePath(try location.member("path").string()),
        line: try location.member("line").integer(EncodedRun.countRange),
        column: try location.member("column").integer(EncodedRun.countRange)),
      model: ModelName(try place.member("model").string()),
      seed: try place.optional("seed").map { (place) throws(EncodedRunFailure) in
        guard let seed = Seed(try place.integer(Seed.range)) else {
          throw place.failure("expected a seed")
        }
        return seed
      },
      size: try size(try place.member("size")),
      prompt: try place.member("prompt").string(),
      request: try place.optional("request").map(EncodedRequest.decode))
    identity.comparisonKey = try place.optional("comparison_key").map {
      (place) throws(EncodedRunFailure) in
      try place.parse("a digest of 64 hexadecimal digits") {
        SHA256Digest(hex: $0).map { ComparisonKey($0) }
      }
    }
    return identity
  }

  private static func size(_ place: EncodedPlace) throws(EncodedRunFailure) -> ImageSize {
    if place.value.object != nil { return .custom(try pixelSize(place)) }
    return .preset(
      try place.parse("the name of a size, or width and height") { SizePreset(rawValue: $0) })
  }

  private static func pixelSize(_ place: EncodedPlace) throws(EncodedRunFailure) -> PixelSize {
    PixelSize(
      width: try place.member("width").integer(EncodedRun.sideRange),
      height: try place.member("height").integer(EncodedRun.sideRange))
  }

  private static func check(_ place: EncodedPlace) throws(EncodedRunFailure) -> CheckResult {
    CheckResult(
      name: try place.member("name").string(),
      verdict: try place.member("verdict").parse("a check's verdict") {
        CheckResult.Verdict(rawValue: $0)
      },
      // Documents of a time before checks had a severity.
      severity: try place.optional("severity").map { (place) throws(EncodedRunFailure) in
        try place.parse("fail or warn") { CheckSeverity(rawValue: $0) }
      } ?? .fail,
      message: try place.member("message").string(),
      measures: try place.optional("measures").map(EncodedMeasure.decodeAll) ?? [])
  }

  private static func output(_ place: EncodedPlace) throws(EncodedRunFailure) -> OutputRecord {
    let picture = try place.optional("picture").map { (place) throws(EncodedRunFailure) in
      PictureRecord(
        codec: try place.member("codec").string(), size: try pixelSize(place),
        pixelDigest: try place.member("pixel_digest").string(),
        emptiness: try place.optional("emptiness")?.string())
    }
    return OutputRecord(
      index: try place.member("index").integer(EncodedRun.countRange),
      blob: BlobID(
        digest: try place.member("digest").parse("a digest of 64 hexadecimal digits") {
          SHA256Digest(hex: $0)
        },
        kind: try place.member("kind").parse("the ending of a blob's name") {
          BlobKind(rawValue: $0)
        }),
      byteCount: try place.member("bytes").integer(EncodedRun.countRange),
      path: FilePath(try place.member("path").string()),
      picture: picture,
      problem: try place.optional("problem")?.string(),
      revisedPrompt: try place.optional("revised_prompt")?.string(),
      hash: try place.optional("hash").map(EncodedMeasure.decodeHash),
      colours: try place.optional("colours").map(EncodedMeasure.decodeColours))
  }
}

/// A run's header as a JSON document.
///
/// Members: `version`, `id`, `started_at`, `mode`, `tool_version`, `endpoint` where there is one, and
/// `suites`, each with `name`, `path`, `digest`, `cases` as a count and, where it sends pictures of its own,
/// `inputs`, each `digest`, `kind` and `path`; and `shard` of a part of a plan.
package enum EncodedHeader {
  /// Writes a header; ``decode(_:)`` gives it back exactly.
  package static func encode(_ header: RunHeader) -> JSONValue {
    .members([
      "version": .integer(EncodedRun.version),
      "id": .string(header.id.text),
      "started_at": .string(header.startedAt.description),
      "mode": .string(header.mode.rawValue),
      "tool_version": .string(header.toolVersion),
      "working_folder": .string(header.workingFolder.string),
      "endpoint": header.endpoint.map(JSONValue.string),
      "suites": .array(
        header.suites.map { suite in
          .members([
            "name": .string(suite.name.text), "path": .string(suite.path.string),
            "digest": .string(suite.digest.hex), "cases": .integer(suite.caseCount),
            "inputs": suite.inputs.isEmpty
              ? nil : .array(suite.inputs.map(EncodedRequest.encode)),
            "baseline": suite.baseline.map { .string($0.hex) },
          ])
        }),
      "shard": header.shard.map(EncodedShard.encode),
    ])
  }

  /// Reads a document that ``encode(_:)`` wrote.
  ///
  /// - Throws: ``EncodedRunFailure`` naming the first thing that is wrong, and where.
  package static func decode(_ document: JSONValue) throws(EncodedRunFailure) -> RunHeader {
    let place = EncodedPlace(document)
    try place.expectVersion(EncodedRun.version)
    var suites: [SuiteHeader] = []
    for suite in try place.member("suites").elements(max: EncodedRun.elementsMax) {
      suites.append(
        SuiteHeader(
          name: try suite.member("name").parse("a suite's name") { SuiteName($0) },
          path: FilePath(try suite.member("path").string()),
          digest: try suite.member("digest").parse("a digest of 64 hexadecimal digits") {
            SHA256Digest(hex: $0)
          },
          caseCount: try suite.member("cases").integer(EncodedRun.countRange),
          baseline: try suite.optional("baseline").map { (place) throws(EncodedRunFailure) in
            try place.parse("a digest of 64 hexadecimal digits") { SHA256Digest(hex: $0) }
          },
          inputs: try inputs(of: suite)))
    }
    return RunHeader(
      id: try place.member("id").parse("a run's id") { RunID($0) },
      startedAt: try EncodedRun.time(try place.member("started_at")),
      mode: try place.member("mode").parse("replay, record, refresh or live") {
        RunMode(rawValue: $0)
      },
      toolVersion: try place.member("tool_version").string(),
      workingFolder: FilePath(try place.optional("working_folder")?.string() ?? ""),
      endpoint: try place.optional("endpoint")?.string(),
      suites: suites, shard: try place.optional("shard").map(EncodedShard.decode))
  }

  private static func inputs(
    of suite: EncodedPlace
  ) throws(EncodedRunFailure) -> [InputRecord] {
    guard let list = suite.optional("inputs") else { return [] }
    var inputs: [InputRecord] = []
    for input in try list.elements(max: EncodedRun.elementsMax) {
      inputs.append(try EncodedRequest.decodeInput(input))
    }
    return inputs
  }
}

/// Money of a run as a JSON document.
///
/// Members: `spent`, `possibly_billed` and, where there is one, `cap`, in dollars as decimal strings, and
/// `requests` as a count.
package enum EncodedSpending {
  /// Writes amounts; ``EncodedSummary`` reads them.
  package static func encode(_ spending: Spending) -> JSONValue {
    .members([
      "spent": .string(spending.spent.decimal),
      "possibly_billed": .string(spending.possiblyBilled.decimal),
      "cap": spending.cap.map { .string($0.decimal) },
      "requests": .integer(spending.requests),
    ])
  }

  static func decode(_ place: EncodedPlace) throws(EncodedRunFailure) -> Spending {
    Spending(
      spent: try EncodedRun.money(try place.member("spent")),
      possiblyBilled: try EncodedRun.money(try place.member("possibly_billed")),
      cap: try place.optional("cap").map(EncodedRun.money),
      requests: try place.member("requests").integer(EncodedRun.countRange))
  }
}

/// A run's summary as a JSON document.
///
/// Members: `version`, `counts` by outcome, `spending` as ``EncodedSpending`` writes it, `wall_ms`,
/// `simulated`, `interrupted`, `groups`, how many of the counted are groups of cases, and `findings` about
/// recordings where there are any; of a shard also `whole_findings`, for the merged run to tell.
package enum EncodedSummary {
  /// Writes a summary; ``decode(_:)`` gives it back exactly.
  package static func encode(_ summary: RunSummary) -> JSONValue {
    .members([
      "version": .integer(EncodedRun.version),
      "counts": .object(
        JSONObject(summary.counts.map { ($0.key.rawValue, .integer($0.value)) })),
      "spending": EncodedSpending.encode(summary.spending),
      "wall_ms": .integer(summary.wallMilliseconds),
      "simulated": .bool(summary.isSimulated),
      "interrupted": .bool(summary.isInterrupted),
      "groups": .integer(summary.groupCount),
      "findings": summary.findings.isEmpty
        ? nil : .array(summary.findings.map(EncodedFinding.encode)),
      "whole_findings": summary.wholeFindings.isEmpty
        ? nil : .array(summary.wholeFindings.map(EncodedFinding.encode)),
    ])
  }

  /// Reads a document that ``encode(_:)`` wrote.
  ///
  /// - Throws: ``EncodedRunFailure`` naming the first thing that is wrong, and where.
  package static func decode(_ document: JSONValue) throws(EncodedRunFailure) -> RunSummary {
    let place = EncodedPlace(document)
    try place.expectVersion(EncodedRun.version)
    var counts: [Outcome: Int] = [:]
    for (name, count) in try place.member("counts").members() {
      guard let outcome = Outcome(rawValue: name) else {
        throw count.failure("'\(name.prefix(80))' is no outcome")
      }
      counts[outcome] = try count.integer(EncodedRun.countRange)
    }
    return RunSummary(
      counts: counts,
      spending: try EncodedSpending.decode(try place.member("spending")),
      wallMilliseconds: try place.member("wall_ms").integer(EncodedRun.countRange),
      isSimulated: try place.member("simulated").bool(),
      isInterrupted: try place.member("interrupted").bool(),
      groupCount: try place.optional("groups")?.integer(EncodedRun.countRange) ?? 0,
      findings: try EncodedFinding.decodeAll(place.optional("findings")),
      wholeFindings: try EncodedFinding.decodeAll(place.optional("whole_findings")))
  }
}
