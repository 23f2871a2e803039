import Canonical
import Experiments
import Glibc
import Reports
import Synchronization
import SystemPackage
import Testing

struct JSONLinesTests {
  @Test func `Every event but a case's start is a line of its own`() throws {
    let results = try Made.everyOutcome()
    let run = try Made.run(results, isSimulated: true)
    let lines = Mutex<[[UInt8]]>([])
    let report = JSONLinesReport { line in lines.withLock { $0.append(line) } }
    try report.receive(.started(run.header))
    try report.receive(.notice("two\nlines \u{1B}\u{2028}"))
    try report.receive(.paced(limit: 8))
    for result in results {
      try report.receive(.caseStarted(result.identity.id))
      try report.receive(.caseFinished(result, spending: Spending(requests: 3)))
    }
    try report.receive(.finished(run.summary))

    let written = lines.withLock { $0 }
    let values = try written.map { line in
      #expect(line.last == 0x0A && !line.dropLast().contains(0x0A))
      return try JSONParser.parse(line)
    }
    #expect(values.allSatisfy { $0["version"]?.integer == 1 })
    let kinds = values.compactMap { $0["kind"]?.string }
    #expect(
      kinds == ["run-started", "notice", "pace"] + results.map { _ in "case" } + ["run-finished"])
    #expect(values[0]["cases"]?.integer == results.count)
    #expect(try EncodedHeader.decode(values[0]) == run.header)
    #expect(values[1]["message"]?.string == "two\nlines \u{1B}\u{2028}")
    #expect(values[2]["limit"]?.integer == 8)
    #expect(try values.dropFirst(3).dropLast().map { try EncodedCase.decode($0) } == results)
    #expect(values[3]["spending"]?["requests"]?.integer == 3)
    let last = try #require(values.last)
    #expect(try EncodedSummary.decode(last) == run.summary)
    #expect(last["exit_code"]?.integer == 5)
  }

  @Test func `Lines are in the file as soon as they are told`() throws {
    try withFolder { folder in
      let path = folder.appending("run.jsonl")
      let file = try FileDescriptor.open(
        path, .writeOnly, options: [.create], permissions: [.ownerReadWrite])
      try file.closeAfter {
        let report = JSONLinesReport(to: file, named: path)
        try report.receive(.notice("one"))
        #expect(try read(path) == #"{"kind":"notice","message":"one","version":1}"# + "\n")
        try report.receive(.notice("two"))
        #expect(try read(path).split(separator: "\n").count == 2)
      }
    }
  }

  @Test func `A file that takes no more is named`() throws {
    let file = try FileDescriptor.open(FilePath("/dev/full"), .writeOnly)
    try file.closeAfter {
      let report = JSONLinesReport(to: file, named: "run.jsonl")
      let failure = #expect(throws: FileFailure.self) { try report.receive(.notice("one")) }
      #expect(failure?.description.hasPrefix("cannot write run.jsonl: no space left") == true)
    }
  }
}
