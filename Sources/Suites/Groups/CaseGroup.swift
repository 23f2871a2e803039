package import Canonical
internal import SeedreamAPI

/// What the cases of a group are to each other.
package enum GroupExpectation: String, Hashable, Sendable, CaseIterable {
  /// Each two are the same but for noise and encoding.
  case near
  /// Each two have the same pixels.
  case identical
  /// No two are the same.
  case distinct
}

/// What tells the cases of a group apart.
package enum GroupAxis: Hashable, Sendable, CustomStringConvertible {
  /// The entries of an axis.
  case axis(String)
  /// The repeat index.
  case repeats

  /// The name in a suite file.
  package var description: String {
    switch self {
    case .axis(let name): name
    case .repeats: "repeat"
    }
  }
}

/// One declaration of `groups`: it makes a group of all cases that differ in nothing but one axis.
package struct CaseGroup: Sendable {
  /// What tells the cases of a group apart.
  package let across: GroupAxis
  /// What they are to each other.
  package let expectation: GroupExpectation
  /// What it does when they are not.
  package let severity: CheckSeverity
  /// How many groups it makes; each has at least two cases.
  package let groupCount: Int
  /// Where it was declared.
  package let location: SourceLocation
  /// Which cases are meant.
  let scope: CaseScope
  /// Whether entries of the axis decide about the prompt.
  let setsPrompt: Bool

  /// Whether the declaration is about a case.
  package func admits(_ suiteCase: SuiteCase) -> Bool { scope.admits(suiteCase.cells) }

  /// The readable name of a case's group: what is expected, the axis, and what its cases have in common.
  package func name(of suiteCase: SuiteCase) -> CaseID {
    let shared = suiteCase.cells.filter { across != .axis($0.axis) }.map(\.entry)
    let isCountedOut = across == .repeats || suiteCase.repeatIndex == 0
    let ending = isCountedOut ? [] : ["r\(suiteCase.repeatIndex)"]
    return CaseID(joining: ["\(expectation.rawValue)-across-\(across)"] + shared + ending)
  }

  /// What a case's group has of its entries.
  package func cells(of suiteCase: SuiteCase) -> [CaseCell] {
    suiteCase.cells.filter { across != .axis($0.axis) }
  }

  /// Which group of the declaration a case belongs to; `nil` when the declaration is not about it.
  package func key(of suiteCase: SuiteCase) -> GroupKey? {
    guard scope.admits(suiteCase.cells) else { return nil }
    return GroupKey(
      cells: suiteCase.cells, prompt: suiteCase.request.prompt,
      repeatIndex: suiteCase.repeatIndex, across: across, setsPrompt: setsPrompt)
  }
}

/// The identity of a group within its declaration: what all of its cases have in common.
package struct GroupKey: Hashable, Sendable {
  private let digest: SHA256Digest

  /// - Parameter repeatIndex: `nil` where repeats are counted out.
  init(
    cells: [CaseCell], prompt: String, repeatIndex: Int?, across: GroupAxis, setsPrompt: Bool
  ) {
    var parts: [JSONValue] = []
    for cell in cells where across != .axis(cell.axis) {
      parts.append(.array([.string(cell.axis), .string(cell.entry), .string(cell.value)]))
    }
    // An included case may set variables of its own, which are no cells.
    if !setsPrompt { parts.append(.string(prompt)) }
    if across != .repeats, let repeatIndex { parts.append(.integer(repeatIndex)) }
    digest = SHA256Digest(hashing: JSONValue.array(parts).canonicalBytes)
  }
}
