package import Canonical
package import SeedreamAPI

/// The entry that a case takes from one axis.
package struct CaseCell: Hashable, Sendable {
  /// The axis by name.
  package let axis: String
  /// The entry by id.
  package let entry: String
  /// The value as shown to people.
  package let value: String

  /// Puts a cell together.
  package init(axis: String, entry: String, value: String) {
    self.axis = axis
    self.entry = entry
    self.value = value
  }
}

/// One cell of the expanded matrix: one request of the API.
package struct SuiteCase: Sendable {
  /// The place in plan order, from 0.
  package let position: Int
  /// The readable, stable name.
  package let id: CaseID
  /// One cell an axis, in order of the axes; fields that only an included case sets come last.
  package let cells: [CaseCell]
  /// The request.
  package let request: EditRequest
  /// Which of several equal requests, from 0.
  package let repeatIndex: Int
  /// The tags of its entries in order, none twice.
  package let tags: [String]
  /// What is expected: defaults, replaced and extended by what suite and entries declare.
  package let checks: [Check]
  /// Why it may fail; `nil` for a case that must pass.
  package let known: KnownFailure?
  /// The line that says most about it: its prompt's entry or, without one, its first entry.
  package let location: SourceLocation

  /// The identity of its recording; digests the request anew each time it is asked for.
  package var caseKey: CaseKey { CaseKey(request: request.key, repeatIndex: repeatIndex) }
}

extension SuiteCase {
  /// A case beside this one that asks for something else and expects nothing; for measuring.
  ///
  /// - Parameters:
  ///   - request: what it asks for.
  ///   - repeatIndex: which of several equal requests it is.
  ///   - id: its name.
  package func measuring(
    _ request: EditRequest, repeatIndex: Int, as id: CaseID
  ) -> SuiteCase {
    SuiteCase(
      position: position, id: id, cells: cells, request: request, repeatIndex: repeatIndex,
      tags: tags, checks: [], known: nil, location: location)
  }
}
