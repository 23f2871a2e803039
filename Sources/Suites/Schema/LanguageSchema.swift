package import Canonical

/// The files that people write, described by a JSON Schema (draft 2020-12) for their editors.
///
/// A schema sees values as YAML 1.2 gives them types. It refuses nothing that the reader takes; what
/// depends on several places of a file is for the reader alone.
package enum LanguageSchema: String, Hashable, Sendable, CaseIterable {
  /// A suite.
  case suite
  /// The configuration of a project or of a user.
  case config

  /// The schema's dialect.
  package static let dialect = "https://json-schema.org/draft/2020-12/schema"

  /// The name of the schema's file.
  package var fileName: String { "\(rawValue).schema.json" }

  /// The schema.
  package var json: JSONValue {
    switch self {
    case .suite: SuiteSchema.document.json
    case .config: ConfigSchema.document.json
    }
  }

  /// The bytes of the schema's file: sorted names, two spaces a level, a line feed at the end.
  package var fileBytes: [UInt8] { json.prettyBytes }
}
