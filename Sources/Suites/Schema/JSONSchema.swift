package import Canonical

/// A JSON Schema (draft 2020-12) while it is put together.
///
/// Patterns hold no look-around, so that every engine of regular expressions reads them.
package struct JSONSchema: Hashable, Sendable {
  private(set) var members: JSONObject

  /// Puts keywords together; those without a value are left out.
  package init(_ members: KeyValuePairs<String, JSONValue?> = [:]) {
    self.members = JSONObject(members.compactMap { name, value in value.map { (name, $0) } })
  }

  /// Values of a type.
  package init(type: String) { self.init(["type": .string(type)]) }

  /// The schema as JSON.
  package var json: JSONValue { .object(members) }

  /// The same with a further keyword, or with another value of it.
  package func with(_ keyword: String, _ value: JSONValue?) -> JSONSchema {
    var schema = self
    schema.members[keyword] = value
    return schema
  }

  /// The same with what an editor shows of it.
  ///
  /// - Parameter description: one sentence.
  package func saying(
    _ title: String, _ description: String, default standard: JSONValue? = nil,
    examples: [JSONValue] = []
  ) -> JSONSchema {
    var schema = with("title", .string(title)).with("description", .string(description))
    if let standard { schema.members["default"] = standard }
    if !examples.isEmpty { schema.members["examples"] = .array(examples) }
    return schema
  }

  /// The same with further conditions.
  package func and(_ schemas: JSONSchema...) -> JSONSchema {
    with("allOf", .array((members["allOf"]?.array ?? []) + schemas.map(\.json)))
  }
}

// Values.
extension JSONSchema {
  /// Any scalar but nothing: a field of text takes `no` and `7` as they are written.
  static let text = JSONSchema(["type": .strings(["string", "number", "boolean"])])

  /// A text that a pattern describes where it is no number or truth value.
  static func text(matching pattern: String) -> JSONSchema {
    text.with("pattern", .string(pattern))
  }

  /// A text that can be no number.
  package static func string(matching pattern: String) -> JSONSchema {
    JSONSchema(type: "string").with("pattern", .string(pattern))
  }

  /// One of some texts.
  package static func words(_ words: [String]) -> JSONSchema {
    JSONSchema(type: "string").with("enum", .strings(words))
  }

  /// One of the raw values of a type.
  package static func words<Word: RawRepresentable<String> & CaseIterable>(
    of type: Word.Type
  ) -> JSONSchema {
    words(type.allCases.map(\.rawValue))
  }

  /// One value.
  package static func constant(_ value: JSONValue) -> JSONSchema { JSONSchema(["const": value]) }

  /// A whole number of a range.
  package static func whole(_ range: ClosedRange<Int>) -> JSONSchema {
    JSONSchema(type: "integer").within(range)
  }

  static func number(_ range: ClosedRange<Int>) -> JSONSchema {
    JSONSchema(type: "number").within(range)
  }

  private func within(_ range: ClosedRange<Int>) -> JSONSchema {
    with("minimum", .integer(range.lowerBound)).with("maximum", .integer(range.upperBound))
  }

  /// True or false.
  package static let flag = JSONSchema(type: "boolean")
}

// Lists and mappings.
extension JSONSchema {
  /// Any object.
  package static let isMapping = JSONSchema(type: "object")
  static let isList = JSONSchema(type: "array")

  /// An array of elements of one kind.
  package static func list(of element: JSONSchema, min: Int = 0, max: Int? = nil) -> JSONSchema {
    isList.with("items", element.json)
      .with("minItems", min > 0 ? .integer(min) : nil)
      .with("maxItems", max.map { .integer($0) })
  }

  /// One element, or a list of at least one.
  static func oneOrList(of element: JSONSchema, max: Int? = nil) -> JSONSchema {
    when(isList, list(of: element, min: 1, max: max), otherwise: element)
  }

  /// A mapping of known keys; any other is a mistake unless `others` describes its value.
  package static func mapping(
    _ properties: [String: JSONSchema], required: [String] = [], others: JSONSchema? = nil
  ) -> JSONSchema {
    isMapping
      .with("properties", .object(JSONObject(properties.map { ($0.key, $0.value.json) })))
      .with("required", required.isEmpty ? nil : .strings(required))
      .with("additionalProperties", others?.json ?? .bool(false))
  }

  /// A mapping that has certain keys, whatever they hold; other kinds of values are let through.
  static func having(_ keys: String...) -> JSONSchema { JSONSchema(["required": .strings(keys)]) }
}

// Combinations.
extension JSONSchema {
  /// The definition of that name.
  package static func ref(_ name: String) -> JSONSchema {
    JSONSchema(["$ref": .string("#/$defs/\(name)")])
  }

  static func any(_ schemas: [JSONSchema]) -> JSONSchema {
    JSONSchema(["anyOf": .array(schemas.map(\.json))])
  }

  /// What at least one of several takes.
  package static func any(_ schemas: JSONSchema...) -> JSONSchema { any(schemas) }

  static func one(_ schemas: [JSONSchema]) -> JSONSchema {
    JSONSchema(["oneOf": .array(schemas.map(\.json))])
  }

  static func not(_ schema: JSONSchema) -> JSONSchema { JSONSchema(["not": schema.json]) }

  /// Anything but a string in which a pattern is found.
  static func lacking(_ pattern: String) -> JSONSchema { not(string(matching: pattern)) }

  /// One of two, chosen by a condition, so that messages are about the one that was meant.
  static func when(
    _ condition: JSONSchema, _ then: JSONSchema, otherwise: JSONSchema? = nil
  ) -> JSONSchema {
    JSONSchema(["if": condition.json, "then": then.json, "else": otherwise?.json])
  }
}

extension JSONValue {
  /// A list of texts.
  static func strings(_ texts: some Sequence<String>) -> JSONValue {
    .array(texts.map { .string($0) })
  }
}
