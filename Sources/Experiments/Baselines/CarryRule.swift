package import Canonical
internal import SeedreamAPI
package import Suites

/// Which entry of an axis approvals are carried from and to: `model=v4:v45`, by id or by value as in filters.
package struct CarryRule: Hashable, Sendable {
  /// The axis.
  package let axis: String
  /// The entry with approved outputs.
  package let from: String
  /// The entry whose outputs are approved where they are near.
  package let to: String

  /// Reads `axis=from:to`; `nil` for anything else, and for one entry twice.
  package init?(_ text: String) {
    let sides = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    guard sides.count == 2, !sides[0].isEmpty else { return nil }
    let ends = sides[1].split(separator: ":", omittingEmptySubsequences: false)
    guard ends.count == 2, ends.allSatisfy({ !$0.isEmpty }), ends[0] != ends[1] else { return nil }
    axis = String(sides[0])
    from = String(ends[0])
    to = String(ends[1])
  }

  /// Whether a case has the entry that approvals are carried to.
  package func isAbout(_ identity: CaseIdentity) -> Bool {
    identity.cells.contains { has(to, $0) }
  }

  /// Whether a case has the entry that approvals are carried from.
  func isFrom(_ suiteCase: SuiteCase) -> Bool {
    suiteCase.cells.contains { has(from, $0) }
  }

  /// Whether a case has the entry that approvals are carried to.
  func isTo(_ suiteCase: SuiteCase) -> Bool {
    suiteCase.cells.contains { has(to, $0) }
  }

  private func has(_ name: String, _ cell: CaseCell) -> Bool {
    cell.axis == axis && (cell.entry == name || cell.value == name)
  }
}

/// The entries that cases take from an axis, as far as a message lists them.
package struct EntryList: Sendable {
  /// Entries that are listed.
  private static let shownMax = 20

  private let axis: String
  private var entries: [String] = []
  private var hasMore = false

  /// Makes an empty list.
  ///
  /// - Parameter axis: the axis by name.
  package init(of axis: String) { self.axis = axis }

  /// Shows the cells of a case.
  package mutating func see(_ cells: [CaseCell]) {
    for cell in cells where cell.axis == axis && !entries.contains(cell.entry) {
      if entries.count < Self.shownMax {
        entries.append(cell.entry)
      } else {
        hasMore = true
      }
    }
  }

  /// A sentence that lists them.
  package var sentence: String {
    "the \(entries.count == 1 ? "entry of \(axis) is" : "entries of \(axis) are") "
      + entries.joined(separator: ", ") + (hasMore ? ", …" : "")
  }
}

/// Cases of two entries of an axis that ask for the same but for model and delivery.
package struct CarryPartners: Sendable {
  /// A case as it is told and found.
  package struct Partner: Hashable, Sendable {
    /// The name.
    package let id: CaseID
    /// The key.
    package let caseKey: CaseKey
  }

  /// What partners have in common.
  private struct Line: Hashable {
    let comparison: ComparisonKey
    let repeatIndex: Int
    let format: DeliveryFormat?

    init(_ suiteCase: SuiteCase, withFormat: Bool) {
      comparison = suiteCase.request.comparisonKey
      repeatIndex = suiteCase.repeatIndex
      format = withFormat ? suiteCase.request.outputFormat : nil
    }
  }

  /// How many cases have the entry that approvals are carried from.
  package let fromCount: Int
  /// Whether the entries that approvals are carried from and to are one.
  package let isOneEntry: Bool
  /// The entries of the axis.
  package let entries: EntryList
  private let partners: [CaseKey: Partner]
  private let known: Set<CaseKey>

  /// Lines up the cases of a suite.
  ///
  /// Of several partners the one with the same delivery is taken.
  package init(_ cases: some Sequence<SuiteCase>, _ rule: CarryRule) {
    var from: [Line: Partner] = [:]
    var to: [SuiteCase] = []
    var count = 0
    var isOneEntry = false
    var entries = EntryList(of: rule.axis)
    for suiteCase in cases {
      entries.see(suiteCase.cells)
      if rule.isFrom(suiteCase) {
        isOneEntry = isOneEntry || rule.isTo(suiteCase)
        count += 1
        let partner = Partner(id: suiteCase.id, caseKey: suiteCase.caseKey)
        from[Line(suiteCase, withFormat: true)] = partner
        if from[Line(suiteCase, withFormat: false)] == nil {
          from[Line(suiteCase, withFormat: false)] = partner
        }
      } else if rule.isTo(suiteCase) {
        to.append(suiteCase)
      }
    }
    fromCount = count
    self.isOneEntry = isOneEntry
    self.entries = entries
    var partners: [CaseKey: Partner] = [:]
    for suiteCase in to {
      partners[suiteCase.caseKey] =
        from[Line(suiteCase, withFormat: true)] ?? from[Line(suiteCase, withFormat: false)]
    }
    self.partners = partners
    known = Set(to.map(\.caseKey))
  }

  /// The partner of a case; `nil` where there is none.
  package func partner(of caseKey: CaseKey) -> Partner? { partners[caseKey] }

  /// Whether the suite still asks for a case.
  package func knows(_ caseKey: CaseKey) -> Bool { known.contains(caseKey) }
}
