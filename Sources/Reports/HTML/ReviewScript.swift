internal import Canonical
package import Experiments

/// The script beside a proof sheet that says what waits for a decision, `queue.js`.
package enum ReviewScript {
  /// The file's name in the folder of a sheet.
  package static let fileName = "queue.js"

  /// Writes what waits, worst first; elements of one change have one `change`.
  ///
  /// - Parameters:
  ///   - queue: what waits.
  ///   - isServed: whether the page can ask a server to decide; else it collects decisions for a file.
  package static func bytes(_ queue: ReviewQueue, isServed: Bool) -> [UInt8] {
    let entries = queue.changes.enumerated().flatMap { number, change in
      change.map { json(of: $0, change: number) }
    }
    let value = JSONValue.members([
      "format": .string(DecisionFile.format),
      "served": .bool(isServed),
      "entries": .array(entries),
      "more": .integer(queue.leftOutCount),
      "noteBytes": .integer(WantedDecision.noteByteCountMax),
    ])
    return Array("proofsheet.queue = ".utf8) + ScriptData.bytes(value) + Array(";\n".utf8)
  }

  private static func json(of entry: ReviewEntry, change: Int) -> JSONValue {
    .members([
      "change": .integer(change),
      "verdict": .string(entry.verdict.rawValue),
      "suite": .string(entry.suite.text),
      "case": .string(entry.caseID.text),
      "key": .string(entry.output.caseKey.description),
      "image": .integer(entry.output.index),
      "digest": .string(entry.digest.hex),
      "pixels": .string(entry.pixelDigest),
    ])
  }
}
