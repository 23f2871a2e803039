public import Canonical

/// Something about a request that the API would refuse or do otherwise than expected.
public struct RequestFinding: Hashable, Sendable, CustomStringConvertible {
  /// How bad it is.
  public enum Severity: String, Hashable, Sendable {
    /// The request is not sent.
    case error
    /// The request is sent, and the user is told.
    case warning
  }

  /// How bad it is.
  public let severity: Severity
  /// The field by its name in the contract.
  public let field: String
  /// What is wrong and what was expected.
  public let message: String

  /// Puts a finding together.
  public init(_ severity: Severity, _ field: String, _ message: String) {
    self.severity = severity
    self.field = field
    self.message = message
  }

  /// Field and message.
  public var description: String { "\(field): \(message)" }
}

/// What is known of an input picture before it is sent.
public struct InputFacts: Hashable, Sendable {
  /// The size of the file in bytes.
  public let byteCount: Int
  /// What the bytes are.
  public let kind: BlobKind
  /// The pixels as shown, orientation applied.
  public let size: PixelSize

  /// Puts facts together.
  public init(byteCount: Int, kind: BlobKind, size: PixelSize) {
    self.byteCount = byteCount
    self.kind = kind
    self.size = size
  }

  /// The largest file, the stricter of the two published limits.
  public static let byteCountMax = 10_000_000
  /// The largest area.
  public static let areaMax = 36_000_000
  /// The shortest side.
  public static let sideMin = 15
  /// The most elongated ratio, long side over short.
  public static let ratioMax = 3.0

  /// What the service would refuse (`api-contract.md` section 2.5).
  public var findings: [RequestFinding] {
    var findings: [RequestFinding] = []
    func refuse(_ message: String) {
      findings.append(RequestFinding(.error, "image_urls", message))
    }
    if ![.png, .jpeg, .webp].contains(kind) {
      refuse("an input is \(kind.mediaType); PNG, JPEG or WebP is expected")
    }
    if byteCount > Self.byteCountMax {
      refuse("an input has \(byteCount) bytes; \(Self.byteCountMax) are allowed")
    }
    if size.area > Self.areaMax {
      refuse("an input has \(size.area) pixels; \(Self.areaMax) are allowed")
    }
    if min(size.width, size.height) < Self.sideMin {
      refuse("an input of \(size) is too small; every side must be at least \(Self.sideMin)")
    }
    if max(size.ratio, 1 / size.ratio) > Self.ratioMax {
      refuse("an input of \(size) is too elongated; the ratio must be between 1:3 and 3:1")
    }
    return findings
  }
}

extension EditRequest {
  /// The longest prompt in bytes; no upstream states one, wrappers allow 4,000 to 5,000 characters.
  public static let promptByteCountMax = 32_768
  /// Words above which the upstream's page says that attention scatters.
  public static let promptWordsAdvised = 600

  /// Everything about the request that would be refused, or that the user should know.
  ///
  /// - Parameter inputs: facts of the local pictures, by digest; a picture without is not judged.
  /// - Returns: findings in the order of the contract's fields.
  public func findings(inputs: [SHA256Digest: InputFacts] = [:]) -> [RequestFinding] {
    modelFindings + promptFindings + imageFindings(inputs: inputs) + sizeFindings + otherFindings
  }

