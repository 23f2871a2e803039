package import Canonical
package import SystemPackage

/// Checks every digest and every reference of a suite's fixtures, and finds what is left over.
package struct FixtureVerifier {
  /// From here on a repository is slow to clone; Git LFS or another store is meant for more.
  package static let byteCountWarning = 500_000_000

  /// A picture that the baseline names.
  package struct BaselinePicture: Hashable, Sendable {
    /// The picture.
    package let blob: BlobID
    /// What was decided: approved or rejected.
    package let decision: String
    /// The case whose output it is.
    package let caseID: CaseID

    /// Puts a picture together.
    package init(blob: BlobID, decision: String, caseID: CaseID) {
      self.blob = blob
      self.decision = decision
      self.caseID = caseID
    }
  }

  /// What was found.
  package struct Report: Sendable {
    /// The findings: broken before warnings, by path.
    package let findings: [FixtureFinding]
    /// How many recordings there are, unusable ones too.
    package let recordingCount: Int
    /// How many blobs there are.
    package let blobCount: Int
    /// Bytes of everything in the folder.
    package let byteCount: Int
  }

  private let suite: FilePath
  private let options: String
  private let runOptions: String
  private let folder: FixtureFolder
  private let baselinePath: FilePath
  private let recent: RecentBlobs
  private var findings: [FixtureFinding] = []
  /// What is wrong with each blob that was read; `nil` for a good one.
  private var checked: [BlobID: BlobFailure?] = [:]
  private var namedBy: [BlobID: [CaseID]] = [:]
  /// Where the first recording came from, for the commands that buy it anew.
  private var origin: Origin?

  private init(
    _ folder: FixtureFolder, _ suite: FilePath, _ options: String, _ runOptions: String,
    _ baselinePath: FilePath
  ) {
    self.options = options
    self.runOptions = runOptions
    self.folder = folder
    self.suite = suite
    self.baselinePath = baselinePath
    recent = RecentBlobs(folder.blobs)
  }

  /// Checks a folder.
  ///
  /// - Parameters:
  ///   - folder: the recordings of a suite.
  ///   - suite: the suite's file, for the commands that findings name.
  ///   - options: what these commands need besides, with a blank before each.
  ///   - runOptions: what the one of them needs besides that runs the suite.
  ///   - cases: every case of the suite.
  ///   - baselinePath: the file of the baseline.
  ///   - baseline: the pictures that the baseline names.
  /// - Throws: ``FileFailure`` when a folder cannot be listed.
  package static func verify(
    _ folder: FixtureFolder, suite: FilePath, options: String = "", runOptions: String = "",
    cases: some Sequence<(id: CaseID, caseKey: CaseKey)>, baselinePath: FilePath,
    baseline: [BaselinePicture]
  ) throws -> Report {
    var verifier = FixtureVerifier(folder, suite, options, runOptions, baselinePath)
    let survey = try FixtureInventory(folder) { verifier.check($0, $1) }
    let uses = FixtureUses(survey, cases: cases)
    verifier.tellUnreadable(survey, uses)
    // One finding, not one for each picture that is not read through the link.
    if !verifier.tellLink() { verifier.tellBlobs(survey, baseline) }
    verifier.tellLeftovers(survey, uses, baseline)
    let findings = verifier.findings.sorted {
      ($0.isBroken ? 0 : 1, $0.path.string, $0.kind.rawValue, $0.message)
        < ($1.isBroken ? 0 : 1, $1.path.string, $1.kind.rawValue, $1.message)
    }
    return Report(
      findings: findings, recordingCount: survey.recordings.count + survey.unreadable.count,
      blobCount: survey.blobs.count, byteCount: survey.byteCount)
  }

  /// The finding that a total size deserves, if it does.
  ///
  /// - Parameters:
  ///   - byteCount: bytes of all fixture folders that were looked through.
  ///   - folder: the folder that holds them.
  package static func sizeFinding(_ byteCount: Int, of folder: FilePath) -> FixtureFinding? {
    guard byteCount > byteCountWarning else { return nil }
    return FixtureFinding(
      .large, folder,
      "the fixtures have \(byteCount / 1_000_000) MB; above \(byteCountWarning / 1_000_000) MB a "
        + "repository is slow to clone",
      next: "git lfs track "
        + ShellText.quoted("**/\(folder.lastComponent?.string ?? "fixtures")/**/blobs/**"))
  }

  /// Tells of a link in the place of the folder of pictures.
  ///
  /// - Returns: whether there is one.
  private mutating func tellLink() -> Bool {
    let path = folder.blobs.folder
    guard DurableFile.isLink(path) else { return false }
    findings.append(
      FixtureFinding(
        .linkedFolder, path,
        "it is a symbolic link, which could lead out of its folder, so that no picture is served",
        next:
          "rm \(ShellText.quoted(path)) && git checkout -- \(ShellText.quoted(path)), or put the folder itself there"
      ))
    return true
  }

  // MARK: - Recordings

  private mutating func check(_ recording: FixtureInventory.Recording, _ fixture: Fixture) {
    origin = origin ?? fixture.origin
    for blob in fixture.blobs { namedBy[blob, default: []].append(recording.id) }
    var isWhole = true
    for (index, exchange) in fixture.exchanges.enumerated() {
      let bodies = [("request", exchange.request.body), ("response", exchange.response.body)]
      for (side, body) in bodies {
        guard let body else { continue }
        guard let problem = problem(with: body) else { continue }
        isWhole = false
        guard !problem.isEmpty else { continue }
        let member = side == "request" ? "postData" : "content"
        findings.append(
          FixtureFinding(
            .wrongBody, recording.path,
            "at /log/entries/\(index)/\(side)/\(member): \(problem)",
            next: restore(recording.path, id: recording.id)))
      }
    }
    if isWhole { checkCompleteness(recording, fixture) }
  }

  /// What is wrong with a body; empty where a blob of it is at fault, which is told of the blob.
  private mutating func problem(with body: Body) -> String? {
    for blob in Set(body.blobs) where failure(of: blob) != nil { return "" }
    do {
      try BodyAssembly.check(body, from: recent)
      return nil
    } catch {
      return "\(error)"
    }
  }

  private mutating func failure(of blob: BlobID) -> BlobFailure? {
    if let known = checked[blob] { return known }
    var failure: BlobFailure?
    do {
      _ = try recent.bytes(of: blob)
    } catch let error as BlobFailure {
      failure = error
    } catch {
      failure = BlobFailure(kind: .unreadable, blob: blob, description: "\(error)")
    }
    checked[blob] = .some(failure)
    return failure
  }

  private mutating func checkCompleteness(
    _ recording: FixtureInventory.Recording, _ fixture: Fixture
  ) {
    do {
      guard
        case .incomplete(let reason) = try Fixture.completeness(
          of: fixture.exchanges, blobs: recent)
      else { return }
      findings.append(
        FixtureFinding(
          .incomplete, recording.path, "it ends too early: \(reason)",
          next: restore(recording.path, id: recording.id)))
    } catch {
      // Its bodies were put together a moment ago; what cannot be read now is told of the file.
      findings.append(
        FixtureFinding(
          .damagedRecording, recording.path, "\(error)",
          next: restore(recording.path, id: recording.id)))
    }
  }

  private mutating func tellUnreadable(_ survey: FixtureInventory, _ uses: FixtureUses) {
    for file in survey.unreadable {
      guard let damage = file.damage else {
        findings.append(
          FixtureFinding(
            .notFetched, file.path, "it is a Git LFS pointer; the recording was not fetched",
            next: GitLFSPointer.fetchCommand(for: file.path)))
        continue
      }
      findings.append(
        FixtureFinding(
          .damagedRecording, file.path, damage,
          next: uses.hasCase(file.id)
            ? restore(file.path, id: file.id) : "git checkout -- \(ShellText.quoted(file.path))"))
    }
    let origins = Dictionary(grouping: survey.recordings) { $0.origin == .simulator }
    if let drawn = origins[true], let bought = origins[false], let one = drawn.first,
      let other = bought.first
    {
      findings.append(
        FixtureFinding(
          .mixedOrigins, folder.folder,
          "\(Count.of(drawn.count, "recording")) \(drawn.count == 1 ? "is" : "are") of the simulator, such as \(one.id), and "
            + "\(bought.count) of \(other.origin), such as \(other.id)",
          next: "proofsheet fixtures list \(ShellText.quoted(suite))\(options)"))
    }
  }

  // MARK: - Blobs and the baseline

  private mutating func tellBlobs(
    _ survey: FixtureInventory, _ baseline: [BaselinePicture]
  ) {
    let decided = Dictionary(grouping: baseline, by: \.blob)
    let all = Set(survey.blobs.keys).union(namedBy.keys).union(decided.keys)
    for blob in all.sorted() {
      guard let failure = failure(of: blob) else { continue }
      let path = folder.blobs.path(of: blob)
      let users = self.users(of: blob, decided[blob] ?? [])
      switch failure.kind {
      case .missing:
        findings.append(
          FixtureFinding(
            .missingBlob, path, "it is not there; it is named by \(users)", next: restore(path)))
      case .pointer:
        findings.append(
          FixtureFinding(
            .notFetched, path, "it is a Git LFS pointer; its bytes were not fetched",
            next: GitLFSPointer.fetchCommand(for: path)))
      case .corrupt:
        findings.append(
          FixtureFinding(
            .corruptBlob, path,
            "its bytes are not those of its name; it is named by \(users)", next: restore(path)))
      case .unreadable:
        findings.append(
          FixtureFinding(
            .corruptBlob, path, "\(failure); it is named by \(users)", next: restore(path)))
      }
    }
  }

  private func users(of blob: BlobID, _ decided: [BaselinePicture]) -> String {
    let files = (namedBy[blob] ?? []).map { "\($0).\(FixtureFolder.fileExtension)" }
    let decisions = decided.map { "\(baselinePath) (\($0.decision), \($0.caseID))" }
    guard let first = (files + decisions).first else { return "nothing" }
    let rest = files.count + decisions.count - 1
    return rest > 0 ? "\(first) and \(rest) more" : first
  }

  // MARK: - What is left over

  private mutating func tellLeftovers(
    _ survey: FixtureInventory, _ uses: FixtureUses, _ baseline: [BaselinePicture]
  ) {
    let prune = "proofsheet fixtures prune \(ShellText.quoted(suite))\(options)"
    for recording in survey.recordings {
      let use = uses.use(of: recording)
      guard !use.isUsed else { continue }
      findings.append(FixtureFinding(.unused, recording.path, use.reason, next: prune))
    }
    let named = survey.namedBlobs.union(baseline.map(\.blob))
    for (blob, file) in survey.blobs where !named.contains(blob) {
      let isKnown = survey.unreadable.isEmpty
      findings.append(
        FixtureFinding(
          .orphan, file.path,
          "neither a recording nor the baseline names it"
            + (isKnown ? "" : ", as far as they can be read"), next: prune))
    }
    for file in survey.partials {
      findings.append(
        FixtureFinding(
          .partial, file.path, "a write was cut off here and left it", next: prune))
    }
    for file in survey.strays {
      findings.append(
        FixtureFinding(
          .stray, file.path, "it does not belong into a fixture folder",
          next: "mv \(ShellText.quoted(file.path)) ."))
    }
  }

  // MARK: - Commands

  private func restore(_ path: FilePath, id: CaseID? = nil) -> String {
    let checkout = "git checkout -- \(ShellText.quoted(path))"
    guard let id else { return checkout }
    return checkout
      + ", or buy it anew with: proofsheet run \(ShellText.quoted(suite))\(options)\(runOptions) --mode refresh "
      + "--filter id=\(id)\(origin.purchaseOptions)"
  }
}
