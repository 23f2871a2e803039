package import Canonical
package import SystemPackage

/// Makes stored exchanges a recording: blobs first, the HAR last, so that no name leads nowhere.
package struct Promotion: Sendable {
  /// What promoting a case did.
  package enum Result: Hashable, Sendable {
    /// The recording was written.
    case written(FilePath)
    /// The recording there says the same; not a byte was changed.
    case unchanged(FilePath)
    /// The exchanges are not to be recorded, and why.
    case kept(String)
  }

  private let folder: FixtureFolder
  private let source: BlobStore
  private let creatorVersion: String

  /// Names where recordings go and where the blobs of stored exchanges lie.
  package init(folder: FixtureFolder, source: BlobStore, creatorVersion: String) {
    self.folder = folder
    self.source = source
    self.creatorVersion = creatorVersion
  }

  /// Writes the recording of a case; doing so twice has the effect of once.
  ///
  /// - Throws: ``FileFailure`` or ``BlobFailure``; the stored exchanges stay where they are.
  package func promote(_ fixture: Fixture, as id: CaseID) throws -> Result {
    let path = folder.path(of: id)
    let bytes = HARWriter.bytes(of: fixture, creatorVersion: creatorVersion)
    if let problem = Self.problem(with: bytes) { return .kept(problem) }
    if let conflict = try folder.conflict(with: fixture.origin) { return .kept(conflict) }
    for blob in fixture.blobs { try folder.blobs.adopt(blob, from: source) }
    if let old = try existing(id), Self.isSame(old, fixture, blobs: folder.blobs) {
      return .unchanged(path)
    }
    try DurableFile.createFolder(folder.folder)
    try DurableFile.write(bytes, to: path)
    folder.note(fixture, in: id)
    return .written(path)
  }

  /// Why a file could not be read back; what can be replayed nowhere is better kept in the run store.
  private static func problem(with bytes: [UInt8]) -> String? {
    guard bytes.count <= HARReader.byteCountMax else {
      return "its recording would have \(bytes.count) bytes; \(HARReader.byteCountMax) are allowed"
    }
    do {
      _ = try HARReader.fixture(from: bytes)
      return nil
    } catch {
      return "its recording could not be read back: \(error)"
    }
  }

  /// The recording that is there; a damaged one is replaced like none.
  private func existing(_ id: CaseID) throws -> Fixture? {
    do {
      return try folder.fixture(of: id)
    } catch {
      return nil
    }
  }

  /// Whether two recordings differ in nothing but times, result URLs, `created` and request ids.
  package static func isSame(_ old: Fixture, _ new: Fixture, blobs: some BlobSource) -> Bool {
    guard old.caseKey == new.caseKey, old.origin.mixes(with: new.origin),
      old.exchanges.count == new.exchanges.count
    else { return false }
    return zip(old.exchanges, new.exchanges).allSatisfy { left, right in
      left.role == right.role && left.ordinal == right.ordinal
        && left.response.status == right.response.status
        && comparable(left.response.body) == comparable(right.response.body)
    }
  }

  /// Members of an answer that change from one call to the next without meaning anything.
  private static let volatileMembers: Set<String> = [
    "created", "url", "image_url", "request_id", "id", "task_id", "query",
  ]

  /// A body with its volatile members left out, as parts with canonical text.
  private static func comparable(_ body: Body) -> [BodyPart] {
    let text = body.parts.map { part in
      switch part {
      case .bytes(let bytes): String(decoding: bytes, as: UTF8.self)
      case .blob(let id), .base64(let id): id.fileName
      }
    }.joined()
    do {
      let json = try JSONParser.parse(Array(text.utf8))
      return [.bytes(withoutVolatile(json).canonicalBytes)]
    } catch {
      return body.parts
    }
  }

  private static func withoutVolatile(_ json: JSONValue) -> JSONValue {
    switch json {
    case .array(let elements): .array(elements.map(withoutVolatile))
    case .object(let object):
      .object(
        JSONObject(
          object.filter { !volatileMembers.contains($0.name) || $0.value == .string("") }
            .map { ($0.name, withoutVolatile($0.value)) }))
    default: json
    }
  }
}
