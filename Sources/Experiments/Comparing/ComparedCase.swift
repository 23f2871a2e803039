package import Canonical
internal import ImageComparison
package import Recording
package import SystemPackage

/// A picture of one side of a comparison.
package struct ComparedPicture: Hashable, Sendable {
  /// Its place in the answer, from 0.
  package let index: Int
  /// Its bytes by digest.
  package let blob: BlobID
  /// Where its bytes lie.
  package let path: FilePath
  /// The digest of its pixels with its version; `nil` when it cannot be decoded.
  package let pixelDigest: String?
  /// Its perceptual hash where one is stored.
  package let hash: HashRecord?
  /// Its colours where they are stored.
  package let colours: ColourRecord?

  /// Puts a picture together.
  package init(
    index: Int, blob: BlobID, path: FilePath, pixelDigest: String?, hash: HashRecord? = nil,
    colours: ColourRecord? = nil
  ) {
    self.colours = colours
    self.index = index
    self.blob = blob
    self.path = path
    self.pixelDigest = pixelDigest
    self.hash = hash
  }
}

/// A case of one side of a comparison: of a run, or what is approved of it.
package struct ComparedCase: Sendable {
  /// The suite.
  package let suite: SuiteName
  /// The readable name.
  package let id: CaseID
  /// Request and repeat.
  package let caseKey: CaseKey
  /// What is known of the case; `nil` of a baseline, which knows the name alone.
  package let identity: CaseIdentity?
  /// How it ended; an approved one passed.
  package let outcome: Outcome
  /// Why.
  package let reason: String
  /// Its pictures; of a baseline all that are approved.
  package let pictures: [ComparedPicture]
  /// What is measured of it by name, as far as it says something of quality.
  package let qualities: [Quality: Double]

  /// Takes a result of a run.
  ///
  /// - Parameters:
  ///   - result: the result, of a single case.
  ///   - locate: finds a path of the run.
  package init(_ result: CaseResult, locate: (FilePath) -> FilePath) {
    let identity = result.identity
    suite = identity.suite
    id = identity.id
    caseKey = identity.caseKey
    self.identity = identity
    outcome = result.outcome
    reason = result.reason
    pictures = result.outputs.map {
      ComparedPicture(
        index: $0.index, blob: $0.blob, path: locate($0.path),
        pixelDigest: $0.picture?.pixelDigest, hash: $0.hash, colours: $0.colours)
    }
    qualities = Quality.of(result)
  }

  /// Takes what is approved of a case.
  ///
  /// - Parameters:
  ///   - entries: the approved outputs of one case, at least one.
  ///   - suite: the suite.
  ///   - blobs: where their bytes lie.
  package init?(approved entries: [BaselineEntry], of suite: SuiteName, in blobs: BlobStore) {
    guard let first = entries.first else { return nil }
    self.suite = suite
    id = first.caseID
    caseKey = first.output.caseKey
    identity = nil
    outcome = .passed
    reason = "approved"
    pictures = entries.map {
      ComparedPicture(
        index: $0.output.index, blob: $0.blob, path: blobs.folder.appending($0.blob.fileName),
        pixelDigest: $0.pixelDigest)
    }
    qualities = [:]
  }

  /// The name with that of the suite.
  package var name: String { "\(suite)/\(id)" }
}

/// What can be said of a case's quality without a baseline.
package enum Quality: String, Hashable, Sendable, CaseIterable {
  /// 1 where a safety check refused, else 0.
  case blocked
  /// 1 where every picture has the size that was asked for, else 0.
  case sizeObeyed = "size-obeyed"
  /// The variance of the luma's Laplacian; only of pictures that were decoded.
  case sharpness
  /// The least decibels of what `preserve` holds against the input.
  case preservedSignal = "preserved-psnr"
  /// The least similarity of what `preserve` holds against the input.
  case preservedSimilarity = "preserved-ssim"
  /// The share of changed pixels where `change` asks for a change.
  case changedShare = "changed"
  /// Milliseconds until the answer was complete; in replay the recorded ones.
  case latency = "latency-ms"
  /// Dollars of a case that was bought.
  case cost

  /// Whether more of it is better; `nil` where neither is.
  package var moreIsBetter: Bool? {
    switch self {
    case .blocked, .latency, .cost: false
    case .sizeObeyed, .preservedSignal, .preservedSimilarity, .changedShare: true
    case .sharpness: nil
    }
  }

  /// What a result says; sharpness is none of it.
  static func of(_ result: CaseResult) -> [Quality: Double] {
    var found: [Quality: Double] = [.blocked: result.outcome == .blocked ? 1 : 0]
    guard !result.outputs.isEmpty else { return found }
    found[.latency] = Double(result.latencyMilliseconds)
    // A replay costs nothing, whatever its pictures did.
    if result.source == .bought { found[.cost] = Double(result.cost.microDollars) / 1_000_000 }
    for check in result.checks {
      if check.name == "size" { found[.sizeObeyed] = check.verdict == .passed ? 1 : 0 }
      // Checks of one kind may be several, numbered or with names of their own: the least counts.
      let isChange = check.name == "change" || check.name.hasPrefix("change-")
      for figure in check.measures.flatMap(\.figures)
      where figure.name.hasPrefix("\(Locality.version).") {
        guard let quality = of(figure, isChange: isChange) else { continue }
        found[quality] = min(found[quality] ?? figure.value, figure.value)
      }
    }
    return found
  }

  private static func of(_ figure: Measure.Figure, isChange: Bool) -> Quality? {
    switch (isChange, figure.name.dropFirst(Locality.version.count + 1)) {
    case (true, "\(ColourDifferenceMap.version).changed"): .changedShare
    case (false, PixelDifference.version[...]): .preservedSignal
    case (false, StructuralSimilarity.version[...]): .preservedSimilarity
    default: nil
    }
  }
}
