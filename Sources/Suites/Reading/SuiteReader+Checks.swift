internal import Canonical
internal import SeedreamAPI

extension SuiteReader {
  /// Options of every check and group.
  static let optionNames = ["severity", "where"]
  /// Options of a check; `name` is for those of which a list may hold several.
  static let checkOptionNames = optionNames + ["name"]

  /// A list of checks, no name twice but where it holds for some cases only, or several may stand.
  mutating func checks(_ node: YAMLNode) -> [Check] {
    guard let elements = list(node, of: "'checks'") else { return [] }
    guard elements.count <= limits.checksMax else {
      error("\(elements.count) checks; at most \(limits.checksMax) are allowed", at: node.place)
      return []
    }
    var checks: [Check] = []
    var places: [String: Place] = [:]
    for element in elements {
      guard let (check, place) = check(element) else { continue }
      checks.append(check)
      guard check.scope == nil, check.ownName != nil || !check.name.mayRepeat else { continue }
      if let earlier = places.updateValue(place, forKey: check.label) {
        error(
          "the check '\(check.label)' stands twice in one list", at: place,
          hint: "one that holds for some cases only says 'where'", notes: [("first here", earlier)])
      }
    }
    return checks
  }

  /// What every check and group takes beside what it expects.
  struct CheckOptions {
    var severity = CheckSeverity.fail
    var scope: Int?
    var name: String?
    /// Where each option that was read stands.
    var places: [String: Place] = [:]
    var isSound = true
  }

  private mutating func check(_ node: YAMLNode) -> (Check, Place)? {
    if let word = node.scalar {
      guard let name = checkName(word, at: node.place) else { return nil }
      guard name.takesTrue, let kind = kind(name, true) else {
        error(
          "the check '\(name.rawValue)' needs a value", at: node.place,
          hint: "write {\(name.rawValue): …}")
        return nil
      }
      return (made(kind, CheckOptions(), at: node.place), node.place)
    }
    guard let members = mapping(node, of: "a check") else { return nil }
    var options = CheckOptions()
    for member in members where Self.checkOptionNames.contains(member.key) {
      read(member, &options)
    }
    let named = members.filter { !Self.checkOptionNames.contains($0.key) }
    guard let member = named.first, named.count == 1 else {
      error(
        named.isEmpty ? "a check has no name" : "a check has one name, found \(named.count)",
        at: named.last?.keyPlace ?? node.place, hint: "write each check as its own element")
      return nil
    }
    guard let name = checkName(member.key, at: member.keyPlace) else { return nil }
    let value = withoutOptions(member.value, &options)
    if let place = options.places["name"], !name.mayRepeat {
      error(
        "the check '\(name.rawValue)' takes no name: a list holds one of it", at: place,
        hint: "names tell apart: "
          + CheckName.allCases.filter(\.mayRepeat).map(\.rawValue).joined(separator: ", "))
      return nil
    }
    guard let kind = kind(name, value), options.isSound else { return nil }
    return (
      made(kind, options, at: member.keyPlace), member.keyPlace
    )
  }

  /// A check, noted where it starts a program or names a case.
  private mutating func made(
    _ kind: CheckKind, _ options: CheckOptions, at place: Place
  ) -> Check {
    if case .command(let command) = kind { programs.append((command.arguments, place)) }
    let location = place.location(in: path)
    if case .similarTo(let expectation) = kind, case .outputs = expectation.reference {
      caseUses[caseUses.count - 1].check = location
    }
    return Check(
      kind, severity: options.severity, ownName: options.name, scope: options.scope, at: location)
  }

  /// What a check expects, without the options that stand among it.
  private mutating func withoutOptions(
    _ node: YAMLNode, _ options: inout CheckOptions
  ) -> YAMLNode {
    guard let members = node.members else { return node }
    for member in members where Self.checkOptionNames.contains(member.key) {
      read(member, &options)
    }
    return YAMLNode(
      content: .mapping(members.filter { !Self.checkOptionNames.contains($0.key) }),
      place: node.place)
  }

  /// An option, which stands beside the check's name or among what it expects.
  mutating func read(_ member: YAMLNode.Member, _ options: inout CheckOptions) {
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
    case "name":
      options.name = ownName(member.value)
      if options.name == nil { options.isSound = false }
    default: options.scope = keepScope(member.value)
    }
  }

  /// A name that no other check has without being given it.
  private mutating func ownName(_ node: YAMLNode) -> String? {
    guard let text = text(node, of: "'name'") else { return nil }
    if let problem = IdentifierProblem.find(in: text) {
      error("\(VisibleText.quote(text)) is no name of a check: \(problem)", at: node.place)
      return nil
    }
    for kind in CheckName.allCases.map(\.rawValue) where text.hasPrefix(kind) {
      let rest = text.dropFirst(kind.count)
      guard rest.isEmpty || rest.first == "-" && rest.dropFirst().allSatisfy(\.isNumber) else {
        continue
      }
      error(
        "\(VisibleText.quote(text)) is what a check of the kind '\(kind)' is called without a name",
        at: node.place, hint: "say what it looks at, such as 'face'")
      return nil
    }
    return text
  }

  private mutating func checkName(_ text: String, at place: Place) -> CheckName? {
    if let name = CheckName(rawValue: text) { return name }
    unknown("check", text, at: place, among: CheckName.allCases.map(\.rawValue))
    return nil
  }

  private mutating func kind(_ name: CheckName, _ node: YAMLNode) -> CheckKind? {
    switch name {
    case .decodable, .notBlank, .blocked:
      guard let isOn = boolean(node, of: "'\(name.rawValue)'") else { return nil }
      guard isOn else {
        error(
          "the check '\(name.rawValue)' cannot be turned off", at: node.place,
          hint: name == .decodable ? nil : "leave it out, or say with 'where' which cases it is for"
        )
        return nil
      }
      return kind(name, true)
    case .count: return count(node)
    case .size: return size(node)
    case .format: return format(node)
    case .latency: return latency(node)
    case .cost: return cost(node)
    case .revisedPrompt: return revisedPrompt(node)
    case .error: return expectedError(node)
    case .baseline: return baseline(node)
    case .preserve: return preserve(node)
    case .change: return change(node)
    case .similarTo: return similarTo(node)
    case .command: return command(node)
    }
  }

  /// The check that a name alone declares.
  private func kind(_ name: CheckName, _ isOn: Bool) -> CheckKind? {
    switch name {
    case .decodable: .decodable
    case .notBlank: .notBlank
    case .blocked: .blocked
    default: nil
    }
  }
}
