package import Canonical
internal import ImageComparison
package import SeedreamAPI
package import Suites
internal import SystemPackage

/// Looks at the input pictures of a suite before anything is sent.
package enum InputInspector {
  /// What was found.
  package struct Findings: Sendable {
    /// Facts of the pictures, by digest.
    package var facts: [SHA256Digest: InputFacts] = [:]
    /// Pictures that cannot be sent, at the place where the suite names them.
    package var diagnostics: [Diagnostic] = []
  }

  /// Reads the header of each picture; nothing is decoded.
  package static func inspect(_ inputs: [InputFile]) -> Findings {
    var findings = Findings()
    for input in inputs {
      do {
        let bytes = try DurableFile.read(input.path, byteCountMax: InputFacts.byteCountMax)
        let header = try PictureHeader(reading: bytes)
        let facts = InputFacts(
          byteCount: bytes.count, kind: input.blob.kind,
          size: PixelSize(width: header.uprightWidth, height: header.uprightHeight))
        findings.facts[input.blob.digest] = facts
        findings.diagnostics += facts.findings.map { finding in
          diagnostic(finding.message, input, finding.severity == .error ? .error : .warning)
        }
      } catch {
        findings.diagnostics.append(diagnostic("\(error)", input, .error))
      }
    }
    return findings
  }

  private static func diagnostic(
    _ message: String, _ input: InputFile, _ severity: Diagnostic.Severity
  ) -> Diagnostic {
    Diagnostic(
      severity, "'\(VisibleText.escape(input.written))': \(message)", at: input.location,
      length: input.written.unicodeScalars.count,
      hint: "a PNG, JPEG or WebP picture of at most \(InputFacts.byteCountMax / 1_000_000) MB "
        + "and a ratio between 1:3 and 3:1 is expected")
  }
}

/// The input pictures of a suite as blobs, read from where they lie when they are sent.
package struct InputBlobs: BlobSource {
  /// A picture that is not what it was when the suite was loaded.
  package struct Failure: Error, CustomStringConvertible {
    /// What happened, with the path.
    package let description: String
  }

  private let files: [SHA256Digest: InputFile]

  /// Takes the inputs of a suite.
  package init(_ inputs: [InputFile]) {
    files = Dictionary(inputs.map { ($0.blob.digest, $0) }, uniquingKeysWith: { first, _ in first })
  }

  /// Reads a picture.
  package func bytes(of blob: BlobID) throws -> [UInt8] {
    guard let file = files[blob.digest] else {
      throw Failure(description: "the suite names no picture \(blob)")
    }
    let bytes = try DurableFile.read(file.path, byteCountMax: InputFacts.byteCountMax)
    guard SHA256Digest(hashing: bytes) == blob.digest else {
      throw Failure(description: "\(file.path) was changed while the run went on; run again")
    }
    return bytes
  }
}
