import BenchmarkSupport
import Canonical
import Glibc
import ImageComparison
import SystemPackage

/// Makes the files to decode, or decodes files and prints the least milliseconds that each took.
@main
struct DecodeBenchmark {
  /// How often a file is decoded.
  private static let roundCount = 11

  static func main() throws {
    let arguments = Array(CommandLine.arguments.dropFirst())
    switch arguments.first {
    case "make" where arguments.count == 3: try make(arguments[1], arguments[2])
    case "measure" where arguments.count > 1:
      for path in arguments.dropFirst() { try measure(path) }
    default:
      print("usage: decode-benchmark make PHOTOGRAPH FOLDER | measure FILE...")
      exit(2)
    }
  }

  /// Writes the photograph at 2048 x 2048 with a grain of two steps, as cameras and generators leave
  /// it; without it PNG would be half as large and twice as quick.
  private static func make(_ photograph: String, _ folder: String) throws {
    let source = try Picture(decoding: read(photograph)).resized(width: 2048, height: 2048)
    var state: UInt32 = 2_463_534_242
    let pixels = source.pixels.enumerated().map { index, sample -> UInt8 in
      guard index % 4 < 3 else { return sample }
      // George Marsaglia, "Xorshift RNGs", 2003.
      state ^= state << 13
      state ^= state >> 17
      state ^= state << 5
      return UInt8(clamping: Int(sample) + Int(state >> 16) % 5 - 2)
    }
    let picture = Picture(width: 2048, height: 2048, pixels: pixels)
    let files = [
      "small.png": try PictureEncoder.png(picture),
      "fast.png": try PictureEncoder.png(picture, effort: .fast),
      "photograph.jpg": try PictureEncoder.jpeg(picture, quality: 90),
      "photograph.webp": try PictureEncoder.webp(picture, quality: 90),
    ]
    for (name, bytes) in files {
      try DurableFile.write(bytes, to: FilePath(folder).appending(name))
    }
  }

  private static func measure(_ path: String) throws {
    let bytes = try read(path)
    let name = FilePath(path).lastComponent?.string ?? path
    let picture = try Picture(decoding: bytes)
    var parts = ["\(name) bytes \(bytes.count)"]
    parts.append("decode_ms \(try least { try Picture(decoding: bytes).width })")
    if picture.format == .png {
      parts.append("libpng_ms \(try least { try Picture(decoding: bytes, by: .libpng)?.width })")
    }
    parts.append("digest_ms \(try least { picture.digest })")
    print(parts.joined(separator: " ") + " digest \(picture.digest)")
  }

  private static func read(_ path: String) throws -> [UInt8] {
    try DurableFile.read(FilePath(path), byteCountMax: 64 << 20)
  }

  /// Processor time of the quickest round, so that other work on the machine counts little.
  private static func least<Result>(_ work: () throws -> Result) throws -> String {
    var least = Int.max
    for _ in 0..<roundCount {
      let start = ProcessUsage.processorMicroseconds
      _ = try work()
      least = min(least, ProcessUsage.processorMicroseconds - start)
    }
    return "\(least / 1000).\(least % 1000 / 100)"
  }
}
