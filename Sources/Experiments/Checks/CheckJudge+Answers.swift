internal import Canonical
internal import SeedreamAPI
internal import Suites

/// Checks of what the service says, rather than of pixels.
extension CheckJudge {
  /// The checks that apply to a case.
  ///
  /// A case that is expected to be refused has no picture that another check could be about.
  static func applicable(_ checks: [Check]) -> [Check] {
    guard checks.contains(where: { $0.kind.expectedError != nil }) else { return checks }
    return checks.filter { [.blocked, .error, .latency, .cost].contains($0.name) }
  }

  func format(_ codecs: [PictureCodec], _ evidence: Evidence) -> Finding {
    let pictures = evidence.outputs.compactMap { output in
      output.picture.map { (output.index, $0.codec) }
    }
    guard !pictures.isEmpty else { return (.skipped, "there is no picture to look at") }
    let expected = codecs.map(\.rawValue)
    for (index, codec) in pictures where !expected.contains(codec) {
      return (
        .failed, "picture \(index) is \(codec), expected \(expected.joined(separator: " or "))"
      )
    }
    return (.passed, Set(pictures.map(\.1)).sorted().joined(separator: ", "))
  }

  func cost(_ limit: Money, _ evidence: Evidence) -> Finding {
    guard let cost = evidence.cost else {
      return (
        .failed,
        "the price of the model '\(evidence.request.model)' is not known; at most \(limit) is allowed"
      )
    }
    guard cost <= limit else { return (.failed, "cost \(cost), at most \(limit) is allowed") }
    return (.passed, "\(cost), at most \(limit)")
  }

  func revisedPrompt(
    _ expectation: CheckKind.RevisedPromptExpectation, _ evidence: Evidence
  ) -> Finding {
    guard !evidence.outputs.isEmpty else {
      return (.skipped, "there is no picture that comes with a prompt")
    }
    for output in evidence.outputs {
      let revised = output.revisedPrompt
      let place = "picture \(output.index)"
      let shown = revised.map { "'\(Self.shortened($0))'" } ?? ""
      switch expectation {
      case .present where revised == nil:
        return (.failed, "\(place) comes without a rewritten prompt")
      case .absent where revised != nil:
        return (.failed, "\(place) comes with the rewritten prompt \(shown), expected none")
      case .unchanged where revised.map { !isSame($0, evidence.request.prompt) } == true:
        return (.failed, "\(place) was made of another prompt than was sent: \(shown)")
      case .contains(let text) where revised?.contains(text) != true:
        let wanted = "'\(Self.shortened(text))'"
        return (
          .failed,
          revised == nil
            ? "\(place) comes without a rewritten prompt, expected one with \(wanted)"
            : "\(place) comes with the rewritten prompt \(shown), expected one with \(wanted)"
        )
      case .present, .absent, .unchanged, .contains: continue
      }
    }
    switch expectation {
    case .present: return (.passed, "every picture comes with a rewritten prompt")
    case .absent: return (.passed, "no picture comes with a rewritten prompt")
    case .unchanged: return (.passed, "the prompt was not rewritten")
    case .contains(let text): return (.passed, "every prompt holds '\(Self.shortened(text))'")
    }
  }

  /// Whether two texts are of the same bytes; equal characters may be written in several ways.
  private func isSame(_ left: String, _ right: String) -> Bool {
    left.utf8.elementsEqual(right.utf8)
  }

  func refused(_ expected: APIError.Category, _ evidence: Evidence) -> Finding {
    let isBlocked = expected == .blocked
    let wanted = isBlocked ? "a safety refusal" : "an error of the kind '\(expected.rawValue)'"
    if !evidence.outputs.isEmpty {
      return (.failed, "a picture came back where \(wanted) was expected")
    }
    if let refusal = evidence.refusal, evidence.refusalCategory == expected {
      return (.passed, "refused as expected: \(refusal)")
    }
    let reasons = evidence.missing.isEmpty ? "" : ": " + evidence.missing.joined(separator: "; ")
    return (
      .failed,
      "expected \(wanted), got no picture and no \(isBlocked ? "refusal" : "such error")\(reasons)"
    )
  }

  /// Characters of a prompt that a message shows.
  private static let shownCountMax = 200

  private static func shortened(_ text: String) -> String {
    let shown = VisibleText.escape(String(text.prefix(shownCountMax)))
    return text.count > shownCountMax ? shown + "…" : shown
  }
}
