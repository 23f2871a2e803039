internal import Canonical
internal import SeedreamAPI

extension SuiteReader {
  /// The times that `latency` may allow.
  private static let latencyRange: ClosedRange<Duration> =
    Duration.milliseconds(1)...Duration.seconds(86_400)

  mutating func count(_ node: YAMLNode) -> CheckKind? {
    if node.scalar == "as-requested" { return .count(.asRequested) }
    return wholeNumber(node, of: "'count'", in: 1...ModelLimits.picturesMax)
      .map { .count(.exactly($0)) }
  }

  mutating func size(_ node: YAMLNode) -> CheckKind? {
    if node.members != nil { return pixels(node, of: "'size'").map { .size(.exactly($0)) } }
    guard word(node, of: "'size'", among: ["as-requested"]) != nil else { return nil }
    return .size(.asRequested)
  }

  /// A codec, or a list of them.
  mutating func format(_ node: YAMLNode) -> CheckKind? {
    let elements = node.elements ?? [node]
    guard !elements.isEmpty else {
      error("'format' is an empty list", at: node.place, hint: "write png, jpeg or webp")
      return nil
    }
    var codecs: [PictureCodec] = []
    var places: [PictureCodec: Place] = [:]
    var isSound = true
    for element in elements {
      let words = PictureCodec.allCases.map(\.rawValue)
      guard
        let codec = word(element, of: "'format'", among: words)
          .flatMap({ PictureCodec(rawValue: $0) })
      else {
        isSound = false
        continue
      }
      if let earlier = places.updateValue(element.place, forKey: codec) {
        error(
          "the format '\(codec.rawValue)' stands twice", at: element.place,
          notes: [("first here", earlier)])
        isSound = false
      }
      codecs.append(codec)
    }
    return isSound ? .format(codecs) : nil
  }

  mutating func latency(_ node: YAMLNode) -> CheckKind? {
    var max: Duration?
    let isSound = read(node, of: "'latency'", keys: ["max"]) { reader, member in
      max = reader.time(member.value, of: "'max'", in: Self.latencyRange)
      return max != nil
    }
    guard isSound else { return nil }
    return required(max, "max", of: "the check 'latency'", at: node.place, as: "{max: 60s}")
      .map { .latency(max: $0) }
  }

  mutating func cost(_ node: YAMLNode) -> CheckKind? {
    var max: Money?
    let isSound = read(node, of: "'cost'", keys: ["max"]) { reader, member in
      max = reader.money(member.value, of: "'max'")
      return max != nil
    }
    guard isSound else { return nil }
    return required(max, "max", of: "the check 'cost'", at: node.place, as: "{max: 0.05}")
      .map { .cost(max: $0) }
  }

  mutating func revisedPrompt(_ node: YAMLNode) -> CheckKind? {
    guard node.members != nil else {
      let words: [String: CheckKind.RevisedPromptExpectation] = [
        "present": .present, "absent": .absent, "unchanged": .unchanged,
      ]
      return word(node, of: "'revised-prompt'", among: ["present", "absent", "unchanged"])
        .flatMap { words[$0] }.map { .revisedPrompt($0) }
    }
    var text: String?
    let isSound = read(node, of: "'revised-prompt'", keys: ["contains"]) { reader, member in
      text = reader.text(member.value, of: "'contains'")
      if text?.isEmpty == true {
        reader.error(
          "'contains' is empty", at: member.value.place, hint: "every text holds nothing")
        return false
      }
      return text != nil
    }
    guard isSound else { return nil }
    return required(
      text, "contains", of: "the check 'revised-prompt'", at: node.place, as: "{contains: cup}"
    ).map { .revisedPrompt(.contains($0)) }
  }

  mutating func expectedError(_ node: YAMLNode) -> CheckKind? {
    let words = CheckKind.expectableErrors.map(\.rawValue)
    if node.scalar == APIError.Category.blocked.rawValue {
      error("a safety refusal has a check of its own", at: node.place, hint: "write 'blocked'")
      return nil
    }
    return word(node, of: "'error'", among: words).flatMap { APIError.Category(rawValue: $0) }
      .map { .error($0) }
  }

  mutating func command(_ node: YAMLNode) -> CheckKind? {
    var arguments: [String]?
    var timeout = CommandExpectation.timeoutDefault
    let isSound = read(node, of: "'command'", keys: ["run", "timeout"]) { reader, member in
      if member.key == "run" {
        arguments = reader.arguments(member.value)
        return arguments != nil
      }
      let read = reader.time(
        member.value, of: "'timeout'",
        in: Duration.milliseconds(1)...CommandExpectation.timeoutMax)
      timeout = read ?? timeout
      return read != nil
    }
    guard isSound else { return nil }
    return required(
      arguments, "run", of: "the check 'command'", at: node.place, as: "{run: [./judge, --strict]}"
    ).map { .command(CommandExpectation(arguments: $0, timeout: timeout)) }
  }

  /// A program and its arguments.
  private mutating func arguments(_ node: YAMLNode) -> [String]? {
    guard let elements = list(node, of: "'run'") else { return nil }
    guard !elements.isEmpty else {
      error("'run' is an empty list", at: node.place, hint: "name a program: [./judge, --strict]")
      return nil
    }
    guard elements.count <= limits.argumentsMax else {
      error(
        "\(elements.count.grouped) words of a command", at: node.place,
        hint: "at most \(limits.argumentsMax.grouped) are allowed")
      return nil
    }
    var arguments: [String] = []
    for element in elements {
      let isProgram = arguments.isEmpty && element.place == elements[0].place
      guard let text = text(element, of: isProgram ? "a program" : "an argument") else { continue }
      if isProgram, text.allSatisfy(\.isWhitespace) {
        error("the program of a command is empty", at: element.place)
      } else if text.utf8.contains(0) {
        error("an argument holds a NUL character", at: element.place)
      } else if text.utf8.count > limits.argumentByteCountMax {
        error(
          "an argument has \(text.utf8.count.grouped) bytes", at: element.place,
          hint: "at most \(limits.argumentByteCountMax.grouped) are allowed")
      } else {
        arguments.append(text)
      }
    }
    return arguments.count == elements.count ? arguments : nil
  }
}
