package import Canonical
internal import Synchronization
package import SystemPackage

/// What a search for the recording of a case found.
package enum FixtureLookup: Sendable {
  /// The recording, and the case id whose file it lies in.
  case found(Fixture, fileID: CaseID)
  /// No recording of the request.
  case missing
  /// The request is recorded, but not as often as it is asked for.
  case exhausted(recorded: Int)
  /// The case's file holds another request.
  case stale(fileID: CaseID, changes: [FieldChange])
  /// The file at the path is a Git LFS pointer: the request is recorded, or may be, and the bytes were
  /// not fetched. It is never bought again for that.
  case notFetched(FilePath)
  /// The case's file, or a blob of it, is damaged.
  case corrupt(String)
}

/// A field of a request that is not what was recorded.
package struct FieldChange: Hashable, Sendable, CustomStringConvertible {
  /// The JSON Pointer below the request's body.
  package let pointer: String
  /// The recorded value as JSON; `nil` where it was absent.
  package let recorded: String?
  /// The value asked for as JSON; `nil` where it is absent.
  package let asked: String?

  /// Longest part of a value that is shown.
  static let shownMax = 60

  /// The field with both values.
  package var description: String {
    // Long values are cut around the first place where they differ.
    let common = zip(recorded ?? "", asked ?? "").prefix { $0 == $1 }.count
    let start = max(0, common - Self.shownMax / 3)
    func shown(_ value: String?) -> String {
      guard let value else { return "absent" }
      guard value.count > Self.shownMax else { return value }
      let rest = value.dropFirst(start)
      return (start > 0 ? "…" : "") + rest.prefix(Self.shownMax)
        + (rest.count > Self.shownMax ? "…" : "")
    }
    return "\(pointer): recorded \(shown(recorded)), asked \(shown(asked))"
  }

  /// The names of the fields and that they differ: `prompt, seed differ`.
  package static func names(_ changes: [FieldChange]) -> String {
    changes.map { String($0.pointer.dropFirst()) }.joined(separator: ", ")
      + (changes.count == 1 ? " differs" : " differ")
  }

  /// The differences between two canonical requests.
  package static func between(recorded: JSONValue, asked: JSONValue) -> [FieldChange] {
    var changes: [FieldChange] = []
    collect(recorded, asked, "", &changes)
    return changes.map {
      let pointer = $0.pointer.hasPrefix("/body/") ? String($0.pointer.dropFirst(5)) : $0.pointer
      return FieldChange(pointer: pointer, recorded: $0.recorded, asked: $0.asked)
    }
  }

  private static func collect(
    _ recorded: JSONValue?, _ asked: JSONValue?, _ pointer: String, _ changes: inout [FieldChange]
  ) {
    guard recorded != asked else { return }
    if case .object(let left)? = recorded, case .object(let right)? = asked {
      for name in Set(left.map(\.name) + right.map(\.name)).sorted() {
        // RFC 6901 section 3.
        let token = name.replacing("~", with: "~0").replacing("/", with: "~1")
        collect(left[name], right[name], "\(pointer)/\(token)", &changes)
      }
    } else if case .array(let left)? = recorded, case .array(let right)? = asked {
      for index in 0..<max(left.count, right.count) {
        collect(
          index < left.count ? left[index] : nil, index < right.count ? right[index] : nil,
          "\(pointer)/\(index)", &changes)
      }
    } else {
      changes.append(
        FieldChange(
          pointer: pointer, recorded: recorded?.canonicalText, asked: asked?.canonicalText))
    }
  }
}

