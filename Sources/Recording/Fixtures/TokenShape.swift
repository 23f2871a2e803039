/// Shapes of well-known credentials, found by what they begin with and checked by what follows.
package enum TokenShape: String, Hashable, Sendable, CaseIterable {
  /// `Bearer` and a token, as in an Authorization header.
  case bearer = "bearer-token"
  /// A key of the form `sk-…`, as several model services give out.
  case secretKey = "sk-key"
  /// The id of an AWS access key.
  case awsAccessKey = "aws-access-key"
  /// A token of GitHub.
  case gitHubToken = "github-token"
  /// A token of Slack.
  case slackToken = "slack-token"
  /// A key of Google's APIs.
  case googleKey = "google-api-key"
  /// A JSON Web Token (RFC 7519) with three parts.
  case jsonWebToken = "json-web-token"
  /// A private key in PEM form.
  case privateKey = "private-key"

  /// The longest key, or header of a JSON Web Token, that is looked at.
  static let partByteCountMax = 512
  /// The longest payload or signature of a JSON Web Token.
  static let payloadByteCountMax = 16_384

  /// A place where a shape was found.
  package struct Match: Hashable, Sendable {
    /// The shape.
    package let shape: TokenShape
    /// Where it stands.
    package let range: Range<Int>
  }

  /// The first bytes of what can begin a credential; others are passed over quickly.
  private static let firstBytes: [Bool] = {
    var table = [Bool](repeating: false, count: 256)
    for byte in "BbsAgxe-".utf8 { table[Int(byte)] = true }
    return table
  }()

  /// Every credential in some bytes, which need not be text.
  package static func matches(in bytes: [UInt8]) -> [Match] {
    var matches: [Match] = []
    let table = firstBytes
    var position = 0
    while position < bytes.count {
      guard table[Int(bytes[position])], let match = match(at: position, in: bytes) else {
        position += 1
        continue
      }
      matches.append(match)
      position = match.range.upperBound
    }
    return matches
  }

  private static func match(at start: Int, in bytes: [UInt8]) -> Match? {
    // A credential is no part of a longer word: `task-…` holds `sk-` and is none.
    if start > 0, isAlphanumeric(bytes[start - 1]) { return nil }
    for shape in allCases {
      if let end = shape.end(from: start, in: bytes) {
        return Match(shape: shape, range: start..<end)
      }
    }
    return nil
  }

  /// Where the credential that begins at a place ends; `nil` where none begins.
  private func end(from start: Int, in bytes: [UInt8]) -> Int? {
    switch self {
    case .bearer: bearerEnd(start, bytes)
    case .secretKey:
      Self.run(after: "sk-", start, bytes, count: 20...Self.partByteCountMax) { Self.isToken($0) }
        .flatMap { Self.hasDigit(bytes[start..<$0]) ? $0 : nil }
    case .awsAccessKey:
      ["AKIA", "ASIA"].lazy.compactMap {
        Self.run(after: $0, start, bytes, count: 16...16) { Self.isCapitalOrDigit($0) }
      }.first
    case .gitHubToken:
      ["ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_"].lazy.compactMap {
        Self.run(after: $0, start, bytes, count: 30...Self.partByteCountMax) { Self.isToken($0) }
      }.first
    case .slackToken:
      ["xoxb-", "xoxp-", "xoxa-", "xoxr-", "xoxs-"].lazy.compactMap {
        Self.run(after: $0, start, bytes, count: 16...Self.partByteCountMax) { Self.isToken($0) }
      }.first
    case .googleKey:
      Self.run(after: "AIza", start, bytes, count: 35...35) { Self.isToken($0) }
    case .jsonWebToken: jsonWebTokenEnd(start, bytes)
    case .privateKey: privateKeyEnd(start, bytes)
    }
  }

  private func bearerEnd(_ start: Int, _ bytes: [UInt8]) -> Int? {
    let word = Array("bearer".utf8)
    guard bytes[start...].prefix(word.count).map({ $0 | 0x20 }) == word else { return nil }
    let blanks = bytes[(start + word.count)...].prefix(5).prefix { $0 == 0x20 }
    guard (1...4).contains(blanks.count) else { return nil }
    // RFC 6750 section 2.1.
    let token = bytes[blanks.endIndex...].prefix {
      Self.isToken($0) || [0x2E, 0x7E, 0x2B, 0x2F, 0x3D].contains($0)
    }
    guard token.count >= 16, Self.hasDigit(token) else { return nil }
    return token.endIndex
  }

  private func jsonWebTokenEnd(_ start: Int, _ bytes: [UInt8]) -> Int? {
    guard
      let header = Self.run(
        after: "eyJ", start, bytes, count: 8...Self.partByteCountMax, where: Self.isToken),
      header < bytes.count, bytes[header] == 0x2E,
      let payload = Self.run(
        after: "eyJ", header + 1, bytes, count: 8...Self.payloadByteCountMax,
        where: Self.isToken),
      payload < bytes.count, bytes[payload] == 0x2E
    else { return nil }
    let signature = bytes[(payload + 1)...].prefix(Self.payloadByteCountMax)
      .prefix(while: Self.isToken)
    return signature.count >= 16 ? signature.endIndex : nil
  }

  private func privateKeyEnd(_ start: Int, _ bytes: [UInt8]) -> Int? {
    guard bytes[start...].starts(with: "-----BEGIN ".utf8) else { return nil }
    let line = bytes[(start + 11)...].prefix(60)
    guard let end = line.firstRange(of: Array("PRIVATE KEY-----".utf8)) else { return nil }
    return end.upperBound
  }

  /// Where a run of allowed bytes behind a prefix ends; `nil` where the prefix is another, or the run
  /// is shorter than a range allows or, where its length must be exact, longer.
  ///
  /// No more is looked at than the range allows, so that a file full of prefixes costs little.
  private static func run(
    after prefix: String, _ start: Int, _ bytes: [UInt8], count: ClosedRange<Int>,
    where isAllowed: (UInt8) -> Bool
  ) -> Int? {
    guard start < bytes.count, bytes[start...].starts(with: prefix.utf8) else { return nil }
    let rest = bytes[(start + prefix.utf8.count)...].prefix(count.upperBound + 1)
    let run = rest.prefix(while: isAllowed)
    guard run.count >= count.lowerBound else { return nil }
    let isExact = count.lowerBound == count.upperBound
    return run.count <= count.upperBound ? run.endIndex : isExact ? nil : run.endIndex - 1
  }

  private static func hasDigit(_ bytes: ArraySlice<UInt8>) -> Bool {
    bytes.contains { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
  }

  private static func isCapitalOrDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
      || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
  }

  private static func isAlphanumeric(_ byte: UInt8) -> Bool {
    isCapitalOrDigit(byte) || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
  }

  private static func isToken(_ byte: UInt8) -> Bool {
    isAlphanumeric(byte) || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-")
  }
}
