internal import Canonical
internal import SeedreamAPI
internal import Suites

/// Cases of two sides, each with its partner.
package struct CaseAlignment: Sendable {
  /// A case that has no partner.
  package struct Missing: Sendable {
    /// Whether it is of the first side.
    package let isLeft: Bool
    /// The case.
    package let single: ComparedCase
    /// Why it has none.
    package let reason: String
  }

  /// A case on both sides.
  package struct Pair: Sendable {
    /// That of the first side.
    package let left: ComparedCase
    /// That of the second side.
    package let right: ComparedCase

    /// What is known of the case, from the first side that knows it.
    var identity: CaseIdentity? { left.identity ?? right.identity }
  }

  /// What a case of one side shares with its partner.
  private enum Bond: Hashable {
    case caseKey(CaseKey)
    case cells(String)
    case comparison(ComparisonKey, Int)
    case name(String)
  }

  /// The pairs in the order of the first side.
  package private(set) var pairs: [Pair] = []
  /// Cases without a partner, those of the first side first.
  package private(set) var missing: [Missing] = []

  /// Lines cases up: by request and repeat; by their entries of all axes but those that tell the sides
  /// apart; by the request without model and delivery; and of a baseline by name.
  ///
  /// - Parameters:
  ///   - left: the cases of the first side.
  ///   - right: those of the second side.
  ///   - axes: the axes that tell the sides apart; none when whole runs are compared.
  package init(_ left: [ComparedCase], _ right: [ComparedCase], axes: Set<String> = []) {
    var partners = [Int?](repeating: nil, count: left.count)
    var isTaken = [Bool](repeating: false, count: right.count)
    var isAmbiguous = (left: Set<Int>(), right: Set<Int>())
    let bonds: [(ComparedCase) -> Bond?] = [
      { .caseKey($0.caseKey) },
      { axes.isEmpty ? nil : Self.cells($0, axes) },
      { single in
        single.identity?.comparisonKey.map { .comparison($0, single.caseKey.repeatIndex) }
      },
      { single in
        let isOfBaseline = left.first?.identity == nil || right.first?.identity == nil
        return isOfBaseline ? .name(single.name) : nil
      },
    ]
    for bond in bonds {
      func places(_ cases: [ComparedCase], _ isFree: (Int) -> Bool) -> [Bond: [Int]] {
        var found: [Bond: [Int]] = [:]
        for (place, single) in cases.enumerated() where isFree(place) {
          if let key = bond(single) { found[key, default: []].append(place) }
        }
        return found
      }
      let lefts = places(left) { partners[$0] == nil }
      let rights = places(right) { !isTaken[$0] }
      for (key, own) in lefts {
        guard let others = rights[key] else { continue }
        if own.count == 1, others.count == 1 {
          partners[own[0]] = others[0]
          isTaken[others[0]] = true
        } else {
          isAmbiguous.left.formUnion(own)
          isAmbiguous.right.formUnion(others)
        }
      }
    }
    for (place, single) in left.enumerated() {
      if let partner = partners[place] {
        pairs.append(Pair(left: single, right: right[partner]))
      } else {
        missing.append(
          Missing(
            isLeft: true, single: single, reason: Self.reason(isAmbiguous.left.contains(place))))
      }
    }
    for (place, single) in right.enumerated() where !isTaken[place] {
      missing.append(
        Missing(
          isLeft: false, single: single, reason: Self.reason(isAmbiguous.right.contains(place))))
    }
  }

  private static func reason(_ isAmbiguous: Bool) -> String {
    isAmbiguous
      ? "several cases of the other side ask for the same; compare AXIS=VALUE with AXIS=VALUE"
      : "no case of the other side asks for the same"
  }

  private static func cells(_ single: ComparedCase, _ axes: Set<String>) -> Bond? {
    single.identity.map { identity in
      let cells = identity.cells.filter { !axes.contains($0.axis) }
        .map { "\($0.axis)=\($0.entry)" }
      return .cells(
        ([single.suite.text] + cells + ["\(single.caseKey.repeatIndex)"])
          .joined(separator: "\n"))
    }
  }
}
