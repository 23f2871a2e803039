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
    let isKept = state.withLock { state in
      state.count += 1
      return state.count <= Self.missesMax && state.failure == nil
    }
    guard isKept else { return }
    let place = folder.appending(identity.suite.text).appending(identity.id.text)
    do throws(FileFailure) {
      try DurableFile.createFolder(place)
      try write(miss.asked, to: place.appending("asked.json"))
      for (index, near) in miss.nearest.enumerated() {
        try write(near.recorded, to: place.appending("near-\(index + 1).json"))
      }
    } catch {
      state.withLock { $0.failure = "\(error)" }
    }
  }

  private func write(_ request: JSONValue, to path: FilePath) throws(FileFailure) {
    try DurableFile.write(redactor.bytes(request.prettyBytes), to: path)
  }

  /// What went wrong first, if anything did.
  var failure: String? { state.withLock { $0.failure } }

  /// Where to look, once there was a miss.
  var note: String? {
    let count = state.withLock { $0.count }
    guard count > 0, failure == nil else { return nil }
    let which =
      count > Self.missesMax
      ? "the requests of the first \(Self.missesMax) misses" : "the requests that have no recording"
    return "\(which), whole, beside those that come near: \(folder)"
  }
}
