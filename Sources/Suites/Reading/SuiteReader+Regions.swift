internal import Canonical
internal import SeedreamAPI

/// What `preserve` and `change` have in common, while it is read.
private struct PartDraft {
  var scope = RegionScope.whole
  /// Where the region stands.
  var place: Place?
  var input = 1
}

extension SuiteReader {
  static let partNames = ["region", "outside", "input"]
  static let preserveLimitNames = ["psnr", "ssim", "changed"]
  static let shapeNames = ["box", "ellipse", "mask"]

  mutating func preserve(_ node: YAMLNode) -> CheckKind? {
    var draft = PartDraft()
    var limits = PreserveExpectation.Limits()
    let keys = Self.partNames + Self.preserveLimitNames
    let isSound = read(node, of: "'preserve'", keys: keys) { reader, member in
      switch member.key {
      case "psnr":
        limits.signalMin = reader.limit(member, "min", example: "30") { reader, node in
          reader.number(node, of: "'min'", in: 0...100)
        }
        return limits.signalMin != nil
      case "ssim":
        limits.similarityMin = reader.limit(member, "min", example: "0.95") { reader, node in
          reader.number(node, of: "'min'", in: 0...1)
        }
        return limits.similarityMin != nil
      case "changed":
        limits.changedMax = reader.limit(member, "max", example: "0.2%") { reader, node in
          reader.share(node, of: "'max'")
        }
        return limits.changedMax != nil
      default: return reader.part(member, &draft)
      }
    }
    guard isSound else { return nil }
    guard !limits.isEmpty else {
      error(
        "the check 'preserve' has no limit", at: node.place,
        hint: "add one of: psnr: {min: 30}, ssim: {min: 0.95}, changed: {max: 0.2%}")
      return nil
    }
    return .preserve(PreserveExpectation(draft.scope, input: draft.input, limits: limits))
  }

  mutating func change(_ node: YAMLNode) -> CheckKind? {
    var draft = PartDraft()
    var changedMin = ChangeExpectation.changedMinDefault
    let keys = Self.partNames + ["changed"]
    let isSound = read(node, of: "'change'", keys: keys) { reader, member in
      guard member.key == "changed" else { return reader.part(member, &draft) }
      let read = reader.limit(member, "min", example: "1%") { reader, node in
        reader.share(node, of: "'min'")
      }
      if read?.millionths == 0 {
        reader.error(
          "'changed' asks for nothing", at: member.value.place, hint: "a share above 0, such as 1%")
        return false
      }
      changedMin = read ?? changedMin
      return read != nil
    }
    guard isSound else { return nil }
    return .change(
      ChangeExpectation(draft.scope, input: draft.input, changedMin: changedMin))
  }

  /// A region or an input; `false` after an error.
  private mutating func part(_ member: YAMLNode.Member, _ draft: inout PartDraft) -> Bool {
    guard member.key != "input" else {
      guard let input = wholeNumber(member.value, of: "'input'", in: 1...ModelLimits.imagesMax)
      else { return false }
      draft.input = input
      if input > 1 { inputUses.append((input, member.value.place)) }
      return true
    }
    if let earlier = draft.place {
      error(
        "a check has either 'region' or 'outside'", at: member.keyPlace,
        notes: [("first here", earlier)])
      return false
    }
    draft.place = member.keyPlace
    guard let region = region(member.value, of: "'\(member.key)'") else { return false }
    draft.scope = member.key == "region" ? .inside(region) : .outside(region)
    return true
  }

  /// A box, or `{box}`, `{ellipse}` or `{mask}`.
  private mutating func region(_ node: YAMLNode, of name: String) -> Region? {
    if node.elements != nil { return box(node, of: name).map { .box($0) } }
    guard let members = node.members else {
      error(
        "\(name) must be a region, found \(node.kind)", at: node.place,
        hint: "write [x, y, width, height] as shares, {ellipse: […]} or {mask: PATH}")
      return nil
    }
    let shapes = Self.shapeNames
    for member in members where !shapes.contains(member.key) {
      unknown("shape", member.key, at: member.keyPlace, among: shapes)
    }
    let known = members.filter { shapes.contains($0.key) }
    guard known.count == members.count else { return nil }
    guard let member = known.first, known.count == 1 else {
      error(
        known.isEmpty ? "\(name) has no shape" : "a region has one shape, found \(known.count)",
        at: known.last?.keyPlace ?? node.place,
        hint: "write {box: […]}, {ellipse: […]} or {mask: PATH}")
      return nil
    }
    switch member.key {
    case "box": return box(member.value, of: "'box'").map { .box($0) }
    case "ellipse": return box(member.value, of: "'ellipse'").map { .ellipse($0) }
    default: return referenceFile(member.value, of: "'mask'").map { .mask($0) }
    }
  }

  /// `[x, y, width, height]`.
  private mutating func box(_ node: YAMLNode, of name: String) -> RegionBox? {
    guard let elements = list(node, of: name) else { return nil }
    guard elements.count == 4 else {
      error(
        "\(name) has \(elements.count) numbers", at: node.place,
        hint: "expected four shares: [x, y, width, height]")
      return nil
    }
    let names = ["x", "y", "width", "height"]
    var sides: [Share] = []
    for (element, name) in zip(elements, names) {
      if let side = share(element, of: "'\(name)'") { sides.append(side) }
    }
    guard sides.count == 4 else { return nil }
    if let box = RegionBox(x: sides[0], y: sides[1], width: sides[2], height: sides[3]) {
      return box
    }
    for (side, name) in zip(2..<4, ["width", "height"]) {
      let end = sides[side - 2].millionths + sides[side].millionths
      if sides[side].millionths == 0 {
        error("the \(name) of the region is 0", at: elements[side].place)
      } else if end > Share.wholeMillionths {
        error(
          "the region reaches to \(Decimal.short(Double(end) / Double(Share.wholeMillionths))) of "
            + "the picture's \(name)", at: elements[side].place,
          hint: "\(names[side - 2]) and \(name) are at most 1 together")
      }
    }
    return nil
  }
}
