internal import Canonical
package import Suites

/// The cases of an earlier run that are repeated, told by what they ask for.
package struct RepeatedCases: Hashable, Sendable {
  private var keys: Set<CaseKey> = []
  private var ids: Set<CaseID> = []
  private var others: Set<CaseKey> = []

  /// Starts with none.
  package init() {}

  /// How many there are.
  package var count: Int { keys.count }

  /// Takes note of a case of the earlier run.
  ///
  /// - Parameter isRepeated: whether it is one of them.
  package mutating func note(_ identity: CaseIdentity, isRepeated: Bool) {
    if isRepeated {
      keys.insert(identity.caseKey)
      ids.insert(identity.id)
    } else {
      others.insert(identity.caseKey)
    }
  }

  /// Whether a case is one of them, or stands in the place of one that was changed since.
  package func admits(_ suiteCase: SuiteCase) -> Bool {
    let key = suiteCase.caseKey
    return keys.contains(key) || (ids.contains(suiteCase.id) && !others.contains(key))
  }

  /// Whether a case stands in the place of one that asked for something else.
  package func isChanged(_ suiteCase: SuiteCase) -> Bool {
    ids.contains(suiteCase.id) && !keys.contains(suiteCase.caseKey)
      && !others.contains(suiteCase.caseKey)
  }
}
