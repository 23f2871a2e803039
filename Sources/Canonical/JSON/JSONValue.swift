/// A JSON value with exact numbers and byte-wise strings.
///
/// Swift compares strings by canonical equivalence, so that a precomposed and a decomposed "é" are
/// equal; two prompts that differ so are two requests. Equality here therefore compares UTF-8.
public enum JSONValue: Sendable {
  /// The literal `null`.
  case null
  /// `true` or `false`.
  case bool(Bool)
  /// A number with its exact decimal value.
  case number(JSONNumber)
  /// A string.
  case string(String)
  /// An ordered list.
  case array([JSONValue])
  /// Members sorted by the UTF-8 bytes of their names.
  case object(JSONObject)

  /// A whole number.
  public static func integer(_ value: some BinaryInteger) -> JSONValue {
    .number(JSONNumber(value))
  }

  /// A number with a fixed count of decimals, as reports show figures.
  ///
  /// - Parameters:
  ///   - value: a finite number; JSON has no others, so that any other becomes `null`.
  ///   - decimals: digits after the point, 0 to 9.
  public static func decimal(_ value: Double, decimals: Int) -> JSONValue {
    guard value.isFinite, let number = JSONNumber(rounding: value, decimals: decimals) else {
      return .null
    }
    return .number(number)
  }

  /// An object of the given members; of two with one name the later wins.
  public static func members(_ members: KeyValuePairs<String, JSONValue?>) -> JSONValue {
    .object(JSONObject(members.compactMap { name, value in value.map { (name, $0) } }))
  }

  /// The string, when it is one.
  public var string: String? {
    if case .string(let value) = self { value } else { nil }
  }

  /// The truth value, when it is one.
  public var bool: Bool? {
    if case .bool(let value) = self { value } else { nil }
  }

  /// The whole number, when it is one that fits 64 bits.
  public var integer: Int? {
    if case .number(let value) = self { value.integer } else { nil }
  }

  /// The elements, when it is a list.
  public var array: [JSONValue]? {
    if case .array(let value) = self { value } else { nil }
  }

  /// The members, when it is an object.
  public var object: JSONObject? {
    if case .object(let value) = self { value } else { nil }
  }

  /// The member of that name, when it is an object that has one.
  public subscript(name: String) -> JSONValue? { object?[name] }

  /// What kind of value it is, in the words of RFC 8259.
  public var kind: String {
    switch self {
    case .null: "null"
    case .bool: "a boolean"
    case .number: "a number"
    case .string: "a string"
    case .array: "an array"
    case .object: "an object"
    }
  }
}

extension JSONValue: Hashable {
  /// Compares by structure, exact decimal value and UTF-8 bytes.
  public static func == (left: JSONValue, right: JSONValue) -> Bool {
    switch (left, right) {
    case (.null, .null): true
    case (.bool(let a), .bool(let b)): a == b
    case (.number(let a), .number(let b)): a == b
    case (.string(let a), .string(let b)): UTF8Order.areEqual(a, b)
    case (.array(let a), .array(let b)): a == b
    case (.object(let a), .object(let b)): a == b
    default: false
    }
  }

  /// Hashes the canonical form.
  public func hash(into hasher: inout Hasher) { hasher.combine(canonicalBytes) }
}

/// The members of a JSON object, sorted by the UTF-8 bytes of their names, no name twice.
public struct JSONObject: Hashable, Sendable, Sequence {
  /// One name and its value.
  public struct Member: Hashable, Sendable {
    /// The name, compared by its UTF-8 bytes.
    public let name: String
    /// The value.
    public let value: JSONValue

    /// Compares names by bytes.
    public static func == (left: Member, right: Member) -> Bool {
      UTF8Order.areEqual(left.name, right.name) && left.value == right.value
    }

    /// Hashes the bytes of the name and the value.
    public func hash(into hasher: inout Hasher) {
      hasher.combine(Array(name.utf8))
      hasher.combine(value)
    }
  }

  /// The members in order of their names.
  public private(set) var members: [Member]

  /// Sorts members; of two with one name the later wins.
  public init(_ unsorted: [(String, JSONValue)] = []) {
    // What was written canonically is read in order.
    let isOrdered = zip(unsorted, unsorted.dropFirst()).allSatisfy { left, right in
      UTF8Order.precedes(left.0, right.0)
    }
    if isOrdered {
      members = unsorted.map { Member(name: $0.0, value: $0.1) }
      return
    }
    var sorted: [Member] = []
    sorted.reserveCapacity(unsorted.count)
    let ordered = unsorted.enumerated().sorted { left, right in
      Self.orders(left.element.0, right.element.0)
        ?? (left.offset < right.offset)
    }
    for (_, (name, value)) in ordered {
      if let last = sorted.last, UTF8Order.areEqual(last.name, name) { sorted.removeLast() }
      sorted.append(Member(name: name, value: value))
    }
    members = sorted
  }

  /// The value of that name; assigning `nil` removes the member.
  public subscript(name: String) -> JSONValue? {
    get {
      var (low, high) = (0, members.count)
      while low < high {
        let middle = (low + high) / 2
        if UTF8Order.precedes(members[middle].name, name) {
          low = middle + 1
        } else {
          high = middle
        }
      }
      guard low < members.count, UTF8Order.areEqual(members[low].name, name) else { return nil }
      return members[low].value
    }
    set {
      var pairs = members.filter { !UTF8Order.areEqual($0.name, name) }
        .map { ($0.name, $0.value) }
      if let newValue { pairs.append((name, newValue)) }
      self = JSONObject(pairs)
    }
  }

  /// Walks the members in order of their names.
  public func makeIterator() -> IndexingIterator<[Member]> { members.makeIterator() }

  /// Whether one name's bytes come before another's; `nil` when they are the same.
  private static func orders(_ left: String, _ right: String) -> Bool? {
    if UTF8Order.areEqual(left, right) { return nil }
    return UTF8Order.precedes(left, right)
  }
}
