internal import Canonical
package import Experiments
internal import Recording
internal import SeedreamAPI
internal import Suites
internal import SystemPackage

/// Writes a run as a table: a row for each output, and one for each case or group without any.
///
/// | column | holds |
/// |---|---|
/// | `suite`, `case` | the names |
/// | `kind` | `case` or `group` |
/// | `outcome`, `verdict` | how it ended, and whether that is a `success`, `failure`, `error` or `skipped` |
/// | `reason` | why |
/// | `model`, `seed`, `size`, `cells`, `tags`, `prompt` | the request; cells as `axis=entry`, apart by blanks |
/// | `source`, `origin` | `replayed`, `bought` or `none`; where the answer came from first |
/// | `latency_ms`, `cost`, `possibly_billed`, `failed_attempts` | numbers, dollars; in the first row of a case only, so that sums are right |
/// | `file`, `line` | the place in the suite |
/// | `key` | the identity of the recording |
/// | `output` | the place of the picture in the answer, from 0; empty where there is none |
/// | `sha256`, `pixels`, `hash` | digests of bytes and pixels, and the perceptual hash |
/// | `codec`, `width`, `height`, `bytes`, `picture` | the picture and where it lies |
/// | `checks` | `name=verdict`, apart by blanks |
/// | `figures` | what was measured of the picture: `check.figure=number`, apart by blanks |
///
/// Columns keep their names, meaning and order; new ones are added at the end. Nothing is said of the run
/// itself, so that the same cases give the same bytes.
package enum CSVReport {
  /// The names of the columns.
  package static let columns = [
    "suite", "case", "kind", "outcome", "verdict", "reason", "model", "seed", "size", "cells",
    "tags", "prompt", "source", "origin", "latency_ms", "cost", "possibly_billed",
    "failed_attempts", "file", "line", "key", "output", "sha256", "pixels", "hash", "codec",
    "width", "height", "bytes", "picture", "checks", "figures",
  ]

  /// Writes a run.
  ///
  /// - Parameters:
  ///   - run: the run.
  ///   - write: takes text, whole rows at a time.
  /// - Throws: what reading the run or writing throws.
  package static func write(_ run: some RunReader, to write: (String) throws -> Void) throws {
    try write(CSVText.row(columns))
    for suite in run.header.suites {
      try run.forEachResult(of: suite.name) { result in
        guard !result.outputs.isEmpty else {
          try write(CSVText.row(cells(of: result, nil, isFirst: true)))
          return
        }
        for (place, output) in result.outputs.enumerated() {
          try write(CSVText.row(cells(of: result, output, isFirst: place == 0)))
        }
      }
    }
  }

  private static func cells(
    of result: CaseResult, _ output: OutputRecord?, isFirst: Bool
  ) -> [String] {
    let identity = result.identity
    let amounts = [
      "\(result.latencyMilliseconds)", result.cost.decimal, result.possiblyBilled.decimal,
      "\(result.failedAttempts.count)",
    ]
    return [
      identity.suite.text, identity.id.text, result.group == nil ? "case" : "group",
      result.outcome.rawValue, result.outcome.verdict.word, result.reason, identity.model.text,
      identity.seed.map { "\($0)" } ?? "", identity.size.description,
      identity.cells.map { "\($0.axis)=\($0.entry)" }.joined(separator: " "),
      identity.tags.joined(separator: " "), identity.prompt, result.source.rawValue,
      result.origin?.description ?? "",
    ] + (isFirst ? amounts : amounts.map { _ in "" }) + [
      identity.location.path.string, "\(identity.location.line)", identity.caseKey.description,
    ] + picture(output) + [
      result.checks.map { "\($0.name)=\($0.verdict.rawValue)" }.joined(separator: " "),
      output.map { figures(of: result, $0.index) } ?? "",
    ]
  }

  private static func picture(_ output: OutputRecord?) -> [String] {
    guard let output else { return Array(repeating: "", count: 9) }
    return [
      "\(output.index)", output.blob.digest.hex, output.picture?.pixelDigest ?? "",
      output.hash?.hex ?? "", output.picture?.codec ?? "",
      output.picture.map { "\($0.size.width)" } ?? "",
      output.picture.map { "\($0.size.height)" } ?? "", "\(output.byteCount)", output.path.string,
    ]
  }

  private static func figures(of result: CaseResult, _ index: Int) -> String {
    result.checks.flatMap { check in
      check.measures.filter { $0.picture == index }.flatMap { measure in
        measure.figures.map { "\(check.name).\($0.name)=\($0.text)" }
      }
    }.joined(separator: " ")
  }
}
