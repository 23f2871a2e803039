internal import Canonical

/// A document of a run that cannot be read: what was expected, and where.
package struct EncodedRunFailure: Error, Hashable, Sendable, CustomStringConvertible {
  /// What is wrong, with the place inside the document as a JSON Pointer (RFC 6901).
  package let description: String
}

/// A value inside a document and where it stands.
struct EncodedPlace {
  /// The way to a place; a text is made of it where something is wrong, and nowhere else.
  private indirect enum Way {
    case start(String)
    case member(Way, String)
    case element(Way, Int)

    /// A JSON Pointer (RFC 6901), after what the way starts with.
    var pointer: String {
      switch self {
      case .start(let pointer): pointer
      case .member(let way, let name): "\(way.pointer)/\(name)"
      case .element(let way, let place): "\(way.pointer)/\(place)"
      }
    }
  }

  let value: JSONValue
  private let way: Way

  init(_ value: JSONValue, _ pointer: String = "") {
    self.init(value, .start(pointer))
  }

  private init(_ value: JSONValue, _ way: Way) {
    self.value = value
    self.way = way
  }

  func failure(_ message: String) -> EncodedRunFailure {
    let pointer = way.pointer
    return EncodedRunFailure(description: "at \(pointer.isEmpty ? "/" : pointer): \(message)")
  }

  func optional(_ name: String) -> EncodedPlace? {
    value[name].map { EncodedPlace($0, .member(way, name)) }
  }

  func member(_ name: String) throws(EncodedRunFailure) -> EncodedPlace {
    guard let place = optional(name) else {
      throw failure("expected an object with the member '\(name)', found \(value.kind)")
    }
    return place
  }

  func string() throws(EncodedRunFailure) -> String {
    guard let string = value.string else { throw failure("expected a string, found \(value.kind)") }
    return string
  }

  func bool() throws(EncodedRunFailure) -> Bool {
    guard let bool = value.bool else { throw failure("expected a boolean, found \(value.kind)") }
    return bool
  }

  func integer(_ range: ClosedRange<Int>) throws(EncodedRunFailure) -> Int {
    guard let number = value.integer, range.contains(number) else {
      throw failure("expected a whole number of \(range.lowerBound) to \(range.upperBound)")
    }
    return number
  }

  func elements(max: Int) throws(EncodedRunFailure) -> [EncodedPlace] {
    guard let array = value.array else { throw failure("expected a list, found \(value.kind)") }
    guard array.count <= max else { throw failure("\(array.count) elements; \(max) are allowed") }
    return array.enumerated().map { EncodedPlace($1, .element(way, $0)) }
  }

  func strings(max: Int) throws(EncodedRunFailure) -> [String] {
    var strings: [String] = []
    for element in try elements(max: max) { strings.append(try element.string()) }
    return strings
  }

  func members() throws(EncodedRunFailure) -> [(name: String, place: EncodedPlace)] {
    guard let object = value.object else {
      throw failure("expected an object, found \(value.kind)")
    }
    return object.members.map { ($0.name, EncodedPlace($0.value, .member(way, $0.name))) }
  }

  /// Reads a string by a failable initializer.
  ///
  /// - Parameter expected: what the string must be, in words.
  func parse<Value>(
    _ expected: String, _ read: (String) -> Value?
  ) throws(EncodedRunFailure) -> Value {
    guard let value = read(try string()) else {
      throw failure("expected \(expected), found '\(try string().prefix(80))'")
    }
    return value
  }

  /// Refuses a document of another version.
  func expectVersion(_ version: Int) throws(EncodedRunFailure) {
    let place = try member("version")
    guard place.value.integer == version else {
      throw place.failure("expected version \(version); another release wrote this")
    }
  }
}