/// The recordings of one suite: a HAR for each request, and blobs beside them.
package final class FixtureFolder: Sendable {
  /// The extension of recordings.
  package static let fileExtension = "har"

  /// The folder.
  package let folder: FilePath
  /// The blobs beside the recordings.
  package let blobs: BlobStore

  /// The same blobs for serving a recording that was found: what was checked is not read again.
  package let verifier: BlobVerifier
  private let index = Mutex<FixtureIndex?>(nil)
  let unused = Mutex(UnusedRecordings())

  /// Names a folder, which need not be there.
  package init(folder: FilePath) {
    self.folder = folder
    blobs = BlobStore(folder: folder.appending(HARWriter.blobFolder), followsLinks: false)
    verifier = BlobVerifier(store: blobs)
  }

  /// Where the recording of a case lies.
  package func path(of id: CaseID) -> FilePath {
    folder.appending("\(id.text).\(Self.fileExtension)")
  }

  /// Finds the recording of a case: in its own file, else by its key in any file.
  ///
  /// A recording under another id is as good, since the key says what was asked; it has been renamed.
  ///
  /// - Parameters:
  ///   - id: the case's id, which names its file.
  ///   - caseKey: the case's key.
  ///   - canonicalRequest: the request that the key was made of, for naming fields.
  package func lookup(
    _ id: CaseID, caseKey: CaseKey, canonicalRequest: @autoclosure () -> JSONValue
  ) -> FixtureLookup {
    var own: Fixture?
    // A damaged or stale file of the case's name is told of as such.
    use(id)
    switch read(id) {
    case .absent: break
    case .pointer: return .notFetched(path(of: id))
    case .damaged(let description): return .corrupt(description)
    case .fixture(let fixture):
      if fixture.caseKey == caseKey { return checked(fixture, fileID: id) }
      own = fixture
    }
    let index: FixtureIndex
    do throws(FileFailure) {
      index = try currentIndex()
    } catch {
      return .corrupt(error.description)
    }
    if let other = index.files[caseKey], case .fixture(let fixture) = read(other),
      fixture.caseKey == caseKey
    {
      use(other)
      return checked(fixture, fileID: other)
    }
    // A file of another repeat of the same request has no field that differs.
    if let own, own.caseKey.request != caseKey.request {
      return .stale(
        fileID: id,
        changes: FieldChange.between(recorded: own.canonicalRequest, asked: canonicalRequest()))
    }
    if let pointer = index.firstPointer { return .notFetched(path(of: pointer)) }
    let repeats = index.repeats[caseKey.request] ?? 0
    return repeats > 0 ? .exhausted(recorded: repeats) : .missing
  }

  /// Forgets what was found in the folder, after something was written to it.
  package func refresh() { index.withLock { $0 = nil } }

  /// Takes note of a recording that was written, without reading all others anew.
  func note(_ fixture: Fixture, in id: CaseID) { index.withLock { $0?.insert(fixture, id) } }

  /// Reads the recording in a case's file, if there is one.
  package func fixture(of id: CaseID) throws(FixtureFailure) -> Fixture? {
    switch read(id) {
    case .absent: return nil
    case .fixture(let fixture): return fixture
    case .pointer:
      throw FixtureFailure(
        description: "\(path(of: id)) is a Git LFS pointer; fetch it with: "
          + GitLFSPointer.fetchCommand(for: path(of: id)))
    case .damaged(let description): throw FixtureFailure(description: description)
    }
  }

  /// The ids of all cases that have a file, sorted.
  package func caseIDs() throws(FileFailure) -> [CaseID] {
    guard DurableFile.isFolder(folder) else { return [] }
    return try DurableFile.names(in: folder).compactMap { name in
      guard name.hasSuffix(".\(Self.fileExtension)"), !name.hasPrefix(".") else { return nil }
      return CaseID(String(name.dropLast(Self.fileExtension.count + 1)))
    }
  }

  private enum ReadResult {
    case absent
    case pointer
    case damaged(String)
    case fixture(Fixture)
  }

  private func read(_ id: CaseID) -> ReadResult {
    let path = path(of: id)
    do {
      let bytes = try DurableFile.read(
        path, byteCountMax: HARReader.byteCountMax, followsLink: false)
      if GitLFSPointer.isPointer(bytes) { return .pointer }
      return .fixture(try HARReader.fixture(from: bytes))
    } catch let failure as FileFailure {
      return failure.errno == .noSuchFileOrDirectory
        ? .absent : .damaged(failure.description)
    } catch {
      return .damaged("\(path): \(error)")
    }
  }

  private func checked(_ fixture: Fixture, fileID: CaseID) -> FixtureLookup {
    let sent = fixture.exchanges.flatMap { $0.request.body?.blobs ?? [] }
    let received = fixture.exchanges.flatMap(\.response.body.blobs)
    switch problem(of: sent, in: fileID) ?? problem(of: received, in: fileID, isServed: true) {
    case .notFetched(let path): return .notFetched(path)
    case .damaged(let description): return .corrupt(description)
    case nil: break
    }
    return .found(fixture, fileID: fileID)
  }

  /// What is wrong with the blobs of a recording, each of which must be there and right before any
  /// of it is served.
  func problem(
    of blobs: [BlobID], in fileID: CaseID, isServed: Bool = false
  ) -> BlobProblem? {
    for blob in blobs {
      do throws(BlobFailure) {
        try verifier.verify(blob, isServed: isServed)
      } catch {
        if error.kind == .pointer { return .notFetched(self.blobs.path(of: blob)) }
        let isMissing = error.kind == .missing
        return .damaged(
          "\(path(of: fileID)) names a picture that is \(isMissing ? "not here" : "not as recorded"): "
            + "\(error)")
      }
    }
    return nil
  }

  /// Why a recording's blobs cannot be served.
  enum BlobProblem {
    /// The file at the path is a Git LFS pointer.
    case notFetched(FilePath)
    /// What is wrong.
    case damaged(String)
  }

  /// What lies in the folder, where it was read already.
  var knownIndex: FixtureIndex? { index.withLock { $0 } }

  /// What lies in the folder, read once.
  func currentIndex() throws(FileFailure) -> FixtureIndex {
    if let known = knownIndex { return known }
    var built = FixtureIndex()
    for id in try caseIDs() {
      switch read(id) {
      case .absent: break
      case .pointer: built.insertPointer(id)
      // It is reported by the case whose file it is, and is no recording of another.
      case .damaged(let description): built.damaged[id] = description
      case .fixture(let fixture): built.insert(fixture, id)
      }
    }
    let complete = built
    index.withLock { $0 = complete }
    return complete
  }
}
