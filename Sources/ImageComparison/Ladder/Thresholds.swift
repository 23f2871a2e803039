/// The limits of the levels at which two pictures agree.
public struct Thresholds: Hashable, Sendable {
  /// The most bits of PDQ that differ between near pictures.
  public var nearDistance = 10
  /// The least mean similarity of a tile of near pictures.
  public var nearTile = 0.95
  /// The difference CIEDE2000 after a 3 x 3 box above which a pixel has changed.
  public var changed = 5.0
  /// The largest share of changed pixels of near pictures, 0 to 1.
  public var nearChangedShare = 0.002
  /// Near pictures moved by less, in pixels, at every corner.
  public var nearShift = 0.5
  /// The most bits of PDQ that differ between similar pictures.
  public var similarDistance = 31
  /// PDQ counts only where both qualities reach this.
  public var quality = 50
  /// Without PDQ: the least mean similarity at 512 pixels of similar pictures.
  public var similarSmall = 0.85
  /// Without PDQ: the largest share of changed pixels of similar pictures, 0 to 1.
  public var similarChangedShare = 0.5

  /// Makes the standard limits, to be changed one by one.
  public init() {}

  /// The limits that are used where no others are declared.
  public static let standard = Thresholds()
}

/// How far two pictures agree; a higher level implies the lower ones.
public enum ComparisonLevel: String, Sendable, CaseIterable, Comparable {
  /// Another picture.
  case different
  /// The same composition.
  case similar
  /// The same picture with noise, or encoded again.
  case near
  /// The same pixels once decoded.
  case identicalPixels = "identical-pixels"
  /// The same bytes of the file.
  case identicalBytes = "identical-bytes"

  private var rank: Int {
    switch self {
    case .different: 0
    case .similar: 1
    case .near: 2
    case .identicalPixels: 3
    case .identicalBytes: 4
    }
  }

  /// Orders levels from different to identical bytes.
  public static func < (left: ComparisonLevel, right: ComparisonLevel) -> Bool {
    left.rank < right.rank
  }
}
