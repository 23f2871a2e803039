import Canonical
import Glibc
import Reports
import SystemPackage
import Testing

struct XMLWriterTests {
  /// Writes a text as an attribute and as an element's text, and reads both back.
  private func roundTrip(_ text: String) throws -> (attribute: String?, text: String) {
    try withFolder { folder in
      let file = folder.appending("a.xml")
      let writer = try XMLWriter(to: PartialFile(replacing: file))
      writer.startElement("a")
      writer.attribute("value", text)
      writer.text(text)
      writer.endElement()
      try writer.finish()
      let element = try Parsed(file).first("a")
      return (element.attributes["value"], element.text)
    }
  }

  @Test(arguments: [
    "", " ", "plain", "a\nb", "a\r\nb\rc", "a\tb", "<b> & \"c\" 'd'", "]]>", "<![CDATA[x]]>",
    "&#27; &amp; &lt;", "-- <!-- -->", "é e\u{301} 中 😀 \u{10FFFF}", "\u{202E}abc\u{202C}\u{200F}",
    "\u{7F}\u{85}\u{2028}\u{FFFD}\u{E000}", "\n\n  indented\n",
  ])
  func `Allowed text comes back exactly, attribute and element`(text: String) throws {
    let read = try roundTrip(text)
    #expect(Array((read.attribute ?? "").utf8) == Array(text.utf8))
    #expect(Array(read.text.utf8) == Array(text.utf8))
  }

  @Test(arguments: [65_535, 65_536, 65_537, 1_000_003])
  func `Text of several pieces comes back exactly`(byteCount: Int) throws {
    // Three bytes a character, so that no piece ends where a character does.
    let text = "x" + String(repeating: "中", count: byteCount / 3)
    #expect(try roundTrip(text).text == text)
  }

  @Test(arguments: [
    ("\u{0}", "#x00"), ("a\u{1B}[31mb", "a#x1B[31mb"), ("\u{7}", "#x07"), ("\u{1F}", "#x1F"),
    ("\u{FFFE}", "#xFFFE"), ("\u{FFFF}", "#xFFFF"), ("\t\n\r", "\t\n\r"), ("ﬁ", "ﬁ"),
    ("\u{1FFFE}", "\u{1FFFE}"),
  ])
  func `What XML forbids is made visible and nothing else`(text: String, cleaned: String) throws {
    #expect(Array(XMLText.clean(text).utf8) == Array(cleaned.utf8))
    #expect(try roundTrip(XMLText.clean(text)).text == cleaned)
  }

  @Test func `A long text keeps its start and its end`() {
    let text = "start" + String(repeating: "é", count: 600_000) + "end"
    let cut = XMLText.node(text)
    #expect(cut.utf8.count <= XMLText.nodeByteCountMax)
    #expect(cut.utf8.count > XMLText.nodeByteCountMax - 8)
    #expect(cut.hasPrefix("starté"))
    #expect(cut.hasSuffix("éend"))
    #expect(cut.contains("\n[1200008 bytes in all; the middle is left out]\n"))
    #expect(!cut.contains("\u{FFFD}"))
  }

  @Test(arguments: [
    ("  a \n\r\n b\t\tc \n", "  a   b c "), ("a\u{85}b\u{2028}c\u{B}d", "a b c d"), ("\n", ""),
    ("one  two", "one  two"), ("\u{1B}", "#x1B"),
  ])
  func `A line has no break`(text: String, line: String) {
    #expect(XMLText.line(text) == line)
  }

  @Test(arguments: [10, 11, 12, 13])
  func `A line that is too long ends with an ellipsis`(byteCountMax: Int) {
    let line = XMLText.line(String(repeating: "é", count: 100_000), byteCountMax: byteCountMax)
    #expect(line.utf8.count <= byteCountMax)
    #expect(line.utf8.count >= byteCountMax - 1)
    #expect(line.hasSuffix("é…"))
  }

  @Test func `A missing folder is told before anything is written`() {
    let failure = #expect(throws: FileFailure.self) {
      _ = try XMLWriter(to: PartialFile(replacing: "/nowhere/at/all.xml"))
    }
    #expect(
      failure?.description
        == "cannot write /nowhere/at/all.xml: there is no such file or folder")
  }

  @Test func `A folder in the place of the file is told`() throws {
    try withFolder { folder in
      let inner = folder.appending("a.xml")
      try DurableFile.createFolder(inner)
      defer { #expect(unsafe rmdir(inner.string) == 0) }
      let failure = #expect(throws: FileFailure.self) {
        let writer = try XMLWriter(to: PartialFile(replacing: inner))
        writer.startElement("a")
        writer.endElement()
        try writer.finish()
      }
      #expect(failure?.description.contains("it is a folder, a file is needed") == true)
      #expect(try DurableFile.names(in: folder) == ["a.xml"])
    }
  }

  @Test func `A document that is given up leaves the old file and nothing else`() throws {
    try withFolder { folder in
      let file = folder.appending("a.xml")
      try DurableFile.write(Array("old".utf8), to: file)
      do {
        let writer = try XMLWriter(to: PartialFile(replacing: file))
        writer.startElement("a")
      }
      #expect(try read(file) == "old")
      #expect(try DurableFile.names(in: folder) == ["a.xml"])
    }
  }

  @Test func `A full disk is told, early and in the end, and the old file stays`() async {
    await #expect(processExitsWith: .success) {
      // Writing past a limit of the process fails as it does on a full disk, with another number.
      signal(SIGXFSZ, SIG_IGN)
      var limit = rlimit(rlim_cur: 1 << 20, rlim_max: 1 << 20)
      #expect(unsafe setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) == 0)
      try withFolder { folder in
        let file = folder.appending("a.xml")
        try DurableFile.write(Array("old".utf8), to: file)
        #expect(throws: FileFailure.self) { try writeSixMegabytes(to: file) }
        #expect(try read(file) == "old")
        #expect(try DurableFile.names(in: folder) == ["a.xml"])
      }
    }
  }
}

/// Writes more than a limit of one megabyte lets pass.
private func writeSixMegabytes(to file: FilePath) throws {
  let piece = String(repeating: "x", count: 60_000)
  let writer = try XMLWriter(to: PartialFile(replacing: file))
  writer.startElement("a")
  for _ in 0..<100 { writer.text(piece) }
  #expect(throws: FileFailure.self) { try writer.throwFailure() }
  writer.endElement()
  try writer.finish()
}
