package import Canonical

/// The fields of a request in which cases of a matrix mostly differ.
///
/// Requests of one key have one outline, so that a request whose outline no recording has is not
/// recorded; finding that out costs a tenth of making the key.
package struct RequestOutline: Hashable, Sendable {
  private let model: String?
  private let prompt: String?
  private let seed: Int?
  private let preset: String?
  private let width: Int?
  private let height: Int?

  /// The outline of a request.
  package init(_ request: EditRequest) {
    model = request.model.text
    prompt = request.prompt
    seed = request.seed?.value
    preset = request.size.preset?.rawValue
    width = request.size.custom?.width
    height = request.size.custom?.height
  }

  /// The outline of a request of which the canonical form is known.
  package init(canonicalRequest: JSONValue) {
    let body = canonicalRequest["body"]
    model = body?["model"]?.string
    prompt = body?["prompt"]?.string
    seed = body?["seed"]?.integer
    preset = body?["size"]?.string
    width = body?["image_size"]?["width"]?.integer
    height = body?["image_size"]?["height"]?.integer
  }
}
