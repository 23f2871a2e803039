extension NodeReader {
  /// A text.
  ///
  /// Any scalar is one, so that `no` and `7` stay what was written; only the words for nothing must
  /// be quoted, for they are more often a slip than a text.
  mutating func text(_ node: YAMLNode, of name: String) -> String? {
    guard let text = node.scalar else {
      error("\(name) must be a text, found \(node.kind)", at: node.place)
      return nil
    }
    if node.isNull {
      error(
        "\(name) has no value", at: node.place,
        hint: text.isEmpty ? nil : "quote it if the word itself is meant")
      return nil
    }
    return text
  }

  /// A whole number without quotes.
  mutating func wholeNumber(_ node: YAMLNode, of name: String, in range: ClosedRange<Int>) -> Int? {
    guard let text = node.scalar else {
      error("\(name) must be a whole number, found \(node.kind)", at: node.place)
      return nil
    }
    guard node.isPlain else {
      error(
        "\(name) must be a whole number, found the text \(VisibleText.quote(text))", at: node.place,
        hint: Decimal.isWhole(text) ? "write it without quotes" : nil)
      return nil
    }
    guard Decimal.isWhole(text) else {
      error(
        "\(name) must be a whole number, found \(node.kind)", at: node.place,
        hint: "digits only, without leading zeros, such as 42")
      return nil
    }
    guard let number = Int(text), range.contains(number) else {
      error(
        "\(name) is \(VisibleText.escape(String(text.prefix(40))))", at: node.place,
        hint: "expected \(range.lowerBound.grouped) to \(range.upperBound.grouped)")
      return nil
    }
    return number
  }

  /// `true` or `false` without quotes.
  mutating func boolean(_ node: YAMLNode, of name: String) -> Bool? {
    if node.isPlain, node.scalar == "true" { return true }
    if node.isPlain, node.scalar == "false" { return false }
    error(
      "\(name) must be true or false, found \(node.kind)", at: node.place,
      hint: "write true or false, without quotes")
    return nil
  }

  /// One of a few words.
  mutating func word(_ node: YAMLNode, of name: String, among words: [String]) -> String? {
    guard let text = text(node, of: name) else { return nil }
    guard words.contains(text) else {
      unknown(name, text, at: node.place, among: words)
      return nil
    }
    return text
  }

  /// The members of a mapping.
  mutating func mapping(_ node: YAMLNode, of name: String) -> [YAMLNode.Member]? {
    guard let members = node.members else {
      error("\(name) must be a mapping, found \(node.kind)", at: node.place)
      return nil
    }
    return members
  }

  /// The elements of a list.
  mutating func list(_ node: YAMLNode, of name: String) -> [YAMLNode]? {
    guard let elements = node.elements else {
      error(
        "\(name) must be a list, found \(node.kind)", at: node.place,
        hint: "put it into brackets: [ … ]")
      return nil
    }
    return elements
  }

  /// An id that its author chose.
  mutating func id(_ node: YAMLNode) -> String? {
    guard let text = text(node, of: "an id") else { return nil }
    if let problem = IdentifierProblem.find(in: text) {
      error("\(VisibleText.quote(text)) is no id: \(problem)", at: node.place)
      return nil
    }
    return text
  }

  /// A list of tags.
  mutating func tags(_ node: YAMLNode) -> [String] {
    guard let elements = list(node, of: "tags") else { return [] }
    guard elements.count <= limits.tagsMax else {
      error("\(elements.count) tags; at most \(limits.tagsMax) are allowed", at: node.place)
      return []
    }
    var tags: [String] = []
    var places: [String: Place] = [:]
    for element in elements {
      guard let tag = text(element, of: "a tag") else { continue }
      if let problem = IdentifierProblem.find(in: tag) {
        let rule = problem.replacing("an id", with: "a tag")
        error("\(VisibleText.quote(tag)) is no tag: \(rule)", at: element.place)
      } else if let earlier = places.updateValue(element.place, forKey: tag) {
        error(
          "the tag \(VisibleText.quote(tag)) stands twice", at: element.place,
          notes: [("first here", earlier)])
      } else {
        tags.append(tag)
      }
    }
    return tags
  }
}

/// Numbers as this language writes them.
enum Decimal {
  /// Whether a text is a whole number without leading zeros, plus sign, or blanks.
  static func isWhole(_ text: some StringProtocol) -> Bool {
    let digits = text.utf8.first == UInt8(ascii: "-") ? text.utf8.dropFirst() : text.utf8[...]
    guard let first = digits.first, digits.count <= 40 else { return false }
    return digits.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
      && (digits.count == 1 || first != UInt8(ascii: "0"))
  }
}
