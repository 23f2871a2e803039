internal import Canonical
internal import ImageComparison
internal import Recording
internal import SeedreamAPI
internal import Suites
internal import SystemPackage

/// Comparing outputs with inputs, with files and with other cases.
extension CheckJudge {
  /// A check that cannot be judged: a file or an input is not there.
  struct Obstacle: Error, CustomStringConvertible {
    let reason: String
    var description: String { reason }
  }

  // MARK: - Against the input

  func preserve(_ expectation: PreserveExpectation, _ evidence: Evidence) -> Measured {
    let limits = expectation.limits
    return local(
      expectation.scope, expectation.input, evidence, limits: Self.stated(limits)
    ) { part, region in
      var terms: [(text: String, limit: String?)] = []
      if let least = limits.signalMin {
        let found = min(part.psnr ?? 0, Self.signalMax)
        terms.append(
          ("PSNR \(Comparison.fixed(found, 1)) dB", found < least ? "at least \(least)" : nil))
      }
      if let least = limits.similarityMin {
        let found = part.similarity ?? 0
        terms.append(
          ("SSIM \(Comparison.fixed(found, 3))", found < least ? "at least \(least)" : nil))
      }
      if let most = limits.changedMax {
        let found = part.changedShare ?? 1
        terms.append(
          (
            "changed \(Comparison.fixed(found * 100, 2)) %",
            found > most.fraction ? "at most \(most)" : nil
          ))
      }
      let text = terms.map { term in term.limit.map { "\(term.text) (\($0))" } ?? term.text }
      return (
        terms.allSatisfy { $0.limit == nil } ? .passed : .failed,
        "\(region): \(text.joined(separator: ", "))"
      )
    }
  }

  func change(_ expectation: ChangeExpectation, _ evidence: Evidence) -> Measured {
    local(
      expectation.scope, expectation.input, evidence,
      limits: [Self.changedName: .atLeast(expectation.changedMin.fraction)]
    ) { part, region in
      let found = part.changedShare ?? 0
      let isMet = found >= expectation.changedMin.fraction
      let limit = isMet ? "" : " (at least \(expectation.changedMin))"
      return (
        isMet ? .passed : .failed,
        "\(region): changed \(Comparison.fixed(found * 100, 2)) %\(limit)"
      )
    }
  }

  /// What `preserve` holds each figure to, by its name.
  private static func stated(_ limits: PreserveExpectation.Limits) -> [String: Measure.Limit] {
    var stated: [String: Measure.Limit] = [:]
    stated[signalName] = limits.signalMin.map { .atLeast($0) }
    stated[similarityName] = limits.similarityMin.map { .atLeast($0) }
    stated[changedName] = limits.changedMax.map { .atMost($0.fraction) }
    return stated
  }

  private static let signalName = "\(Locality.version).\(PixelDifference.version)"
  private static let similarityName = "\(Locality.version).\(StructuralSimilarity.version)"
  private static let changedName = "\(Locality.version).\(ColourDifferenceMap.version).changed"

  /// The decibels from which on two pictures count as equal, which no limit exceeds.
  private static let signalMax = 100.0

  /// Measures a part of every output against an input.
  private func local(
    _ scope: RegionScope, _ input: Int, _ evidence: Evidence, limits: [String: Measure.Limit],
    _ judge: (Locality.Part, String) -> Finding
  ) -> Measured {
    guard !evidence.outputs.isEmpty else {
      return ((.skipped, "there is no picture to compare"), [])
    }
    let reference: Picture
    let path: FilePath?
    let region: ImageComparison.Region
    do {
      (reference, path) = try self.input(input, of: evidence)
      region = try self.region(of: scope)
    } catch {
      return ((.error, "\(error)"), [])
    }
    let compared = evidence.outputs.map { output -> Measured in
      let place = "picture \(output.index)"
      let candidate: Picture
      do {
        candidate = try picture(of: output)
      } catch {
        return ((.failed, "\(place) cannot be compared: \(error)"), [])
      }
      let locality = Locality(reference, candidate, region: region)
      let part =
        switch scope {
        case .whole, .inside: locality.inside
        case .outside: locality.outside
        }
      guard part.pixelCount > 0 else {
        return ((.failed, "\(place) has no pixel \(Self.name(of: scope))"), [])
      }
      var (verdict, text) = judge(part, "\(place) \(Self.name(of: scope))")
      if verdict != .passed, let geometry = Self.geometry(reference, candidate) {
        text = "\(geometry); \(text)"
      }
      return ((verdict, text), [Self.measure(part, output, path, limits)])
    }
    return joined(compared)
  }

