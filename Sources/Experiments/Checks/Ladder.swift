internal import Canonical
internal import ImageComparison
internal import Suites
internal import SystemPackage

/// A level of likeness with the limits that a suite sets.
struct Ladder: Sendable {
  let level: Suites.ComparisonLevel
  let thresholds: Thresholds
  private let declared: LevelThresholds

  init(_ level: Suites.ComparisonLevel, _ declared: LevelThresholds = LevelThresholds()) {
    self.level = level
    self.declared = declared
    var limits = Thresholds.standard
    if let bits = declared.hashDistanceMax {
      if level == .similar {
        limits.similarDistance = bits
        limits.nearDistance = min(limits.nearDistance, bits)
      } else {
        limits.nearDistance = bits
        // What is near is similar.
        limits.similarDistance = max(limits.similarDistance, bits)
      }
    }
    if level == .near {
      limits.nearTile = declared.worstTileMin ?? limits.nearTile
      limits.nearChangedShare = declared.changedMax?.fraction ?? limits.nearChangedShare
      // A suite states the most that is allowed; the standard limit itself is too much.
      limits.nearShift = declared.shiftMax?.nextUp ?? limits.nearShift
    } else if let changed = declared.changedMax {
      limits.similarChangedShare = changed.fraction
    }
    thresholds = limits
  }

  /// The bits of PDQ above which two pictures cannot be as like as the level asks.
  var mostBits: Int { level == .similar ? thresholds.similarDistance : thresholds.nearDistance }

  /// Whether two pictures are as like as the level asks.
  func admits(_ comparison: Comparison) -> Bool {
    switch level {
    case .identicalBytes: comparison.level == .identicalBytes
    case .identicalPixels: comparison.level >= .identicalPixels
    case .near: comparison.level >= .near
    case .similar: comparison.level >= .similar && !exceeds(comparison)
    }
  }

  /// Whether a figure is past a limit that a suite sets for similar pictures.
  private func exceeds(_ comparison: Comparison) -> Bool {
    guard let figures = comparison.figures else { return false }
    if let least = declared.worstTileMin, let worst = figures.similarity.worst, worst.mean < least {
      return true
    }
    if let most = declared.changedMax, figures.changes.changedShare > most.fraction { return true }
    if let most = declared.shiftMax, let alignment = figures.alignment,
      alignment.displacement > most
    {
      return true
    }
    return false
  }

  /// The level that was found and every figure, those past a limit with it:
  /// `similar: PDQ 14 (at most 10), worst tile 0.971, changed 0.03 %`.
  func text(_ comparison: Comparison) -> String {
    guard !comparison.terms.isEmpty else { return comparison.level.rawValue }
    let isMet = admits(comparison)
    let terms = comparison.terms.map { term in
      let limit = isMet ? nil : limit(of: term, comparison)
      return limit.map { "\(term.text) (\($0))" } ?? term.text
    }
    return "\(comparison.level.rawValue): \(terms.joined(separator: ", "))"
  }

  /// What a figure should have been; `nil` where it is as it should be.
  private func limit(of term: Comparison.Term, _ comparison: Comparison) -> String? {
    let value = term.value ?? 0
    if level == .near {
      guard !term.allowsNear else { return nil }
      switch term.name {
      case .shift: return "at most \(declared.shiftMax ?? thresholds.nearShift)"
      case .distance: return "at most \(thresholds.nearDistance)"
      case .worstTile: return "at least \(thresholds.nearTile)"
      case .changedShare:
        return "at most \(Self.percent(thresholds.nearChangedShare))"
      case .size, .turn, .quality, .small: return nil
      }
    }
    switch term.name {
    case .distance where value > Double(thresholds.similarDistance):
      return "at most \(thresholds.similarDistance)"
    case .small where value < thresholds.similarSmall:
      return "at least \(thresholds.similarSmall)"
    case .worstTile:
      return declared.worstTileMin.flatMap { value < $0 ? "at least \($0)" : nil }
    case .changedShare:
      let most = declared.changedMax?.fraction
      return most.flatMap { value > $0 ? "at most \(Self.percent($0))" : nil }
    case .shift: return declared.shiftMax.flatMap { value > $0 ? "at most \($0)" : nil }
    default: return nil
    }
  }

  /// The figures by their versioned names, each with what the level holds it to.
  func measures(_ comparison: Comparison) -> [Measure.Figure] {
    let limits = limits
    return comparison.measures.map { Measure.Figure($0.name, $0.value, limits[$0.name]) }
  }

  private var limits: [String: Measure.Limit] {
    let tile = "\(StructuralSimilarity.version).worst-tile"
    let changed = "\(ColourDifferenceMap.version).changed"
    var limits: [String: Measure.Limit] = [:]
    switch level {
    case .identicalBytes, .identicalPixels: break
    case .near:
      limits[PDQ.version] = .atMost(Double(thresholds.nearDistance))
      limits[tile] = .atLeast(thresholds.nearTile)
      limits[changed] = .atMost(thresholds.nearChangedShare)
      limits[Alignment.version] = .atMost(declared.shiftMax ?? thresholds.nearShift)
    case .similar:
      limits[PDQ.version] = .atMost(Double(thresholds.similarDistance))
      limits[tile] = declared.worstTileMin.map { .atLeast($0) }
      limits[changed] = declared.changedMax.map { .atMost($0.fraction) }
      limits[Alignment.version] = declared.shiftMax.map { .atMost($0) }
    }
    return limits
  }

  private static func percent(_ share: Double) -> String {
    Share(millionths: Int((share * Double(Share.wholeMillionths)).rounded())).description
  }
}

extension Comparison {
  /// The figures by their versioned names.
  var measures: [Measure.Figure] {
    guard let figures else { return [] }
    var list = [Measure.Figure(PDQ.version, Double(figures.distance))]
    list.append(
      Measure.Figure("\(PDQ.version).quality", Double(figures.qualities.min() ?? 0)))
    if let mean = figures.similarity.mean {
      list.append(Measure.Figure(StructuralSimilarity.version, mean))
    }
    if let worst = figures.similarity.worst {
      list.append(Measure.Figure("\(StructuralSimilarity.version).worst-tile", worst.mean))
    }
    list.append(
      Measure.Figure("\(ColourDifferenceMap.version).changed", figures.changes.changedShare))
    list.append(Measure.Figure(PixelDifference.version, figures.psnr))
    if let alignment = figures.alignment {
      list.append(Measure.Figure(Alignment.version, alignment.displacement))
    }
    return list
  }
}
