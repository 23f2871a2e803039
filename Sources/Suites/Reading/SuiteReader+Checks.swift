internal import Canonical
internal import SeedreamAPI

extension SuiteReader {
  /// Checks that the design names and that nothing judges yet.
  private static let laterChecks = ["preserve", "change", "similar-to", "not-blank", "command"]
  /// Options of every check.
  private static let optionNames = ["severity", "where"]
  /// Levels of `baseline` that need a metric.
  private static let laterLevels = ["near", "similar", "auto"]
  /// The times that `latency` may allow.
  private static let latencyRange: ClosedRange<Duration> =
    Duration.milliseconds(1)...Duration.seconds(86_400)

  /// A list of checks, no name twice but where it holds for some cases only.
  mutating func checks(_ node: YAMLNode) -> [Check] {
    guard let elements = list(node, of: "'checks'") else { return [] }
    guard elements.count <= limits.checksMax else {
      error("\(elements.count) checks; at most \(limits.checksMax) are allowed", at: node.place)
      return []
    }
    var checks: [Check] = []
    var places: [CheckName: Place] = [:]
    for element in elements {
      guard let (check, place) = check(element) else { continue }
      checks.append(check)
      guard check.scope == nil else { continue }
      if let earlier = places.updateValue(place, forKey: check.name) {
        error(
          "the check '\(check.name.rawValue)' stands twice in one list", at: place,
          hint: "one that holds for some cases only says 'where'", notes: [("first here", earlier)])
      }
    }
    return checks
  }

  /// What every check takes beside what it expects.
  private struct CheckOptions {
    var severity = CheckSeverity.fail
    var scope: Int?
    /// Where each option that was read stands.
    var places: [String: Place] = [:]
    var isSound = true
  }

  private mutating func check(_ node: YAMLNode) -> (Check, Place)? {
    if let word = node.scalar {
      guard let name = checkName(word, at: node.place) else { return nil }
      guard name == .decodable else {
        error(
          "the check '\(name.rawValue)' needs a value", at: node.place,
          hint: "write {\(name.rawValue): …}")
        return nil
      }
      return (Check(.decodable, at: node.place.location(in: path)), node.place)
    }
    guard let members = mapping(node, of: "a check") else { return nil }
    var options = CheckOptions()
    for member in members where Self.optionNames.contains(member.key) { read(member, &options) }
    let named = members.filter { !Self.optionNames.contains($0.key) }
    guard let member = named.first, named.count == 1 else {
      error(
        named.isEmpty ? "a check has no name" : "a check has one name, found \(named.count)",
        at: named.last?.keyPlace ?? node.place, hint: "write each check as its own element")
      return nil
    }
    guard let name = checkName(member.key, at: member.keyPlace),
      let kind = kind(name, member.value, &options), options.isSound
    else { return nil }
    let check = Check(
      kind, severity: options.severity, scope: options.scope, at: member.keyPlace.location(in: path)
    )
    return (check, member.keyPlace)
  }

  /// An option, which stands beside the check's name or among what it expects.
  private mutating func read(_ member: YAMLNode.Member, _ options: inout CheckOptions) {
    if let earlier = options.places.updateValue(member.keyPlace, forKey: member.key) {
      error(
        "'\(member.key)' of a check stands twice", at: member.keyPlace,
        notes: [("first here", earlier)])
      options.isSound = false
      return
    }
    switch member.key {
    case "severity":
      let words = CheckSeverity.allCases.map(\.rawValue)
      let severity = word(member.value, of: "'severity'", among: words)
        .flatMap { CheckSeverity(rawValue: $0) }
      if let severity { options.severity = severity } else { options.isSound = false }
    default: options.scope = keepScope(member.value)
    }
  }

  private mutating func checkName(_ text: String, at place: Place) -> CheckName? {
    if let name = CheckName(rawValue: text) { return name }
    if Self.laterChecks.contains(text) {
      refuseForNow("the check '\(text)'", at: place)
    } else {
      unknown(
        "check", text, at: place, among: CheckName.allCases.map(\.rawValue) + Self.laterChecks)
    }
    return nil
  }

  private mutating func kind(
    _ name: CheckName, _ node: YAMLNode, _ options: inout CheckOptions
  ) -> CheckKind? {
    switch name {
    case .count:
      if node.scalar == "as-requested" { return .count(.asRequested) }
      return wholeNumber(node, of: "'count'", in: 1...ModelLimits.picturesMax)
        .map { .count(.exactly($0)) }
    case .size:
      if node.members != nil { return pixels(node, of: "'size'").map { .size(.exactly($0)) } }
      guard word(node, of: "'size'", among: ["as-requested"]) != nil else { return nil }
      return .size(.asRequested)
    case .decodable:
      guard let isOn = boolean(node, of: "'decodable'") else { return nil }
      if !isOn { error("the check 'decodable' cannot be turned off", at: node.place) }
      return .decodable
    case .latency: return latency(node, &options)
    case .baseline: return baseline(node)
    }
  }

  private mutating func baseline(_ node: YAMLNode) -> CheckKind? {
    if let text = node.scalar, Self.laterLevels.contains(text) {
      refuseForNow("the baseline level '\(text)'", at: node.place)
      return nil
    }
    let levels = BaselineLevel.allCases.map(\.rawValue)
    return word(node, of: "'baseline'", among: levels)
      .flatMap { BaselineLevel(rawValue: $0) }.map { .baseline($0) }
  }

  private mutating func latency(
    _ node: YAMLNode, _ options: inout CheckOptions
  ) -> CheckKind? {
    var duration: Duration?
    var isSound = true
    for member in mapping(node, of: "'latency'") ?? [] {
      switch member.key {
      case "max":
        duration = time(member.value, of: "'max'", in: Self.latencyRange)
        isSound = isSound && duration != nil
      case let key where Self.optionNames.contains(key): read(member, &options)
      default:
        unknown("key", member.key, at: member.keyPlace, among: ["max"] + Self.optionNames)
        isSound = false
      }
    }
    guard isSound, node.members != nil else { return nil }
    guard let duration else {
      error("the check 'latency' has no 'max'", at: node.place, hint: "write {max: 60s}")
      return nil
    }
    return .latency(max: duration)
  }
}
