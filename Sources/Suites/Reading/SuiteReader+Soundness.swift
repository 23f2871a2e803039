internal import SeedreamAPI

/// What is known of the parts that later stages need, so that a mistake in one part neither hides
/// those of others nor is told again as what follows from it.
struct Soundness {
  /// Names of axes that could not be read.
  var brokenAxes: Set<String> = []
  /// Whether the axes of the matrix are not known at all.
  var isMatrixBroken = false
  /// Whether not all fields of `request` are known.
  var isRequestBroken = false
  /// Whether two places set the same field or variable.
  var hasConflicts = false
  /// Whether every rule of `exclude` could be read.
  var areRulesSound = true
  /// Whether every case of `include` could be read.
  var areIncludesSound = true
  /// Axes whose variables no prompt uses, so that their cases are the same.
  var uselessAxes: Set<String> = []
  /// Whether some pictures could not be read.
  var areImagesBroken = false

  /// Whether an axis could not be read.
  var hasBrokenAxes: Bool { isMatrixBroken || !brokenAxes.isEmpty }

  /// Whether a name may be that of an axis that could not be read.
  func isBroken(_ axis: String) -> Bool { isMatrixBroken || brokenAxes.contains(axis) }
}

extension SuiteReader {
  /// Whether the cases of the matrix are known.
  var isMatrixSound: Bool {
    !sound.hasBrokenAxes && sound.areRulesSound && !lookups.contains { $0.isPartial }
  }

  /// The names of all axes, those that could not be read last.
  var axisNames: [String] { lookups.map(\.axis.name) + sound.brokenAxes.sorted() }

  /// Whether a field that nothing sets may be set by what could not be read.
  var mayBeSet: Bool {
    sound.isRequestBroken || sound.hasBrokenAxes || lookups.contains { $0.isPartial }
  }

  /// Whether a word of a `where` may be one of an included case that could not be read.
  func mayBeIncluded(_ axis: String) -> Bool {
    !sound.areIncludesSound
      && (RequestField(rawValue: axis) != nil || lookups.contains { $0.axis.name == axis })
  }
}
