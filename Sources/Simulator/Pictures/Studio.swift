internal import Canonical
internal import ImageComparison
internal import SeedreamAPI

/// A decoded input picture, opaque and of 8 bits a sample.
struct StudioInput: Sendable {
  /// The decoded pixels.
  let picture: Picture
  /// The identity of the pixels.
  let digest: PixelDigest

  /// The pixels as shown.
  var size: PixelSize { PixelSize(width: picture.width, height: picture.height) }
}

/// Why an input picture is not taken.
struct InputProblem: Error, Hashable, Sendable {
  /// What was found and what was expected.
  let message: String
}

/// Draws pictures.
protocol Painting: Sendable {
  /// Draws the picture of an edit; the same edit and inputs give the same pixels on every machine.
  ///
  /// - Parameters:
  ///   - edit: what was ordered.
  ///   - inputs: the used inputs, at least one.
  func paint(_ edit: Edit, inputs: [StudioInput]) -> Picture
}

/// Decodes inputs, has pictures drawn, encodes them and keeps what will be asked for again.
struct Studio: Sendable {
  /// Bytes of decoded inputs that are kept.
  static let inputByteCountMax = 128 << 20
  /// What an input may ask for, as the upstream service states it (`api-contract.md` section 2.5).
  static let limits = PictureLimits(
    fileByteCountMax: InputFacts.byteCountMax, pixelCountMax: InputFacts.areaMax)

  private let painter: any Painting
  private let inputs = BoundedCache<SHA256Digest, StudioInput>(byteCountMax: inputByteCountMax)
  private let pictures: BoundedCache<String, Kept>
  private let linkSeconds: Int?
  private let seeds: SimulatorSettings.SeedProfile
  private let drift: SimulatorSettings.Drift
  private let drawsSeedZero: Bool
  private let stampsFiles: Bool
  private let hasWatermark: Bool
  /// The first picture of each size, where all others are copies of it; `nil` where each is drawn.
  private let templates: BoundedCache<PixelSize, [UInt8]>?

  /// A finished picture and when it was kept last.
  private struct Kept: Sendable {
    let bytes: [UInt8]
    let at: Timestamp
  }

  /// Opens a studio.
  ///
  /// - Parameters:
  ///   - painter: draws the pictures.
  ///   - settings: say how many bytes of finished pictures are kept.
  init(painter: any Painting, settings: SimulatorSettings) {
    self.painter = painter
    pictures = BoundedCache(byteCountMax: settings.pictureByteCountMax)
    linkSeconds = settings.linkSeconds
    seeds = settings.seeds
    drift = settings.drift
    drawsSeedZero = settings.drawsSeedZero
    stampsFiles = settings.stampsFiles
    hasWatermark = settings.hasWatermark
    templates = settings.isCanned ? BoundedCache(byteCountMax: settings.pictureByteCountMax) : nil
  }

  /// Decodes an input picture, unless it was decoded lately.
  func input(_ bytes: [UInt8], blob: BlobID) throws(InputProblem) -> StudioInput {
    if let input = inputs[blob.digest] { return input }
    let picture: Picture
    do {
      let header = try PictureHeader(reading: bytes, limits: Self.limits)
      if let problem = Self.problem(with: header, byteCount: bytes.count, kind: blob.kind) {
        throw problem
      }
      picture = try Picture(decoding: bytes, limits: Self.limits)
    } catch let problem as InputProblem {
      throw problem
    } catch {
      throw InputProblem(message: "the picture cannot be decoded: \(error).")
    }
    let input = StudioInput(picture: picture.opaque, digest: picture.digest)
    inputs.insert(input, for: blob.digest, byteCount: input.picture.pixels.count)
    return input
  }

  private static func problem(
    with header: PictureHeader, byteCount: Int, kind: BlobKind
  ) -> InputProblem? {
    let size = PixelSize(width: header.uprightWidth, height: header.uprightHeight)
    // The words of the one refusal that was seen in the wild (section 2.5).
    if max(size.ratio, 1 / size.ratio) > InputFacts.ratioMax {
      return InputProblem(
        message: "expected the aspect ratio to be between 0.33 and 3.00, but received image with "
          + "aspect ratio: \(hundredths(size.ratio)) instead.")
    }
    let facts = InputFacts(byteCount: byteCount, kind: kind, size: size)
    return facts.findings.first.map { InputProblem(message: "\($0.message).") }
  }

