import Canonical
import Experiments
import ImageComparison
import Reports
import SeedreamAPI
import Suites
import SystemPackage
import TestSupport
import Testing

@Suite(.temporaryFolder)
struct HTMLReportTests {
  private let folder = TemporaryFolder.path

  @Test func `A folder holds the page, its data, lists and the run`() throws {
    let run = try Made.run(try Made.everyOutcome())
    try HTMLReport.write(run, to: folder.appending("sheet"), options: HTMLOptions())
    let names = try DurableFile.names(in: folder.appending("sheet"))
    #expect(
      names == [
        "cases-0.js", "data-0.js", "differences", "icon.svg", "index.html", "list-1.html",
        "pictures", "queue.js",
        "run.json", "run.jsonl", "script.js", "sheet.js", "style.css", "thumbnails",
      ])
    let page = try text("sheet/index.html")
    #expect(page.contains("default-src &#39;none&#39;") || page.contains("default-src 'none'"))
    #expect(!page.contains("style=\"") && !page.contains("onclick"))
    let document = try JSONParser.parse(Array(try text("sheet/run.json").utf8))
    #expect(document["version"]?.integer == 1)
    #expect(document["results"]?.integer == Outcome.allCases.count)
  }

  @Test func `What waits for a decision lies beside the page, equal changes together`() throws {
    let waiting = try (0..<3).map { position in
      let kind: CheckResult.Verdict = position == 2 ? .drifted : .unapproved
      return try Made.result(
        .drifted, position, id: "s\(position)",
        checks: [CheckResult(name: "baseline", verdict: kind, message: "")],
        outputs: [Made.output(0, path: FilePath("blobs/\(position).png"))])
    }
    let sheet = folder.appending("sheet")
    #expect(!HTMLReport.isCurrent(sheet))
    try HTMLReport.write(try Made.run(waiting), to: sheet, options: HTMLOptions())
    #expect(HTMLReport.isCurrent(sheet))
    let script = try text("sheet/queue.js")
    #expect(script.hasPrefix("proofsheet.queue = {") && script.hasSuffix("};\n"))
    let document = try JSONParser.parse(
      Array(script.dropFirst("proofsheet.queue = ".count).dropLast(2).utf8))
    #expect(document["served"]?.bool == false)
    #expect(document["format"]?.string == "proofsheet-decisions/1")
    let entries = document["entries"]?.array ?? []
    #expect(entries.map { $0["case"]?.string } == ["s2", "s0", "s1"])
    #expect(entries.map { $0["change"]?.integer } == [0, 1, 1])
    #expect(entries[0]["digest"]?.string == SHA256Digest(hashing: []).hex)
    try DurableFile.write(Array("old".utf8), to: sheet.appending("script.js"))
    #expect(!HTMLReport.isCurrent(sheet), "a page of another version is rendered again")
  }

  @Test func `Hostile text is text in every file`() throws {
    let hostile = "\u{600}<img src=x onerror=\"a\"> </script> \u{2028}\u{202E} {{id}}"
    let run = try Made.run([
      try Made.result(
        .failed, reason: hostile, hint: hostile, details: [hostile], notices: [hostile],
        checks: [CheckResult(name: hostile, verdict: .failed, message: hostile)], prompt: hostile,
        cells: [CaseCell(axis: hostile, entry: hostile, value: hostile)])
    ])
    try HTMLReport.write(run, to: folder.appending("sheet"), options: HTMLOptions())
    for name in ["index.html", "list-1.html"] {
      let page = try text("sheet/\(name)")
      // By bytes: a string's own search goes by characters, as the mistake does that this looks for.
      #expect(!contains(page, "<img src=x"), "\(name)")
      #expect(contains(page, "&lt;img src=x onerror=&quot;a&quot;&gt;"), "\(name)")
      #expect(contains(page, "{{id}}"), "\(name)")
    }
    for name in ["sheet.js", "cases-0.js", "data-0.js", "queue.js"] {
      #expect(!contains(try text("sheet/\(name)"), "<"), "\(name)")
      #expect(!contains(try text("sheet/\(name)"), "\u{2028}"), "\(name)")
    }
  }

  @Test(arguments: [
    (HTMLOptions.Pictures.changed, 2, true), (.all, 3, true), (.none, 0, false),
  ])
  func `Pictures lie in the folder as the option says, named by their digests`(
    pictures: HTMLOptions.Pictures, count: Int, hasThumbnails: Bool
  ) throws {
    let run = try driftedRun()
    try HTMLReport.write(
      run, to: folder.appending("sheet"), options: HTMLOptions(pictures: pictures))
    let kept = try DurableFile.names(in: folder.appending("sheet/pictures"))
      .filter { !$0.hasSuffix(".js") }
    #expect(kept.count == count)
    for name in kept {
      let bytes = try DurableFile.read(
        folder.appending("sheet/pictures").appending(name), byteCountMax: 1 << 20)
      #expect(name == "\(SHA256Digest(hashing: bytes).hex).png")
    }
    let thumbnails = try DurableFile.names(in: folder.appending("sheet/thumbnails"))
    #expect(thumbnails.isEmpty != hasThumbnails)
    let differences = try DurableFile.names(in: folder.appending("sheet/differences"))
    #expect(differences.count == (hasThumbnails ? 3 : 0))
  }

  @Test func `A second report takes thumbnails and maps from the first, without the pictures`()
    throws
  {
    let run = try driftedRun()
    let options = HTMLOptions(cache: folder.appending("rendered"))
    try HTMLReport.write(run, to: folder.appending("one"), options: options)
    for name in try DurableFile.names(in: folder) where name.hasSuffix(".png") {
      try DurableFile.remove(folder.appending(name))
    }
    try HTMLReport.write(run, to: folder.appending("two"), options: options)
    for kind in ["thumbnails", "differences"] {
      let first = try DurableFile.names(in: folder.appending("one").appending(kind))
      #expect(!first.isEmpty)
      #expect(try DurableFile.names(in: folder.appending("two").appending(kind)) == first)
    }
    #expect(try DurableFile.names(in: folder.appending("two/pictures")) == [])
  }

  @Test func `A picture that is another than its digest says is not shown`() throws {
    let run = try driftedRun()
    for name in try DurableFile.names(in: folder) where name.hasSuffix(".png") {
      try DurableFile.write(try picture(9), to: folder.appending(name))
    }
    try HTMLReport.write(run, to: folder.appending("sheet"), options: HTMLOptions())
    #expect(try DurableFile.names(in: folder.appending("sheet/pictures")) == [])
    #expect(try DurableFile.names(in: folder.appending("sheet/thumbnails")) == [])
  }

  @Test func `A folder that cannot be written is a failure, and leaves no page`() throws {
    let run = try Made.run(try Made.everyOutcome())
    // A folder stands where a file of the sheet belongs.
    try DurableFile.createFolder(folder.appending("sheet/style.css"))
    try DurableFile.write([1], to: folder.appending("sheet/index.html"))
    #expect(throws: FileFailure.self) {
      try HTMLReport.write(run, to: folder.appending("sheet"), options: HTMLOptions())
    }
    #expect(!DurableFile.exists(folder.appending("sheet/index.html")))
    #expect(throws: FileFailure.self) {
      try HTMLReport.write(run, to: folder.appending("sheet/script.js/x"), options: HTMLOptions())
    }
  }

  @Test func `A smaller run leaves nothing of a larger one before it`() throws {
    let many = try (0..<401).map { try Made.result(.passed, $0, id: "case-\($0)") }
    let sheet = folder.appending("sheet")
    try HTMLReport.write(try Made.run(many), to: sheet, options: HTMLOptions())
    #expect(DurableFile.isFile(sheet.appending("list-3.html")))
    #expect(DurableFile.isFile(sheet.appending("data-4.js")))
    try HTMLReport.write(try Made.run(Array(many.prefix(1))), to: sheet, options: HTMLOptions())
    let names = try DurableFile.names(in: sheet).filter { $0.contains("-") }
    #expect(names == ["cases-0.js", "data-0.js", "list-1.html"])
  }

  @Test func `A folder is a run again, with the pictures that lie in it`() throws {
    let run = try driftedRun()
    let sheet = folder.appending("sheet")
    try HTMLReport.write(run, to: sheet, options: HTMLOptions())
    let read = try RunFolder(sheet)
    #expect(read.summary == run.summary)
    var ids: [String] = []
    try read.forEachResult(of: try #require(SuiteName("mug"))) { result in
      ids.append(result.identity.id.text)
      for output in result.outputs {
        #expect(output.path.starts(with: sheet))
        #expect(output.path.lastComponent?.string == "\(output.blob.digest.hex).png")
      }
    }
    #expect(ids == run.results.map(\.identity.id.text))
  }

  @Test func `A run that was cut off is read as far as it came`() throws {
    let run = try Made.run([try Made.result(.passed), try Made.result(.failed, 1)])
    try HTMLReport.writeLines(run, to: folder.appending("run.jsonl"))
    let lines = try text("run.jsonl").split(separator: "\n")
    let cut = lines.prefix(2).joined(separator: "\n") + "\n" + lines[2].prefix(40)
    try DurableFile.write(Array(cut.utf8), to: folder.appending("run.jsonl"))
    let read = try RunFolder(folder)
    #expect(read.summary.counts == [.passed: 1])
    #expect(read.summary.isInterrupted)
  }

  @Test func `A line that is no run names its place`() throws {
    try DurableFile.write(Array("{\"kind\":\"case\"}\n".utf8), to: folder.appending("run.jsonl"))
    let failure = #expect(throws: FileFailure.self) { try RunFolder(folder) }
    #expect(failure?.description.contains("run.jsonl:1") == true)
  }

  @Test func `Rows are seeds and columns models where there are several`() throws {
    let cells = { (model: String, seed: String, edit: String) in
      [
        CaseCell(axis: "edit", entry: edit, value: edit),
        CaseCell(axis: "model", entry: model, value: model),
        CaseCell(axis: "seed", entry: seed, value: seed),
      ]
    }
    let results = try ["v4", "v5"].flatMap { model in
      try ["1", "2", "3"].flatMap { seed in
        try ["a", "b"].map { try Made.result(.passed, cells: cells(model, seed, $0)) }
      }
    }
    let survey = try SheetSurvey(try Made.run(results))
    #expect(survey.axes.map(\.name) == ["edit", "model", "seed"])
    #expect(survey.layout == (rows: 2, columns: 1, tabs: 0))
    #expect(survey.coordinates(of: results[3].identity) == [1, 0, 1])
    let single = try SheetSurvey(try Made.run([try Made.result(.passed)]))
    #expect(single.layout == (rows: -1, columns: -1, tabs: -1))
  }

  // MARK: - Made

  private func text(_ name: String) throws -> String {
    String(
      decoding: try DurableFile.read(folder.appending(name), byteCountMax: 1 << 22), as: UTF8.self)
  }

  private func contains(_ text: String, _ part: String) -> Bool {
    Array(text.utf8).split(separator: Array(part.utf8)).count > 1
  }

  private func picture(_ shade: UInt8) throws -> [UInt8] {
    var pixels = [UInt8](repeating: 255, count: 4 * 64 * 48)
    for index in stride(from: 0, to: pixels.count, by: 4) { pixels[index] = shade }
    return try PictureEncoder.png(Picture(width: 64, height: 48, pixels: pixels))
  }

  private func output(_ bytes: [UInt8]) throws -> OutputRecord {
    let blob = BlobID(digest: SHA256Digest(hashing: bytes), kind: .png)
    let path = folder.appending("\(blob.digest.hex).png")
    try DurableFile.write(bytes, to: path)
    return OutputRecord(
      index: 0, blob: blob, byteCount: bytes.count, path: path,
      picture: PictureRecord(
        codec: "png", size: PixelSize(width: 64, height: 48), pixelDigest: "px1:00"),
      problem: nil, revisedPrompt: nil)
  }

  /// A case that passed, and one with another picture than the approved one.
  private func driftedRun() throws -> MemoryRun {
    let (approved, drifted) = (try output(try picture(10)), try output(try picture(200)))
    let check = CheckResult(
      name: "baseline", verdict: .drifted, message: "PDQ distance 34",
      measures: [
        Measure(picture: 0, other: approved.path, figures: [Measure.Figure("pdq-rec601", 34)])
      ])
    return try Made.run([
      try Made.result(.passed, 0, outputs: [try output(try picture(90))]),
      try Made.result(.drifted, 1, checks: [check], outputs: [drifted]),
    ])
  }
}
