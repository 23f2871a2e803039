internal import Canonical
internal import Experiments
internal import ImageComparison
internal import Recording
internal import Suites
internal import SystemPackage

/// Finds outputs of one version that are near approved outputs of another.
struct Carrying {
  let rule: CarryRule
  /// The least level at which an approval is carried.
  let level: ImageComparison.ComparisonLevel

  /// What a case came to.
  struct Found {
    /// Of outputs by their places what their approvals are carried from.
    var carried: [Int: BaselineEntry.Carried] = [:]
    /// Outputs that somebody has to look at, with the reason.
    var left: [String] = []
  }

  /// Lines up the cases of a suite.
  ///
  /// - Throws: ``CommandExit`` for a suite that cannot be read, or has no case to carry from, and where both
  ///   entries are one.
  func partners(in suite: FilePath, _ context: CommandContext) throws -> CarryPartners {
    let set = try SuiteSet(paths: [suite], filter: [], context: context)
    guard let member = set.members.first else {
      preconditionFailure("a set of one path has a suite, or throws")
    }
    guard let axis = member.suite.axes.first(where: { $0.name == rule.axis }) else {
      throw CommandExit.usage(
        "--carry: \(suite) has no axis '\(rule.axis)'",
        hint: "its axes are \(member.suite.axes.map(\.name).joined(separator: ", "))")
    }
    let partners = CarryPartners(member.suite.cases, rule)
    guard partners.fromCount > 0 else {
      throw CommandExit.usage(
        "--carry: no case of \(suite) has \(axis.name)=\(rule.from)",
        hint: partners.entries.sentence)
    }
    guard !partners.isOneEntry else {
      throw CommandExit.usage(
        "--carry: \(rule.from) and \(rule.to) are one entry of \(axis.name)",
        hint: partners.entries.sentence)
    }
    return partners
  }

  /// Compares the outputs of a case with what is approved of its partner.
  ///
  /// - Parameters:
  ///   - result: the case.
  ///   - partners: the cases that it may have a partner among.
  ///   - baseline: what is approved.
  ///   - blobs: where approved pictures lie.
  ///   - locate: finds a path of the run.
  /// - Throws: what reading a picture throws.
  func compare(
    _ result: CaseResult, _ partners: CarryPartners, _ baseline: Baseline, _ blobs: BlobStore,
    locate: (FilePath) -> FilePath
  ) throws -> Found {
    var found = Found()
    let identity = result.identity
    guard let partner = partners.partner(of: identity.caseKey) else {
      found.left.append(
        "\(identity.id): "
          + (partners.knows(identity.caseKey)
            ? "no case of \(rule.axis)=\(rule.from) asks for the same but for model and delivery"
            : "the suite asks for something else by now"))
      return found
    }
    for output in result.outputs {
      let name = "\(identity.id): picture \(output.index)"
      let own = baseline.entries(for: OutputID(caseKey: identity.caseKey, index: output.index))
      if own.contains(where: { $0.decision == .approved && isSame($0, output) }) { continue }
      if let rejected = own.first(where: { $0.decision == .rejected && isSame($0, output) }) {
        let why = rejected.note.map { ": \($0)" } ?? ""
        found.left.append("\(name) was rejected by \(rejected.by)\(why)")
        continue
      }
      let approved = baseline.entries(for: OutputID(caseKey: partner.caseKey, index: output.index))
        .filter { $0.decision == .approved }
      guard
        let best = try approved.map({ ($0, try compare(output, $0, blobs, locate)) })
          .max(by: { $0.1.level < $1.1.level })
      else {
        found.left.append("\(name): \(partner.id) has no approved picture")
        continue
      }
      guard best.1.level >= level else {
        found.left.append("\(name) is to that of \(partner.id) \(best.1.summary)")
        continue
      }
      found.carried[output.index] = BaselineEntry.Carried(
        from: best.0.blob, summary: best.1.summary, metrics: Comparison.versions)
    }
    return found
  }

  private func isSame(_ entry: BaselineEntry, _ output: OutputRecord) -> Bool {
    entry.blob.digest == output.blob.digest || entry.pixelDigest == output.picture?.pixelDigest
  }

  private func compare(
    _ output: OutputRecord, _ entry: BaselineEntry, _ blobs: BlobStore,
    _ locate: (FilePath) -> FilePath
  ) throws -> Comparison {
    guard output.blob.digest != entry.blob.digest else { return .identicalBytes }
    let path = locate(output.path)
    let candidate = try DurableFile.read(
      path, byteCountMax: PictureLimits.standard.fileByteCountMax)
    return Comparison(
      of: try Picture(decoding: try blobs.bytes(of: entry.blob)),
      with: try Picture(decoding: candidate))
  }
}
