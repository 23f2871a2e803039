/// What a check that fails does.
package enum CheckSeverity: String, Hashable, Sendable, CaseIterable {
  /// The case fails.
  case fail
  /// The case says so and ends as if the check had passed.
  case warn
}

/// One declared expectation of a case.
package struct Check: Hashable, Sendable {
  /// What is expected.
  package let kind: CheckKind
  /// What it does when it fails.
  package let severity: CheckSeverity
  /// What the suite calls it; `nil` where it has the name of its kind.
  let ownName: String?
  /// Which of the suite's scopes it holds in; `nil` where it holds for every case.
  let scope: Int?
  /// Where it was declared; `nil` for a default.
  package let location: SourceLocation?

  /// Whether it applies without being declared.
  package var isDefault: Bool { location == nil }

  /// The name in a suite file.
  package var name: CheckName { kind.name }

  /// What reports call it: its own name, or that of its kind.
  package var label: String { ownName ?? name.rawValue }

  /// Puts a check together.
  package init(
    _ kind: CheckKind, severity: CheckSeverity = .fail, at location: SourceLocation? = nil
  ) {
    self.init(kind, severity: severity, ownName: nil, scope: nil, at: location)
  }

  init(
    _ kind: CheckKind, severity: CheckSeverity, ownName: String?, scope: Int?,
    at location: SourceLocation?
  ) {
    self.kind = kind
    self.severity = severity
    self.ownName = ownName
    self.scope = scope
    self.location = location
  }

  /// The checks that are always on, unless one of the same name is declared.
  package static let defaults: [Check] = [
    Check(.count(.asRequested)), Check(.size(.asRequested)), Check(.decodable), Check(.notBlank),
  ]
}

extension [Check] {
  /// The checks after those of a more specific place: they replace those of their names, or are added.
  ///
  /// The names are their own, or of their kind: a named one leaves those of other names alone. One that
  /// holds for some cases only leaves the less specific ones to the others.
  func replaced(by specific: [Check]) -> [Check] {
    var checks = self
    var replaced: Set<String> = []
    for check in specific where check.scope == nil {
      if let index = checks.firstIndex(where: { $0.label == check.label }),
        replaced.insert(check.label).inserted
      {
        checks[index] = check
        checks.removeAll { $0.label == check.label && $0 != check }
      } else {
        // Several of one list stand together.
        replaced.insert(check.label)
        checks.append(check)
      }
    }
    return checks + specific.filter { $0.scope != nil }
  }
}
