import Canonical
import Glibc
import SeedreamAPI
import Suites
import SystemPackage
import Testing

/// What a file must be before its words count.
struct FileTests {
  @Test(arguments: [
    ("version: 1\nname: a\u{0}b\n", 2, 8, "NUL"),
    ("version: 1\r\nname: é\u{7}\n", 2, 8, "U+0007"),
    ("version: 1\rname: a\u{2028}b", 2, 8, "\\u2028"),
    ("name: [a\n", 2, 1, "did not find expected"),
    ("name: \"a", 1, 9, "unexpected end of stream"),
    ("name: 'a\n\tb: c", 2, 6, "unexpected end"),
    ("name: a: b", 1, 8, "mapping values are not allowed"),
    ("", 1, 1, "the file is empty"),
    ("# nothing\n", 1, 1, "the file is empty"),
    ("- a\n", 1, 1, "must be a mapping, found a list"),
    ("seven", 1, 1, "must be a mapping, found 'seven'"),
  ])
  func `A file that is no suite is refused at its place`(
    text: String, line: Int, column: Int, message: String
  ) {
    let found = diagnostics(of: text)
    #expect(found.count == 1)
    #expect(
      found.first?.location.line == line && found.first?.location.column == column, "\(found)")
    let said = (found.first?.message ?? "") + (found.first?.hint ?? "")
    #expect(said.contains(message), "\(found)")
  }

  @Test func `Bytes that are not UTF-8 are refused at their place`() {
    for (bytes, message) in [
      (Array("name: é".utf8) + [0x20, 0xFF], "no valid UTF-8"),
      ([0xFF, 0xFE, 0x61, 0x00], "UTF-16"),
      ([0xFE, 0xFF, 0x00, 0x61], "UTF-16"),
    ] {
      #expect {
        try SuiteLoader.load(bytes: bytes, path: "a.yaml")
      } throws: { error in
        (error as? SuiteFailure)?.diagnostics.first?.message.contains(message) ?? false
      }
    }
    #expect {
      try SuiteLoader.load(bytes: Array("name: é".utf8) + [0x20, 0xFF], path: "a.yaml")
    } throws: { error in
      (error as? SuiteFailure)?.diagnostics.first?.location.column == 9
    }
  }

  @Test func `Aliases, anchors, tags, directives and second documents are refused`() {
    expect(
      """
      1️⃣%YAML 1.1
      ---
      version: 1
      name: 2️⃣&a t
      description: 3️⃣*a
      request: 4️⃣!!map {prompt: x, images: https://x.example/a}
      5️⃣---
      b
      """,
      [(1, "directives"), (2, "anchors"), (3, "aliases"), (4, "tags"), (5, "second document")])
  }

  @Test func `Duplicate keys and keys that are no words are refused`() {
    let text = Text.request + "matrix:\n  seed: 1\n  1️⃣seed: 2\n  ? 2️⃣[a]\n  : 1\n3️⃣name: u\n"
    expect(text, [(1, "stands twice"), (2, "a key must be a word"), (3, "stands twice")])
    let notes = diagnostics(of: MarkedText(text).text).first?.notes
    #expect(notes?.first?.location?.line == 5 && notes?.first?.location?.column == 3)
  }

  @Test(arguments: ["[", "{", "- ", "? ", "{a: ", "[{"])
  func `Deep nesting is refused at once`(open: String) {
    let found = diagnostics(of: "a: " + String(repeating: open, count: 200_000))
    #expect(found.count == 1)
    #expect(found.first?.severity == .error)
  }

  @Test func `Nesting has a limit of its own`() {
    var limits = SuiteLimits.standard
    limits.depthMax = 3
    expect(Text.head + "request: {a: [1️⃣b]}", [(1, "nested deeper than 3 levels")], limits: limits)
  }

  @Test func `Files and values have limits`() {
    var limits = SuiteLimits.standard
    limits.nodeCountMax = 6
    expect(Text.head + "request: 1️⃣{}", [(1, "more than 6 values")], limits: limits)
    limits.fileByteCountMax = 10
    expect("1️⃣" + Text.head, [(1, "the file has 19 bytes (at most 10 are allowed)")], limits: limits)
  }

  @Test func `A suite is read from its file, and a file that is not there is named`() throws {
    try withFolder { folder in
      let path = folder.appending("a.yaml")
      try DurableFile.write(Array((Text.request + "matrix: {}\n").utf8), to: path)
      #expect(try SuiteLoader.load(path).path == path)
      #expect {
        try SuiteLoader.load(folder.appending("b.yaml"))
      } throws: { error in
        "\(error)".contains("b.yaml:1:1: error: cannot read")
          && "\(error)".contains("there is no such file")
      }
      var limits = SuiteLimits.standard
      limits.fileByteCountMax = 5
      #expect {
        try SuiteLoader.load(path, limits: limits)
      } throws: { error in "\(error)".contains("5 are allowed") }
    }
  }
}

