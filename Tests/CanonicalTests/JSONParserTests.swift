import Canonical
import Testing

@Suite struct `Reading JSON` {
  static let accepted: [(text: String, canonical: String)] = [
    ("null", "null"), (" \t\r\n true \n", "true"), ("false", "false"), ("\"\"", "\"\""),
    ("[]", "[]"), ("{}", "{}"), ("[ 1 , 2 ]", "[1,2]"), ("{ \"a\" : 1 }", "{\"a\":1}"),
    ("0", "0"), ("-0", "0"), ("-0.0e5", "0"), ("1.0", "1"), ("1e0", "1"), ("1E+2", "100"),
    ("100", "100"), ("0.10", "0.1"), ("-1.5e-3", "-0.0015"), ("1e400", "1e400"),
    ("12e20", "12e20"), ("9007199254740993", "9007199254740993"), ("1e20", "100000000000000000000"),
    (#""\u0041\n\/\\\"\b\f\r\t""#, #""A\n/\\\"\b\f\r\t""#), (#""\ud83d\ude00""#, "\"😀\""),
    (#""\u0000\u001F\u007f""#, #""\u0000\u001f\u007f""#),
    (#""\uD7FF\uE000""#, "\"\u{D7FF}\u{E000}\""),
    (#"{"b":1,"a":2}"#, #"{"a":2,"b":1}"#), (#"{"":0}"#, #"{"":0}"#),
    ("\"\u{2028}\"", "\"\u{2028}\""),
    (#"{"ab":1,"a":2,"B":3,"é":4,"😀":5,"z":6}"#, #"{"B":3,"a":2,"ab":1,"z":6,"é":4,"😀":5}"#),
  ]

  @Test(arguments: accepted.indices)
  func `A text of RFC 8259 is read`(index: Int) throws {
    let (text, canonical) = Self.accepted[index]
    #expect(try JSONParser.parse(Array(text.utf8)).canonicalText == canonical)
  }

  /// The text, the line and the column (in bytes) of the error, and a part of its message.
  static let refused: [(text: String, line: Int, column: Int, message: String)] = [
    ("", 1, 1, "end of the text"), ("  \n ", 2, 2, "end of the text"),
    ("\u{FEFF}{}", 1, 1, "expected a value"), ("nul", 1, 1, "expected null"),
    ("True", 1, 1, "expected a value"), ("truex", 1, 5, "expected the end"),
    ("1 2", 1, 3, "expected the end"), ("{} {}", 1, 4, "expected the end"),
    ("'a'", 1, 1, "expected a value"), ("NaN", 1, 1, "expected a value"),
    ("// x", 1, 1, "expected a value"), ("\u{A0}1", 1, 1, "expected a value"),
    ("[1,]", 1, 4, "expected a value"), ("[1 2]", 1, 4, "expected , or ]"),
    ("[", 1, 2, "end of the text"), ("[1", 1, 3, "expected , or ]"),
    ("{\"a\":1,}", 1, 8, "expected a name"), ("{a:1}", 1, 2, "expected a name"),
    ("{\"a\" 1}", 1, 6, "expected :"), ("{\"a\":}", 1, 6, "expected a value"),
    ("{\"a\":1 \"b\":2}", 1, 8, "expected , or }"), ("{\"a\"", 1, 5, "expected :"),
    ("{\n \"a\": 1,\n \"a\": 2\n}", 3, 2, "stands twice"),
    (#"{"a":1,"\u0061":2}"#, 1, 8, "stands twice"),
    (#"[{"b":{"a":1,"a":1}}]"#, 1, 14, "stands twice"),
    ("\"abc", 1, 1, "not closed"), ("\"\\", 1, 2, "not closed"), (#""\x""#, 1, 2, "unknown escape"),
    (#""\u12""#, 1, 2, "four hexadecimal"), (#""\u12G4""#, 1, 2, "four hexadecimal"),
    (#""\u+123""#, 1, 2, "four hexadecimal"), (#""\ud800""#, 1, 2, "half of a surrogate"),
    (#""\udc00\ud800""#, 1, 2, "half of a surrogate"), (#""\ud800x""#, 1, 2, "half of a surrogate"),
    (#""\ud800\u0041""#, 1, 2, "half of a surrogate"),
    (#""\udbff\ud800""#, 1, 2, "half of a surrogate"),
    (#""\ud800\ue000""#, 1, 2, "half of a surrogate"),
    (#""\ud800\n""#, 1, 2, "half of a surrogate"),
    (#""\ud800\u""#, 1, 2, "four hexadecimal"),
    ("\"a\nb\"", 1, 3, "control character (10)"), ("\"\t\"", 1, 2, "control character (9)"),
    ("\"\u{0}\"", 1, 2, "control character (0)"), ("\"\u{1F}\"", 1, 2, "control character (31)"),
    ("01", 1, 1, "no number"), ("-", 1, 1, "no number"), ("+1", 1, 1, "no number"),
    (".5", 1, 1, "no number"), ("1.", 1, 1, "no number"), ("1e", 1, 1, "no number"),
    ("1e+", 1, 1, "no number"), ("1.e1", 1, 1, "no number"), ("-01", 1, 1, "no number"),
    ("--1", 1, 1, "no number"), ("1.2.3", 1, 1, "no number"), ("[\n0x10]", 2, 2, "expected , or ]"),
    ("{\"é\": x}", 1, 8, "expected a value"),
  ]

  @Test(arguments: refused.indices)
  func `A text that RFC 8259 forbids is refused at its place`(index: Int) throws {
    let row = Self.refused[index]
    let error = #expect(throws: JSONError.self) { try JSONParser.parse(Array(row.text.utf8)) }
    #expect(error?.line == row.line)
    #expect(error?.column == row.column)
    #expect(error?.message.contains(row.message) == true, "\(error?.message ?? "")")
    #expect(error?.description.hasPrefix("line \(row.line), column \(row.column): ") == true)
  }

  // Overlong form, lone continuation, encoded surrogate, above U+10FFFF, cut sequence, Latin-1, 0xFF.
  @Test(
    arguments: [
      [0xC0, 0xAF], [0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xE2, 0x82], [0xE9],
      [0xFF],
    ] as [[UInt8]])
  func `Bytes that are no UTF-8 are refused`(bytes: [UInt8]) {
    let error = #expect(throws: JSONError.self) { try JSONParser.parse([0x22] + bytes + [0x22]) }
    #expect(error?.message.contains("UTF-8") == true)
    #expect(throws: JSONError.self) {
      try JSONParser.parse([0x7B, 0x22] + bytes + Array("\":1}".utf8))
    }
  }

  @Test(
    arguments: [[0xEF, 0xBB, 0xBF, 0x31], [0xFE, 0xFF, 0x00, 0x31], [0x31, 0x00]] as [[UInt8]])
  func `Byte order marks and other encodings are refused`(bytes: [UInt8]) {
    #expect(throws: JSONError.self) { try JSONParser.parse(bytes) }
  }

  @Test func `Composed and decomposed names are two names`() throws {
    let value = try JSONParser.parse(Array("{\"\u{E9}\":1,\"e\u{301}\":2}".utf8))
    #expect(value.object?.members.count == 2)
    #expect(value["\u{E9}"] == .integer(1))
    #expect(value["e\u{301}"] == .integer(2))
    #expect(JSONValue.string("\u{E9}") != .string("e\u{301}"))
    #expect(value.canonicalText.utf8.elementsEqual("{\"e\u{301}\":2,\"\u{E9}\":1}".utf8))
  }

  /// Few names are compared one by one, many by a set: the first one twice is found in both.
  @Test(arguments: [2, 15, 16, 17, 18, 100], [0, 1])
  func `A name that stands twice is found among few and among many`(count: Int, from: Int) throws {
    let names = (0..<count).map { String($0 * 7 % count + 1_000) }
    func text(_ names: [String]) -> [UInt8] {
      Array("{\(names.map { "\"\($0)\":1" }.joined(separator: ","))}".utf8)
    }
    let object = try #require(try JSONParser.parse(text(names)).object)
    #expect(object.members.map(\.name) == Set(names).sorted())
    let error = #expect(throws: JSONError.self) {
      try JSONParser.parse(text(Array(Set(names)).sorted() + [names[from]]))
    }
    #expect(error?.message == "the name \"\(names[from])\" stands twice in one object")
  }

  @Test(arguments: [2, 16, 17, 100])
  func `Names out of order are found twice, and each by itself`(count: Int) throws {
    let names = (0..<count).map { String(1_000 - $0) }
    let members = names.enumerated().map { "\"\($1)\":\($0)" }
    let value = try JSONParser.parse(Array("{\(members.joined(separator: ","))}".utf8))
    #expect(names.indices.allSatisfy { value[names[$0]] == .integer($0) })
    #expect(value["0"] == nil && value["9995"] == nil)
    for name in [names[0], names[count - 1]] {
      let error = #expect(throws: JSONError.self) {
        try JSONParser.parse(
          Array("{\((members + ["\"\(name)\":1"]).joined(separator: ","))}".utf8))
      }
      #expect(error?.message == "the name \"\(name)\" stands twice in one object")
    }
  }

  @Test func `Members are in order of their bytes however they were written`() throws {
    for text in [#"{"a":1,"ab":2,"b":3}"#, #"{"b":3,"a":1,"ab":2}"#, #"{"ab":2,"b":3,"a":1}"#] {
      #expect(try JSONParser.parse(Array(text.utf8)).canonicalText == #"{"a":1,"ab":2,"b":3}"#)
    }
  }

  @Test(arguments: [("[", "]"), ("{\"a\":", "}")])
  func `Nesting is allowed to the limit and refused beyond`(open: String, close: String) throws {
    func nested(_ depth: Int) -> [UInt8] {
      let text =
        String(repeating: open, count: depth) + "1" + String(repeating: close, count: depth)
      return Array(text.utf8)
    }
    _ = try JSONParser.parse(nested(64))
    let error = #expect(throws: JSONError.self) { try JSONParser.parse(nested(65)) }
    #expect(error?.message == "nested deeper than 64 levels")
    #expect(error?.offset == 64 * open.utf8.count)
    #expect(throws: JSONError.self) { try JSONParser.parse(nested(1_000_000)) }
  }

  @Test func `An empty list below the limit counts as a level`() throws {
    let limits = JSONLimits(depthMax: 2)
    _ = try JSONParser.parse(Array("[[]]".utf8), limits: limits)
    #expect(throws: JSONError.self) { try JSONParser.parse(Array("[[[]]]".utf8), limits: limits) }
    #expect(throws: JSONError.self) { try JSONParser.parse(Array("[[{}]]".utf8), limits: limits) }
  }

  @Test func `The limits of length and count are kept`() throws {
    let text = Array("[1,2,3]".utf8)
    _ = try JSONParser.parse(text, limits: JSONLimits(byteCountMax: 7, valueCountMax: 4))
    let long = #expect(throws: JSONError.self) {
      try JSONParser.parse(text, limits: JSONLimits(byteCountMax: 6))
    }
    #expect(long?.message == "the text has 7 bytes; 6 are allowed")
    let many = #expect(throws: JSONError.self) {
      try JSONParser.parse(text, limits: JSONLimits(valueCountMax: 3))
    }
    #expect(many?.message == "more than 3 values")
  }

  /// A text that is read, cut short at every byte, must be refused and not trap.
  @Test func `Every truncation of a text is refused`() throws {
    let text = Array(#"{"a":[1.5e3,"\ud83d\ude00é",true,null],"b":{"c":"\n"}}"#.utf8)
    _ = try JSONParser.parse(text)
    for count in 0..<text.count {
      #expect(throws: JSONError.self) { try JSONParser.parse(Array(text.prefix(count))) }
    }
  }

  @Test func `Random changes of a text are read or refused, never worse`() {
    var generator = SplitMix64(seed: 11)
    let text = Array(#"{"a":[1.5e3,"\ud83d\ude00é",true,null],"b":{"c":"\u00e9"},"d":-0.0}"#.utf8)
    for _ in 0..<5_000 {
      var changed = text
      for _ in 0..<Int.random(in: 1...4, using: &generator) {
        let place = changed.indices.randomElement(using: &generator) ?? 0
        changed[place] = UInt8.random(in: .min ... .max, using: &generator)
      }
      do throws(JSONError) {
        let value = try JSONParser.parse(changed)
        let again = try JSONParser.parse(value.canonicalBytes)
        #expect(again == value)
      } catch {
        #expect((0...changed.count).contains(error.offset))
      }
    }
  }
}
