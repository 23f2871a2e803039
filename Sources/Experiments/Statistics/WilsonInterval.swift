/// Where a share lies, by the score interval of Wilson ("Probable inference, the law of succession, and
/// statistical inference", 1927), which holds for few samples and for shares of 0 and 1 too.
package struct WilsonInterval: Hashable, Sendable {
  /// How often such an interval is meant to hold the share.
  package static let confidence = 0.95
  /// The quantile of the normal distribution at the upper end of ``confidence``.
  private static let quantile = 1.959_963_984_540_054

  /// The lower end, 0 to 1.
  package let low: Double
  /// The upper end, 0 to 1.
  package let high: Double

  /// Takes how often something was so.
  ///
  /// - Parameters:
  ///   - count: how often, 0 to `total`.
  ///   - total: of how many, at least 1.
  package init(_ count: Int, of total: Int) {
    precondition(total > 0 && (0...total).contains(count), "so many of at least one")
    let (n, share, z) = (Double(total), Double(count) / Double(total), Self.quantile)
    let scale = 1 + z * z / n
    let centre = (share + z * z / (2 * n)) / scale
    let half = z * (share * (1 - share) / n + z * z / (4 * n * n)).squareRoot() / scale
    low = count == 0 ? 0 : max(0, centre - half)
    high = count == total ? 1 : min(1, centre + half)
  }
}