/// What local pictures must be.
struct InputTests {
  @Test func `A picture is digested once and its bytes are its identity`() throws {
    try withFolder { folder in
      try DurableFile.write(picture("a"), to: folder.appending("a.png"))
      try DurableFile.createFolder(folder.appending("suites"))
      let suite = try load(
        Text.head + """
          request: {prompt: x}
          matrix:
            images: [../a.png, [../a.png, \(folder)/a.png], https://x.example/b.png]
            seed: 1..3
          """,
        path: folder.appending("suites").appending("s.yaml"))
      #expect(suite.inputs.map(\.written) == ["../a.png", "\(folder)/a.png"])
      #expect(Set(suite.inputs.map(\.blob)) == [BlobID(of: picture("a"))])
      #expect(suite.inputs[0].location.line == 5)
      let first = try #require(suite.cases.first { _ in true })
      #expect(first.request.images == [.local(BlobID(of: picture("a")))])
    }
  }

  @Test func `Two files of the same bytes are one entry`() throws {
    try withFolder { folder in
      try DurableFile.write(picture("a"), to: folder.appending("a.png"))
      try DurableFile.write(picture("a"), to: folder.appending("b.png"))
      expect(
        Text.head + "request: {prompt: x}\nmatrix: {images: [a.png, 1️⃣b.png]}\n",
        [(1, "the entry 'b' asks for the same as an earlier one")],
        path: folder.appending("s.yaml"))
    }
  }

  @Test func `Every mistake of a path is told at its place`() throws {
    try withFolder { folder in
      try DurableFile.write(picture("a"), to: folder.appending("coffee.png"))
      try DurableFile.write(
        Array("version https://git-lfs.github.com/spec/v1\noid sha256:0\n".utf8),
        to: folder.appending("lfs.png"))
      try DurableFile.write(Array("root:x:0".utf8), to: folder.appending("passwd"))
      try DurableFile.write(
        picture() + [UInt8](repeating: 0, count: InputFacts.byteCountMax),
        to: folder.appending("huge.png"))
      #expect(unsafe mkfifo(folder.appending("pipe.png").string, 0o600) == 0)
      try DurableFile.write(picture(), to: folder.appending("secret.png"))
      #expect(unsafe chmod(folder.appending("secret.png").string, 0) == 0)
      let isRoot = getuid() == 0
      expect(
        Text.head + """
          request: {prompt: x}
          matrix:
            images:
              - 1️⃣cofee.png
              - 2️⃣lfs.png
              - 3️⃣passwd
              - 4️⃣huge.png
              - 5️⃣pipe.png
              - 6️⃣.
              - 7️⃣http://x.example/a.png
              - 8️⃣"a\\0b.png"
              - 9️⃣none/cup.png
          """,
        [
          (1, "did you mean 'coffee.png'?"), (2, "git lfs pull --include 'lfs.png'"),
          (3, "is no picture that can be sent"), (4, "10000000 are allowed"),
          (5, "is a pipe, a device or the like"), (6, "is a folder"),
          (7, "neither a path nor an https URL"),
          (8, "control characters"), (9, "cannot list the folder"),
        ], path: folder.appending("s.yaml"))
      if !isRoot {
        expect(
          Text.head + "request: {prompt: x, images: 1️⃣secret.png}", [(1, "permission denied")],
          path: folder.appending("s.yaml"))
      }
    }
  }

  @Test func `Too many pictures are refused`() throws {
    try withFolder { folder in
      for name in ["a.png", "b.png"] {
        try DurableFile.write(picture(name), to: folder.appending(name))
      }
      var limits = SuiteLimits.standard
      limits.inputsMax = 1
      expect(
        Text.head + "request: {prompt: x}\nmatrix: {images: [a.png, 1️⃣b.png]}\n",
        [(1, "more than 1 different pictures")], path: folder.appending("s.yaml"), limits: limits)
      let many = Array(repeating: "a.png", count: 11).joined(separator: ", ")
      expect(
        Text.head + "request: {prompt: x, images: 1️⃣[\(many)]}\n", [(1, "11 pictures")],
        path: folder.appending("s.yaml"))
    }
  }
}
