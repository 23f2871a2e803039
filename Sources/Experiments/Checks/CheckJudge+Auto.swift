internal import Canonical
internal import ImageComparison
internal import Recording
internal import SeedreamAPI
internal import Suites
internal import SystemPackage

/// A baseline that follows what `probe` has found of the endpoint.
extension CheckJudge {
  /// Whether the check looks at all repeats of a request together.
  func looksAtRepeats(_ kind: CheckKind) -> Bool {
    guard case .baseline(let expectation) = kind, expectation.level == .auto,
      let finding = tools.probe
    else { return false }
    return finding.recommended == nil
  }

  /// What `auto` lacks beside an approval, as the next step; `nil` where an approval is all, or where
  /// the check is another one.
  func lacking(_ kind: CheckKind, _ evidence: Evidence) -> String? {
    guard case .baseline(let expectation) = kind, expectation.level == .auto else { return nil }
    let probe = "find out what the endpoint does: \(tools.commands.probe(of: evidence.origin))"
    guard let finding = tools.probe else { return probe }
    if let origin = evidence.origin, origin.mixes(with: finding.origin) == false { return probe }
    guard finding.recommended == nil else { return nil }
    let least = PermutationTest.samplesMin
    guard (evidence.peers.samples ?? evidence.outputs).count >= least else {
      return "set 'repeat: \(least)' in the matrix, and approve what is right after: "
        + tools.commands.run(.record, addingTo: evidence.origin)
    }
    guard approvedHashes(evidence).hashes.count >= least else { return nil }
    return "more pictures do not help here: declare a level, such as 'baseline: similar'"
  }

  func automatic(_ expectation: BaselineExpectation, _ evidence: Evidence) -> Measured {
    if let wrong = rejected(evidence) { return (wrong, []) }
    guard let finding = tools.probe else {
      let path = ProbeFile.path(forSuite: tools.commands.suite)
      return (
        (
          .unapproved,
          "'auto' follows what is known of the endpoint, and there is no \(path); find out with: "
            + tools.commands.probe(of: evidence.origin)
        ), []
      )
    }
    if let origin = evidence.origin, origin.mixes(with: finding.origin) == false {
      return (
        (
          .unapproved,
          "'auto' knows \(finding.origin) only, and this picture comes from \(origin); "
            + "find out with: \(tools.commands.probe(of: origin))"
        ), []
      )
    }
    guard let level = finding.recommended else { return statistical(evidence, finding) }
    let measured = baseline(Ladder(level), expectation.order, evidence)
    let text = "\(measured.finding.1) (\(level.rawValue), by the probe of \(finding.at.day))"
    return ((measured.finding.0, text), measured.measures)
  }

  /// An output that equals a rejected one, whatever is known of the endpoint.
  private func rejected(_ evidence: Evidence) -> Finding? {
    for output in evidence.outputs {
      let entries = baseline.entries(
        for: OutputID(caseKey: evidence.caseKey, index: output.index))
      let isApproved = entries.contains {
        $0.decision == .approved && $0.blob.digest == output.blob.digest
      }
      let wrong = entries.first {
        $0.decision == .rejected && Self.isEqual(output, $0, .identicalPixels)
      }
      if !isApproved, let wrong {
        let note = wrong.note.map { ": \($0)" } ?? ""
        return (.failed, "picture \(output.index) equals one that was rejected\(note)")
      }
    }
    return nil
  }

  // MARK: - Many samples together

  private func statistical(_ evidence: Evidence, _ finding: ProbeFinding) -> Measured {
    if evidence.isReplayed {
      // The recording of an approved picture is no new sample, and an answer that came anew is one.
      let same = baseline(Ladder(.identicalBytes), .asSent, evidence)
      if same.finding.0 == .passed {
        let text = "\(same.finding.1): it is the approved recording, and nothing new was judged"
        return ((.passed, text), [])
      }
    }
    let samples = evidence.peers.samples ?? evidence.outputs
    let (approved, missing) = approvedHashes(evidence)
    let candidates = samples.compactMap { output -> PDQ? in
      let blobs = BlobStore(folder: output.path.removingLastComponent())
      do {
        return try tools.shelf.hash(output.blob, from: blobs)
      } catch {
        // A picture that cannot be decoded is no sample; the check 'decodable' says so.
        return nil
      }
    }
    let least = PermutationTest.samplesMin
    guard approved.count >= least, candidates.count >= least else {
      let reason = missing.map { "; \($0)" } ?? ""
      return (
        (
          .unapproved,
          "a seed says nothing here (\(finding.endpointClass.rawValue), by the probe of "
            + "\(finding.at.day)), so that only \(least) approved and \(least) new pictures together "
            + "tell; there are \(approved.count) and \(candidates.count)\(reason); repeat the "
            + "request with 'repeat: \(least)' and approve what is right"
        ), []
      )
    }
    let lowest = (approved + candidates).map(\.quality).min() ?? 0
    guard lowest >= Thresholds.standard.quality else {
      return (
        (
          .unapproved,
          "the perceptual hash says too little of these pictures to compare many of them "
            + "(\(PDQ.version), quality \(lowest), at least \(Thresholds.standard.quality))"
        ), []
      )
    }
    let test = PermutationTest(approved.map(\.hash), candidates.map(\.hash))
    let figures = [
      Measure.Figure("energy-\(PDQ.version)", test.energy),
      Measure.Figure("energy-\(PDQ.version).p", test.probability),
    ]
    let measures = evidence.outputs.prefix(1).map { Measure(picture: $0.index, figures: figures) }
    let text =
      "\(test.candidateCount) new and \(test.referenceCount) approved pictures: energy distance "
      + "\(Comparison.fixed(test.energy, 2)) of PDQ, p = \(Comparison.fixed(test.probability, 3)) "
      + "(exact permutation test of \(test.arrangementCount) arrangements)"
    let isDifferent = test.probability <= PermutationTest.significance
    return ((isDifferent ? .drifted : .passed, text), measures)
  }

  /// The hashes of everything that is approved of a request, each picture once.
  private func approvedHashes(_ evidence: Evidence) -> (hashes: [PDQ], missing: String?) {
    var seen: Set<BlobID> = []
    var hashes: [PDQ] = []
    var missing: String?
    for repeatIndex in 0..<max(tools.repeatCount, evidence.caseKey.repeatIndex + 1) {
      let key = CaseKey(request: evidence.caseKey.request, repeatIndex: repeatIndex)
      for index in 0..<EditAnswer.itemsMax {
        for entry in baseline.entries(for: OutputID(caseKey: key, index: index))
        where entry.decision == .approved && seen.insert(entry.blob).inserted {
          do {
            hashes.append(try tools.shelf.hash(entry.blob, from: tools.approved))
          } catch {
            missing = missing ?? Self.advice(error, entry, tools.approved)
          }
        }
      }
    }
    return (hashes, missing)
  }
}

extension Timestamp {
  /// The day, `YYYY-MM-DD`.
  fileprivate var day: String { String(description.prefix(10)) }
}
