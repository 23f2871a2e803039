internal import SeedreamAPI

/// A case as far as the axes up to one of them decide it.
struct Level: Sendable {
  var request: EditRequest
  /// The prompt that is filled in once all axes are known.
  var template: PromptTemplate?
  var variables: [String: String] = [:]
  /// The ids so far, joined by `--`.
  var id = ""
  var cells: [CaseCell] = []
  var tags: [String] = []
  var checks: [Check]
  var place: Place
  /// How much `place` says of the case.
  var rank = Rank.suite

  /// How much a place says of a case, the least first.
  enum Rank: Int, Comparable, Sendable {
    case suite, seeds, entry, images, prompt

    static func < (left: Rank, right: Rank) -> Bool { left.rawValue < right.rawValue }
  }

  mutating func add(_ entry: ListedEntry, of axis: String) {
    add(id: entry.id)
    cells.append(CaseCell(axis: axis, entry: entry.id, value: entry.shown))
    for assignment in entry.assignments {
      assignment.value.set(in: &request)
      if case .template(let template) = assignment.value { self.template = template }
      switch assignment.field {
      case .prompt: point(to: entry.place, rank: .prompt)
      case .images: point(to: entry.place, rank: .images)
      default: point(to: entry.place, rank: .entry)
      }
    }
    for variable in entry.variables {
      variables[variable.name] = variable.value
      point(to: entry.place, rank: .entry)
    }
    add(tags: entry.tags)
    if !entry.checks.isEmpty { checks = checks.replaced(by: entry.checks) }
  }

  mutating func add(seed value: Int, of axis: String, at seedsPlace: Place) {
    let id = "s\(value)"
    add(id: id)
    cells.append(CaseCell(axis: axis, entry: id, value: "\(value)"))
    request.seed = Seed(value)
    point(to: seedsPlace, rank: .seeds)
  }

  /// The request with its prompt filled in.
  var filledRequest: EditRequest {
    guard let template else { return request }
    var filled = request
    filled.prompt = template.filled(variables)
    return filled
  }

  mutating func add(id part: String) {
    id = id.isEmpty ? part : "\(id)--\(part)"
  }

  mutating func add(tags others: [String]) {
    for tag in others where !tags.contains(tag) { tags.append(tag) }
  }

  private mutating func point(to other: Place, rank otherRank: Rank) {
    guard otherRank > rank else { return }
    (place, rank) = (other, otherRank)
  }
}