  private var modelFindings: [RequestFinding] {
    if model.text.allSatisfy(\.isWhitespace) {
      return [RequestFinding(.error, "model", "the model's name is empty")]
    }
    if model.text.utf8.count > ModelName.byteCountMax
      || model.text.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7F })
    {
      return [
        RequestFinding(
          .error, "model",
          "the model's name is longer than \(ModelName.byteCountMax) bytes or holds control "
            + "characters")
      ]
    }
    if enhancePromptMode == .fast, !ModelLimits(model: model).hasFastMode {
      return [
        RequestFinding(
          .warning, "enhance_prompt_mode",
          "'fast' exists for Seedream 4.0 only; \(ModelLimits(model: model).family) ignores it")
      ]
    }
    return []
  }

  /// What would be refused of the prompt, or the user should know of it; no other field is looked at.
  package var promptFindings: [RequestFinding] {
    if prompt.allSatisfy(\.isWhitespace) {
      return [RequestFinding(.error, "prompt", "the prompt is empty")]
    }
    if prompt.utf8.count > Self.promptByteCountMax {
      return [
        RequestFinding(
          .error, "prompt",
          "the prompt has \(prompt.utf8.count) bytes; \(Self.promptByteCountMax) are allowed")
      ]
    }
    var findings: [RequestFinding] = []
    // That many words take at least a byte each and one between two of them.
    let words =
      prompt.utf8.count > 2 * Self.promptWordsAdvised
      ? prompt.split(whereSeparator: \.isWhitespace).count : 0
    if words > Self.promptWordsAdvised {
      findings.append(
        RequestFinding(
          .warning, "prompt",
          "the prompt has \(words) words; above \(Self.promptWordsAdvised) attention scatters"))
    }
    let control = prompt.utf8.first {
      ($0 < 0x20 && $0 != 0x0A && $0 != 0x09) || $0 == 0x7F
    }
    if let control {
      let digits = String(control, radix: 16, uppercase: true)
      findings.append(
        RequestFinding(
          .warning, "prompt",
          "the prompt holds the control character U+\(String(repeating: "0", count: 4 - digits.count))"
            + "\(digits); it is sent as it is"))
    }
    return findings
  }

  private func imageFindings(inputs: [SHA256Digest: InputFacts]) -> [RequestFinding] {
    var findings: [RequestFinding] = []
    if images.isEmpty {
      findings.append(RequestFinding(.error, "image_urls", "at least one input is needed"))
    }
    if images.count > ModelLimits.imagesMax {
      findings.append(
        RequestFinding(
          .error, "image_urls",
          "\(images.count) inputs; of more than \(ModelLimits.imagesMax) the API silently drops the "
            + "first ones, which renumbers 'image 1' of the prompt"))
    }
    for (index, image) in images.enumerated() {
      switch image {
      case .local(let blob): findings += inputs[blob.digest]?.findings ?? []
      case .remote(let url):
        do {
          if let parameter = try HTTPURL(url).secretParameter {
            findings.append(
              RequestFinding(
                .error, "image_urls",
                "input \(index + 1): the URL's parameter '\(parameter)' is a secret, which would "
                  + "stand in recordings and reports; use a local file or a public URL"))
          }
        } catch {
          // The text is not shown: it may hold a password or control characters.
          findings.append(
            RequestFinding(.error, "image_urls", "input \(index + 1): \(error.description)"))
        }
      }
    }
    return findings
  }

  private var sizeFindings: [RequestFinding] {
    let limits = ModelLimits(model: model)
    guard let asked = size.custom ?? size.preset?.base else { return [] }
    let field = size.custom == nil ? "size" : "image_size"
    if max(asked.width, asked.height) > PixelSize.sideMax {
      return [
        RequestFinding(
          .error, field, "\(asked) has a side above the \(PixelSize.sideMax) pixels allowed")
      ]
    }
    if max(asked.width, asked.height) > limits.ratioMax * min(asked.width, asked.height) {
      return [
        RequestFinding(
          .error, field, "\(asked) is too elongated; the ratio must be between 1:16 and 16:1")
      ]
    }
    if asked.area > limits.areaMax {
      return [
        RequestFinding(
          .error, field,
          "\(asked) has \(asked.area) pixels; \(limits.family) makes at most \(limits.areaMax)")
      ]
    }
    let isExpected = size.preset != nil && limits.areaMin == ModelLimits.seedream4AreaMin
    if asked.area < limits.areaMin, !isExpected {
      return [
        RequestFinding(
          .warning, field,
          "\(asked) has \(asked.area) pixels; \(limits.family) makes at least \(limits.areaMin): "
            + "expect \(asked.scaledUp(toArea: limits.areaMin)) or a refusal")
      ]
    }
    return []
  }

  private var otherFindings: [RequestFinding] {
    var findings: [RequestFinding] = []
    if !(1...ModelLimits.picturesMax).contains(n) {
      findings.append(
        RequestFinding(.error, "n", "n is \(n); 1 to \(ModelLimits.picturesMax) are allowed"))
    } else if n + images.count > ModelLimits.imagesAndPicturesMax {
      findings.append(
        RequestFinding(
          .error, "n",
          "\(images.count) inputs and n \(n) make \(n + images.count); "
            + "\(ModelLimits.imagesAndPicturesMax) are allowed together"))
    }
    if seed?.value == 0 {
      findings.append(
        RequestFinding(
          .warning, "seed", "seed 0 means 'random' to some services; seeds from 1 are safer"))
    }
    return findings
  }
}
