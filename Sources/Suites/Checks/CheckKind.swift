package import Canonical
package import SeedreamAPI

/// What a check expects.
package enum CheckKind: Hashable, Sendable {
  /// How many pictures come back.
  package enum CountExpectation: Hashable, Sendable {
    /// As many as the request asks for.
    case asRequested
    /// This many, whatever the request asks for.
    case exactly(Int)
  }

  /// Which size the pictures have.
  package enum SizeExpectation: Hashable, Sendable {
    /// What ``ModelLimits`` expects for the size that the request asks for.
    case asRequested
    /// These pixels.
    case exactly(PixelSize)
  }

  /// What the service says of a prompt that it rewrote.
  package enum RevisedPromptExpectation: Hashable, Sendable {
    /// Every picture comes with a rewritten prompt.
    case present
    /// No picture comes with one.
    case absent
    /// No picture comes with one that differs from the prompt that was sent.
    case unchanged
    /// Every picture comes with one that holds this text.
    case contains(String)
  }

  /// The number of pictures.
  case count(CountExpectation)
  /// The size of every picture.
  case size(SizeExpectation)
  /// Every picture can be decoded.
  case decodable
  /// No picture is of one colour.
  case notBlank
  /// Every picture has one of these codecs.
  case format([PictureCodec])
  /// The answer was there within a time; in replay the recorded time counts.
  case latency(max: Duration)
  /// The case costs at most this.
  case cost(max: Money)
  /// What the service says of the prompt.
  case revisedPrompt(RevisedPromptExpectation)
  /// A safety check of the service refuses the request.
  case blocked
  /// The service answers with an error of this kind.
  case error(APIError.Category)
  /// Every output equals an approved one.
  case baseline(BaselineExpectation)
  /// A part of every output is as it was in an input.
  case preserve(PreserveExpectation)
  /// A part of every output is not as it was in an input.
  case change(ChangeExpectation)
  /// Every output is like a given picture.
  case similarTo(SimilarityExpectation)
  /// A program says whether the outputs are as they should be.
  case command(CommandExpectation)

  /// The name in a suite file.
  package var name: CheckName {
    switch self {
    case .count: .count
    case .size: .size
    case .decodable: .decodable
    case .notBlank: .notBlank
    case .format: .format
    case .latency: .latency
    case .cost: .cost
    case .revisedPrompt: .revisedPrompt
    case .blocked: .blocked
    case .error: .error
    case .baseline: .baseline
    case .preserve: .preserve
    case .change: .change
    case .similarTo: .similarTo
    case .command: .command
    }
  }

  /// The kinds of errors that ``error(_:)`` may expect.
  ///
  /// A safety refusal has a check of its own; what a key, an account or the pace of a run causes says
  /// nothing of a case.
  package static let expectableErrors: [APIError.Category] = [
    .invalidRequest, .notFound, .unavailable, .server, .malformed,
  ]

  /// The kind of error that the service is expected to answer with; `nil` where pictures are.
  package var expectedError: APIError.Category? {
    switch self {
    case .blocked: .blocked
    case .error(let category): category
    default: nil
    }
  }
}

/// The names of checks in a suite file.
package enum CheckName: String, Hashable, Sendable, CaseIterable {
  /// The number of pictures.
  case count
  /// The size of every picture.
  case size
  /// Every picture can be decoded.
  case decodable
  /// No picture is of one colour.
  case notBlank = "not-blank"
  /// The codec of every picture.
  case format
  /// The time that the answer took.
  case latency
  /// What the case costs.
  case cost
  /// What the service says of the prompt.
  case revisedPrompt = "revised-prompt"
  /// A refusal for safety.
  case blocked
  /// Any other error of the service.
  case error
  /// Equality with an approved output.
  case baseline
  /// A part that is as in an input.
  case preserve
  /// A part that is not as in an input.
  case change
  /// Likeness with a given picture.
  case similarTo = "similar-to"
  /// The verdict of a program.
  case command

  /// Whether one list may hold several of it: what they expect does not contradict.
  package var mayRepeat: Bool {
    switch self {
    case .preserve, .change, .similarTo, .command: true
    default: false
    }
  }

  /// Whether `true` is a value of it, so that its name alone declares it.
  var takesTrue: Bool {
    switch self {
    case .decodable, .notBlank, .blocked: true
    default: false
    }
  }
}

/// The codec of a picture by its name in a suite file.
package enum PictureCodec: String, Hashable, Sendable, CaseIterable {
  /// Portable Network Graphics.
  case png
  /// The file format of the Joint Photographic Experts Group.
  case jpeg
  /// WebP.
  case webp
}

/// A program that judges outputs.
package struct CommandExpectation: Hashable, Sendable {
  /// How long it may take where the suite does not say.
  package static let timeoutDefault = Duration.seconds(60)
  /// The longest time that a suite may give it.
  package static let timeoutMax = Duration.seconds(600)

  /// The program and its arguments; at least the program.
  package let arguments: [String]
  /// How long it may take.
  package let timeout: Duration

  /// Puts an expectation together.
  package init(arguments: [String], timeout: Duration = timeoutDefault) {
    self.arguments = arguments
    self.timeout = timeout
  }
}
