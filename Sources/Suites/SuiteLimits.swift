/// How large a suite may be; every limit is named in the message that refuses more.
package struct SuiteLimits: Hashable, Sendable {
  /// Bytes of a suite file.
  package var fileByteCountMax = 16_777_216
  /// Levels of lists and mappings within each other.
  package var depthMax = 32
  /// Values, lists and mappings in a file.
  package var nodeCountMax = 2_000_000
  /// Combinations of the matrix, before excludes and with repeats, and included cases together.
  package var casesMax = 10_000_000
  /// Entries of one axis, ranges counted out.
  package var entriesPerAxisMax = 1_000_000
  /// Axes of a matrix.
  package var axesMax = 16
  /// Times that each request may be repeated.
  package var repeatMax = 10_000
  /// Rules of `exclude`.
  package var excludesMax = 1_000
  /// Stretches of entries that the rules of `exclude` name in one axis together.
  package var excludedStretchesMax = 1_000_000
  /// Cases of `include`, before repeats.
  package var includesMax = 100_000
  /// Failures of `known`.
  package var knownMax = 1_000
  /// Tags of one entry.
  package var tagsMax = 32
  /// Variables of one entry.
  package var variablesMax = 64
  /// Combinations of the entries that decide about filled-in prompts.
  package var filledPromptsMax = 1_000_000
  /// Bytes of all different filled-in prompts together.
  package var filledByteCountMax = 1_073_741_824
  /// Declarations of `groups`.
  package var groupsMax = 64
  /// Checks of one list.
  package var checksMax = 64
  /// Different local pictures of a suite.
  package var inputsMax = 10_000
  /// Different files that checks compare with.
  package var referencesMax = 10_000
  /// Words of a `command` check.
  package var argumentsMax = 256
  /// Bytes of one word of a `command` check.
  package var argumentByteCountMax = 65_536
  /// Cases that are made to find one whose id was cut.
  package var cutIDsMax = 100_000
  /// Diagnostics that are kept; more are counted.
  package var diagnosticsMax = 100

  /// The limits of real runs.
  package static let standard = SuiteLimits()

  /// Starts with the limits of real runs.
  package init() {}
}
