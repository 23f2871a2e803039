package import Canonical

/// How like two pictures must be.
package enum ComparisonLevel: String, Hashable, Sendable, CaseIterable {
  /// The same bytes of the file.
  case identicalBytes = "identical-bytes"
  /// The same pixels once decoded.
  case identicalPixels = "identical-pixels"
  /// The same but for noise and encoding.
  case near
  /// The same composition.
  case similar

  /// Whether metrics decide, which have thresholds.
  package var isMeasured: Bool { self == .near || self == .similar }
}

/// How like an approved output an output must be.
package enum BaselineLevel: String, Hashable, Sendable, CaseIterable {
  /// The same bytes of the file.
  case identicalBytes = "identical-bytes"
  /// The same pixels once decoded.
  case identicalPixels = "identical-pixels"
  /// The same but for noise and encoding.
  case near
  /// The same composition.
  case similar
  /// As like as the probe of the endpoint found repeats to be.
  case auto

  /// How two pictures are compared; `nil` where the probe's finding tells.
  package var comparison: ComparisonLevel? { ComparisonLevel(rawValue: rawValue) }
}

/// Limits of metrics that stand in the place of those of a level; `nil` leaves the level's own.
package struct LevelThresholds: Hashable, Sendable {
  /// The most bits in which two perceptual hashes may differ, 0 to 256.
  package var hashDistanceMax: Int?
  /// The least similarity of the worst tile, 0 to 1.
  package var worstTileMin: Double?
  /// The largest share of pixels that may differ visibly.
  package var changedMax: Share?
  /// The largest displacement of the whole picture in pixels.
  package var shiftMax: Double?

  /// Starts with the level's own limits.
  package init() {}
}

/// What a `baseline` check expects.
package struct BaselineExpectation: Hashable, Sendable {
  /// Which approved output an output is compared with.
  package enum Order: String, Hashable, Sendable, CaseIterable {
    /// Those of its own place in the answer.
    case asSent = "as-sent"
    /// Those of any place, each place for one output.
    case any
  }

  /// How like it must be.
  package let level: BaselineLevel
  /// Which approved output it is compared with.
  package let order: Order
  /// Limits other than the level's own.
  package let thresholds: LevelThresholds

  /// Puts an expectation together.
  package init(
    _ level: BaselineLevel, order: Order = .asSent,
    thresholds: LevelThresholds = LevelThresholds()
  ) {
    self.level = level
    self.order = order
    self.thresholds = thresholds
  }
}

/// What a `similar-to` check expects.
package struct SimilarityExpectation: Hashable, Sendable {
  /// What an output is compared with.
  package enum Reference: Hashable, Sendable {
    /// A picture among ``LoadedSuite/references``.
    case file(BlobID)
    /// The outputs of another case of the suite.
    case outputs(of: CaseID)
  }

  /// What it is compared with.
  package let reference: Reference
  /// How like it must be.
  package let level: ComparisonLevel
  /// Limits other than the level's own.
  package let thresholds: LevelThresholds

  /// Puts an expectation together.
  package init(
    _ reference: Reference, level: ComparisonLevel = .near,
    thresholds: LevelThresholds = LevelThresholds()
  ) {
    self.reference = reference
    self.level = level
    self.thresholds = thresholds
  }
}
