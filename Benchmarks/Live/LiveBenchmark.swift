import BenchmarkSupport
import Canonical
import CurlTransport
import Experiments
import Glibc
import Recording
import SeedreamAPI
import SystemPackage

/// Orders pictures from a service, many at once, through the client and its pace, and prints what it took.
@main
struct LiveBenchmark {
  static func main() async throws {
    let arguments = CommandLine.arguments
    guard arguments.count == 6, let count = Int(arguments[2]), let concurrency = Int(arguments[3]),
      let delivery = DeliveryFormat(rawValue: arguments[4])
    else {
      print("usage: live-benchmark URL REQUESTS CONCURRENCY url|b64_json PICTURE")
      exit(2)
    }
    var memory = MemoryBlobs()
    let input = memory.insert(
      try DurableFile.read(FilePath(arguments[5]), byteCountMax: 10 << 20))
    let blobs = memory
    let endpoint = Endpoint(
      base: try HTTPURL(arguments[1]),
      authorization: try Authorization(scheme: .bearer, key: "benchmark"))
    let start = ContinuousClock.now
    let transport = try CurlTransport(userAgent: "proofsheet-benchmark", environment: [:])
    let client = SeedreamClient(endpoint: endpoint, transport: transport, policy: .once)
    let gate = PaceGate(
      Pace(concurrency: PaceController.Terms(limitMax: concurrency, limitStart: concurrency)),
      signal: StopSignal(), sleeper: SystemSleeper(), now: { start.duration(to: .now) })
    let spentBefore = ProcessUsage.processorMicroseconds
    let begin = ContinuousClock.now
    // As many workers as orders at once; each takes every so manieth order.
    let byteCount = try await withThrowingTaskGroup(of: Int.self) { group in
      for worker in 0..<concurrency {
        group.addTask {
          var bytes = 0
          for number in stride(from: worker, to: count, by: concurrency) {
            let request = EditRequest(
              prompt: "Put it on paper", images: [.local(input)], size: .preset(.square),
              seed: Seed(number), outputFormat: delivery)
            bytes += try await order(request, client, gate, blobs)
          }
          return bytes
        }
      }
      var sum = 0
      for try await bytes in group { sum += bytes }
      return sum
    }
    let milliseconds = Int(begin.duration(to: .now) / .milliseconds(1))
    let spent = ProcessUsage.processorMicroseconds - spentBefore
    print(
      "requests \(count) wall_ms \(milliseconds) cpu_us \(spent) peak_kib \(ProcessUsage.peakKibibytes) "
        + "bytes \(byteCount)")
  }

  /// Orders one picture and gives its size in bytes.
  private static func order(
    _ request: EditRequest, _ client: SeedreamClient, _ gate: PaceGate, _ blobs: MemoryBlobs
  ) async throws -> Int {
    let pass = try await gate.enter(pictures: 1)
    do {
      let result = try await client.edit(
        request, blobs: blobs, as: CaseKey(request: request.key, repeatIndex: 0))
      gate.leave(pass, .answered)
      guard let first = result.pictures.first else { throw NoPicture() }
      return first.bytes.count
    } catch {
      gate.leave(pass, .neutral)
      throw error
    }
  }
}

private struct NoPicture: Error {}
