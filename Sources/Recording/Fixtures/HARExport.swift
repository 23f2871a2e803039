package import Canonical
internal import SeedreamAPI
package import SystemPackage

/// Writes the exchanges of many cases as one HAR 1.2 that other tools read.
///
/// Answers are always whole: a picture stands in base64 or, by `_file`, as a path relative to the HAR,
/// and a text that holds pictures is put together again. Requests are put together in the embedded
/// form; in the other their text names the pictures and `_parts` says where they lie. Equal fixtures
/// give equal bytes.
package struct HARExport: ~Copyable {
  /// The version of the members that are ours.
  package static let format = "proofsheet-export/1"

  /// What was written.
  package struct Summary: Hashable, Sendable {
    /// Cases.
    package var cases = 0
    /// Exchanges.
    package var exchanges = 0
    /// Bytes of the file.
    package var byteCount = 0
  }

  /// A recording that cannot be exported.
  package struct Failure: Error, Hashable, Sendable, CustomStringConvertible {
    /// Which one, where in it, and why.
    package let description: String
  }

  private let file: PartialFile
  private let embeds: Bool
  private let folder: FilePath
  private let workingFolder: FilePath
  private var summary = Summary()

  /// Starts a file, which takes its name only when the export is finished.
  ///
  /// - Parameters:
  ///   - path: the file; one that is there is replaced at the end, as `PartialFile.init(output:)` says.
  ///   - embeds: whether bodies stand in the file.
  ///   - workingFolder: what relative paths start from.
  ///   - creatorVersion: the version of the tool.
  /// - Throws: ``FileFailure``.
  package init(
    to path: FilePath, embeds: Bool, workingFolder: FilePath, creatorVersion: String
  ) throws(FileFailure) {
    let creator = JSONValue.members([
      "name": .string("proofsheet"), "version": .string(creatorVersion),
    ])
    let own = JSONValue.members(["embedded": .bool(embeds), "format": .string(Self.format)])
    let head = Array(
      (#"{"log":{"_proofsheet":\#(own.canonicalText),"creator":\#(creator.canonicalText),"#
        + #""entries":["#).utf8)
    let file = try PartialFile(output: path)
    try file.write(head)
    self.file = file
    self.embeds = embeds
    self.workingFolder = workingFolder
    folder = workingFolder.pushing(path).lexicallyNormalized().removingLastComponent()
    summary.byteCount = head.count
  }

  private mutating func write(_ text: String) throws(FileFailure) {
    let bytes = Array(text.utf8)
    try file.write(bytes)
    summary.byteCount += bytes.count
  }

  /// Adds the exchanges of a case; each body is held against its recorded digest.
  ///
  /// - Parameters:
  ///   - fixture: the recording.
  ///   - suite: the suite of the case.
  ///   - id: the case.
  ///   - blobs: where the bytes of the recording lie.
  /// - Throws: ``Failure`` for a body that is not as recorded, ``BlobFailure`` for a blob, and
  ///   ``FileFailure`` for the file.
  package mutating func add(
    _ fixture: Fixture, suite: SuiteName, id: CaseID, blobs: BlobStore
  ) throws {
    for (index, exchange) in fixture.exchanges.enumerated() {
      var entry = HARWriter.json(of: exchange).object ?? JSONObject()
      entry["_proofsheet"] = .members([
        "suite": .string(suite.text), "case": .string(id.text),
        "case_key": .string(fixture.caseKey.description),
        "role": .string(exchange.role.rawValue), "ordinal": .integer(exchange.ordinal),
      ])
      do {
        var request = entry["request"]?.object ?? JSONObject()
        if let body = exchange.request.body {
          request["postData"] = try sent(body, request["postData"], blobs)
        }
        entry["request"] = .object(request)
        var response = entry["response"]?.object ?? JSONObject()
        response["content"] = try received(exchange.response.body, response["content"], blobs)
        entry["response"] = .object(response)
      } catch let mismatch as BodyAssembly.Mismatch {
        throw Failure(description: "\(suite): \(id): at /log/entries/\(index): \(mismatch)")
      }
      try write((summary.exchanges == 0 ? "\n" : ",\n") + JSONValue.object(entry).canonicalText)
      summary.exchanges += 1
    }
    summary.cases += 1
  }

  /// Ends the file, syncs it and gives it its name.
  ///
  /// - Throws: ``FileFailure``.
  package consuming func finish() throws(FileFailure) -> Summary {
    try write("\n],\"pages\":[],\"version\":\"1.2\"}}\n")
    let summary = summary
    try file.commit()
    return summary
  }

  // MARK: - Bodies

  private func sent(_ body: Body, _ written: JSONValue?, _ blobs: BlobStore) throws -> JSONValue {
    var content = written?.object ?? JSONObject()
    guard embeds else {
      try BodyAssembly.check(body, from: blobs)
      if body.parts.count == 1, case .blob(let blob)? = body.parts.first {
        content["_file"] = .string(relative(blobs.path(of: blob)))
        // A reader that finds `postData` expects its text.
        content["text"] = .string("")
      } else if !body.blobs.isEmpty {
        content["_parts"] = .array(body.parts.map { part($0, blobs) })
      }
      return .object(content)
    }
    return .object(embed(try BodyAssembly.bytes(of: body, from: blobs), in: content))
  }

  private func received(
    _ body: Body, _ written: JSONValue?, _ blobs: BlobStore
  ) throws -> JSONValue {
    var content = written?.object ?? JSONObject()
    if !embeds, body.parts.count == 1, case .blob(let blob)? = body.parts.first {
      try BodyAssembly.check(body, from: blobs)
      content["_file"] = .string(relative(blobs.path(of: blob)))
      return .object(content)
    }
    return .object(embed(try BodyAssembly.bytes(of: body, from: blobs), in: content))
  }

  /// A body as text, or in base64 where it is none; HAR 1.2 defines `encoding` for answers only, and
  /// readers of requests take it there too.
  private func embed(_ bytes: [UInt8], in content: JSONObject) -> JSONObject {
    var content = content
    content["_file"] = nil
    content["_parts"] = nil
    let text = BlobKind(sniffing: bytes) == .data ? String(validating: bytes, as: UTF8.self) : nil
    if let text {
      content["text"] = .string(text)
    } else {
      content["text"] = .string(String(decoding: Base64.encode(bytes), as: UTF8.self))
      content["encoding"] = .string("base64")
    }
    return content
  }

  private func part(_ part: BodyPart, _ blobs: BlobStore) -> JSONValue {
    switch part {
    case .bytes(let bytes): .members(["text": .string(String(decoding: bytes, as: UTF8.self))])
    case .blob(let blob): .members(["_file": .string(relative(blobs.path(of: blob)))])
    case .base64(let blob): .members(["base64_file": .string(relative(blobs.path(of: blob)))])
    }
  }

  /// A path as seen from the folder of the HAR, whose parts are joined by `/`.
  private func relative(_ path: FilePath) -> String {
    let target = workingFolder.pushing(path).lexicallyNormalized()
    let from = folder.components.map(\.string)
    let to = target.components.map(\.string)
    let common = zip(from, to).prefix { $0 == $1 }.count
    let up = [String](repeating: "..", count: from.count - common)
    return (up + to[common...]).joined(separator: "/")
  }
}
