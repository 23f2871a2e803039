internal import Canonical
internal import SeedreamAPI

extension SuiteSchema {
  static var regionDefinitions: [String: JSONSchema] {
    [
      "share": JSONSchema.any(.number(0...1), .string(matching: SchemaPattern.percentage)).saying(
        "Share", "A share from 0 to 1, or a percentage.", examples: [.string("0.2%")]),
      "box": box,
      "region": region,
    ]
  }

  static var baseline: JSONSchema {
    let level = JSONSchema.words(of: BaselineLevel.self).saying(
      "Level", "How near a picture must be to an approved one.")
    let mapping = withOptions(
      [
        "level": level,
        "order": JSONSchema.words(of: BaselineExpectation.Order.self).saying(
          "Order", "Whether the pictures of a case have places, or are told one to one.",
          default: .string(BaselineExpectation.Order.asSent.rawValue)),
      ].merging(thresholds) { own, _ in own }, required: ["level"])
    return .when(.isMapping, mapping.and(thresholdsNeed(default: nil)), otherwise: level)
  }

  static var preserve: JSONSchema {
    let limits = [
      "psnr": minimum(.number(0...100)).saying(
        "PSNR", "The least peak signal-to-noise ratio in decibels."),
      "ssim": minimum(.number(0...1)).saying("SSIM", "The least structural similarity."),
      "changed": maximum(.ref("share")).saying(
        "Changed", "The largest share of pixels that differ visibly."),
    ]
    return withName(area.merging(limits) { own, _ in own })
      .and(.any(limits.keys.sorted().map { .having($0) }), .not(.having("region", "outside")))
  }

  static var change: JSONSchema {
    let limits = [
      "changed": minimum(JSONSchema.ref("share").with("exclusiveMinimum", .integer(0))).saying(
        "Changed", "The least share of pixels that differ visibly.",
        default: .members([
          "min": .decimal(ChangeExpectation.changedMinDefault.fraction, decimals: 6)
        ]))
    ]
    return withName(area.merging(limits) { own, _ in own })
      .and(.not(.having("region", "outside")))
  }

  static var similarTo: JSONSchema {
    let mapping = withName(
      [
        "file": picturePath.saying("File", "A picture, by a path relative to the suite."),
        "case": JSONSchema.text.saying("Case", "A case of this suite by its id."),
        "level": JSONSchema.words(of: ComparisonLevel.self).saying(
          "Level", "How near the pictures must be.", default: .string(ComparisonLevel.near.rawValue)
        ),
      ].merging(thresholds) { own, _ in own }
    ).with(
      "oneOf", .array([JSONSchema.having("file").json, JSONSchema.having("case").json]))
    return .when(
      .isMapping, mapping.and(thresholdsNeed(default: .near)), otherwise: picturePath)
  }

  /// Which part of which input picture is meant.
  private static var area: [String: JSONSchema] {
    [
      "region": JSONSchema.ref("region").saying("Region", "What is compared."),
      "outside": JSONSchema.ref("region").saying("Outside", "What is left out of the comparison."),
      "input": JSONSchema.whole(1...ModelLimits.imagesMax).saying(
        "Input", "Which of the input pictures is compared with, from 1.", default: .integer(1)),
    ]
  }

  private static var region: JSONSchema {
    let shapes = [
      "box": JSONSchema.ref("box").saying("Box", "A rectangle."),
      "ellipse": JSONSchema.ref("box").saying("Ellipse", "The ellipse within a rectangle."),
      "mask": picturePath.saying("Mask", "A picture whose white part is the region."),
    ]
    let shape = JSONSchema.mapping(shapes).with(
      "oneOf", .array(shapes.keys.sorted().map { JSONSchema.having($0).json }))
    return JSONSchema.when(.isMapping, shape, otherwise: .ref("box")).saying(
      "Region", "A box [x, y, width, height], {box}, {ellipse} or {mask}.")
  }

  private static var box: JSONSchema {
    let place = JSONSchema.ref("share")
    let side = place.with("exclusiveMinimum", .integer(0))
    return JSONSchema.isList
      .with(
        "prefixItems",
        .array([
          place.saying("x", "The left edge as a share of the width.").json,
          place.saying("y", "The upper edge as a share of the height.").json,
          side.saying("width", "The width as a share of the picture's.").json,
          side.saying("height", "The height as a share of the picture's.").json,
        ])
      )
      .with("items", .bool(false)).with("minItems", .integer(4))
      .saying(
        "Box", "The left and upper edge, width and height as shares of the picture.",
        examples: [
          .array([0.1, 0.1, 0.4, 0.5].map { .decimal($0, decimals: 1) })
        ])
  }

  /// Limits that stand in for those of a level.
  private static var thresholds: [String: JSONSchema] {
    [
      "pdq": maximum(.whole(0...256)).saying(
        "PDQ", "The largest distance of the perceptual hashes, in bits."),
      "worst-tile": minimum(.number(0...1)).saying(
        "Worst tile", "The least structural similarity of any tile."),
      "changed": maximum(.ref("share")).saying(
        "Changed", "The largest share of pixels that differ visibly."),
      "shift": maximum(.number(0...PixelSize.sideMax)).saying(
        "Shift", "The largest displacement in pixels."),
    ]
  }

  /// Thresholds have a meaning where pictures are measured.
  ///
  /// - Parameter default: the level that holds where none is said.
  private static func thresholdsNeed(default standard: ComparisonLevel?) -> JSONSchema {
    let measured = ComparisonLevel.allCases.filter(\.isMeasured).map(\.rawValue)
    let isMeasured = JSONSchema([
      "properties": .members(["level": JSONSchema.words(measured).json]),
      "required": standard?.isMeasured == true ? nil : .strings(["level"]),
    ])
    return .when(.any(thresholds.keys.sorted().map { .having($0) }), isMeasured)
  }

  private static func minimum(_ value: JSONSchema) -> JSONSchema {
    .mapping(["min": value.saying("Least", "The least that passes.")], required: ["min"])
  }

  private static func maximum(_ value: JSONSchema) -> JSONSchema {
    .mapping(["max": value.saying("Most", "The most that passes.")], required: ["max"])
  }

  /// A path of a local picture.
  private static var picturePath: JSONSchema {
    literal.and(
      .lacking(SchemaPattern.anyURL), .lacking(SchemaPattern.dataURI),
      .lacking(SchemaPattern.controlCharacter))
  }
}
