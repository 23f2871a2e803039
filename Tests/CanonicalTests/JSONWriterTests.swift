import Canonical
import Testing

@Suite struct `Writing JSON` {
  @Test func `Names are sorted by their UTF-8 bytes, not by UTF-16 or alphabet`() {
    // U+FF5E sorts after U+1F600 in UTF-16 and before it in UTF-8.
    let value = JSONValue.members([
      "\u{FF5E}": .integer(1), "😀": .integer(2), "b": .integer(3), "B": .integer(4),
      "a": .integer(5), "": .integer(6),
    ])
    #expect(value.canonicalText == "{\"\":6,\"B\":4,\"a\":5,\"b\":3,\"\u{FF5E}\":1,\"😀\":2}")
  }

  @Test func `The pretty form has two spaces a level and a line feed at the end`() {
    let value = JSONValue.members([
      "list": .array([.integer(1), .members(["x": .null])]), "empty": .array([]),
      "none": .members([:]),
    ])
    let expected = """
      {
        "empty": [],
        "list": [
          1,
          {
            "x": null
          }
        ],
        "none": {}
      }

      """
    #expect(String(decoding: value.prettyBytes, as: UTF8.self) == expected)
  }

  @Test func `Control characters are escaped and nothing else`() throws {
    for scalar in (0...0x2FF).compactMap({ Unicode.Scalar($0 as Int) }) {
      let text = String(Character(scalar))
      let literal = JSONValue.literal(text)
      #expect(try JSONParser.parse(literal) == .string(text))
      let isPlain = scalar.value >= 0x20 && scalar.value != 0x7F && !"\"\\".contains(text)
      #expect((literal == Array("\"\(text)\"".utf8)) == isPlain, "U+\(scalar.value)")
    }
    #expect(JSONValue.literal("\u{1}\u{1F}\u{7F}\n") == Array(#""\u0001\u001f\u007f\n""#.utf8))
  }

  @Test func `Of two members with one name the later wins`() {
    let value = JSONValue.members(["a": .integer(1), "b": .null, "a": .integer(2)])
    #expect(value.canonicalText == #"{"a":2,"b":null}"#)
  }

  @Test func `A member is set, replaced and removed`() {
    var object = JSONObject([("b", .integer(1))])
    object["a"] = .bool(true)
    object["b"] = .integer(2)
    object["e\u{301}"] = .integer(3)
    object["\u{E9}"] = .integer(4)
    #expect(object.map(\.name.utf8.count) == [1, 1, 3, 2])
    object["\u{E9}"] = nil
    #expect(object["e\u{301}"] == .integer(3))
    #expect(object.members.count == 3)
  }

  @Test func `A member without a value is left out, a null is not`() {
    #expect(JSONValue.members(["a": nil, "b": .null]).canonicalText == #"{"b":null}"#)
  }

  @Test(arguments: UInt64(0)..<64)
  func `What is written is read back as it was`(seed: UInt64) throws {
    var generator = SplitMix64(seed: seed)
    for _ in 0..<20 {
      let value = Self.value(depth: 0, &generator)
      let read = try JSONParser.parse(value.canonicalBytes)
      #expect(read == value)
      #expect(read.hashValue == value.hashValue)
      #expect(read.canonicalBytes == value.canonicalBytes)
      #expect(try JSONParser.parse(value.prettyBytes) == value)
    }
  }

  private static func value(depth: Int, _ generator: inout SplitMix64) -> JSONValue {
    switch Int.random(in: 0...(depth < 5 ? 6 : 4), using: &generator) {
    case 0: return .null
    case 1: return .bool(.random(using: &generator))
    case 2: return .number(number(&generator))
    case 3, 4: return .string(text(&generator))
    case 5:
      let count = Int.random(in: 0...4, using: &generator)
      return .array((0..<count).map { _ in value(depth: depth + 1, &generator) })
    default:
      let count = Int.random(in: 0...5, using: &generator)
      return .object(
        JSONObject((0..<count).map { _ in (text(&generator), value(depth: depth + 1, &generator)) })
      )
    }
  }

  private static func number(_ generator: inout SplitMix64) -> JSONNumber {
    let whole =
      Int64.random(in: .min ... .max, using: &generator)
      >> Int.random(in: 0...63, using: &generator)
    let power = Int.random(in: -400...400, using: &generator)
    let shown = Bool.random(using: &generator) ? "\(whole)e\(power)" : "\(whole)"
    return JSONNumber(text: Array(shown.utf8)) ?? JSONNumber(whole)
  }

  private static func text(_ generator: inout SplitMix64) -> String {
    let ranges: [ClosedRange<UInt32>] = [
      0...0x7F, 0x20...0x7E, 0x80...0x7FF, 0xE000...0xFFFF, 0x1F600...0x1F64F,
    ]
    var scalars = String.UnicodeScalarView()
    for _ in 0..<Int.random(in: 0...8, using: &generator) {
      let range = ranges.randomElement(using: &generator) ?? 0...0x7F
      if let scalar = Unicode.Scalar(UInt32.random(in: range, using: &generator)) {
        scalars.append(scalar)
      }
    }
    return String(scalars)
  }
}
