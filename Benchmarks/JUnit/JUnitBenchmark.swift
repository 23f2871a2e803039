import Canonical
import Experiments
import Reports
import SeedreamAPI
import Suites
import SystemPackage

/// Writes a run of so many cases, every tenth of them failed, as JUnit XML; the C program and the script
/// beside it write the same bytes.
@main
struct JUnitBenchmark {
  static func main() throws {
    let arguments = CommandLine.arguments
    guard arguments.count == 4, let count = Int(arguments[2]) else {
      throw Failure(description: "usage: junit-benchmark write|make COUNT FILE")
    }
    let run = try MadeRun(count: count)
    switch arguments[1] {
    case "write": try JUnitReport.write(run, to: FilePath(arguments[3]))
    default:
      // What making the results takes alone: the report reads them twice.
      var total = 0
      for _ in 0..<2 {
        try run.forEachResult(of: run.name) { total += $0.latencyMilliseconds }
      }
      guard total >= 0 else { throw Failure(description: "the results are none") }
    }
    try printPeak()
  }
}

/// Writes the peak of memory in KiB: what a parent asks for would begin with its own.
func printPeak() throws {
  let file = try FileDescriptor.open(FilePath("/proc/self/status"), .readOnly)
  var bytes = [UInt8](repeating: 0, count: 16_384)
  let count = try unsafe bytes.withUnsafeMutableBytes { unsafe try file.read(into: $0) }
  try file.close()
  let lines = String(decoding: bytes.prefix(count), as: UTF8.self).split(separator: "\n")
  guard let line = lines.first(where: { $0.hasPrefix("VmHWM:") }) else {
    throw Failure(description: "the kernel tells no peak of memory")
  }
  print(line)
}

struct Failure: Error, CustomStringConvertible {
  let description: String
}

/// A run whose results are made as they are asked for.
struct MadeRun: RunReader {
  let header: RunHeader
  let summary = RunSummary()
  let name: SuiteName
  private let count: Int

  init(count: Int) throws {
    guard let name = SuiteName("mug"), let id = RunID("20261122T183000Z-3fa9c1") else {
      throw Failure(description: "the names are none")
    }
    self.name = name
    self.count = count
    header = RunHeader(
      id: id, startedAt: Timestamp(milliseconds: 1_795_372_200_000), mode: .replay,
      toolVersion: "1.2.3", endpoint: nil,
      suites: [
        SuiteHeader(
          name: name, path: "suites/mug.yaml", digest: SHA256Digest(hashing: []), caseCount: count)
      ])
  }

  func forEachResult(of suite: SuiteName, _ body: (CaseResult) throws -> Void) throws {
    let caseKey = CaseKey(request: RequestKey(SHA256Digest(hashing: [])), repeatIndex: 0)
    let location = SourceLocation(path: "suites/mug.yaml", line: 10, column: 7)
    let model = ModelName("seedream-v4")
    let seed = Seed(7)
    for place in 0..<count {
      guard let id = CaseID("paper--\(1_000_000 + place)") else {
        throw Failure(description: "the id of case \(place) is none")
      }
      let isGood = place % 10 != 9
      try body(
        CaseResult(
          identity: CaseIdentity(
            suite: name, position: place, id: id, caseKey: caseKey, cells: [], tags: [],
            location: location, model: model, seed: seed, size: .preset(.squareHD),
            prompt: "Put the cup on linen paper; leave the <cup> alone"),
          outcome: isGood ? .passed : .failed,
          reason: isGood ? "as approved" : "the size is 1024 x 768 & not 1024 x 1024",
          source: .replayed, latencyMilliseconds: 1_002))
    }
  }
}
