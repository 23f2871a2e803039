internal import Canonical
internal import SeedreamAPI

extension SuiteReader {
  /// Keys that state limits of metrics.
  static let thresholdNames = ["pdq", "worst-tile", "changed", "shift"]

  /// A level, or `{level, order, …thresholds}`.
  mutating func baseline(_ node: YAMLNode) -> CheckKind? {
    let words = BaselineLevel.allCases.map(\.rawValue)
    guard node.members != nil else {
      return word(node, of: "'baseline'", among: words)
        .flatMap { BaselineLevel(rawValue: $0) }.map { .baseline(BaselineExpectation($0)) }
    }
    var level: BaselineLevel?
    var order = BaselineExpectation.Order.asSent
    var thresholds = LevelThresholds()
    let keys = ["level", "order"] + Self.thresholdNames
    let isSound = read(node, of: "'baseline'", keys: keys) { reader, member in
      switch member.key {
      case "level":
        level = reader.word(member.value, of: "'level'", among: words)
          .flatMap { BaselineLevel(rawValue: $0) }
        return level != nil
      case "order":
        let orders = BaselineExpectation.Order.allCases.map(\.rawValue)
        let read = reader.word(member.value, of: "'order'", among: orders)
          .flatMap { BaselineExpectation.Order(rawValue: $0) }
        order = read ?? order
        return read != nil
      default: return reader.threshold(member, &thresholds)
      }
    }
    guard judgeThresholds(of: node, level?.rawValue, level?.comparison), isSound else { return nil }
    return required(
      level, "level", of: "the check 'baseline'", at: node.place, as: "{level: near}"
    ).map { .baseline(BaselineExpectation($0, order: order, thresholds: thresholds)) }
  }

  /// A path, or `{file, level, …thresholds}`, or `{case, level, …thresholds}`.
  mutating func similarTo(_ node: YAMLNode) -> CheckKind? {
    guard node.members != nil else {
      return referenceFile(node, of: "'similar-to'")
        .map { .similarTo(SimilarityExpectation(.file($0))) }
    }
    var reference: SimilarityExpectation.Reference?
    var place: Place?
    var level: ComparisonLevel? = .near
    var thresholds = LevelThresholds()
    let keys = ["file", "case", "level"] + Self.thresholdNames
    let isSound = read(node, of: "'similar-to'", keys: keys) { reader, member in
      switch member.key {
      case "file", "case":
        if let place {
          reader.error(
            "the check 'similar-to' has either 'file' or 'case'", at: member.keyPlace,
            notes: [("first here", place)])
          return false
        }
        place = member.keyPlace
        reference =
          member.key == "file"
          ? reader.referenceFile(member.value, of: "'file'").map { .file($0) }
          : reader.caseName(member.value).map { .outputs(of: $0) }
        return reference != nil
      case "level":
        level = reader.word(
          member.value, of: "'level'", among: ComparisonLevel.allCases.map(\.rawValue)
        ).flatMap { ComparisonLevel(rawValue: $0) }
        return level != nil
      default: return reader.threshold(member, &thresholds)
      }
    }
    guard judgeThresholds(of: node, level?.rawValue, level), isSound, let level else { return nil }
    guard let reference else {
      error(
        "the check 'similar-to' names nothing to compare with", at: node.place,
        hint: "write {file: ../fixtures/inputs/cup.png} or {case: CASE-ID}")
      return nil
    }
    return .similarTo(SimilarityExpectation(reference, level: level, thresholds: thresholds))
  }

  /// A limit of a metric; `false` after an error.
  private mutating func threshold(
    _ member: YAMLNode.Member, _ thresholds: inout LevelThresholds
  ) -> Bool {
    switch member.key {
    case "pdq":
      thresholds.hashDistanceMax = limit(member, "max", example: "10") { reader, node in
        reader.wholeNumber(node, of: "'max'", in: 0...256)
      }
      return thresholds.hashDistanceMax != nil
    case "worst-tile":
      thresholds.worstTileMin = limit(member, "min", example: "0.95") { reader, node in
        reader.number(node, of: "'min'", in: 0...1)
      }
      return thresholds.worstTileMin != nil
    case "changed":
      thresholds.changedMax = limit(member, "max", example: "0.2%") { reader, node in
        reader.share(node, of: "'max'")
      }
      return thresholds.changedMax != nil
    default:
      thresholds.shiftMax = limit(member, "max", example: "0.5") { reader, node in
        reader.number(node, of: "'max'", in: 0...Double(PixelSize.sideMax))
      }
      return thresholds.shiftMax != nil
    }
  }

  /// Says where thresholds stand beside a level that has none; `false` after an error.
  ///
  /// - Parameters:
  ///   - name: the level as it is written; `nil` where it is not known.
  ///   - level: how pictures are compared; `nil` where that is not known.
  private mutating func judgeThresholds(
    of node: YAMLNode, _ name: String?, _ level: ComparisonLevel?
  ) -> Bool {
    guard let name, level?.isMeasured != true else { return true }
    var isSound = true
    for member in node.members ?? [] where Self.thresholdNames.contains(member.key) {
      error(
        "'\(member.key)' is no part of the level '\(name)'", at: member.keyPlace,
        hint: "limits of metrics go with the levels near and similar")
      isSound = false
    }
    return isSound
  }
}
