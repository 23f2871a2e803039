import Canonical
import Experiments
import Recording
import Reports
import Suites
import Synchronization
import SystemPackage
import Testing

struct JUnitReportTests {
  @Test(
    arguments: [
      (Outcome.passed, nil, "flakyFailure"), (.failed, "failure", "rerunFailure"),
      (.drifted, "failure", "rerunFailure"), (.unapproved, "failure", "rerunFailure"),
      (.blocked, "failure", "rerunFailure"), (.rateLimited, "error", "rerunFailure"),
      (.checkError, "error", "rerunFailure"), (.apiError, "error", "rerunFailure"),
      (.transportError, "error", "rerunFailure"),
      (.fixtureMissing, "error", "rerunFailure"), (.fixtureStale, "error", "rerunFailure"),
      (.fixtureCorrupt, "error", "rerunFailure"), (.overBudget, "skipped", nil),
      (.cancelled, "skipped", nil), (.known, "skipped", nil),
    ] as [(Outcome, String?, String?)])
  func `Each outcome is told by one element`(
    outcome: Outcome, element: String?, attempt: String?
  ) throws {
    let result = try Made.result(outcome, attempts: ["HTTP 429"])
    let (_, parsed, problems) = try junit(try Made.run([result]))
    #expect(problems == [])
    let kinds = ["failure", "error", "skipped", "flakyFailure", "rerunFailure"]
    let found = Set(parsed.elements.map(\.name)).intersection(kinds)
    #expect(found == Set([element, attempt].compactMap(\.self)))
    if let element {
      let type = element == "skipped" ? nil : outcome.rawValue
      #expect(try parsed.first(element).attributes["type"] == type)
      #expect(try parsed.first(element).text.hasPrefix("as approved\n"))
    }
  }

  @Test func `A check that only warns is told and fails nothing`() throws {
    let slow = CheckResult(
      name: "latency", verdict: .failed, severity: .warn, message: "took 2 s")
    let notices = [slow.warning].compactMap(\.self)
    #expect(notices == ["warning: latency: took 2 s"])
    let passed = try junit(
      try Made.run([try Made.result(.passed, notices: notices, checks: [slow])]))
    #expect(passed.problems == [])
    #expect(passed.text.contains("tests=\"1\" failures=\"0\""))
    #expect(
      try passed.parsed.first("system-out").text == "notice: warning: latency: took 2 s\n")
    let failed = try junit(
      try Made.run([try Made.result(.failed, notices: notices, checks: [slow])]))
    #expect(
      try failed.parsed.first("failure").text.contains("check latency: warning: failed: took 2 s"))
  }

  @Test func `Two replays give the same bytes`() throws {
    let results = try Made.everyOutcome()
    let first = try Made.run(results)
    let second = try Made.run(
      results, id: "20270101T000000Z-000001", start: Timestamp(milliseconds: 1_798_761_600_000),
      wall: 99)
    #expect(try junit(first).text == junit(second).text)
  }

  @Test func `A suite of which nothing is recorded has the start of the run`() throws {
    let run = try Made.run([try Made.result(.fixtureMissing)])
    #expect(
      try junit(run).parsed.first("testsuite").attributes["timestamp"] == "2026-11-22T18:30:00")
  }

  @Test func `No suite and an empty suite are documents, too`() throws {
    #expect(try junit(try Made.run([], suites: [])).problems == [])
    #expect(try junit(try Made.run([])).problems == [])
  }

  @Test func `Classes end with the suite's file and never name two suites`() throws {
    let suites: [(name: String, path: FilePath)] = [
      ("mug", "suites/mug.yaml"), ("cup", "suites/mug.yaml"), ("a.b", "x/a.b.json"),
      ("a_b", "y/a_b.yaml"), ("a", "bare"),
    ]
    let results = try suites.map { try Made.result(.passed, suite: $0.name, id: "same") }
    let (_, parsed, problems) = try junit(try Made.run(results, suites: suites))
    #expect(problems == [])
    let names = parsed.elements.filter { $0.name == "testcase" }.map { $0.attributes["classname"] }
    #expect(
      names == [
        "proofsheet.mug", "proofsheet.cup.mug", "proofsheet.a_b", "proofsheet.a_b~2.a_b",
        "proofsheet.a.bare",
      ])
  }

  @Test func `Only suites with simulated pictures carry the notice`() throws {
    let suites: [(name: String, path: FilePath)] = [("mug", "mug.yaml"), ("cup", "cup.yaml")]
    let run = try Made.run(
      [
        try Made.result(.passed, suite: "mug", origin: .simulator),
        try Made.result(.passed, suite: "cup", origin: .api("https://api.example.com")),
      ], suites: suites, isSimulated: true)
    let text = try junit(run).text
    #expect(text.split(separator: "proofsheet.notice").count == 2)
    #expect(text.contains("\"https://api.example.com\""))
  }

  @Test func `Nothing is said of the run that a replay would say otherwise`() throws {
    let text = try junit(try Made.run(try Made.everyOutcome(), mode: .live)).text
    for secret in ["20261122T183000Z", "12.345", "hostname"] { #expect(!text.contains(secret)) }
  }

  @Test func `Two suites of one name are refused`() throws {
    let run = try Made.run([], suites: [("mug", "a.yaml"), ("mug", "b.yaml")])
    #expect(throws: FileFailure.self) { try junit(run) }
  }

  @Test(arguments: [FailingRun.Fault.throwsLate, .changes])
  func `A run that cannot be read to the end leaves the old file`(
    fault: FailingRun.Fault
  ) throws {
    let run = FailingRun(
      inner: try Made.run(try Made.everyOutcome()), fault: fault, readings: Counter())
    try withFolder { folder in
      let file = folder.appending("junit.xml")
      try DurableFile.write(Array("old".utf8), to: file)
      #expect(throws: FileFailure.self) { try JUnitReport.write(run, to: file) }
      #expect(try read(file) == "old")
      #expect(try DurableFile.names(in: folder) == ["junit.xml"])
    }
  }
}

/// A run whose second reading is not like the first.
struct FailingRun: RunReader {
  enum Fault { case throwsLate, changes }

  let inner: MemoryRun
  let fault: Fault
  let readings: Counter

  var header: RunHeader { inner.header }
  var summary: RunSummary { inner.summary }

  func forEachResult(of suite: SuiteName, _ body: (CaseResult) throws -> Void) throws {
    let reading = readings.next()
    for (index, result) in inner.results.enumerated() {
      if reading == 2, index == 5 {
        guard fault == .throwsLate else { return }
        throw FileFailure(operation: "read", path: "store", reason: "it is gone")
      }
      try body(result)
    }
  }
}

/// Counts calls.
final class Counter: Sendable {
  private let count = Mutex(0)

  func next() -> Int {
    count.withLock {
      $0 += 1
      return $0
    }
  }
}
