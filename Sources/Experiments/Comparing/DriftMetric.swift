internal import ImageComparison

/// What pictures are held apart by.
package enum DriftMetric: Int, Hashable, Sendable, CaseIterable {
  /// The bits of their perceptual hashes, which see lightness and hardly see a change of hue.
  case shape
  /// The mean difference of their colours in 8 x 8 cells.
  case colour

  /// The versioned name of its definition.
  package var version: String {
    switch self {
    case .shape: PDQ.version
    case .colour: ColourGrid.version
    }
  }
}

/// What is found of the pictures of a prompt by one metric.
package struct MetricComparison: Sendable {
  /// The metric.
  package let metric: DriftMetric
  /// The pictures by seed and their distances.
  package let samples: DriftSamples
  /// The test; `nil` where there was nothing to exchange.
  package let test: DriftTest?
  /// The p-value corrected by Holm over all prompts and metrics.
  package internal(set) var holm: Double?
  /// The p-value corrected by Benjamini and Hochberg over the same.
  package internal(set) var benjaminiHochberg: Double?

  /// Tests the samples of a metric.
  init(
    _ metric: DriftMetric, _ samples: DriftSamples, against noise: DriftTest.Noise, seed: UInt64
  ) {
    self.metric = metric
    self.samples = samples
    test = DriftTest(samples, against: noise, seed: seed)
  }

  /// Whether the sides differ in it by more than chance.
  package var isSignificant: Bool { holm.map { $0 <= ChanceTest.significance } ?? false }
}
