internal import Canonical
internal import SeedreamAPI
package import SystemPackage

/// Reads configuration files.
package enum ConfigLoader {
  /// The longest configuration file in bytes.
  package static let byteCountMax = 1_048_576

  /// How large a configuration file may be.
  static let sizes: SuiteLimits = {
    var sizes = SuiteLimits()
    sizes.fileByteCountMax = byteCountMax
    sizes.nodeCountMax = 20_000
    return sizes
  }()

  /// Reads a file's bytes.
  ///
  /// - Returns: what could be read, and everything that is wrong in order of place; with an error
  ///   among it the file must not be used.
  package static func load(
    bytes: [UInt8], path: FilePath, owner: ConfigOwner
  ) -> (file: ConfigFile, diagnostics: [Diagnostic]) {
    var reader = ConfigReader(path: path, owner: owner, limits: sizes)
    reader.read(bytes)
    let diagnostics = reader.log.sorted.map {
      reader.secretLines.contains($0.location.line) ? $0.hidingLine() : $0
    }
    return (reader.file, diagnostics)
  }
}

/// Turns the tree of a configuration file into values, collecting everything that is wrong.
struct ConfigReader: NodeReader {
  /// Prices of one table.
  static let pricesMax = 1_000
  /// Hosts of one list.
  static let hostsMax = 100
  /// What the name of a variable must end in, where a project chooses it.
  static let keyVariableEnding = "_API_KEY"

  static let synonyms = [
    "url": "endpoint", "base_url": "endpoint", "allowed_hosts": "allow_hosts",
    "hosts": "allow_hosts", "authentication": "auth", "price": "prices", "folders": "paths",
    "timeout": "request_timeout", "jobs": "concurrency", "parallel": "concurrency",
    "key": "key_variable", "api_key": "key_variable", "variable": "key_variable",
    "date": "as_of", "baselines": "fixtures", "cassettes": "fixtures", "token": "bearer",
    "budget": "max_cost",
  ]
  static let keys = [
    "version", "endpoint", "auth", "limits", "prices", "paths", "blob_store", "allow_hosts",
  ]
  static let authNames = ["scheme", "key_variable"]
  static let limitNames = runLimitNames + ["confirm_above"]
  static let priceNames = ["as_of", "models"]
  static let pathNames = ["fixtures", "reports"]

  let path: FilePath
  let owner: ConfigOwner
  let limits: SuiteLimits
  var log = DiagnosticLog()
  var file: ConfigFile
  /// Lines that may hold a key, in the place of its name, and are not shown.
  private(set) var secretLines: Set<Int> = []

  init(path: FilePath, owner: ConfigOwner, limits: SuiteLimits) {
    self.path = path
    self.owner = owner
    self.limits = limits
    file = ConfigFile(path: path, owner: owner)
  }

  mutating func read(_ bytes: [UInt8]) {
    guard let root = tree(of: bytes, is: "a configuration starts with: version: 1") else {
      return hideUnreadLines(of: bytes)
    }
    guard let members = mapping(root, of: "a configuration")
    else { return }
    version(
      members.first { $0.key == "version" }?.value, of: "the configuration", at: root.place)
    for member in members {
      switch member.key {
      case "version": break
      case "endpoint": endpoint(member.value)
      case "auth": auth(member.value)
      case "limits": limits(member.value)
      case "prices": prices(member.value)
      case "paths": paths(member.value)
      case "blob_store": blobStore(member.value)
      case "allow_hosts": allowHosts(member)
      default:
        if SecretName.covers(parameter: member.key) { hide(member) }
        unknown(
          "key", member.key, at: member.keyPlace,
          among: owner == .user ? Self.keys : Self.keys.dropLast())
      }
    }
  }

  /// Keeps the lines of a member from being shown.
  private mutating func hide(_ member: YAMLNode.Member) {
    secretLines.formUnion([member.keyPlace.line, member.value.place.line])
  }

  /// Keeps lines from being shown that may hold a key, where no tree says which do: all of them, once
  /// anything in the file has a secret's name.
  private mutating func hideUnreadLines(of bytes: [UInt8]) {
    let file = String(decoding: bytes.prefix(limits.fileByteCountMax), as: UTF8.self)
    let isSecretive = Self.words(of: file).contains {
      $0 == "key" || SecretName.covers(member: $0)
    }
    for number in Set(log.diagnostics.map(\.location.line)) {
      let words = Self.words(of: SourceText.line(number, of: bytes) ?? "")
      if isSecretive || words.contains(where: ["endpoint", "key_variable"].contains) {
        secretLines.insert(number)
      }
    }
  }

  private static func words(of text: String) -> [String] {
    text.utf8.split { !IdentifierRule.isAllowed($0) }.map { String(Substring($0)) }
  }

  private func placed<Value>(_ value: Value, _ node: YAMLNode) -> Placed<Value> {
    Placed(value, at: node.place.location(in: path))
  }

  private mutating func endpoint(_ node: YAMLNode) {
    guard let text = text(node, of: "'endpoint'") else { return }
    do {
      file.endpoint = placed(try EndpointName(text), node)
    } catch {
      // The text may hold a password.
      secretLines.insert(node.place.line)
      self.error(
        "'endpoint' is no endpoint: \(error)", at: node.place,
        hint: "a URL such as \(Endpoint.defaultURL), or \(EndpointName.simulatorWord)")
    }
  }

