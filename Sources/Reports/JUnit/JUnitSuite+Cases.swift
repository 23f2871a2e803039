internal import Canonical
internal import Experiments
internal import Recording
internal import SeedreamAPI
internal import Suites
internal import SystemPackage

extension JUnitSuite {
  /// Attempts of one case that are written at most; each is in the text of a case that failed as well.
  static let attemptsMax = 100
  /// Properties of one case that are written at most.
  static let casePropertiesMax = 200

  /// Writes a case.
  func write(_ result: CaseResult, to writer: borrowing XMLWriter) {
    startCase(result.identity.id.text, result.latencyMilliseconds, to: writer)
    if dialect == .extended {
      writer.attribute("file", XMLText.line(result.identity.location.path.string))
      writer.attribute("line", "\(result.identity.location.line)")
      writeProperties(of: result, to: writer)
    }
    let verdict = result.outcome.verdict
    // Both schemas of the strict dialect want this order of elements; Ant's knows no attempts.
    let attempts = dialect == .ant ? [] : result.failedAttempts
    switch verdict {
    case .success: write("flakyFailure", attempts, to: writer)
    case .failure:
      write("failure", result, to: writer)
      write("rerunFailure", attempts, to: writer)
    case .error:
      write("rerunFailure", attempts, to: writer)
      write("error", result, to: writer)
    case .skipped: write("skipped", result, to: writer)
    }
    if dialect != .ant, let output = text.output(result) {
      writer.startElement("system-out")
      writer.text(output)
      writer.endElement()
    }
    writer.endElement()
  }

  /// Writes a finding as a test case of its own, named as no case can be.
  func write(_ finding: RunFinding, to writer: borrowing XMLWriter) {
    let subject = finding.kind == .incomplete ? "run" : "recordings"
    startCase("\(subject): \(finding.kind.rawValue)", 0, to: writer)
    if dialect == .extended { writer.attribute("file", file) }
    writer.startElement("error")
    writer.attribute("message", XMLText.line(finding.message))
    writer.attribute("type", finding.kind.rawValue)
    let lines = [finding.message] + finding.subjects.map { "- \($0)" } + ["next: \(finding.next)"]
    writer.text(lines.map(JUnitText.fact).joined(separator: "\n"))
    writer.endElement()
    writer.endElement()
  }

  /// Writes a property.
  static func writeProperty(_ name: String, _ value: String, to writer: borrowing XMLWriter) {
    writer.startElement("property")
    writer.attribute("name", XMLText.line(name))
    writer.attribute("value", XMLText.line(value))
    writer.endElement()
  }

  private func startCase(_ name: String, _ milliseconds: Int, to writer: borrowing XMLWriter) {
    writer.startElement("testcase")
    writer.attribute("name", name)
    writer.attribute("classname", className)
    writer.attribute("time", JUnitReport.time(milliseconds))
  }

  private func write(
    _ element: StaticString, _ result: CaseResult, to writer: borrowing XMLWriter
  ) {
    writer.startElement(element)
    writer.attribute("message", text.message(result))
    // Surefire's schema knows no type of what was skipped.
    if result.outcome.verdict != .skipped { writer.attribute("type", result.outcome.rawValue) }
    writer.text(text.explanation(result))
    writer.endElement()
  }

  private func write(
    _ element: StaticString, _ attempts: [String], to writer: borrowing XMLWriter
  ) {
    for attempt in attempts.prefix(Self.attemptsMax) {
      let line = JUnitText.fact(attempt)
      writer.startElement(element)
      writer.attribute("message", XMLText.line(line))
      writer.attribute("type", "failed-attempt")
      writer.startElement("stackTrace")
      writer.text(line)
      writer.endElement()
      writer.endElement()
    }
  }

  private func writeProperties(of result: CaseResult, to writer: borrowing XMLWriter) {
    writer.startElement("properties")
    for (name, value) in Self.properties(of: result).prefix(Self.casePropertiesMax) {
      Self.writeProperty(name, value, to: writer)
    }
    writer.endElement()
  }

  /// What a dashboard may show beside a case, or search by.
  static func properties(of result: CaseResult) -> [(String, String)] {
    let identity = result.identity
    var properties = [
      ("proofsheet.outcome", result.outcome.rawValue),
      ("proofsheet.case_key", identity.caseKey.description),
      ("proofsheet.model", identity.model.text),
      ("proofsheet.size", identity.size.description),
      ("proofsheet.cost", result.cost.decimal),
    ]
    if let seed = identity.seed { properties.append(("proofsheet.seed", "\(seed)")) }
    properties += identity.cells.map { ("proofsheet.axis.\($0.axis)", $0.entry) }
    properties += identity.tags.map { ("proofsheet.tag", $0) }
    if result.possiblyBilled > .zero {
      properties.append(("proofsheet.possibly_billed", result.possiblyBilled.decimal))
    }
    for output in result.outputs {
      let name = "proofsheet.output.\(output.index)"
      properties.append(("\(name).sha256", output.blob.digest.hex))
      if let picture = output.picture {
        properties.append(("\(name).pixels", picture.pixelDigest))
        properties.append(("\(name).size", "\(picture.size)"))
      }
    }
    for check in result.checks {
      for measure in check.measures {
        properties += measure.figures.map {
          ("proofsheet.\(check.name).\(measure.picture).\($0.name)", $0.text)
        }
      }
    }
    return properties
  }

  /// About how many bytes a case takes in a file, never less than it does but for its place.
  func estimatedByteCount(of result: CaseResult) -> Int {
    let texts =
      result.outcome.verdict == .success
      ? [text.output(result) ?? ""]
      : [text.explanation(result), text.message(result), text.output(result) ?? ""]
    let attempts = result.failedAttempts.prefix(Self.attemptsMax).map(JUnitText.fact)
    var count = Self.caseByteCount
    // An attempt stands in an attribute and in a text.
    for text in texts + attempts + attempts { count += Self.escapedByteCount(of: text) + 100 }
    if dialect == .extended {
      for (name, value) in Self.properties(of: result).prefix(Self.casePropertiesMax) {
        count += Self.escapedByteCount(of: XMLText.line(name) + XMLText.line(value)) + 60
      }
    }
    return count
  }

  /// Bytes of a case's elements and attributes without its texts: a name, a class and a file of at most
  /// 4,096 bytes are the exception, and 600 the rule.
  private static let caseByteCount = 1_000

  /// Bytes of a text once the characters that XML reserves are written as entities.
  private static func escapedByteCount(of text: String) -> Int {
    var count = 0
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "&"), UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "\""), 0x0D, 0x0A,
        0x09:
        count += 6
      default: count += 1
      }
    }
    return count
  }
}
