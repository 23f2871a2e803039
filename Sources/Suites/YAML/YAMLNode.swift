/// A value of a YAML file with its place; scalars are text until a field gives them a type.
struct YAMLNode: Sendable {
  /// How a scalar is written.
  enum Style: Sendable {
    /// Without quotes, where a number may be meant.
    case plain
    /// In quotes or as a block, which is always text.
    case quoted
  }

  /// One key of a mapping and its value.
  struct Member: Sendable {
    let key: String
    let keyPlace: Place
    let value: YAMLNode
  }

  /// What a node holds.
  indirect enum Content: Sendable {
    case scalar(String, Style)
    case list([YAMLNode])
    case mapping([Member])
  }

  let content: Content
  let place: Place

  /// What kind of value it is, in the words of messages.
  var kind: String {
    switch content {
    case .scalar(let text, .plain) where text.isEmpty: "nothing"
    case .scalar(let text, _): VisibleText.quote(text)
    case .list: "a list"
    case .mapping: "a mapping"
    }
  }

  /// The members, when it is a mapping.
  var members: [Member]? {
    if case .mapping(let members) = content { members } else { nil }
  }

  /// The elements, when it is a list.
  var elements: [YAMLNode]? {
    if case .list(let elements) = content { elements } else { nil }
  }

  /// The text, when it is a scalar.
  var scalar: String? {
    if case .scalar(let text, _) = content { text } else { nil }
  }

  /// Whether it is a scalar without quotes.
  var isPlain: Bool {
    if case .scalar(_, .plain) = content { true } else { false }
  }

  /// Whether nothing, or one of YAML's and JSON's words for nothing, stands there without quotes.
  var isNull: Bool {
    guard isPlain, let text = scalar else { return false }
    return text.isEmpty || text == "~" || ["null", "Null", "NULL"].contains(text)
  }
}
