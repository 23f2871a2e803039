internal import Canonical
internal import Suites
internal import SystemPackage

/// What was measured, inside the document of a case.
enum EncodedMeasure {
  /// Samples that the colours of a picture may have.
  static let coloursMax = 4_096
  /// Figures that one measure may have.
  static let figuresMax = 1_000

  static func encode(_ measure: Measure) -> JSONValue {
    .members([
      "picture": .integer(measure.picture),
      "other": measure.other.map { .string($0.string) },
      "figures": .object(JSONObject(measure.figures.map { ($0.name, $0.json) })),
      "limits": limits(measure),
    ])
  }

  /// What figures were held to, by their names; `nil` where none was.
  private static func limits(_ measure: Measure) -> JSONValue? {
    let limits = measure.figures.compactMap { figure -> (String, JSONValue)? in
      switch figure.limit {
      case .atLeast(let value):
        (figure.name, .members(["at_least": Measure.Figure("", value).json]))
      case .atMost(let value): (figure.name, .members(["at_most": Measure.Figure("", value).json]))
      case nil: nil
      }
    }
    return limits.isEmpty ? nil : .object(JSONObject(limits))
  }

  private static func decodeLimit(_ place: EncodedPlace) throws(EncodedRunFailure) -> Measure.Limit
  {
    for (name, make) in [("at_least", Measure.Limit.atLeast), ("at_most", Measure.Limit.atMost)] {
      guard let bound = place.optional(name) else { continue }
      guard case .number(let number) = bound.value else {
        throw bound.failure("expected a number, found \(bound.value.kind)")
      }
      return make(number.double)
    }
    throw place.failure("expected at_least or at_most")
  }

  static func encode(_ hash: HashRecord) -> JSONValue {
    .members([
      "version": .string(hash.version), "hex": .string(hash.hex), "quality": .integer(hash.quality),
    ])
  }

  static func encode(_ colours: ColourRecord) -> JSONValue {
    .members([
      "version": .string(colours.version),
      "rgb": .string(String(decoding: Base64.encode(colours.samples), as: UTF8.self)),
    ])
  }

  static func decodeAll(_ place: EncodedPlace) throws(EncodedRunFailure) -> [Measure] {
    var measures: [Measure] = []
    for element in try place.elements(max: EncodedRun.elementsMax) {
      measures.append(try decode(element))
    }
    return measures
  }

  private static func decode(_ place: EncodedPlace) throws(EncodedRunFailure) -> Measure {
    var figures: [Measure.Figure] = []
    let members = try place.member("figures").members()
    guard members.count <= figuresMax else {
      throw place.failure("\(members.count) figures; \(figuresMax) are allowed")
    }
    var limits: [String: Measure.Limit] = [:]
    for (name, limit) in try place.optional("limits")?.members() ?? [] {
      limits[name] = try decodeLimit(limit)
    }
    for (name, figure) in members {
      guard case .number(let number) = figure.value else {
        throw figure.failure("expected a number, found \(figure.value.kind)")
      }
      figures.append(Measure.Figure(name, number.double, limits[name]))
    }
    return Measure(
      picture: try place.member("picture").integer(EncodedRun.countRange),
      other: try place.optional("other").map { (place) throws(EncodedRunFailure) in
        FilePath(try place.string())
      },
      figures: figures)
  }

  static func decodeHash(_ place: EncodedPlace) throws(EncodedRunFailure) -> HashRecord {
    HashRecord(
      version: try place.member("version").string(),
      hex: try place.member("hex").string(),
      quality: try place.member("quality").integer(0...100))
  }

  static func decodeColours(_ place: EncodedPlace) throws(EncodedRunFailure) -> ColourRecord {
    ColourRecord(
      version: try place.member("version").string(),
      samples: try place.member("rgb").parse("base64 of at most \(coloursMax) samples") { text in
        Base64.decodeExactly(Array(text.utf8)).flatMap { $0.count <= coloursMax ? $0 : nil }
      })
  }
}

/// A group, inside the document of its result.
enum EncodedGroup {
  static func encode(_ group: GroupRecord) -> JSONValue {
    .members([
      "across": .string(group.across),
      "expect": .string(group.expectation.rawValue),
      "members": .integer(group.memberCount),
      "cases": .integer(group.caseCount),
      "pair": .array(
        group.pair.map { member in
          .members([
            "id": .string(member.caseID.text), "picture": .integer(member.index),
            "path": .string(member.path.string),
          ])
        }),
    ])
  }

  static func decode(_ place: EncodedPlace) throws(EncodedRunFailure) -> GroupRecord {
    var pair: [GroupRecord.Member] = []
    for element in try place.member("pair").elements(max: 2) {
      pair.append(
        GroupRecord.Member(
          caseID: try element.member("id").parse("a case id") { CaseID($0) },
          index: try element.member("picture").integer(EncodedRun.countRange),
          path: FilePath(try element.member("path").string())))
    }
    return GroupRecord(
      across: try place.member("across").string(),
      expectation: try place.member("expect").parse("near, identical or distinct") {
        GroupExpectation(rawValue: $0)
      },
      memberCount: try place.member("members").integer(EncodedRun.countRange),
      caseCount: try place.member("cases").integer(EncodedRun.countRange),
      pair: pair)
  }
}
