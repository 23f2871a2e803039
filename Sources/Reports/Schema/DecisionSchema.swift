internal import Canonical
internal import Experiments
internal import SeedreamAPI
internal import Suites

/// `decisions.json`, which a page without a server writes and `approve --from` reads, described by a JSON Schema
/// (draft 2020-12) for those who make one.
///
/// It refuses nothing that ``DecisionFile`` takes; what depends on several places of the file, such as an output that
/// stands twice, is for the reader alone.
package enum DecisionSchema {
  /// The bytes of the schema's file: sorted names, two spaces a level, a line feed at the end.
  package static var fileBytes: [UInt8] {
    document
      .saying(
        "Decisions about a run of Proofsheet",
        "decisions.json, which the page of a run writes and 'approve --from' reads."
      )
      .with("$schema", .string(LanguageSchema.dialect))
      .json.prettyBytes
  }

  private static let document = object([
    "format": .constant(.string(DecisionFile.format)), "run": id,
    "suites": .list(
      of: object(["name": id, "baseline": .any(digest, JSONSchema(type: "null"))]),
      max: DecisionFile.suitesMax),
    "decisions": .list(of: decision, max: DecisionFile.decisionsMax),
  ])

  private static let decision = object(
    [
      "suite": id,
      "case": .string(matching: "^[A-Za-z0-9._~-]{1,\(CaseID.byteCountMax)}$"),
      "key": .string(matching: #"^[0-9a-f]{64}\.(0|[1-9][0-9]*)$"#),
      "image": .whole(0...(EditAnswer.itemsMax - 1)),
      "decision": .words(of: BaselineEntry.Decision.self),
      "digest": digest, "pixels": text(WantedDecision.pixelsByteCountMax),
      // Signs of line and direction that a terminal obeys, beside control characters.
      "note": text(WantedDecision.noteByteCountMax).with(
        "pattern",
        .string(
          #"^[^\u0000-\u001F\u007F-\u009F\u061C\u200E\u200F\u2028-\u202E\u2066-\u2069]*$"#)),
    ], optional: "note")

  private static let id = JSONSchema.string(
    matching: "^[A-Za-z0-9._-]{1,\(IdentifierRule.byteCountMax)}$")
  private static let digest = JSONSchema.string(matching: "^[0-9a-f]{64}$")

  /// A text whose characters are at most as many as its bytes may be.
  private static func text(_ byteCountMax: Int) -> JSONSchema {
    JSONSchema(type: "string").with("maxLength", .integer(byteCountMax))
  }

  private static func object(
    _ members: [String: JSONSchema], optional: String? = nil
  ) -> JSONSchema {
    .mapping(members, required: members.keys.filter { $0 != optional }.sorted())
  }
}
