internal import Canonical
internal import ImageComparison
internal import SystemPackage

/// The pictures of a probe, compared with each other as far as they are asked for.
///
/// Files of the same bytes are compared once; at most two pictures are decoded at a time for each
/// comparison under way.
struct ProbePictures: Sendable {
  /// Two pictures by their places, the first the lower.
  struct Pair: Hashable, Sendable {
    let first: Int
    let second: Int
  }

  /// How far two pictures are from each other, and whether their hashes can be relied on.
  struct Result: Sendable {
    let distance: ProbeFinding.Distance
    let isClear: Bool
  }

  private let outputs: [OutputRecord]

  init(_ outputs: [OutputRecord]) { self.outputs = outputs }

  /// Compares pairs, several at a time.
  ///
  /// - Throws: ``ProbeFailure`` for a picture that cannot be read or decoded.
  @concurrent
  func compare(_ pairs: [Pair], concurrency: Int) async throws -> [Pair: Result] {
    try await withThrowingTaskGroup(of: (Pair, Result).self) { group in
      var waiting = pairs.makeIterator()
      var results: [Pair: Result] = [:]
      for _ in 0..<concurrency {
        guard let pair = waiting.next() else { break }
        group.addTask { (pair, try compare(pair)) }
      }
      while let (pair, result) = try await group.next() {
        results[pair] = result
        if let next = waiting.next() { group.addTask { (next, try compare(next)) } }
      }
      return results
    }
  }

  private func compare(_ pair: Pair) throws(ProbeFailure) -> Result {
    let (first, second) = (outputs[pair.first], outputs[pair.second])
    guard first.blob.digest != second.blob.digest else {
      return Result(distance: ProbeFinding.Distance(.identicalBytes, bits: 0), isClear: true)
    }
    let comparison = Comparison(of: try Self.decode(first), with: try Self.decode(second))
    let quality = comparison.figures?.qualities.min()
    return Result(
      distance: ProbeFinding.Distance(
        comparison.level, bits: comparison.figures?.distance ?? 0),
      isClear: quality.map { $0 >= Thresholds.standard.quality } ?? true)
  }

  private static func decode(_ output: OutputRecord) throws(ProbeFailure) -> Picture {
    do {
      let bytes = try DurableFile.read(
        output.path, byteCountMax: PictureLimits.standard.fileByteCountMax)
      return try Picture(decoding: bytes)
    } catch {
      throw ProbeFailure(description: "the picture \(output.path) cannot be compared: \(error)")
    }
  }
}
