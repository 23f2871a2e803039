internal import Canonical
internal import SeedreamAPI

extension SuiteReader {
  static let knownNames = ["where", "reason", "until"]

  /// Milliseconds of a day in UTC, which knows no summer time.
  private static let dayMilliseconds: Int64 = 86_400_000

  /// The failures of `known`, as far as they are sound.
  ///
  /// - Parameter exclusion: what leaves cases of the matrix; `nil` where it makes none.
  mutating func known(
    _ node: YAMLNode, _ included: [IncludedCase], exclusion: Exclusion?
  ) -> [Quarantine] {
    guard let elements = list(node, of: "'known'") else { return [] }
    guard elements.count <= limits.knownMax else {
      error(
        "\(elements.count.grouped) known failures", at: node.place,
        hint: "at most \(limits.knownMax.grouped) are allowed; a 'where' takes lists of entries")
      return []
    }
    let entries = IncludedEntries(included)
    var quarantines: [Quarantine] = []
    for element in elements {
      guard let members = mapping(element, of: "a known failure") else { continue }
      let (scope, failure) = knownDraft(members, at: element.place)
      guard let scope else { continue }
      let resolved = resolve(scope, entries, consequence: "nothing is known to fail")
      guard resolved.isSound, let failure else { continue }
      let isMet =
        exclusion?.admitsAny(of: resolved.entries, among: resolved.scope.terms.count) == true
        || included.contains { resolved.scope.admits($0.level.cells) }
      guard isMet || !isMatrixSound || !sound.areIncludesSound else {
        error(
          "no case matches this 'where'", at: scope.place,
          hint: "its cases are excluded, or there is no such combination: remove it")
        continue
      }
      quarantines.append(Quarantine(scope: resolved.scope, failure: failure))
    }
    return quarantines
  }

  private mutating func knownDraft(
    _ members: [YAMLNode.Member], at place: Place
  ) -> (scope: YAMLNode?, failure: KnownFailure?) {
    var scope: YAMLNode?
    var reason: String?
    var until: (text: String, end: Timestamp)?
    var isSound = true
    for member in members {
      switch member.key {
      case "where": scope = member.value
      case "reason":
        reason = text(member.value, of: "'reason'")
        if let text = reason, text.allSatisfy(\.isWhitespace) {
          error("'reason' is empty", at: member.value.place)
          isSound = false
        }
        isSound = isSound && reason != nil
      case "until":
        until = lastDay(member.value)
        isSound = isSound && until != nil
      default:
        unknown("key", member.key, at: member.keyPlace, among: Self.knownNames)
        isSound = false
      }
    }
    let names = Set(members.map(\.key))
    for name in ["where", "reason"] where !names.contains(name) {
      error(
        "a known failure has no '\(name)'", at: place,
        hint: "write {where: {axis: entry}, reason: …, until: 2027-01-31}")
    }
    guard isSound, let reason else { return (scope, nil) }
    return (
      scope,
      KnownFailure(
        reason: reason, until: until?.text, end: until?.end, location: place.location(in: path))
    )
  }

  /// A day, and the moment after it in UTC.
  private mutating func lastDay(_ node: YAMLNode) -> (text: String, end: Timestamp)? {
    day(node, of: "'until'").map { day in
      (day.text, Timestamp(milliseconds: day.start.milliseconds + Self.dayMilliseconds))
    }
  }
}
