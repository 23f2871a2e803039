import Canonical
import Experiments
import ImageComparison
import Recording
import Suites
import SystemPackage
import TestSupport
import Testing

@Suite(.temporaryFolder)
struct ProbeFileTests {
  private var path: FilePath { TemporaryFolder.path.appending("mug.probe.json") }

  static func finding(
    _ endpointClass: EndpointClass, suite: String = "mug"
  ) throws -> ProbeFinding {
    ProbeFinding(
      suite: try #require(SuiteName(suite)), at: Sample.start, origin: .simulator,
      endpointClass: endpointClass, recommended: endpointClass == .near ? .near : nil,
      measurements: [
        ProbeFinding.Measurement(
          .sameSeed, sampleCount: 3,
          distances: [
            .init(.near, bits: 2), .init(.identicalPixels, bits: 0), .init(.different, bits: 130),
          ]),
        ProbeFinding.Measurement(.seedZero, sampleCount: 1, distances: []),
      ])
  }

  @Test(arguments: EndpointClass.allCases)
  func `A finding is read as it was written`(endpointClass: EndpointClass) throws {
    let finding = try Self.finding(endpointClass)
    try DurableFile.write(ProbeFile.bytes(of: finding), to: path)
    #expect(try ProbeFile.read(path, suite: finding.suite) == finding)
  }

  @Test func `A measurement takes one line, so that the file diffs well`() throws {
    let text = String(decoding: ProbeFile.bytes(of: try Self.finding(.near)), as: UTF8.self)
    #expect(text.split(separator: "\n").count == 4)
  }

  @Test func `Where there is no file there is no finding`() throws {
    #expect(try ProbeFile.read(path, suite: try #require(SuiteName("mug"))) == nil)
  }

  @Test(arguments: [
    ("{", "mug.probe.json:1:"), ("[]", "expected an object with the member 'version'"),
    (#"{"version":2}"#, "at /version: expected version 1"),
    (
      #"{"version":1,"suite":"mug","at":"2026-11-22T18:15:00.000Z","origin":"simulator","class":"exact","metrics":[],"conditions":[]}"#,
      "at /class: expected byte, pixel, near, seed-effective or free, found 'exact'"
    ),
    (
      #"{"version":1,"suite":"mug","at":"2026-11-22T18:15:00.000Z","origin":"simulator","class":"byte","metrics":[],"conditions":[{"condition":"same-seed","samples":3,"distances":[{"level":"near","pdq":257}]}]}"#,
      "at /conditions/0/distances/0/pdq: expected a whole number of 0 to 256"
    ),
  ])
  func `A file that is none is told with the place`(text: String, message: String) throws {
    try DurableFile.write(Array(text.utf8), to: path)
    let suite = try #require(SuiteName("mug"))
    let failure = try #require(throws: ProbeFailure.self) {
      try ProbeFile.read(path, suite: suite)
    }
    #expect(failure.description.contains(message), "\(failure)")
    #expect(failure.description.contains("restore the file with: git checkout -- '\(path)', or"))
  }

  @Test func `The finding of another suite is not taken`() throws {
    try DurableFile.write(ProbeFile.bytes(of: try Self.finding(.near, suite: "cup")), to: path)
    let failure = try #require(throws: ProbeFailure.self) {
      try ProbeFile.read(path, suite: try #require(SuiteName("mug")))
    }
    #expect(failure.description.contains("of the suite 'cup', not of 'mug'"))
  }
}