  private static func measure(
    _ part: Locality.Part, _ output: OutputRecord, _ path: FilePath?,
    _ limits: [String: Measure.Limit]
  ) -> Measure {
    let figures = [
      (signalName, part.psnr.map { min($0, signalMax) }), (similarityName, part.similarity),
      (changedName, part.changedShare),
    ].compactMap { name, value in value.map { Measure.Figure(name, $0, limits[name]) } }
    return Measure(picture: output.index, other: path, figures: figures)
  }

  /// How the whole picture moved, was enlarged or turned; told before all else, for it explains the rest.
  private static func geometry(_ reference: Picture, _ candidate: Picture) -> String? {
    var facts: [String] = []
    let ratios = (
      Double(reference.width) / Double(reference.height),
      Double(candidate.width) / Double(candidate.height)
    )
    if abs(ratios.0 / ratios.1 - 1) > ratioTolerance {
      facts.append(
        "the input of \(reference.width)x\(reference.height) has another shape than the output of "
          + "\(candidate.width)x\(candidate.height) and was stretched")
    }
    let (from, to) = (PDQ(reference), PDQ(candidate))
    let turned = from.nearestTurn(to: to)
    let limits = Thresholds.standard
    if turned.turn != .none, turned.distance <= limits.similarDistance,
      min(from.quality, to.quality) >= limits.quality
    {
      facts.append("\(turned.turn.rawValue) (PDQ \(turned.distance))")
    }
    let same =
      (reference.width, reference.height) == (candidate.width, candidate.height)
      ? reference : reference.resized(width: candidate.width, height: candidate.height)
    if let alignment = Alignment(of: same, in: candidate),
      alignment.displacement >= limits.nearShift
    {
      let scale =
        abs(alignment.scale - 1) < scaleTolerance
        ? "" : ", scale \(Comparison.fixed(alignment.scale, 3))"
      facts.append(
        "shift \(Comparison.fixed(alignment.dx, 1)),\(Comparison.fixed(alignment.dy, 1)) px\(scale)"
      )
    }
    return facts.isEmpty ? nil : facts.joined(separator: ", ")
  }

  /// How much two shapes may differ before it is told, as a share.
  private static let ratioTolerance = 0.01
  /// How much a scale may differ from 1 before it is told.
  private static let scaleTolerance = 0.0005

  private static func name(of scope: RegionScope) -> String {
    switch scope {
    case .whole: "as a whole"
    case .inside(let region): "inside \(name(of: region))"
    case .outside(let region): "outside \(name(of: region))"
    }
  }

  private static func name(of region: Suites.Region) -> String {
    func corners(_ box: RegionBox) -> String {
      "[" + [box.x, box.y, box.width, box.height].map { "\($0)" }.joined(separator: ", ") + "]"
    }
    return switch region {
    case .box(let box): corners(box)
    case .ellipse(let box): "the ellipse \(corners(box))"
    case .mask: "the mask"
    }
  }

  private func input(_ number: Int, of evidence: Evidence) throws -> (Picture, FilePath?) {
    let images = evidence.request.images
    guard images.indices.contains(number - 1) else {
      throw Obstacle(
        reason: "the request has \(Count.of(images.count, "input")), there is no input \(number)")
    }
    switch images[number - 1] {
    case .local(let blob):
      return (try tools.shelf.picture(blob, from: tools.inputs), tools.inputPaths[blob.digest])
    case .remote:
      throw Obstacle(
        reason: "input \(number) is fetched by the service, so that its pixels are not known here; "
          + "name a local picture")
    }
  }

