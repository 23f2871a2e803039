internal import Canonical
internal import Experiments
internal import SystemPackage

/// A run that goes on, read from the lines that it writes: what it had come to at one moment.
struct RunLines: RunReader {
  /// The largest file in bytes.
  static let byteCountMax = 4 << 30
  /// The longest line in bytes.
  static let lineByteCountMax = 32 << 20

  let header: RunHeader
  let summary: RunSummary
  private let path: FilePath
  private let end: Int

  /// Takes what is known of a run.
  ///
  /// - Parameters:
  ///   - header: the run.
  ///   - summary: what its results come to so far.
  ///   - path: its file of lines.
  ///   - end: how many bytes of the file are read.
  init(_ header: RunHeader, _ summary: RunSummary, _ path: FilePath, end: Int) {
    self.header = header
    self.summary = summary
    self.path = path
    self.end = end
  }

  func forEachResult(of suite: SuiteName, _ body: (CaseResult) throws -> Void) throws {
    _ = try Self.read(path, from: 0, to: end) { line in
      if case .result(let result) = line, result.identity.suite == suite { try body(result) }
    }
  }

  /// What a line says.
  enum Line {
    case result(CaseResult)
    case finished(RunSummary)
  }

  /// Reads the whole lines of a file.
  ///
  /// - Parameters:
  ///   - path: the file.
  ///   - start: where to begin, in bytes.
  ///   - end: where to end; a line that is not whole by then is left for later.
  ///   - body: takes what each line says.
  /// - Returns: where the first line begins that was left.
  /// - Throws: ``FileFailure``, a failure that names what cannot be read, and what the body throws.
  static func read(
    _ path: FilePath, from start: Int, to end: Int = byteCountMax, _ body: (Line) throws -> Void
  ) throws -> Int {
    let file: FileDescriptor
    do {
      file = try FileDescriptor.open(path, .readOnly, options: [.closeOnExec])
    } catch let errno as Errno {
      throw FileFailure(operation: "read", path: path, errno: errno)
    }
    return try file.closeAfter {
      var (waiting, next) = ([UInt8](), start)
      var buffer = [UInt8](repeating: 0, count: 1 << 18)
      while next + waiting.count < end {
        let offset = next + waiting.count
        let wanted = min(buffer.count, end - offset)
        let count = try unsafe buffer.withUnsafeMutableBytes {
          try unsafe file.read(
            fromAbsoluteOffset: Int64(offset),
            into: UnsafeMutableRawBufferPointer(rebasing: $0[..<wanted]))
        }
        guard count > 0 else { break }
        var rest = buffer[..<count]
        while let feed = rest.firstIndex(of: 0x0A) {
          let bytes = waiting + rest[..<feed]
          waiting = []
          rest = rest[(feed + 1)...]
          next += bytes.count + 1
          if let line = try line(bytes) { try body(line) }
        }
        waiting += rest
        guard waiting.count <= lineByteCountMax else {
          throw FileFailure(
            operation: "read", path: path,
            reason: "a line has more than \(lineByteCountMax >> 20) MiB")
        }
      }
      return next
    }
  }

  private static func line(_ bytes: [UInt8]) throws -> Line? {
    let document = try JSONParser.parse(bytes)
    return switch document["kind"]?.string {
    case "case", "group": .result(try EncodedCase.decode(document))
    case "run-finished": .finished(try EncodedSummary.decode(document))
    default: nil
    }
  }
}
