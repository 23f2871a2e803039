import BenchmarkSupport
import Canonical
import Experiments
import Glibc
import Recording
import SeedreamAPI
import Suites
import SystemPackage

/// Matches and serves every recording of a suite, without decoding a picture, and prints what it took.
@main
struct ReplayBenchmark {
  static func main() async throws {
    let arguments = CommandLine.arguments
    guard arguments.count == 3 else {
      print("usage: replay-benchmark SUITE FIXTURES")
      exit(2)
    }
    let suite = try SuiteLoader.load(FilePath(arguments[1]))
    let fixtures = FixtureFolder(folder: FilePath(arguments[2]).appending(suite.name.text))
    let inputs = InputBlobs(suite.inputs)
    let endpoint = Endpoint(base: try HTTPURL("https://replay.invalid"), authorization: nil)
    var cases = 0
    var byteCount = 0
    let start = ProcessUsage.processorMicroseconds
    for suiteCase in suite.cases {
      let key = suiteCase.caseKey
      let found = fixtures.lookup(
        suiteCase.id, caseKey: key, canonicalRequest: suiteCase.request.canonical)
      guard case .found(let fixture, _) = found else {
        print("\(suiteCase.id): \(found)")
        exit(1)
      }
      let client = SeedreamClient(
        endpoint: endpoint,
        transport: ReplayingTransport(
          fixture: fixture, blobs: fixtures.verifier, redactor: Redactor(secrets: [])),
        policy: .once)
      let result = try await client.edit(suiteCase.request, blobs: inputs, as: key)
      for picture in result.pictures {
        // What a run does with the bytes first: their identity.
        guard fixture.blobs.contains(BlobID(of: picture.bytes)) else {
          print("\(suiteCase.id): a picture that was not recorded")
          exit(1)
        }
        byteCount += picture.bytes.count
      }
      cases += 1
    }
    let spent = ProcessUsage.processorMicroseconds - start
    print(
      "cases \(cases) bytes \(byteCount) cpu_us \(spent) peak_kib \(ProcessUsage.peakKibibytes)")
  }
}
