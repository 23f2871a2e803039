package import SeedreamAPI

/// How near an output must be to an approved one.
package enum BaselineLevel: String, Hashable, Sendable, CaseIterable {
  /// The same bytes of the file.
  case identicalBytes = "identical-bytes"
  /// The same pixels once decoded.
  case identicalPixels = "identical-pixels"
}

/// What a check expects.
package enum CheckKind: Hashable, Sendable {
  /// How many pictures come back.
  package enum CountExpectation: Hashable, Sendable {
    /// As many as the request asks for.
    case asRequested
    /// This many, whatever the request asks for.
    case exactly(Int)
  }

  /// Which size the pictures have.
  package enum SizeExpectation: Hashable, Sendable {
    /// What ``ModelLimits`` expects for the size that the request asks for.
    case asRequested
    /// These pixels.
    case exactly(PixelSize)
  }

  /// The number of pictures.
  case count(CountExpectation)
  /// The size of every picture.
  case size(SizeExpectation)
  /// Every picture can be decoded.
  case decodable
  /// The answer was there within a time; in replay the recorded time counts.
  case latency(max: Duration)
  /// Every output equals an approved one.
  case baseline(BaselineLevel)

  /// The name in a suite file.
  package var name: CheckName {
    switch self {
    case .count: .count
    case .size: .size
    case .decodable: .decodable
    case .latency: .latency
    case .baseline: .baseline
    }
  }
}

/// The names of checks in a suite file.
package enum CheckName: String, Hashable, Sendable, CaseIterable {
  /// The number of pictures.
  case count
  /// The size of every picture.
  case size
  /// Every picture can be decoded.
  case decodable
  /// The time that the answer took.
  case latency
  /// Equality with an approved output.
  case baseline
}

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
  /// Which of the suite's scopes it holds in; `nil` where it holds for every case.
  let scope: Int?
  /// Where it was declared; `nil` for a default.
  package let location: SourceLocation?

  /// Whether it applies without being declared.
  package var isDefault: Bool { location == nil }

  /// The name in a suite file.
  package var name: CheckName { kind.name }

  /// Puts a check together.
  package init(
    _ kind: CheckKind, severity: CheckSeverity = .fail, at location: SourceLocation? = nil
  ) {
    self.init(kind, severity: severity, scope: nil, at: location)
  }

  init(_ kind: CheckKind, severity: CheckSeverity, scope: Int?, at location: SourceLocation?) {
    self.kind = kind
    self.severity = severity
    self.scope = scope
    self.location = location
  }

  /// The checks that are always on, unless one of the same name is declared.
  package static let defaults: [Check] = [
    Check(.count(.asRequested)), Check(.size(.asRequested)), Check(.decodable),
  ]
}

extension [Check] {
  /// The checks after those of a more specific place: each replaces those of its name, or is added.
  ///
  /// One that holds for some cases only leaves the less specific ones to the others.
  func replaced(by specific: [Check]) -> [Check] {
    var checks = self
    for check in specific where check.scope == nil {
      guard let index = checks.firstIndex(where: { $0.name == check.name }) else {
        checks.append(check)
        continue
      }
      checks[index] = check
      checks.removeAll { $0.name == check.name && $0 != check }
    }
    return checks + specific.filter { $0.scope != nil }
  }
}
