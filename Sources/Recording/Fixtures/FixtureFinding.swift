package import Canonical
package import SystemPackage

/// Something about a fixture folder that its owner should know.
package struct FixtureFinding: Hashable, Sendable {
  /// Kinds of finding; the words stand in JSON and are stable.
  package enum Kind: String, Hashable, Sendable, CaseIterable {
    /// A recording whose structure, seal or key is wrong.
    case damagedRecording = "damaged-recording"
    /// A Git LFS pointer in the place of a recording or picture.
    case notFetched = "not-fetched"
    /// A blob that a recording or the baseline names and that is not there.
    case missingBlob = "missing-blob"
    /// A blob whose bytes are not those of its name.
    case corruptBlob = "corrupt-blob"
    /// A symbolic link in the place of the folder of pictures, which could lead out of it.
    case linkedFolder = "linked-folder"
    /// A body whose parts do not make the recorded bytes.
    case wrongBody = "wrong-body"
    /// A recording that ends before its last picture.
    case incomplete
    /// A recording that no case asks for.
    case unused
    /// A blob that neither a recording nor the baseline names.
    case orphan
    /// A file that does not belong.
    case stray
    /// What a crash has left of a file that was being written.
    case partial
    /// Recordings of the simulator beside those of a model.
    case mixedOrigins = "mixed-origins"
    /// More bytes than a repository should hold.
    case large
  }

  /// What it is.
  package let kind: Kind
  /// The file or folder.
  package let path: FilePath
  /// What is the matter, in one sentence without the path.
  package let message: String
  /// What to run next.
  package let next: String

  /// Puts a finding together.
  package init(_ kind: Kind, _ path: FilePath, _ message: String, next: String) {
    self.kind = kind
    self.path = path
    self.message = message
    self.next = next
  }

  /// Whether a replay can fail of it; anything else is a warning.
  package var isBroken: Bool {
    switch kind {
    case .damagedRecording, .notFetched, .missingBlob, .corruptBlob, .linkedFolder, .wrongBody,
      .incomplete:
      true
    case .unused, .orphan, .stray, .partial, .mixedOrigins, .large: false
    }
  }

  /// Two lines: what it is and where, and what to run.
  package var description: String {
    "\(isBroken ? "broken" : "warning"): \(path): \(message)\n  next: \(next)"
  }

  /// The finding for scripts.
  package var json: JSONValue {
    .members([
      "severity": .string(isBroken ? "error" : "warning"), "kind": .string(kind.rawValue),
      "path": .string(path.string), "message": .string(message), "next": .string(next),
    ])
  }
}
