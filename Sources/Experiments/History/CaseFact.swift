package import Canonical
internal import ImageComparison
internal import Recording
internal import SeedreamAPI

/// What a history needs of a case in a run, in few bytes.
package struct CaseFact: Hashable, Sendable {
  /// The case.
  package let caseID: CaseID
  /// Request and repeat.
  package let caseKey: CaseKey
  /// How it ended.
  package let outcome: Outcome
  /// Milliseconds until the answer was complete, in replay the recorded ones.
  package let latencyMilliseconds: Int
  /// What it cost in the run.
  package let cost: Money
  /// Whether an answer came.
  package let isAnswered: Bool
  /// Everything that the outcome follows from beside the service: request, suite, baseline and, in
  /// replay, the recording.
  package let inputs: SHA256Digest
  /// The pixels of all pictures; `nil` without pictures that can be decoded.
  package let shown: SHA256Digest?
  /// How each picture looks, in their order.
  package let looks: [PictureLooks]

  /// Puts a fact together.
  package init(
    caseID: CaseID, caseKey: CaseKey, outcome: Outcome, latencyMilliseconds: Int, cost: Money,
    isAnswered: Bool, inputs: SHA256Digest, shown: SHA256Digest?, looks: [PictureLooks]
  ) {
    self.caseID = caseID
    self.caseKey = caseKey
    self.outcome = outcome
    self.latencyMilliseconds = latencyMilliseconds
    self.cost = cost
    self.isAnswered = isAnswered
    self.inputs = inputs
    self.shown = shown
    self.looks = looks
  }

  /// Takes of a result what a history needs.
  ///
  /// - Parameters:
  ///   - result: the result of a single case.
  ///   - suite: what the run says of its suite.
  ///   - known: what is known of a picture whose result says nothing of its looks.
  package init(
    _ result: CaseResult, of suite: SuiteHeader,
    known: (OutputRecord) -> KnownPicture? = { _ in nil }
  ) {
    let pixels = result.outputs.compactMap(\.picture?.pixelDigest)
    var parts = [
      result.identity.caseKey.description, suite.digest.hex, suite.baseline?.hex ?? "",
      result.source.rawValue,
    ]
    if result.source == .replayed {
      parts += [result.startedAt?.description ?? ""] + result.outputs.map(\.blob.digest.hex)
    }
    let looks = result.outputs.compactMap { output in
      PictureLooks(output.hash, output.colours)
        ?? known(output).flatMap { PictureLooks($0.hash, $0.colours) }
    }
    self.init(
      caseID: result.identity.id, caseKey: result.identity.caseKey, outcome: result.outcome,
      latencyMilliseconds: result.latencyMilliseconds, cost: result.cost,
      isAnswered: result.source != .none, inputs: Self.digest(parts),
      shown: pixels.isEmpty || pixels.count < result.outputs.count ? nil : Self.digest(pixels),
      looks: looks.count == result.outputs.count ? looks : [])
  }

  private static func digest(_ parts: [String]) -> SHA256Digest {
    SHA256Digest(hashing: Array(parts.joined(separator: "\n").utf8))
  }
}

/// How a picture looks: its perceptual hash and its colours, or the hash alone.
package struct PictureLooks: Hashable, Sendable {
  /// The names of the definitions.
  package static let version = "\(PDQ.version) \(ColourGrid.version)"
  /// The bytes of one that a run has stored.
  package static let byteCount = hashByteCount + ColourGrid.sampleCount
  private static let hashByteCount = PDQHash.bitCount / 8

  /// The hash, then the colours where they are known.
  package let bytes: [UInt8]

  /// Takes records; `nil` where one is missing or is of another definition.
  package init?(_ hash: HashRecord?, _ colours: ColourRecord?) {
    guard let hash, hash.version == PDQ.version, let colours, colours.version == ColourGrid.version,
      let first = Hexadecimal.decode(hash.hex), first.count == Self.hashByteCount
    else { return nil }
    self.init(bytes: first + colours.samples)
  }

  /// Takes the hash that a line of a baseline states, `pdq-nn512:…/100`; `nil` for one of another definition.
  package init?(approvedHash text: String) {
    let prefix = "\(PDQ.version):"
    guard text.hasPrefix(prefix),
      let hash = Hexadecimal.decode(String(text.dropFirst(prefix.count).prefix { $0 != "/" })),
      hash.count == Self.hashByteCount
    else { return nil }
    bytes = hash
  }

  /// Takes ``bytes``; `nil` for another number of them.
  package init?(bytes: [UInt8]) {
    guard bytes.count == Self.byteCount else { return nil }
    self.bytes = bytes
  }

  /// How far two pictures are apart: the bits of PDQ, and the mean CIEDE2000 of their colours where those of
  /// both are known.
  package func distance(to other: PictureLooks) -> PictureDistance {
    guard bytes != other.bytes else { return PictureDistance(bits: 0, colour: 0) }
    let split = Self.hashByteCount
    let bits = zip(bytes, other.bytes).prefix(split).reduce(0) {
      $0 + ($1.0 ^ $1.1).nonzeroBitCount
    }
    let grids = (
      ColourGrid(samples: Array(bytes[split...])), ColourGrid(samples: Array(other.bytes[split...]))
    )
    let colour = grids.0.flatMap { left in grids.1.map { left.distance(to: $0) } }
    return PictureDistance(bits: bits, colour: colour)
  }
}

/// How far two pictures are apart.
package struct PictureDistance: Hashable, Sendable {
  /// The bits of PDQ that differ.
  package let bits: Int
  /// The mean CIEDE2000 of their colours; `nil` where those of one are not known.
  package let colour: Double?

  /// Puts figures together.
  package init(bits: Int, colour: Double?) {
    self.bits = bits
    self.colour = colour
  }

  /// The larger of each figure; one that is not known of both is not known.
  func maximum(with other: PictureDistance) -> PictureDistance {
    let colours = [colour, other.colour].compactMap(\.self)
    return PictureDistance(
      bits: max(bits, other.bits), colour: colours.count == 2 ? colours.max() : nil)
  }

  /// Whether it is the nearer one: by bits and, where these are equal, by colour.
  func isNearer(than other: PictureDistance) -> Bool {
    (bits, colour ?? .infinity) < (other.bits, other.colour ?? .infinity)
  }
}

extension CaseFact {
  /// How far the pictures are from those of another time; `nil` where either looks are not known.
  ///
  /// Pictures are compared place by place, and the farthest counts.
  func distance(to reference: [PictureLooks]) -> PictureDistance? {
    guard !looks.isEmpty, looks.count == reference.count else { return nil }
    return zip(looks, reference).map { $0.distance(to: $1) }
      .reduce(PictureDistance(bits: 0, colour: 0)) { $0.maximum(with: $1) }
  }

  /// How far the pictures are from the nearest approved ones; `nil` where nothing is approved of one of
  /// them, or looks are not known.
  func distance(toApproved approved: [Int: [PictureLooks]]) -> PictureDistance? {
    guard !looks.isEmpty else { return nil }
    var farthest = PictureDistance(bits: 0, colour: 0)
    for (place, own) in looks.enumerated() {
      let distances = (approved[place] ?? []).map { own.distance(to: $0) }
      guard let nearest = distances.min(by: { $0.isNearer(than: $1) }) else { return nil }
      farthest = farthest.maximum(with: nearest)
    }
    return farthest
  }
}
