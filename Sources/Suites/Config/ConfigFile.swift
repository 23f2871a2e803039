package import Canonical
package import SeedreamAPI
package import SystemPackage

/// Whose configuration a file is, which decides what it may say.
package enum ConfigOwner: Hashable, Sendable {
  /// Everybody's who works on a project: whoever sends a change to it writes here.
  ///
  /// - userFile: the user's own file, for messages; `nil` where the user has no home.
  case project(userFile: FilePath?)
  /// The user's own.
  case user
}

/// An endpoint as people name it.
package enum EndpointName: Hashable, Sendable, CustomStringConvertible {
  /// The stand-in that is started for the run.
  case simulator
  /// A server.
  case server(HTTPURL)

  /// The word for the stand-in.
  package static let simulatorWord = "simulator"

  /// Reads the word or a URL.
  ///
  /// - Throws: `HTTPURL.Problem`, whose text never holds the URL: it may hold a password.
  package init(_ text: String) throws(HTTPURL.Problem) {
    self = text == Self.simulatorWord ? .simulator : .server(try HTTPURL(text))
  }

  /// The word, or the URL without its query.
  package var description: String {
    switch self {
    case .simulator: Self.simulatorWord
    case .server(let url): url.display
    }
  }
}

/// What a configuration file states; what it leaves out is `nil`.
package struct ConfigFile: Hashable, Sendable {
  /// The file by the path that it was given as.
  package let path: FilePath
  /// Whose it is.
  package let owner: ConfigOwner
  /// Where requests go.
  package var endpoint: Placed<EndpointName>?
  /// How the key is sent.
  package var authScheme: Placed<AuthScheme>?
  /// The name of the variable that holds the key.
  package var keyVariable: Placed<String>?
  /// What a run may take and spend.
  package var limits = RunLimits()
  /// Above this a person at a terminal is asked.
  package var confirmAbove: Placed<Money>?
  /// Prices, which replace the built-in ones.
  package var prices: Placed<PriceTable>?
  /// The folder of recordings, resolved against the file's folder.
  package var fixtures: Placed<FilePath>?
  /// The folder of the run store and of reports, resolved likewise.
  package var reports: Placed<FilePath>?
  /// What hands pictures to a store.
  package var blobPush: Placed<BlobCommand>?
  /// What fetches them from it.
  package var blobPull: Placed<BlobCommand>?
  /// How long either may take.
  package var blobTimeout: Placed<Duration>?
  /// Hosts that a project's endpoint may be at and get the key; of the user's own file only.
  package var allowHosts: [Placed<String>] = []

  /// States nothing.
  package init(path: FilePath, owner: ConfigOwner) {
    self.path = path
    self.owner = owner
  }
}

/// The name of a host as it is allowed: alone, in lower case, without brackets.
package enum HostName {
  /// What a text must look like, for messages.
  package static let expectation = "the host alone, such as api.example.com"

  /// Reads a host; `nil` for anything that is more than that, or that a URL could not mean exactly.
  package static func read(_ text: String) -> String? {
    let isAddress = text.contains(":")
    let isBracketed = text.hasPrefix("[") && text.hasSuffix("]")
    let written = isAddress && !isBracketed ? "[\(text)]" : text
    // A host with an escaped character is another one for whoever undoes the escape.
    let allowed = text.utf8.allSatisfy {
      IdentifierRule.isAllowed($0) || "[:]".utf8.contains($0)
    }
    guard allowed, !text.isEmpty else { return nil }
    do {
      let url = try HTTPURL("https://\(written)")
      let shown = url.host.contains(":") ? "[\(url.host)]" : url.host
      return shown == written.lowercased() ? url.host : nil
    } catch {
      return nil
    }
  }
}
