internal import Experiments
internal import Suites

extension SuiteFailure {
  /// The failure with what is wrong with the pictures that the suite names, in order of place.
  func withPictures() -> SuiteFailure {
    let found = InputInspector.inspect(inputs, references: references).diagnostics
    return SuiteFailure(path: path, diagnostics: (diagnostics + found).inOrder)
  }
}

extension [Diagnostic] {
  /// The diagnostics in order of place; what is said of all of them comes last.
  var inOrder: [Diagnostic] {
    enumerated().sorted { left, right in
      let (one, other) = (left.element, right.element)
      return (one.severity == .note ? 1 : 0, one.location.line, one.location.column, left.offset)
        < (
          other.severity == .note ? 1 : 0, other.location.line, other.location.column, right.offset
        )
    }.map(\.element)
  }
}
