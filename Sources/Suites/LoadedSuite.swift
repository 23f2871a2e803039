package import Canonical
package import SystemPackage

/// A local picture that a suite sends, or that a check compares with.
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

/// A check that starts a program.
package struct ProgramUse: Hashable, Sendable {
  /// The program and its arguments.
  package let arguments: [String]
  /// Where the check is declared.
  package let location: SourceLocation
  /// How many scalars of the line it is about.
  package let length: Int
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
  /// The files that checks compare with, each once, in the order in which the suite names them; they
  /// are never sent.
  package let references: [InputFile]
  /// What its author should know; a suite with errors is not loaded.
  package let warnings: [Diagnostic]
  /// The defaults, replaced and extended by the suite's own checks; entries may replace them again.
  package let checks: [Check]
  /// The declarations of `groups`.
  package let groups: [CaseGroup]
  /// The checks that start a program, in order of place.
  package let programs: [ProgramUse]
  /// The cases that other cases are compared with.
  package let comparedCases: Set<CaseID>
  /// What a run of it may take and spend, as far as the suite says.
  package let limits: RunLimits
  /// The cases, made one at a time.
  package let cases: CaseSequence

  /// The number of groups of all declarations.
  package var groupCount: Int { groups.reduce(0) { $0 + $1.groupCount } }

  /// The exact number of cases: excludes, includes and repeats are counted.
  package var caseCount: Int { cases.count }
}
