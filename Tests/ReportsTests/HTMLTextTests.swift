import Canonical
import Reports
import Testing

struct HTMLTextTests {
  @Test(arguments: [
    ("<b a='c' d=\"e\">&amp;", "&lt;b a=&#39;c&#39; d=&quot;e&quot;&gt;&amp;amp;"),
    // One character each, of which a browser reads the parts.
    ("\u{600}<img>", "\u{600}&lt;img&gt;"), ("\"\u{301}", "&quot;\u{301}"),
    ("<\u{338}", "&lt;\u{338}"), ("&\u{200D}", "&amp;\u{200D}"),
    ("a\u{0}b\u{1B}[31m", "a\u{FFFD}b\u{FFFD}[31m"), ("\u{FFFE}\u{85}", "\u{FFFD}\u{FFFD}"),
    ("line\r\n\tend", "line&#13;\n\tend"), ("]]> 😀", "]]&gt; 😀"),
  ])
  func `What means something in HTML is written as a reference, scalar by scalar`(
    text: String, expected: String
  ) {
    #expect(HTMLText.escape(text).unicodeScalars.elementsEqual(expected.unicodeScalars))
  }

  @Test(arguments: [
    ("pictures/a b.png", "pictures/a%20b.png"), ("x?y#z%", "x%3Fy%23z%25"),
    ("é", "%C3%A9"), ("javascript:a", "javascript%3Aa"), ("a~b_c.d-e", "a~b_c.d-e"),
  ])
  func `A path becomes a relative URL`(path: String, expected: String) {
    #expect(HTMLText.url(ofPath: path) == expected)
  }

  @Test(arguments: [
    "</script><!--", "\u{2028}\u{2029}", "\u{202E}\u{2066}\u{200F}", "\u{61C}\u{FEFF}",
    "é 😀 \u{600} ش", "plain", "\\u003c \" \u{0}",
  ])
  func `A script holds the same value, and nothing that a reader could take for something else`(
    text: String
  ) throws {
    let value = JSONValue.members(["text": .string(text)])
    let bytes = ScriptData.bytes(value)
    #expect(try JSONParser.parse(bytes) == value)
    let hidden: Set<Unicode.Scalar> = [
      "<", "\u{2028}", "\u{2029}", "\u{202E}", "\u{2066}", "\u{200F}", "\u{61C}", "\u{FEFF}",
    ]
    let written = String(decoding: bytes, as: UTF8.self)
    #expect(!written.unicodeScalars.contains { hidden.contains($0) })
  }
}
