package import Canonical

/// A place in a file where a secret seems to stand; the secret itself is no part of it.
package struct SecretFinding: Hashable, Sendable {
  /// What was found.
  package enum Kind: Hashable, Sendable {
    /// A secret that this process holds, in any of its forms.
    case known
    /// Something of the shape of a well-known credential.
    case shape(TokenShape)
    /// A URL whose user, or a parameter that grants access, is not redacted.
    case url
    /// A member of JSON whose name says that its value is secret.
    case member
    /// A header, cookie or parameter of a HAR that carries a credential.
    case header
    /// Nothing was found, since the file could not be read to its end.
    case unread(String)

    /// The word that reports show; it is stable.
    package var word: String {
      switch self {
      case .known: "known-secret"
      case .shape(let shape): shape.rawValue
      case .url: "url-credential"
      case .member: "secret-member"
      case .header: "secret-header"
      case .unread: "unread"
      }
    }
  }

  /// Where in a file.
  package enum Place: Hashable, Sendable {
    /// Bytes from its start.
    case offset(Int)
    /// A JSON Pointer (RFC 6901), and how to go on within the string there.
    case pointer(String)
    /// The name of the file itself.
    case name

    /// The place for people.
    package var description: String {
      switch self {
      case .offset(let offset): "byte \(offset)"
      case .pointer(let pointer): pointer.isEmpty ? "the whole text" : pointer
      case .name: "the file's name"
      }
    }
  }

  /// The file, its name redacted.
  package let path: String
  /// Where in it.
  package let place: Place
  /// What was found.
  package let kind: Kind

  /// Puts a finding together.
  package init(path: String, place: Place, kind: Kind) {
    self.path = path
    self.place = place
    self.kind = kind
  }

  /// One line with the path, the place and the kind.
  package var description: String {
    if case .unread(let reason) = kind { return "\(path): not looked through: \(reason)" }
    return "\(path): \(place.description): \(kind.word)"
  }

  /// The finding for scripts.
  package var json: JSONValue {
    var offset: Int?
    var pointer: String?
    var reason: String?
    switch place {
    case .offset(let number): offset = number
    case .pointer(let text): pointer = text
    case .name: break
    }
    if case .unread(let text) = kind { reason = text }
    return .members([
      "path": .string(path), "kind": .string(kind.word),
      "offset": offset.map { .integer($0) }, "pointer": pointer.map { .string($0) },
      "reason": reason.map { .string($0) },
    ])
  }
}