  private func region(of scope: RegionScope) throws -> ImageComparison.Region {
    let region: Suites.Region
    switch scope {
    case .whole: return .box(x: 0, y: 0, width: 1, height: 1)
    case .inside(let inside): region = inside
    case .outside(let outside): region = outside
    }
    switch region {
    case .box(let box):
      return .box(
        x: box.x.fraction, y: box.y.fraction, width: box.width.fraction,
        height: box.height.fraction)
    case .ellipse(let box):
      return .ellipse(
        x: box.x.fraction, y: box.y.fraction, width: box.width.fraction,
        height: box.height.fraction)
    case .mask(let blob):
      return .mask(try tools.shelf.picture(blob, from: tools.references))
    }
  }

  func picture(of output: OutputRecord) throws -> Picture {
    if let problem = output.problem { throw Obstacle(reason: problem) }
    return try tools.shelf.picture(
      output.blob, from: BlobStore(folder: output.path.removingLastComponent()))
  }

  // MARK: - Against a picture

  /// A picture that outputs are held against.
  private struct Reference {
    let blob: BlobID
    let path: FilePath?
    let pixelDigest: String?
    let source: any BlobSource
  }

  func similar(_ expectation: SimilarityExpectation, _ evidence: Evidence) -> Measured {
    guard !evidence.outputs.isEmpty else {
      return ((.skipped, "there is no picture to compare"), [])
    }
    let ladder = Ladder(expectation.level, expectation.thresholds)
    let name: String
    var references: [Reference] = []
    switch expectation.reference {
    case .file(let blob):
      let path = tools.referencePaths[blob.digest]
      name = path.map { "\($0)" } ?? "the file"
      references.append(
        Reference(blob: blob, path: path, pixelDigest: nil, source: tools.references))
    case .outputs(let id):
      name = "case \(id)"
      switch evidence.peers.compared[id] {
      case .outputs(let outputs)?:
        references = outputs.filter { $0.picture != nil }.map { output in
          Reference(
            blob: output.blob, path: output.path, pixelDigest: output.picture?.pixelDigest,
            source: BlobStore(folder: output.path.removingLastComponent()))
        }
        guard !references.isEmpty else {
          return ((.error, "the case \(id) gave no picture to compare with"), [])
        }
      case .none(let reason)?:
        return ((.error, "there is no picture of the case \(id) to compare with: \(reason)"), [])
      case nil: return ((.error, "the case \(id) was not looked at"), [])
      }
    }
    return joined(evidence.outputs.map { compare($0, with: references, name, ladder) })
  }

  private func compare(
    _ output: OutputRecord, with references: [Reference], _ name: String, _ ladder: Ladder
  ) -> Measured {
    let place = "picture \(output.index)"
    if references.contains(where: { $0.blob.digest == output.blob.digest }) {
      return ((.passed, "\(place) has the bytes of \(name)"), [])
    }
    if ladder.level != .identicalBytes, let digest = output.picture?.pixelDigest,
      references.contains(where: { $0.pixelDigest == digest })
    {
      return ((.passed, "\(place) has the pixels of \(name)"), [])
    }
    guard ladder.level != .identicalBytes else {
      return ((.failed, "\(place) has other bytes than \(name)"), [])
    }
    let candidate: Picture
    do {
      candidate = try picture(of: output)
    } catch {
      return ((.failed, "\(place) cannot be compared: \(error)"), [])
    }
    var best: (comparison: Comparison, path: FilePath?)?
    for reference in references {
      do {
        let other = try tools.shelf.picture(reference.blob, from: reference.source)
        let comparison = Comparison(of: other, with: candidate, thresholds: ladder.thresholds)
        let isBetter = best.map { $0.comparison.level < comparison.level } ?? true
        if ladder.admits(comparison) || isBetter { best = (comparison, reference.path) }
        if ladder.admits(comparison) { break }
      } catch {
        return ((.error, "\(name) cannot be compared with: \(error)"), [])
      }
    }
    guard let best else { return ((.error, "\(name) has no picture to compare with"), []) }
    let measures = [
      Measure(picture: output.index, other: best.path, figures: ladder.measures(best.comparison))
    ]
    let text = "\(place) \(ladder.text(best.comparison))"
    guard ladder.admits(best.comparison) else {
      return ((.failed, "\(text); expected \(ladder.level.rawValue) to \(name)"), measures)
    }
    return ((.passed, "\(text), to \(name)"), measures)
  }
}
