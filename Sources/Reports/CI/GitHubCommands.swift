internal import Canonical
package import Experiments
internal import Suites
internal import SystemPackage

/// Lines that GitHub's runner obeys, and lines that it must not.
package enum GitHubCommands {
  /// Annotations of one level that GitHub shows of a step.
  package static let annotationsMax = 10
  /// The longest message in bytes; GitHub cuts at 64 KiB.
  static let messageByteCountMax = 2_000

  /// Annotations of the worst cases, and of findings, each a line.
  ///
  /// Cases that failed or broke are errors; warnings are of checks that only warn and of what was found about
  /// recordings. What is left out is told in a line of its own.
  ///
  /// - Parameters:
  ///   - run: the run.
  ///   - places: finds the lines of suites from the root of the checkout.
  /// - Throws: what reading the run throws.
  package static func annotations(
    of run: some RunReader, _ places: SourcePlaces
  ) throws -> [String] {
    var worst = RankedCases(max: annotationsMax)
    var (errorCount, warningCount) = (0, 0)
    var errors: [String] = []
    var warnings: [String] = []
    for finding in run.summary.findings {
      let line = annotation(of: finding, run.header, places)
      if finding.isFailure { errors.append(line) } else { warnings.append(line) }
    }
    (errorCount, warningCount) = (errors.count, warnings.count)
    for suite in run.header.suites {
      try run.forEachResult(of: suite.name) { result in
        if [.failure, .error].contains(result.outcome.verdict) {
          errorCount += 1
          worst.add(result)
        }
        for warning in result.checks.compactMap(\.warning) {
          warningCount += 1
          guard warnings.count < annotationsMax else { continue }
          warnings.append(annotation("warning", result, warning, places))
        }
      }
    }
    errors += worst.results.map { annotation("error", $0, $0.reason, places) }
    let shown = errors.prefix(annotationsMax) + warnings.prefix(annotationsMax)
    let hidden = errorCount + warningCount - shown.count
    guard hidden > 0 else { return Array(shown) }
    return shown + [
      "::notice title=proofsheet::"
        + data(
          "\(Count.of(hidden, "more annotation")) left out, for GitHub shows "
            + "\(annotationsMax) errors and \(annotationsMax) warnings of a step; "
            + "the step's summary and junit.xml have more")
    ]
  }

  private static func annotation(
    _ level: String, _ result: CaseResult, _ message: String, _ places: SourcePlaces
  ) -> String {
    let location = result.identity.location
    let properties = places.path(location.path).map {
      [("file", $0), ("line", "\(max(1, location.line))")]
    }
    return command(
      level,
      (properties ?? []) + [("title", "\(result.outcome.rawValue): \(result.identity.id)")],
      message)
  }

  private static func annotation(
    of finding: RunFinding, _ header: RunHeader, _ places: SourcePlaces
  ) -> String {
    let suite = header.suites.first { $0.name == finding.suite }
    let file = suite.flatMap { places.path($0.path) }.map { [("file", $0), ("line", "1")] }
    return command(
      finding.isFailure ? "error" : "warning",
      (file ?? []) + [("title", "\(finding.kind.rawValue): \(finding.suite)")],
      "\(finding.message); next: \(finding.next)")
  }

  /// A command with its properties escaped as the runner undoes it.
  static func command(
    _ name: String, _ properties: [(String, String)], _ message: String
  ) -> String {
    let shown = properties.map { "\($0)=\(property($1))" }.joined(separator: ",")
    return "::\(name) \(shown)::\(data(message))"
  }

  /// A message as the runner reads it: `%`, CR and LF are encoded.
  static func data(_ text: String) -> String {
    encode(XMLText.line(text, byteCountMax: messageByteCountMax), "%\r\n")
  }

  /// A property as the runner reads it: beside those of ``data(_:)``, colon and comma are encoded.
  static func property(_ text: String) -> String { encode(XMLText.line(text), "%\r\n:,") }

  private static func encode(_ text: String, _ special: String) -> String {
    let codes: [Unicode.Scalar: String] = [
      "%": "%25", "\r": "%0D", "\n": "%0A", ":": "%3A", ",": "%2C",
    ]
    let special = Set(special.unicodeScalars)
    var encoded = ""
    for scalar in text.unicodeScalars {
      if special.contains(scalar), let code = codes[scalar] {
        encoded += code
      } else {
        encoded.unicodeScalars.append(scalar)
      }
    }
    return encoded
  }

  /// Text for the log in which nothing is a command.
  ///
  /// The runner obeys `::name::` at the start of a line, behind blanks too, and `##[name]` anywhere: a text
  /// of the service's must not be able to mask, stop or annotate.
  package static func defused(_ text: String) -> String {
    guard text.contains("::") || text.contains("##[") else { return text }
    return text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
      let safe = line.replacing("##[", with: "## [")
      let start = safe.prefix { $0.isWhitespace }
      let rest = safe.dropFirst(start.count)
      return rest.hasPrefix("::") ? start + ": :" + rest.dropFirst(2) : safe[...]
    }.joined(separator: "\n")
  }
}