  private mutating func auth(_ node: YAMLNode) {
    for member in mapping(node, of: "'auth'") ?? [] {
      switch member.key {
      case "scheme":
        file.authScheme = word(
          member.value, of: "'scheme'", among: AuthScheme.allCases.map(\.rawValue)
        ).flatMap { AuthScheme(rawValue: $0) }.map { placed($0, member.value) }
      case "key_variable": keyVariable(member.value)
      default:
        hide(member)
        unknown("key", member.key, at: member.keyPlace, among: Self.authNames)
      }
    }
  }

  /// The name of a variable; where a project chooses it, one that can hold nothing but such a key.
  ///
  /// A change to a project must not have another secret of the machine sent.
  private mutating func keyVariable(_ node: YAMLNode) {
    guard let text = node.scalar, !node.isNull else {
      return error("'key_variable' must be the name of a variable", at: node.place)
    }
    let isName =
      text.utf8.first.map { !Self.isDigit($0) } == true
      && text.utf8.allSatisfy {
        Self.isDigit($0) || Self.isCapital($0) || $0 == UInt8(ascii: "_")
          || (owner == .user && Self.isCapital($0 & 0xDF) && $0 < 0x80)
      }
    guard isName else {
      // What stands here may be the key itself.
      secretLines.insert(node.place.line)
      return error(
        "'key_variable' is not the name of a variable", at: node.place,
        hint: "the name of the environment variable that holds the key, such as "
          + "PROOFSHEET_API_KEY; never the key itself")
    }
    guard owner == .user || (Self.isCapital(text.utf8.first ?? 0) && isOfAKey(text)) else {
      return error(
        "'key_variable' of a project must end in \(Self.keyVariableEnding)",
        at: node.place,
        hint: "a project must not have other secrets sent; your own configuration may name any")
    }
    file.keyVariable = placed(text, node)
  }

  private func isOfAKey(_ name: String) -> Bool {
    name.hasSuffix(Self.keyVariableEnding) && name.utf8.count > Self.keyVariableEnding.utf8.count
  }

  private static func isDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
  }

  private static func isCapital(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
  }

  private mutating func limits(_ node: YAMLNode) {
    var limits = RunLimits()
    for member in mapping(node, of: "'limits'") ?? [] {
      if member.key == "confirm_above" {
        file.confirmAbove = money(member.value, of: "'confirm_above'")
          .map { placed($0, member.value) }
      } else if !read(member, into: &limits) {
        unknown(
          "limit", member.key, at: member.keyPlace, among: Self.limitNames)
      }
    }
    file.limits = limits
  }

  private mutating func paths(_ node: YAMLNode) {
    for member in mapping(node, of: "'paths'") ?? [] {
      switch member.key {
      case "fixtures": file.fixtures = folder(member.value, of: "'fixtures'")
      case "reports": file.reports = folder(member.value, of: "'reports'")
      default:
        unknown("path", member.key, at: member.keyPlace, among: Self.pathNames)
      }
    }
  }

  private mutating func folder(_ node: YAMLNode, of name: String) -> Placed<FilePath>? {
    guard let text = text(node, of: name) else { return nil }
    guard !text.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) else {
      error("the path \(VisibleText.quote(text)) holds control characters", at: node.place)
      return nil
    }
    let written = FilePath(text)
    guard !written.isEmpty else {
      error("\(name) is empty", at: node.place, hint: "write . for the folder of this file")
      return nil
    }
    guard owner == .user || written.isRelative else {
      error(
        "\(name) of a project is a path of one machine", at: node.place,
        hint: "write it relative to the folder of this file")
      return nil
    }
    return placed(path.removingLastComponent().pushing(written).lexicallyNormalized(), node)
  }

  private mutating func allowHosts(_ member: YAMLNode.Member) {
    if case .project(let userFile) = owner {
      let place = userFile.map { VisibleText.escape($0.string) } ?? "your own configuration"
      return error(
        "'allow_hosts' is not for a project to say: it decides who gets the key",
        at: member.keyPlace, hint: "put it into \(place), or into PROOFSHEET_ALLOW_HOSTS")
    }
    guard let elements = list(member.value, of: "'allow_hosts'") else { return }
    guard elements.count <= Self.hostsMax else {
      return error(
        "\(elements.count) hosts; at most \(Self.hostsMax) are allowed", at: member.value.place)
    }
    for element in elements {
      guard let text = text(element, of: "a host") else { continue }
      guard let host = HostName.read(text) else {
        error(
          "\(VisibleText.quote(text)) is no host", at: element.place, hint: HostName.expectation)
        continue
      }
      if let earlier = file.allowHosts.first(where: { $0.value == host }) {
        error(
          "the host \(VisibleText.quote(host)) stands twice", at: element.place,
          notes: [
            ("first here", Place(line: earlier.location.line, column: earlier.location.column))
          ]
        )
        continue
      }
      file.allowHosts.append(placed(host, element))
    }
  }
}
