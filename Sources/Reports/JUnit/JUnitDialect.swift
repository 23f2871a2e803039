package import SystemPackage

/// Which of the dialects of JUnit XML is written: no file is valid by every schema.
package enum JUnitDialect: String, Hashable, Sendable, CaseIterable {
  /// Valid by Jenkins' schema as a whole and by Surefire's suite by suite; what every dashboard reads.
  case strict
  /// Beside that, file and line of every case and properties of every case, which GitLab, Trunk,
  /// Datadog, Xray and others show; refused by the schemas of Jenkins and Surefire.
  case extended
  /// Valid by the schema of Ant's reports, which knows neither output of a case nor attempts.
  case ant
}

/// How a run is written as JUnit XML.
package struct JUnitOptions: Hashable, Sendable {
  /// The dialect.
  package var dialect: JUnitDialect
  /// The folder that a dashboard knows files by, usually the working folder; `nil` when it is not known.
  ///
  /// Pictures of failed cases are attached by their path from there; those outside are not.
  package var workspace: FilePath?
  /// Pictures that were drawn of failed cases.
  package var pictures: JUnitPictures
  /// Cases of one file of a folder.
  package var casesMax: Int
  /// Bytes of one file of a folder, as far as can be told before it is written.
  package var byteCountMax: Int

  /// The most cases that Buildkite reads of one file (`junit.md` section 2).
  package static let casesMaxDefault = 5_000
  /// GitLab reads files of less than 30 MB (`junit.md` section 2); a margin is left.
  package static let byteCountMaxDefault = 25_000_000

  /// Puts options together.
  package init(
    dialect: JUnitDialect = .strict, workspace: FilePath? = nil,
    pictures: JUnitPictures = JUnitPictures(),
    casesMax: Int = casesMaxDefault, byteCountMax: Int = byteCountMaxDefault
  ) {
    precondition(casesMax > 0 && byteCountMax > 0, "a file has room for a case")
    self.dialect = dialect
    self.workspace = workspace
    self.pictures = pictures
    self.casesMax = casesMax
    self.byteCountMax = byteCountMax
  }
}
