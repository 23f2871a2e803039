internal import Canonical
internal import Experiments
internal import Recording
internal import SeedreamAPI
internal import Suites

/// What runs write as JSON, described by JSON Schemas (draft 2020-12) for the scripts that read it.
///
/// A document may have members that its schema does not name: they are added within a version.
package enum RunSchema: String, Hashable, Sendable, CaseIterable {
  /// `run.json`, and `report RUN --format json`.
  case run
  /// A line of `run.jsonl` and of `run --format json`.
  case line = "run-line"

  /// The bytes of the schema's file: sorted names, two spaces a level, a line feed at the end.
  package var fileBytes: [UInt8] {
    let (title, says, schema) =
      switch self {
      case .run:
        (
          "A run of Proofsheet",
          "run.json in the folder of a run, and what 'report RUN --format json' writes.",
          Self.document
        )
      case .line:
        (
          "A line of a run of Proofsheet",
          "A line of run.jsonl, and of standard output of 'run --format json'.", Self.anyLine
        )
      }
    return
      schema.saying(title, says)
      .with("$schema", .string(LanguageSchema.dialect))
      .with("$defs", .object(JSONObject(Self.definitions.map { ($0.key, $0.value.json) })))
      .json.prettyBytes
  }

  // MARK: - Documents

  private static let version = JSONSchema.constant(.integer(EncodedRun.version))

  private static let document = object(
    [
      "version": .constant(.integer(RunDocument.version)),
      "kind": .constant(.string("proofsheet-run")),
      "header": .ref("header"), "summary": .ref("summary"), "exit_code": .ref("exit"),
      "results": count, "host": text, "lines": text, "page": text, "junit": text,
      "cases": .list(of: .ref("result")),
    ], optional: ["host", "lines", "page", "junit", "cases"])

  private static let anyLine = JSONSchema.any(
    line("run-started", ["cases": count]).and(.ref("header")),
    line("notice", ["message": text]), line("pace", ["limit": count]),
    line("case", ["spending": .ref("spending")]).and(.ref("result")),
    line("group", ["spending": .ref("spending")]).and(.ref("result")),
    line("run-finished", ["exit_code": .ref("exit")]).and(.ref("summary")))

  private static func line(_ kind: String, _ members: [String: JSONSchema]) -> JSONSchema {
    object(
      members.merging(
        ["version": version, "kind": .constant(.string(kind))], uniquingKeysWith: { $1 }))
  }

  // MARK: - Parts

  private static let text = JSONSchema(type: "string")
  private static let count = JSONSchema.whole(0...EncodedRun.countMax)
  private static let digest = JSONSchema.string(matching: "^[0-9a-f]{64}$")
  private static let money = JSONSchema.string(matching: #"^-?[0-9]+(\.[0-9]+)?$"#)
  private static let time = JSONSchema.string(
    matching: #"^[0-9]{4,}-[0-9]{2}-[0-9]{2}T[0-9:]{8}\.[0-9]{3}Z$"#)
  private static let texts = JSONSchema.list(of: text)

  /// An object that has all of some members but the optional, and perhaps others.
  private static func object(
    _ members: [String: JSONSchema], optional: Set<String> = []
  ) -> JSONSchema {
    let required = members.keys.filter { !optional.contains($0) }.sorted()
    return JSONSchema.isMapping
      .with("properties", .object(JSONObject(members.map { ($0.key, $0.value.json) })))
      .with("required", .array(required.map(JSONValue.string)))
  }

  private static let definitions: [String: JSONSchema] = [
    "header": header, "summary": summary, "spending": spending, "result": result,
    "output": output, "check": check, "group": group, "finding": finding, "request": request,
    "exit": JSONSchema(["enum": .array(ExitStatus.allCases.map { .integer($0.rawValue) })]),
    "blob": object(["digest": digest, "kind": .words(of: BlobKind.self)]),
  ]

  private static let header = object(
    [
      "version": version, "id": text, "started_at": time, "mode": .words(of: RunMode.self),
      "tool_version": text, "working_folder": text, "endpoint": text,
      "suites": .list(
        of: object(
          [
            "name": text, "path": text, "digest": digest, "cases": count, "baseline": digest,
            "inputs": .list(of: .ref("blob").and(object(["path": text]))),
          ], optional: ["baseline", "inputs"])),
      "shard": object([
        "index": count, "count": count, "cases": .list(of: count), "suite_cases": .list(of: count),
      ]),
    ], optional: ["working_folder", "endpoint", "shard"])

  private static let summary = object(
    [
      "version": version,
      "counts": JSONSchema.isMapping
        .with("propertyNames", JSONSchema.words(of: Outcome.self).json)
        .with("additionalProperties", count.json),
      "spending": .ref("spending"), "wall_ms": count, "simulated": .flag, "interrupted": .flag,
      "groups": count, "findings": .list(of: .ref("finding")),
      "whole_findings": .list(of: .ref("finding")),
    ], optional: ["groups", "findings", "whole_findings"])

  private static let spending = object(
    ["spent": money, "possibly_billed": money, "cap": money, "requests": count],
    optional: ["cap"])

  private static let finding = object(
    [
      "kind": .words(of: RunFinding.Kind.self), "suite": text,
      "severity": .words(of: CheckSeverity.self), "message": text, "subjects": texts, "next": text,
      "days": count,
    ], optional: ["days"])

  private static let result = object(
    [
      "version": version, "suite": text, "position": count, "id": text, "key": text,
      "cells": .list(of: object(["axis": text, "entry": text, "value": text])), "tags": texts,
      "location": object(["path": text, "line": count, "column": count]), "model": text,
      "seed": .whole(Seed.range),
      "size": .any(.words(of: SizePreset.self), object(["width": count, "height": count])),
      "prompt": text, "request": .ref("request"), "comparison_key": digest,
      "outcome": .words(of: Outcome.self), "reason": text, "hint": text, "details": texts,
      "notices": texts, "checks": .list(of: .ref("check")), "outputs": .list(of: .ref("output")),
      "source": .words(["replayed", "bought", "none"]), "origin": text, "started_at": time,
      "latency_ms": count, "cost": money, "possibly_billed": money, "failed_attempts": texts,
      "group": .ref("group"),
    ],
    optional: ["seed", "request", "comparison_key", "hint", "origin", "started_at", "group"])

  private static let request = object([
    "images": .list(of: .any(.ref("blob"), object(["url": text]))), "n": count,
    "enhance_prompt_mode": .words(of: EnhancePromptMode.self), "enable_safety_checker": .flag,
    "output_format": .words(of: DeliveryFormat.self),
  ])

  private static let check = object(
    [
      "name": text,
      "verdict": .words(["passed", "failed", "drifted", "unapproved", "skipped", "error"]),
      "severity": .words(of: CheckSeverity.self), "message": text,
      "measures": .list(
        of: object(
          [
            "picture": count, "other": text,
            "figures": JSONSchema.isMapping
              .with("additionalProperties", JSONSchema(type: "number").json),
            "limits": JSONSchema.isMapping.with(
              "additionalProperties",
              object(
                [
                  "at_least": JSONSchema(type: "number"), "at_most": JSONSchema(type: "number"),
                ], optional: ["at_least", "at_most"]
              ).json),
          ], optional: ["other", "limits"])),
    ], optional: ["measures"])

  private static let output = JSONSchema.ref("blob").and(
    object(
      [
        "index": count, "bytes": count, "path": text,
        "picture": object(
          [
            "codec": text, "width": count, "height": count, "pixel_digest": text,
            "emptiness": text,
          ], optional: ["emptiness"]),
        "problem": text, "revised_prompt": text,
        "hash": object(["version": text, "hex": text, "quality": count]),
      ], optional: ["picture", "problem", "revised_prompt", "hash"]))

  private static let group = object([
    "across": text, "expect": .words(of: GroupExpectation.self), "members": count, "cases": count,
    "pair": .list(of: object(["id": text, "picture": count, "path": text])),
  ])
}
