import Canonical
import Experiments
import Reports
import SystemPackage
import TestSupport
import Testing

/// The pages of a comparison: what stands on them, what is left out and said so, and that text stays text.
@Suite(.temporaryFolder)
struct ComparisonPageTests {
  private let folder = TemporaryFolder.path

  @Test func `A page says what was found, worst first, with pictures side by side`() async throws {
    try await write(try versions())
    let page = try text("index.html")
    let places = ["id=\"p1\"", "id=\"p2\"", "id=\"p3\""].compactMap {
      page.firstRange(of: $0)?.lowerBound
    }
    #expect(places.count == 3 && places == places.sorted())
    let changed = try #require(page.firstRange(of: "id=\"p1\"")).upperBound
    #expect(page[changed...].prefix(200).contains("slate"))
    for part in [
      "<span class=\"mark v-failure\">1 changed</span>", "<strong>Simulated.</strong>",
      "fails: 1 prompt changed", "Held against what repeats of one request differ by",
      "Pictures differ by more than chance makes of what repeats of one request differ by.",
      "n = 8 seeds with 32 pictures", "by Holm p = ", "Seeds kept: ", "<td class=\"h4\">",
      "<td class=\"h0\">", "id=\"p1-s1\"", "href=\"#p1-s1\"", "alt=\"A: v4--slate--s1--r0\"",
      "alt=\"B: v45--slate--s1--r0\"",
      "alt=\"where v4--slate--s1--r0 and v45--slate--s1--r0 differ\"",
      "B: v45--dusk--s1--r0 has no picture (blocked)", "1 case without a partner",
      "A <bdi>mug/v4--dusk--s9--r0</bdi>", "<th scope=\"row\"><bdi>background</bdi></th>",
    ] {
      #expect(page.contains(part), "\(part)")
    }
    #expect(!page.contains("id=\"p3-s1\"\n"))
  }

  @Test func `A side that is better is named, over all prompts and by tag`() async throws {
    try await write(try versions())
    let page = try text("index.html")
    #expect(page.contains("<th scope=\"row\">latency-ms</th><td>900.000</td><td>400.000</td>"))
    #expect(page.contains("<td><b>B</b></td>"))
    #expect(page.contains("<td>8</td>") || page.contains("<td>16</td>"))
    #expect(page.contains("<td>1</td><td>1</td><td>–</td><td>latency-ms</td>"))
  }

