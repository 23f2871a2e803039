import BenchmarkSupport
import Canonical
import Glibc
import ImageComparison
import SystemPackage

/// Measures two pictures and prints the processor time of each metric on one thread.
///
/// usage: metrics-benchmark LEFT RIGHT [REPEATS]
@main
struct MetricsBenchmark {
  static func main() throws {
    let arguments = CommandLine.arguments
    guard arguments.count >= 3 else {
      print("usage: metrics-benchmark LEFT RIGHT [REPEATS]")
      exit(2)
    }
    let repeats = arguments.count > 3 ? Int(arguments[3]) ?? 3 : 3
    let files = try arguments[1...2].map {
      try DurableFile.read(FilePath($0), byteCountMax: PictureLimits.standard.fileByteCountMax)
    }
    let left = try Picture(decoding: files[0])
    let right = try Picture(decoding: files[1])
    func measure(_ name: String, _ work: () throws -> Void) rethrows {
      var times: [Double] = []
      for _ in 0..<repeats {
        let start = ProcessUsage.processorMicroseconds
        try work()
        times.append(Double(ProcessUsage.processorMicroseconds - start) / 1_000)
      }
      print(name, times.min() ?? 0, times.sorted()[times.count / 2])
    }
    try measure("decode-both") {
      for file in files { keep(try Picture(decoding: file).width) }
    }
    measure("pdq-both") {
      keep(PDQ(left).nearestTurn(to: PDQ(right)).distance)
    }
    measure("ssim") { keep(StructuralSimilarity(left, right).tiles.count) }
    measure("psnr") { keep(PixelDifference(left, right).differingCount) }
    measure("de2000") { keep(ColourDifferenceMap(left, right, floor: 5).count(above: 5)) }
    measure("shift") { keep(Alignment(of: left, in: right) == nil ? 0 : 1) }
    measure("default") { keep(Comparison(of: left, with: right).terms.count) }
    try measure("default-with-decode") {
      let pictures = try files.map { try Picture(decoding: $0) }
      keep(Comparison(of: pictures[0], with: pictures[1]).terms.count)
    }
    measure("identical-bytes") {
      keep(SHA256Digest(hashing: files[0]) == SHA256Digest(hashing: files[1]) ? 1 : 0)
    }
    let comparison = Comparison(of: left, with: right)
    print("values", comparison.summary)
    print("ssim-value", comparison.figures?.similarity.mean ?? 1)
    print("psnr-value", comparison.figures?.psnr ?? .infinity)
  }

  /// What was computed must be used, or it would be left out.
  @inline(never)
  private static func keep(_ value: Int) { unsafe kept &+= value }
  nonisolated(unsafe) private static var kept = 0
}
