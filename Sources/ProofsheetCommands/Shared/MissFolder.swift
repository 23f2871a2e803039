internal import Canonical
internal import Experiments
internal import Recording
internal import Synchronization
internal import SystemPackage

/// Keeps the requests of misses whole, for a person to compare them in an editor.
///
/// `<folder>/<suite>/<case id>/asked.json` is what was asked for, `near-1.json` and so on are the
/// requests of the recordings that come near. Nothing is made before the first miss.
final class MissFolder: Sendable {
  /// Misses of a run that are kept whole; what they have in common is seen in a few.
  static let missesMax = 100
  /// The largest request that is taken over, in bytes.
  static let requestByteCountMax = 64 << 20

  private struct State {
    var count = 0
    var failure: String?
  }

  private let folder: FilePath
  private let redactor: Redactor
  private let state = Mutex(State())

  /// - Parameter folder: where the requests go.
  init(_ folder: FilePath, redactor: Redactor) {
    self.folder = folder
    self.redactor = redactor
  }

  /// Writes the requests of a miss; one that cannot be written is told at the end and stops no run.
  func keep(_ identity: CaseIdentity, _ miss: Miss) {
    keep(identity) { () throws(FileFailure) in
      [miss.asked.prettyBytes] + miss.nearest.map(\.recorded.prettyBytes)
    }
  }

  /// Takes over what a shard has kept of a case, which of most is nothing.
  ///
  /// - Parameters:
  ///   - identity: the case.
  ///   - folder: the folder of the shard's misses.
  func take(_ identity: CaseIdentity, from folder: FilePath) {
    let place = Self.place(of: identity, in: folder)
    guard DurableFile.isFolder(place) else { return }
    keep(identity) { () throws(FileFailure) in
      var requests: [[UInt8]] = []
      for name in Self.names where DurableFile.isFile(place.appending(name)) {
        requests.append(
          try DurableFile.read(
            place.appending(name), byteCountMax: Self.requestByteCountMax, followsLink: false))
      }
      return requests
    }
  }

  /// The files of a miss: what was asked for, then what comes near.
  private static let names = ["asked.json"] + (1...NearMiss.shownMax).map { "near-\($0).json" }

  private static func place(of identity: CaseIdentity, in folder: FilePath) -> FilePath {
    folder.appending(identity.suite.text).appending(identity.id.text)
  }

  private func keep(
    _ identity: CaseIdentity, _ requests: () throws(FileFailure) -> [[UInt8]]
  ) {
    let isKept = state.withLock { state in
      state.count += 1
      return state.count <= Self.missesMax && state.failure == nil
    }
    guard isKept else { return }
    let place = Self.place(of: identity, in: folder)
    do throws(FileFailure) {
      try DurableFile.createFolder(place)
      for (name, request) in zip(Self.names, try requests()) {
        try DurableFile.write(redactor.bytes(request), to: place.appending(name))
      }
    } catch {
      state.withLock { $0.failure = "the requests of misses: \(error)" }
    }
  }

  /// What went wrong first, if anything did.
  var failure: String? { state.withLock { $0.failure } }

  /// Where to look, once there was a miss.
  var note: String? {
    let count = state.withLock { $0.count }
    guard count > 0, failure == nil else { return nil }
    // A shard keeps no more than a whole run does, so that there may be others where it is full.
    let which =
      count >= Self.missesMax
      ? "the requests of the first \(Self.missesMax) misses" : "the requests that have no recording"
    return "\(which), whole, beside those that come near: \(folder)"
  }
}