  @Test func `Pages load styles and pictures that lie beside them, and nothing else`() async throws
  {
    try await write(try versions())
    let page = try text("index.html")
    #expect(
      page.contains(
        "content=\"default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'\""
      ))
    for part in ["<script", " style=", "<style", "http://", "https://"] {
      #expect(!page.contains(part), "\(part)")
    }
    #expect(page.firstMatch(of: /\son[a-z]+=/) == nil)
    for name in page.matches(of: /(?:src|href)="([^"#]+)"/).map(\.output.1) {
      #expect(DurableFile.isFile(folder.appending("sheet").appending(String(name))), "\(name)")
    }
    for anchor in page.matches(of: /href="#([^"]+)"/).map(\.output.1) {
      #expect(page.contains("id=\"\(anchor)\""), "\(anchor)")
    }
  }

  @Test func `Hostile text is text`() async throws {
    let hostile = "\u{600}<img src=x onerror=\"a\"> </script> \u{202E} {{a}}"
    var sides = ComparedSides(in: folder)
    for seed in 1...2 {
      try sides.add(
        hostile, seed: seed, tags: [hostile],
        (try sides.picture(seed), try sides.picture(seed + 10)))
    }
    try sides.addLeft("\(hostile)2", seed: 3, try sides.picture(1))
    try await write(sides, names: (hostile, hostile))
    let page = Array(try text("index.html").utf8)
    // By bytes: a string's own search goes by characters, as the mistake does that this looks for.
    #expect(page.split(separator: Array("<img src=x".utf8)).count == 1)
    #expect(page.split(separator: Array("</script>".utf8)).count == 1)
    #expect(page.split(separator: Array("&lt;img src=x onerror=&quot;a&quot;&gt;".utf8)).count > 5)
    #expect(page.split(separator: Array("{{a}}".utf8)).count > 5)
  }

  @Test func `The same comparison gives the same bytes`() async throws {
    let sides = try versions()
    try await write(sides)
    let first = try text("index.html")
    let names = try DurableFile.names(in: folder.appending("sheet/differences"))
    try await write(sides, to: "other")
    #expect(try text("index.html", in: "other") == first)
    #expect(try DurableFile.names(in: folder.appending("other/differences")) == names)
  }

  @Test func `Many pairs go on further pages, and fewer leave nothing of them`() async throws {
    var sides = ComparedSides(in: folder)
    for prompt in ["paper", "slate"] {
      for seed in 1...130 {
        try sides.add(
          prompt, seed: seed,
          (sides.unread(bits: 4), sides.unread(bits: prompt == "paper" ? 4 : 44)))
      }
    }
    // Against seeds so many of them would be drawn thousands of times.
    try await write(sides, isStoredOnly: true, noise: .repeats)
    let names = try DurableFile.names(in: folder.appending("sheet")).filter {
      $0.hasPrefix("prompts")
    }
    #expect(names == ["prompts-1.html", "prompts-2.html", "prompts-3.html"])
    let page = try text("index.html")
    #expect(page.contains("href=\"prompts-1.html#p1\""))
    #expect(page.contains("The 60 lowest of 130 seeds have a column"))
    #expect(!page.contains("id=\"p1\""))
    // Every seed is found on the page that its cell leads to.
    var pages: [String: String] = [:]
    for name in names { pages[name] = try text(name) }
    let links = page.matches(of: /href="(prompts-\d\.html)#([^"]+)"/)
    #expect(links.count > 120)
    for link in links {
      #expect(
        pages[String(link.output.1)]?.contains("id=\"\(link.output.2)\"") == true,
        "\(link.output.0)")
    }
    #expect(pages["prompts-2.html"]?.contains(", continued</h3>") == true)
    #expect(pages["prompts-2.html"]?.contains("<a href=\"prompts-3.html\">Next page</a>") == true)
    #expect(
      pages["prompts-1.html"]?.contains("rows of the 40 farthest of 130 seeds are drawn") == true)
    try await write(try versions())
    #expect(
      try DurableFile.names(in: folder.appending("sheet")).filter { $0.hasPrefix("prompts") } == [])
  }

  @Test(arguments: [
    (HTMLOptions.Pictures.changed, 4, 5), (.all, 5, 5), (.none, 0, 0),
  ])
  func `Pictures lie in the folder as the option says`(
    pictures: HTMLOptions.Pictures, files: Int, thumbnails: Int
  ) async throws {
    var sides = ComparedSides(in: folder)
    let same = try sides.picture(9)
    try sides.add("paper", seed: 1, (same, same))
    for seed in 2...3 {
      try sides.add("paper", seed: seed, (try sides.picture(seed), try sides.picture(seed + 10)))
    }
    try await write(sides, pictures: pictures)
    func count(_ name: String) throws -> Int {
      try DurableFile.names(in: folder.appending("sheet").appending(name)).count
    }
    #expect(try count("pictures") == files)
    #expect(try count("thumbnails") == thumbnails)
    #expect(try count("differences") == (pictures == .none ? 0 : 8))
  }

  @Test func `Pictures that cannot be read are said so`() async throws {
    var sides = ComparedSides(in: folder)
    for seed in 1...2 {
      try sides.add("paper", seed: seed, (sides.unread(bits: 4), sides.unread(bits: 40)))
    }
    try await write(sides, isSimulated: false)
    let page = try text("index.html")
    #expect(page.contains("<span class=\"blank\"><bdi>cannot be read</bdi></span>"))
    #expect(page.contains("<span class=\"mark v-skipped\">not compared</span>"))
    #expect(page.contains("cannot be compared: "))
    #expect(!page.contains("Simulated"))
  }

  @Test func `A folder that cannot be written is a failure, and leaves no page`() async throws {
    let (compared, alignment) = await (try versions()).compared()
    let sheet = folder.appending("sheet")
    // A folder stands where a file belongs.
    try DurableFile.createFolder(sheet.appending("compare.css"))
    try DurableFile.write([1], to: sheet.appending("index.html"))
    #expect(throws: FileFailure.self) {
      try ComparisonPage.write(compared, alignment, to: sheet, options: HTMLOptions())
    }
    #expect(!DurableFile.exists(sheet.appending("index.html")))
  }

  // MARK: - Made

  /// One prompt that is the same in both versions, one that has changed, and one that a side refused.
  private func versions() throws -> ComparedSides {
    var sides = ComparedSides(in: folder)
    for seed in 1...8 {
      let (same, other) = (try sides.picture(seed), try sides.picture(seed + 50))
      for repeatIndex in 0..<2 {
        try sides.add("paper", seed: seed, repeatIndex: repeatIndex, (same, same))
        try sides.add(
          "slate", seed: seed, repeatIndex: repeatIndex, tags: ["background"], (same, other))
      }
    }
    try sides.add("dusk", seed: 1, (try sides.picture(1), nil), outcome: .blocked)
    try sides.addLeft("dusk", seed: 9, try sides.picture(2))
    return sides
  }

  private func write(
    _ sides: ComparedSides, to name: String = "sheet", isStoredOnly: Bool = false,
    isSimulated: Bool = true, noise: DriftTest.Noise? = nil,
    pictures: HTMLOptions.Pictures = .changed,
    names: (String, String) = ("v4", "v45")
  ) async throws {
    let (compared, alignment) = await sides.compared(
      isStoredOnly: isStoredOnly, isSimulated: isSimulated, noise: noise, names: names)
    try ComparisonPage.write(
      compared, alignment, to: folder.appending(name), options: HTMLOptions(pictures: pictures))
  }

  private func text(_ name: String, in place: String = "sheet") throws -> String {
    String(
      decoding: try DurableFile.read(
        folder.appending(place).appending(name), byteCountMax: 1 << 22), as: UTF8.self)
  }
}
