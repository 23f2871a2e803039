internal import CYAML

/// Reads one YAML document into nodes, over libyaml's events.
///
/// Aliases, anchors, tags, directives, keys that are no scalars, duplicate keys and second
/// documents are mistakes; JSON is read by the same rules, being YAML in flow style.
struct YAMLReader: ~Copyable {
  /// Mistakes that leave a tree to look at further.
  struct Mistake {
    let message: String
    let place: Place
    var hint: String?
    var note: (message: String, place: Place)?
  }

  /// A mistake after which nothing more can be read.
  struct Stop: Error {
    let mistake: Mistake
  }

  private let parser: YAMLParser
  private let limits: SuiteLimits
  private var nodeCount = 0
  private(set) var mistakes: [Mistake] = []

  /// Starts to read text that ``SourceText/check(_:)`` took.
  init(_ bytes: [UInt8], limits: SuiteLimits) {
    parser = YAMLParser(bytes)
    self.limits = limits
  }

  /// The document's root; `nil` when there is none.
  mutating func document() throws(Stop) -> YAMLNode? {
    _ = try next()
    let start = try next()
    guard case .documentStart(let hasDirectives) = start.kind else { return nil }
    if hasDirectives { note("directives (lines that start with %) are not used", start.place) }
    let first = try next()
    let root = try node(from: first, depth: 1)
    _ = try next()
    let after = try next()
    if case .documentStart = after.kind {
      note(
        "a second document starts here; a suite is one document", after.place,
        hint: "put the other suite into a file of its own")
    }
    return root
  }

  private mutating func node(from event: YAMLParser.Event, depth: Int) throws(Stop) -> YAMLNode {
    nodeCount += 1
    guard nodeCount <= limits.nodeCountMax else {
      throw stop("the file holds more than \(limits.nodeCountMax) values", event.place)
    }
    guard depth <= limits.depthMax else {
      throw stop("lists and mappings are nested deeper than \(limits.depthMax) levels", event.place)
    }
    if event.hasAnchor {
      note("anchors (&name) are not used", event.place, hint: "write the value where it is needed")
    }
    if event.hasTag {
      note(
        "tags (!name) are not used", event.place,
        hint: "a value gets its type from the field that it stands in")
    }
    switch event.kind {
    case .scalar(let text, let style):
      return YAMLNode(content: .scalar(text, style), place: event.place)
    case .alias:
      note("aliases (*name) are not used", event.place, hint: "write the value out")
      return YAMLNode(content: .scalar("", .quoted), place: event.place)
    case .listStart: return try list(at: event.place, depth: depth)
    case .mappingStart: return try mapping(at: event.place, depth: depth)
    default: throw stop("expected a value", event.place)
    }
  }

  private mutating func list(at place: Place, depth: Int) throws(Stop) -> YAMLNode {
    var elements: [YAMLNode] = []
    while true {
      let event = try next()
      if case .listEnd = event.kind { break }
      elements.append(try node(from: event, depth: depth + 1))
    }
    return YAMLNode(content: .list(elements), place: place)
  }

  private mutating func mapping(at place: Place, depth: Int) throws(Stop) -> YAMLNode {
    var members: [YAMLNode.Member] = []
    var places: [[UInt8]: Place] = [:]
    while true {
      let event = try next()
      if case .mappingEnd = event.kind { break }
      let key = try node(from: event, depth: depth + 1)
      let value = try node(from: try next(), depth: depth + 1)
      guard let name = key.scalar else {
        note("a key must be a word, found \(key.kind)", key.place)
        continue
      }
      if case .alias = event.kind { continue }
      if let earlier = places.updateValue(key.place, forKey: Array(name.utf8)) {
        places[Array(name.utf8)] = earlier
        note(
          "the key \(VisibleText.quote(name)) stands twice in one mapping", key.place,
          note: ("first here", earlier))
        continue
      }
      members.append(YAMLNode.Member(key: name, keyPlace: key.place, value: value))
    }
    return YAMLNode(content: .mapping(members), place: place)
  }

  private mutating func next() throws(Stop) -> YAMLParser.Event {
    do {
      return try parser.next()
    } catch {
      throw Stop(
        mistake: Mistake(
          message: error.message, place: error.place, hint: error.hint, note: error.start))
    }
  }

  private mutating func note(
    _ message: String, _ place: Place, hint: String? = nil,
    note: (message: String, place: Place)? = nil
  ) {
    guard mistakes.count < limits.diagnosticsMax else { return }
    mistakes.append(Mistake(message: message, place: place, hint: hint, note: note))
  }

  private func stop(_ message: String, _ place: Place) -> Stop {
    Stop(mistake: Mistake(message: message, place: place))
  }
}
