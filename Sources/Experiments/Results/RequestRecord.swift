package import Canonical
package import SeedreamAPI
package import SystemPackage

/// What a case asks for beside what its identity names.
package struct RequestRecord: Hashable, Sendable {
  /// The pictures that it edits, in order.
  package let images: [InputImage]
  /// How many pictures it asks for.
  package let count: Int
  /// How the service rewrites the prompt.
  package let enhancement: EnhancePromptMode
  /// Whether the gateway's safety checker looks at it.
  package let isSafetyChecked: Bool
  /// How the pictures are delivered.
  package let delivery: DeliveryFormat

  /// Takes it from a request.
  package init(_ request: EditRequest) {
    self.init(
      images: request.images.map(Self.withoutQuery), count: request.n,
      enhancement: request.enhancePromptMode, isSafetyChecked: request.enableSafetyChecker,
      delivery: request.outputFormat)
  }

  /// A signed URL carries its secret in the query, and reports are handed around.
  private static func withoutQuery(_ image: InputImage) -> InputImage {
    guard case .remote(let url) = image, let mark = url.utf8.firstIndex(of: UInt8(ascii: "?"))
    else { return image }
    return .remote("\(url[..<mark])?…")
  }

  /// Puts a record together.
  package init(
    images: [InputImage], count: Int = 1, enhancement: EnhancePromptMode = .standard,
    isSafetyChecked: Bool = false, delivery: DeliveryFormat = .url
  ) {
    self.images = images
    self.count = count
    self.enhancement = enhancement
    self.isSafetyChecked = isSafetyChecked
    self.delivery = delivery
  }
}

/// A picture that a suite sends.
package struct InputRecord: Hashable, Sendable {
  /// Its bytes by digest.
  package let blob: BlobID
  /// Where they lie.
  package let path: FilePath

  /// Names a picture.
  package init(blob: BlobID, path: FilePath) {
    self.blob = blob
    self.path = path
  }
}

/// A request, inside the document of a case: `images`, each with `digest` and `kind` or with `url`, and the
/// fields `n`, `enhance_prompt_mode`, `enable_safety_checker` and `output_format` of the API.
enum EncodedRequest {
  static func encode(_ request: RequestRecord) -> JSONValue {
    .members([
      "images": .array(request.images.map(encode)),
      "n": .integer(request.count),
      "enhance_prompt_mode": .string(request.enhancement.rawValue),
      "enable_safety_checker": .bool(request.isSafetyChecked),
      "output_format": .string(request.delivery.rawValue),
    ])
  }

  private static func encode(_ image: InputImage) -> JSONValue {
    switch image {
    case .local(let blob): encode(blob)
    case .remote(let url): .members(["url": .string(url)])
    }
  }

  private static func encode(_ blob: BlobID) -> JSONValue {
    .members(["digest": .string(blob.digest.hex), "kind": .string(blob.kind.rawValue)])
  }

  /// An input of a suite, inside the header of a run.
  static func encode(_ input: InputRecord) -> JSONValue {
    .members([
      "digest": .string(input.blob.digest.hex), "kind": .string(input.blob.kind.rawValue),
      "path": .string(input.path.string),
    ])
  }

  static func decode(_ place: EncodedPlace) throws(EncodedRunFailure) -> RequestRecord {
    var images: [InputImage] = []
    for image in try place.member("images").elements(max: EncodedRun.elementsMax) {
      if let url = image.optional("url") {
        images.append(.remote(try url.string()))
      } else {
        images.append(.local(try blob(image)))
      }
    }
    return RequestRecord(
      images: images,
      count: try place.member("n").integer(EncodedRun.countRange),
      enhancement: try place.member("enhance_prompt_mode").parse("standard or fast") {
        EnhancePromptMode(rawValue: $0)
      },
      isSafetyChecked: try place.member("enable_safety_checker").bool(),
      delivery: try place.member("output_format").parse("url or b64_json") {
        DeliveryFormat(rawValue: $0)
      })
  }

  static func decodeInput(_ place: EncodedPlace) throws(EncodedRunFailure) -> InputRecord {
    InputRecord(blob: try blob(place), path: FilePath(try place.member("path").string()))
  }

  private static func blob(_ place: EncodedPlace) throws(EncodedRunFailure) -> BlobID {
    BlobID(
      digest: try place.member("digest").parse("a digest of 64 hexadecimal digits") {
        SHA256Digest(hex: $0)
      },
      kind: try place.member("kind").parse("the ending of a blob's name") {
        BlobKind(rawValue: $0)
      })
  }
}
