package import Canonical
package import SeedreamAPI
package import SystemPackage

/// What a case's recording is like, as far as a plan has to know.
package enum FixtureStatus: Hashable, Sendable {
  /// It can be replayed; the case id names the file that it lies in.
  case recorded(fileID: CaseID)
  /// The request is not recorded.
  case missing
  /// The request is recorded, but not as often as it is asked for.
  case exhausted
  /// The case's file holds another request.
  case stale
  /// The file at the path is a Git LFS pointer: the request is recorded, or may be.
  case notFetched(FilePath)
  /// The case's file, or a picture of it, is damaged: what is wrong.
  case corrupt(String)
}

/// The recordings of a suite, each read once, for asking about many cases.
///
/// It says what ``FixtureFolder/lookup(_:caseKey:canonicalRequest:)`` would say, and digests the
/// requests only of cases that can be recorded at all: of a million cases with a few thousand
/// recordings most cost no more than looking up their names.
package struct FixtureSurvey: Sendable {
  private let folder: FixtureFolder
  private let index: FixtureIndex
  /// Why the folder cannot be listed.
  private let failure: String?

  /// Reads what lies in a folder, unless that is known already.
  package init(_ folder: FixtureFolder) {
    self.folder = folder
    do throws(FileFailure) {
      index = try folder.currentIndex()
      // A file in the folder's place holds no recordings, and none could be put there.
      failure =
        DurableFile.isFile(folder.folder)
        ? FileFailure(operation: "list the folder", path: folder.folder, errno: .notDirectory)
          .description : nil
    } catch {
      index = FixtureIndex()
      failure = error.description
    }
  }

  /// What the recording of a case is like.
  ///
  /// - Parameters:
  ///   - id: the case's id, which names its file.
  ///   - request: the case's request.
  ///   - repeatIndex: which of several equal requests, from 0.
  package func status(of id: CaseID, request: EditRequest, repeatIndex: Int) -> FixtureStatus {
    if let failure { return .corrupt(failure) }
    if index.isEmpty { return .missing }
    if let description = index.damaged[id] { return .corrupt(description) }
    if index.pointers.contains(id) { return .notFetched(folder.path(of: id)) }
    let own = index.recordings[id]
    guard own != nil || index.outlines.contains(RequestOutline(request)) else { return absent }
    let key = CaseKey(request: request.key, repeatIndex: repeatIndex)
    if let own, own.caseKey == key { return checked(own, in: id) }
    if let other = index.files[key], let recording = index.recordings[other] {
      return checked(recording, in: other)
    }
    if let own, own.caseKey.request != key.request { return .stale }
    if index.firstPointer != nil { return absent }
    return index.repeats[key.request] == nil ? .missing : .exhausted
  }

  /// What a request is that no file seems to hold: one whose bytes were not fetched may hold any.
  private var absent: FixtureStatus {
    index.firstPointer.map { .notFetched(folder.path(of: $0)) } ?? .missing
  }

  private func checked(_ recording: FixtureIndex.Recording, in id: CaseID) -> FixtureStatus {
    switch folder.problem(of: recording.blobs, in: id) {
    case .notFetched(let path): .notFetched(path)
    case .damaged(let description): .corrupt(description)
    case nil: .recorded(fileID: id)
    }
  }
}

/// Which file holds the recording of which key.
struct FixtureIndex: Sendable {
  /// What is known of a file without reading it again.
  struct Recording: Sendable {
    let caseKey: CaseKey
    let blobs: [BlobID]
    let criteria: RequestCriteria
  }

  private(set) var recordings: [CaseID: Recording] = [:]
  private(set) var files: [CaseKey: CaseID] = [:]
  private(set) var repeats: [RequestKey: Int] = [:]
  /// A request that has none of these outlines is not recorded.
  private(set) var outlines: Set<RequestOutline> = []
  /// Where the recording of the least id came from.
  private(set) var origin: (id: CaseID, origin: Origin)?
  /// Files that cannot be read, with the reason.
  var damaged: [CaseID: String] = [:]
  /// Files whose bytes were not fetched, each of which may hold any request.
  private(set) var pointers: Set<CaseID> = []
  /// The first of them.
  private(set) var firstPointer: CaseID?

  var isEmpty: Bool { recordings.isEmpty && damaged.isEmpty && pointers.isEmpty }

  mutating func insertPointer(_ id: CaseID) {
    pointers.insert(id)
    firstPointer = firstPointer.map { min($0, id) } ?? id
  }

  mutating func insert(_ fixture: Fixture, _ id: CaseID) {
    damaged[id] = nil
    if origin.map({ id <= $0.id }) ?? true { origin = (id, fixture.origin) }
    if let old = recordings[id]?.caseKey, old != fixture.caseKey, files[old] == id {
      files[old] = nil
      let rest = (repeats[old.request] ?? 1) - 1
      repeats[old.request] = rest > 0 ? rest : nil
    }
    recordings[id] = Recording(
      caseKey: fixture.caseKey, blobs: fixture.blobs,
      criteria: RequestCriteria(
        canonicalRequest: fixture.canonicalRequest, repeatIndex: fixture.caseKey.repeatIndex))
    outlines.insert(RequestOutline(canonicalRequest: fixture.canonicalRequest))
    // A copy of a recording is not one more repeat.
    if files.updateValue(id, forKey: fixture.caseKey) == nil {
      repeats[fixture.caseKey.request, default: 0] += 1
    }
  }
}
