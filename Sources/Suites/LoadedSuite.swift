package import Canonical
package import SystemPackage

/// A local picture that a suite sends.
package struct InputFile: Hashable, Sendable {
  /// The bytes by their digest.
  package let blob: BlobID
  /// The path, resolved against the suite's folder.
  package let path: FilePath
  /// The path as the suite states it.
  package let written: String
  /// The size in bytes.
  package let byteCount: Int
  /// Where the suite names it first.
  package let location: SourceLocation
}

/// One suite file: fixed request fields, a matrix, checks.
package struct LoadedSuite: Sendable {
  /// The name.
  package let name: SuiteName
  /// What it is for, in its author's words.
  package let description: String?
  /// The file by the path that it was given as.
  package let path: FilePath
  /// The digest of the file's bytes.
  package let sourceDigest: SHA256Digest
  /// The axes of the matrix in order, the first outermost; without `repeat`.
  package let axes: [Axis]
  /// How often each request is made.
  package let repeatCount: Int
  /// The local pictures, each file once, in the order in which the suite names them.
  package let inputs: [InputFile]
  /// What its author should know; a suite with errors is not loaded.
  package let warnings: [Diagnostic]
  /// The defaults, replaced and extended by the suite's own checks; entries may replace them again.
  package let checks: [Check]
  /// What a run of it may take and spend, as far as the suite says.
  package let limits: RunLimits
  /// The cases, made one at a time.
  package let cases: CaseSequence

  /// The exact number of cases: excludes, includes and repeats are counted.
  package var caseCount: Int { cases.count }
}
