internal import Canonical
package import SeedreamAPI
package import SystemPackage

/// Why a case cannot be placed in a suite.
package struct PlacementProblem: Error, Hashable, Sendable, CustomStringConvertible {
  /// What stands in the way.
  package let description: String
  /// The element to write by hand; `nil` where none can be given.
  package var element: String?

  init(_ description: String, element: String? = nil) {
    self.description = description
    self.element = element
  }
}

/// A case that a suite is to ask for.
package struct WantedCase: Sendable {
  /// The id of the case in the suite.
  package let id: String
  /// The request.
  package let request: EditRequest
  /// The pictures as the suite names them: paths relative to it, and URLs.
  package let images: [String]
  /// The entry that the case has on each axis of the suite that it comes from.
  package let entries: [String: String]

  /// Puts a case together.
  package init(id: String, request: EditRequest, images: [String], entries: [String: String]) {
    self.id = id
    self.request = request
    self.images = images
    self.entries = entries
  }
}

/// A suite with one case more.
package struct CasePlacement: Sendable {
  /// The text of the suite.
  package let bytes: [UInt8]
  /// The suite as that text is read.
  package let suite: LoadedSuite
  /// The case that was added, or was there.
  package let placed: SuiteCase
  /// The element that was added to `include`; `nil` where the suite asks for the request already.
  package let element: String?

  /// Adds a case to `include`.
  ///
  /// The new text is read again: it must ask for what the old one asks for, and for the wanted request
  /// beside that, or nothing is placed.
  ///
  /// - Parameters:
  ///   - wanted: the case.
  ///   - bytes: the suite as it is.
  ///   - path: where it lies.
  /// - Throws: ``PlacementProblem`` with what stands in the way.
  package static func place(
    _ wanted: WantedCase, in bytes: [UInt8], path: FilePath
  ) throws(PlacementProblem) -> CasePlacement {
    let suite = try load(bytes, path, element: nil)
    let key = wanted.request.key
    if let there = suite.cases.first(where: { $0.repeatIndex == 0 && $0.request.key == key }) {
      return CasePlacement(bytes: bytes, suite: suite, placed: there, element: nil)
    }
    guard suite.repeatCount == 1 else {
      throw PlacementProblem(
        "the suite makes every request \(suite.repeatCount) times, and one is recorded")
    }
    let text = SourceText.withoutMark(bytes)
    let root = try tree(of: text)
    let element = try CaseElement(
      axes: suite.axes, fixed: fixedFields(of: root), wanted: wanted
    ).text()
    let insertion = SuiteInsertion(String(decoding: text, as: UTF8.self))
    let changed: String
    do throws(PlacementProblem) {
      changed = try insertion.appending(element, to: root)
    } catch {
      throw PlacementProblem(error.description, element: element)
    }
    let mark = bytes.prefix(bytes.count - text.count)
    let result = Array(mark) + Array(changed.utf8)
    let grown = try load(result, path, element: element)
    let placed = try added(to: suite, in: grown, wanted, element)
    return CasePlacement(bytes: result, suite: grown, placed: placed, element: element)
  }

  private static func load(
    _ bytes: [UInt8], _ path: FilePath, element: String?
  ) throws(PlacementProblem) -> LoadedSuite {
    do throws(SuiteFailure) {
      return try SuiteLoader.load(bytes: bytes, path: path)
    } catch {
      let first = error.diagnostics.first { $0.severity == .error }
      throw PlacementProblem(
        (element == nil ? "" : "the suite would not be read any more: ")
          + (first.map { "\($0.location): \($0.message)" } ?? "\(path) cannot be read"),
        element: element)
    }
  }

  private static func tree(of text: [UInt8]) throws(PlacementProblem) -> YAMLNode {
    var reader = YAMLReader(text, limits: .standard)
    do {
      if let root = try reader.document() { return root }
    } catch {
      throw PlacementProblem(error.mistake.message)
    }
    throw PlacementProblem("the suite is empty")
  }

  private static func fixedFields(of root: YAMLNode) -> Set<RequestField> {
    let request = root.members?.first { $0.key == "request" }?.value
    return Set((request?.members ?? []).compactMap { RequestField(rawValue: $0.key) })
  }

  /// The case that the grown suite has more, after everything else was found as it was.
  private static func added(
    to old: LoadedSuite, in new: LoadedSuite, _ wanted: WantedCase, _ element: String
  ) throws(PlacementProblem) -> SuiteCase {
    // What is included comes last.
    guard let placed = new.cases.reduce(nil, { (_: SuiteCase?, next) in next }) else {
      throw PlacementProblem("the element would add no case", element: element)
    }
    guard placed.request.key == wanted.request.key else {
      let fields = RequestField.allCases.filter {
        placed.request.identity(of: $0) != wanted.request.identity(of: $0)
      }
      let names = fields.map { "'\($0.rawValue)'" }.joined(separator: ", ")
      throw PlacementProblem("the suite fixes \(names) to something else than the case asks for")
    }
    var rest = new.cases.makeIterator()
    for before in old.cases {
      guard let after = rest.next(), after.id == before.id, after.repeatIndex == before.repeatIndex,
        after.request.canonical == before.request.canonical
      else {
        throw PlacementProblem(
          "its case '\(before.id)' would not stay what it is", element: element)
      }
    }
    guard rest.next() != nil, rest.next() == nil else {
      throw PlacementProblem("the element would not add exactly one case", element: element)
    }
    return placed
  }
}
