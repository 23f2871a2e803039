package import Canonical

/// What a request is matched by, criterion by criterion, small enough to be kept of every recording.
package struct RequestCriteria: Hashable, Sendable {
  /// One thing that two requests have in common or not; the raw value is its name in messages.
  package enum Criterion: String, Hashable, Sendable, CaseIterable {
    /// The API's path.
    case path
    /// The model's name.
    case model
    /// The text of the prompt.
    case prompt
    /// The pictures by type and digest, or by URL, in order.
    case images = "image_urls"
    /// The size, whether it is a word or numbers.
    case size
    /// The seed, where none is a value too.
    case seed
    /// Whether the safety checker is asked for.
    case safety = "enable_safety_checker"
    /// How the prompt is rewritten.
    case enhancement = "enhance_prompt_mode"
    /// How many pictures are asked for.
    case count = "n"
    /// How the pictures are delivered.
    case delivery = "output_format"
    /// Which of several equal requests it is.
    case `repeat`
  }

  /// A value for each criterion, equal where the requests agree; of this process only.
  private let values: [Int]

  /// Takes a request apart.
  ///
  /// - Parameters:
  ///   - canonicalRequest: the canonical form that its key was made of.
  ///   - repeatIndex: which of several equal requests, from 0.
  package init(canonicalRequest: JSONValue, repeatIndex: Int) {
    let body = canonicalRequest["body"]
    values = Criterion.allCases.map { criterion in
      switch criterion {
      case .path: canonicalRequest["path"].hashValue
      case .size: [body?["size"], body?["image_size"]].hashValue
      case .repeat: repeatIndex
      default: body?[criterion.rawValue].hashValue ?? 0
      }
    }
  }

  /// Whether the requests agree in each criterion, in the order of the criteria.
  package func agreement(with other: RequestCriteria) -> [Bool] {
    zip(values, other.values).map { $0 == $1 }
  }

  /// In how many criteria the requests agree.
  func agreementCount(with other: RequestCriteria) -> Int {
    var count = 0
    for index in values.indices where values[index] == other.values[index] { count += 1 }
    return count
  }
}