  private static func hundredths(_ ratio: Double) -> String {
    let value = Int((ratio * 100).rounded())
    return "\(value / 100).\(value % 100 < 10 ? "0" : "")\(value % 100)"
  }

  /// Draws and encodes a picture, or stamps one that was drawn before.
  ///
  /// - Parameters:
  ///   - edit: what was ordered.
  ///   - inputs: the used inputs.
  ///   - codec: how it is encoded.
  ///   - lot: what this call draws where the request does not decide.
  func make(
    _ edit: Edit, inputs: [StudioInput], codec: SimulatorSettings.Codec, lot: CallLot
  ) throws(PictureError) -> [UInt8] {
    var edit = edit
    edit.drift = drift
    if seeds == .ignored || (drawsSeedZero && edit.seed?.value == 0) {
      var dice = lot.dice("seed", index: edit.index)
      edit.seed = Seed(dice.next(Seed.range))
    }
    if seeds == .loose {
      var dice = lot.dice("hue", index: edit.index)
      edit.turnDegrees = dice.next(0...359)
      edit.contrastPercent = dice.next(0...60)
    }
    let file = try file(edit, inputs: inputs, codec: codec, lot: lot)
    return stampsFiles ? Finish.stamped(file, with: "\(lot.text) \(edit.index)") : file
  }

  private func file(
    _ edit: Edit, inputs: [StudioInput], codec: SimulatorSettings.Codec, lot: CallLot
  ) throws(PictureError) -> [UInt8] {
    guard let templates else { return try draw(edit, inputs: inputs, codec: codec, lot: lot) }
    let template: [UInt8]
    if let known = templates[edit.size] {
      template = known
    } else {
      template = try draw(edit, inputs: inputs, codec: codec, lot: lot)
      templates.insert(template, for: edit.size, byteCount: template.count)
    }
    return CannedPicture.stamped(template, with: edit.identity(inputs: inputs))
  }

  private func draw(
    _ edit: Edit, inputs: [StudioInput], codec: SimulatorSettings.Codec, lot: CallLot
  ) throws(PictureError) -> [UInt8] {
    var picture = painter.paint(edit, inputs: inputs)
    if hasWatermark { picture = Finish.marked(picture) }
    if seeds == .pixelNoise {
      picture = Finish.noisy(picture, lot.dice("noise", index: edit.index))
    }
    switch codec {
    case .png: return try PictureEncoder.png(picture, effort: .fast)
    case .jpeg(let quality): return try PictureEncoder.jpeg(picture, quality: quality)
    }
  }

  /// Keeps a finished picture for fetching.
  ///
  /// - Returns: its name: 32 hexadecimal digits of its digest, and an ending.
  func keep(_ picture: [UInt8], at now: Timestamp) -> String {
    let blob = BlobID(of: picture)
    let name = "\(blob.digest.hex.prefix(32)).\(blob.kind.rawValue)"
    pictures.insert(Kept(bytes: picture, at: now), for: name, byteCount: picture.count)
    return name
  }

  /// A finished picture; `nil` when there is none of that name, or no longer.
  func picture(named name: String, at now: Timestamp) -> [UInt8]? {
    guard let kept = pictures[name] else { return nil }
    guard let linkSeconds else { return kept.bytes }
    return now.milliseconds - kept.at.milliseconds < linkSeconds * 1_000 ? kept.bytes : nil
  }
}

extension Picture {
  /// The picture on a white ground, 8 bits a sample.
  var opaque: Picture {
    guard hasAlpha || bitDepth == 16 else { return self }
    let bytesPerSample = bitDepth / 8
    let source = pixels.span
    var opaque = [UInt8](repeating: 255, count: width * height * 4)
    var target = opaque.mutableSpan
    for pixel in 0..<width * height {
      // Of 16 bits the higher eight, which lie second.
      let first = pixel * 4 * bytesPerSample + bytesPerSample - 1
      let alpha = Int(source[first + 3 * bytesPerSample])
      for channel in 0..<3 {
        let value = Int(source[first + channel * bytesPerSample])
        target[pixel * 4 + channel] = UInt8((value * alpha + 255 * (255 - alpha) + 127) / 255)
      }
    }
    return Picture(width: width, height: height, pixels: opaque)
  }
}
