internal import Canonical
internal import SeedreamAPI
package import SystemPackage

/// Looks for secrets in the files that a project commits.
///
/// A JSON text is read, so that escapes hide nothing, and strings within it that hold JSON or base64
/// are looked through as well. Anything else is looked through as raw bytes, so that the texts within
/// a picture are read too; what a picture holds in compressed form is not unpacked.
package struct SecretScanner: Sendable {
  /// The largest file that is looked through.
  package static let byteCountMax = BlobStore.byteCountMax
  /// Findings of one file that are told.
  package static let findingsMax = 100
  /// How deep base64 and JSON may stand within each other.
  static let nestingMax = 4
  /// Base64 shorter than this holds no secret that could be told from chance.
  static let base64ByteCountMin = 16

  private let redactor: Redactor
  /// Judges URLs by their parameters alone.
  private let plain = Redactor(secrets: [])

  /// Takes the secrets that the process holds.
  package init(_ redactor: Redactor) { self.redactor = redactor }

  /// Looks through a file; one that cannot be read gives a finding that says so.
  package func scan(_ path: FilePath) -> [SecretFinding] {
    let shown = redactor.text(path.string)
    let name = path.lastComponent?.string ?? ""
    var findings: [SecretFinding] = []
    if let kind = first(in: Array(name.utf8)) {
      findings.append(SecretFinding(path: shown, place: .name, kind: kind))
    }
    do {
      let bytes = try DurableFile.read(path, byteCountMax: Self.byteCountMax)
      guard !GitLFSPointer.isPointer(bytes) else {
        let reason =
          "it is a Git LFS pointer; fetch it with: \(GitLFSPointer.fetchCommand(for: path))"
        let kind = SecretFinding.Kind.unread(redactor.text(reason))
        return findings + [SecretFinding(path: shown, place: .name, kind: kind)]
      }
      return findings + scan(bytes, shown: shown)
    } catch {
      let kind = SecretFinding.Kind.unread(redactor.text(error.reason))
      return findings + [SecretFinding(path: shown, place: .name, kind: kind)]
    }
  }

  /// Looks through the bytes of a file.
  ///
  /// - Parameters:
  ///   - bytes: the bytes.
  ///   - shown: the path that findings name.
  package func scan(_ bytes: [UInt8], shown: String) -> [SecretFinding] {
    var findings: [SecretFinding] = []
    if let json = json(bytes) {
      walk(json, Walk(pointer: "", memberName: "", nesting: 0)) { place, kind in
        // One finding a place: the strongest comes first.
        guard findings.last?.place != .pointer(place) else { return }
        findings.append(SecretFinding(path: shown, place: .pointer(place), kind: kind))
      }
    } else {
      for (offset, kind) in hits(in: bytes, decodes: true, nesting: 0) {
        findings.append(SecretFinding(path: shown, place: .offset(offset), kind: kind))
      }
    }
    return Array(findings.prefix(Self.findingsMax))
  }

  // MARK: - JSON

  private struct Walk {
    var pointer: String
    var memberName: String
    var nesting: Int
  }

  private func json(_ bytes: [UInt8]) -> JSONValue? {
    let first = bytes.first { ![0x20, 0x09, 0x0A, 0x0D].contains($0) }
    guard first == UInt8(ascii: "{") || first == UInt8(ascii: "[") else { return nil }
    do {
      return try JSONParser.parse(bytes)
    } catch {
      // No JSON, or none that we write: it is looked through as bytes.
      return nil
    }
  }

  private func walk(
    _ value: JSONValue, _ at: Walk, _ tell: (String, SecretFinding.Kind) -> Void
  ) {
    switch value {
    case .null, .bool, .number: break
    case .string(let text): look(at: text, at, tell)
    case .array(let elements):
      for (index, element) in elements.enumerated() {
        var inner = at
        inner.pointer += "/\(index)"
        walk(element, inner, tell)
      }
    case .object(let object):
      if let name = object["name"]?.string, let value = object["value"]?.string,
        isCredential(header: name), isOpen(value)
      {
        tell(at.pointer + "/value", .header)
      }
      for member in object {
        var inner = at
        let name = shownName(member.name)
        inner.pointer += "/\(name.text)"
        inner.memberName = member.name
        if let kind = name.kind { tell(inner.pointer, kind) }
        walk(member.value, inner, tell)
      }
    }
  }

  /// A member's name as a part of a pointer (RFC 6901 section 3); one that is a secret is not shown.
  private func shownName(_ name: String) -> (text: String, kind: SecretFinding.Kind?) {
    if let kind = first(in: Array(name.utf8)) { return ("<\(kind.word)>", kind) }
    return (name.replacing("~", with: "~0").replacing("/", with: "~1"), nil)
  }

  private func isCredential(header name: String) -> Bool {
    SecretName.covers(parameter: name)
      || ["cookie", "set-cookie", "x-api-key", "proxy-authorization"].contains(name.lowercased())
  }

  private func isOpen(_ value: String) -> Bool {
    !value.isEmpty && value != Redactor.replacement
  }

  private func look(
    at text: String, _ at: Walk, _ tell: (String, SecretFinding.Kind) -> Void
  ) {
    let bytes = Array(text.utf8)
    if let kind = first(in: bytes) {
      tell(at.pointer, kind)
      return
    }
    if SecretName.covers(member: at.memberName), isOpen(text) { tell(at.pointer, .member) }
    guard at.nesting < Self.nestingMax else { return }
    var inner = at
    inner.nesting += 1
    if let nested = json(bytes) {
      inner.pointer += " within "
      walk(nested, inner, tell)
    } else if let decoded = decoded(bytes) {
      inner.pointer += " in base64"
      if let nested = json(decoded) {
        inner.pointer += " within "
        walk(nested, inner, tell)
      } else if let hit = hits(in: decoded, decodes: true, nesting: inner.nesting).first {
        tell("\(inner.pointer) at byte \(hit.offset)", hit.kind)
      }
    }
  }

  /// What a string of base64 stands for: all of it, or what follows `data:…;base64,`.
  private func decoded(_ text: [UInt8]) -> [UInt8]? {
    var digits = text[...]
    if text.starts(with: "data:".utf8) {
      guard let comma = text.prefix(200).firstIndex(of: UInt8(ascii: ",")) else { return nil }
      digits = text[(comma + 1)...]
    }
    guard digits.count >= Self.base64ByteCountMin else { return nil }
    return Base64.decode(Self.standardDigits(digits))
  }

  /// The digits of base64url (RFC 4648 section 5) as those of base64.
  private static func standardDigits(_ digits: ArraySlice<UInt8>) -> [UInt8] {
    digits.map {
      $0 == UInt8(ascii: "-") ? UInt8(ascii: "+") : $0 == UInt8(ascii: "_") ? UInt8(ascii: "/") : $0
    }
  }

  // MARK: - Bytes

  private func first(in bytes: [UInt8]) -> SecretFinding.Kind? {
    hits(in: bytes, decodes: false, nesting: 0).first?.kind
  }

  /// Everything found in some bytes: known secrets, then shapes, then URLs; sorted by place.
  ///
  /// - Parameter decodes: whether base64 within a text is looked through.
  private func hits(
    in bytes: [UInt8], decodes: Bool, nesting: Int
  ) -> [(offset: Int, kind: SecretFinding.Kind)] {
    let known = redactor.ranges(in: bytes, max: Self.findingsMax)
    var hits = known.map { ($0.lowerBound, SecretFinding.Kind.known) }
    var covered = known
    func add(_ range: Range<Int>, _ kind: SecretFinding.Kind) {
      guard hits.count < Self.findingsMax, !covered.contains(where: { $0.overlaps(range) }) else {
        return
      }
      covered.append(range)
      hits.append((range.lowerBound, kind))
    }
    for match in TokenShape.matches(in: bytes) { add(match.range, .shape(match.shape)) }
    for range in urls(in: bytes) {
      let url = String(decoding: bytes[range], as: UTF8.self)
      if plain.url(url) != url { add(range, .url) }
    }
    if decodes, nesting < Self.nestingMax, BlobKind(sniffing: bytes) == .data {
      for run in base64Runs(in: bytes) {
        guard let decoded = Base64.decode(Self.standardDigits(bytes[run])) else { continue }
        if let inner = self.hits(in: decoded, decodes: true, nesting: nesting + 1).first {
          add(run, inner.kind)
        }
      }
    }
    return hits.sorted { $0.0 < $1.0 }.map { (offset: $0.0, kind: $0.1) }
  }

  /// Where URLs stand in some bytes.
  private func urls(in bytes: [UInt8]) -> [Range<Int>] {
    let mark = Array("://".utf8)
    var found: [Range<Int>] = []
    var position = 0
    while let colon = bytes[position...].firstIndex(of: mark[0]) {
      position = colon + 1
      guard bytes[colon...].starts(with: mark) else { continue }
      let before = bytes[..<colon].suffix(5).map { $0 | 0x20 }
      let scheme = ["https", "http"].first { before.suffix($0.utf8.count) == Array($0.utf8)[...] }
      guard let scheme else { continue }
      let end =
        bytes[position...].firstIndex { $0 <= 0x20 || $0 >= 0x7F || "\"'<>\\`".utf8.contains($0) }
        ?? bytes.count
      found.append((colon - scheme.utf8.count)..<end)
      position = end
    }
    return found
  }

  /// Long runs of base64 digits in a text; the bytes of anything else are random enough to hold many.
  private func base64Runs(in bytes: [UInt8]) -> [Range<Int>] {
    guard String(validating: bytes, as: UTF8.self) != nil else { return [] }
    var runs: [Range<Int>] = []
    var start = 0
    for position in 0...bytes.count {
      if position < bytes.count, Self.isBase64Digit(bytes[position]) { continue }
      if position - start >= Self.base64ByteCountMin { runs.append(start..<position) }
      start = position + 1
    }
    return runs
  }

  private static func isBase64Digit(_ byte: UInt8) -> Bool {
    (IdentifierRule.isAllowed(byte) && byte != UInt8(ascii: "."))
      || byte == UInt8(ascii: "+") || byte == UInt8(ascii: "/")
  }
}
