internal import Canonical

extension SuiteReader {
  /// Reads the members of a mapping by key.
  ///
  /// - Parameters:
  ///   - name: what the mapping is, for messages.
  ///   - keys: the keys that it may have; any other is an error.
  ///   - body: reads one member; `false` after an error.
  /// - Returns: `false` after an error.
  mutating func read(
    _ node: YAMLNode, of name: String, keys: [String],
    _ body: (inout SuiteReader, YAMLNode.Member) -> Bool
  ) -> Bool {
    guard let members = mapping(node, of: name) else { return false }
    var isSound = true
    for member in members {
      if keys.contains(member.key) {
        isSound = body(&self, member) && isSound
      } else {
        unknown("key", member.key, at: member.keyPlace, among: keys + Self.optionNames)
        isSound = false
      }
    }
    return isSound
  }

  /// A value that must be there; an error where it is `nil`.
  mutating func required<Value>(
    _ value: Value?, _ key: String, of name: String, at place: Place, as example: String
  ) -> Value? {
    if value == nil {
      error("\(name) has no '\(key)'", at: place, hint: "write \(example)")
    }
    return value
  }

  /// A limit of a metric, written `{max: …}` or `{min: …}`.
  ///
  /// - Parameters:
  ///   - key: `max` or `min`.
  ///   - example: a limit as people write it.
  ///   - value: reads what stands under the key.
  mutating func limit<Value>(
    _ member: YAMLNode.Member, _ key: String, example: String,
    _ value: (inout SuiteReader, YAMLNode) -> Value?
  ) -> Value? {
    var read: Value?
    guard let members = mapping(member.value, of: "'\(member.key)'") else { return nil }
    var isSound = true
    for inner in members {
      if inner.key == key {
        read = value(&self, inner.value)
        isSound = isSound && read != nil
      } else {
        unknown("key", inner.key, at: inner.keyPlace, among: [key])
        isSound = false
      }
    }
    guard isSound else { return nil }
    return required(
      read, key, of: "'\(member.key)'", at: member.value.place, as: "{\(key): \(example)}")
  }

  /// A decimal number without quotes.
  mutating func number(
    _ node: YAMLNode, of name: String, in range: ClosedRange<Double>
  ) -> Double? {
    guard let text = node.scalar, node.isPlain, Decimal.isNumber(text), let number = Double(text)
    else {
      let isQuoted = node.scalar.map { !node.isPlain && Decimal.isNumber($0) } ?? false
      error(
        "\(name) must be a number, found \(node.kind)", at: node.place,
        hint: isQuoted ? "write it without quotes" : "digits and a point, such as 0.95")
      return nil
    }
    guard range.contains(number) else {
      error(
        "\(name) is \(VisibleText.escape(text))", at: node.place,
        hint: "expected \(Decimal.short(range.lowerBound)) to \(Decimal.short(range.upperBound))")
      return nil
    }
    return number
  }

  /// A share of a whole: a number from 0 to 1, or a percentage.
  mutating func share(_ node: YAMLNode, of name: String) -> Share? {
    guard let text = node.scalar else {
      error(
        "\(name) must be a share, found \(node.kind)", at: node.place,
        hint: "a number from 0 to 1, or a percentage such as 0.2%")
      return nil
    }
    guard node.isPlain || text.hasSuffix("%") else {
      error(
        "\(name) must be a share, found the text \(VisibleText.quote(text))", at: node.place,
        hint: Decimal.isNumber(text) ? "write it without quotes" : nil)
      return nil
    }
    if let share = Share(text) { return share }
    guard Decimal.isNumber(text.hasSuffix("%") ? text.dropLast() : text[...]) else {
      error(
        "\(name) must be a share, found \(node.kind)", at: node.place,
        hint: "a number from 0 to 1, or a percentage such as 0.2%")
      return nil
    }
    let isPercentage = Share(text + "%") != nil && Double(text).map { $0 > 1 } == true
    error(
      "\(name) is \(VisibleText.escape(String(text.prefix(40))))", at: node.place,
      hint: isPercentage
        ? "expected 0 to 1; did you mean \(text)%?"
        : "expected 0 to 1, or 0% to 100%, with at most six decimals, four of a percentage")
    return nil
  }
}

extension Decimal {
  /// Whether a text is a whole number, or one with decimals, without plus sign or exponent.
  static func isNumber(_ text: some StringProtocol) -> Bool {
    let pieces = text.split(separator: ".", omittingEmptySubsequences: false)
    guard pieces.count <= 2, let whole = pieces.first, isWhole(whole), text.utf8.count <= 40 else {
      return false
    }
    guard pieces.count == 2 else { return true }
    return !pieces[1].isEmpty
      && pieces[1].utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
  }

  /// A number without decimals that say nothing.
  static func short(_ number: Double) -> String {
    Int(exactly: number).map(\.grouped) ?? "\(number)"
  }
}
