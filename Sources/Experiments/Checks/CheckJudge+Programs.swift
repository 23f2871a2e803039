internal import Canonical
internal import Recording
internal import SeedreamAPI
internal import Suites
internal import SystemPackage

/// Programs that judge pictures.
extension CheckJudge {
  /// Bytes that a program may answer with.
  package static let answerByteCountMax = 1 << 20
  /// Characters of a program's message that are told.
  private static let messageCountMax = 1_000
  /// The version of what a program reads.
  private static let version = 1

  func command(_ expectation: CommandExpectation, _ evidence: Evidence) async -> Measured {
    guard !evidence.outputs.isEmpty else {
      return ((.skipped, "there is no picture to judge"), [])
    }
    let name = expectation.arguments.first.map { VisibleText.escape($0) } ?? "the program"
    guard let programs = tools.programs else {
      return (
        (.error, "\(name) was not started: programs are started with --allow-commands only"), []
      )
    }
    let end = await programs.run(
      expectation.arguments, in: tools.folder,
      input: question(evidence).canonicalBytes + [0x0A], timeout: expectation.timeout,
      outputMax: Self.answerByteCountMax)
    let output: [UInt8]
    switch end {
    case .exited(let code, let bytes, let last):
      guard code == 0 else {
        return ((.error, "\(name) ended with the code \(code)\(Self.told(last))"), [])
      }
      output = bytes
    case .signalled(let number, let last):
      return ((.error, "\(name) was ended by the signal \(number)\(Self.told(last))"), [])
    case .timedOut:
      return (
        (.error, "\(name) took longer than \(expectation.timeout) and was ended"), []
      )
    case .tooMuchOutput:
      return (
        (.error, "\(name) wrote more than \(Self.answerByteCountMax) bytes and was ended"), []
      )
    case .notStarted(let reason):
      return ((.error, "\(name) could not be started: \(reason)"), [])
    }
    do {
      return try answer(output, of: name, evidence)
    } catch {
      return (
        (
          .error,
          "\(name) answered with something else than {\"passed\": true}: \(error)"
        ), []
      )
    }
  }

  private static func told(_ message: String) -> String {
    let line = VisibleText.escape(String(message.prefix(messageCountMax)))
    return line.isEmpty ? "" : ": \(line)"
  }

  /// What a program is asked: paths are absolute, or as the command line names them.
  private func question(_ evidence: Evidence) -> JSONValue {
    let identity = evidence.identity
    let request = evidence.request
    let inputs = request.images.map { image -> JSONValue in
      switch image {
      case .local(let blob):
        .members([
          "path": tools.inputPaths[blob.digest].map { .string(tools.absolute($0).string) },
          "digest": .string(blob.digest.hex),
        ])
      case .remote(let url): .members(["url": .string(url)])
      }
    }
    return .members([
      "version": .integer(Self.version),
      "suite": .string(identity.suite.text),
      "id": .string(identity.id.text),
      "key": .string(identity.caseKey.description),
      "cells": .object(JSONObject(identity.cells.map { ($0.axis, .string($0.entry)) })),
      "tags": .array(identity.tags.map(JSONValue.string)),
      "model": .string(request.model.text),
      "prompt": .string(request.prompt),
      "seed": request.seed.map { .integer($0.value) },
      "inputs": .array(inputs),
      "outputs": .array(evidence.outputs.map { question($0, evidence) }),
    ])
  }

  private func question(_ output: OutputRecord, _ evidence: Evidence) -> JSONValue {
    let approved = baseline.entries(
      for: OutputID(caseKey: evidence.caseKey, index: output.index)
    ).filter { $0.decision == .approved }
    return .members([
      "index": .integer(output.index),
      "path": .string(tools.absolute(output.path).string),
      "digest": .string(output.blob.digest.hex),
      "width": output.picture.map { .integer($0.size.width) },
      "height": output.picture.map { .integer($0.size.height) },
      "codec": output.picture.map { .string($0.codec) },
      "revised_prompt": output.revisedPrompt.map(JSONValue.string),
      "approved": .array(
        approved.map { .string(tools.absolute(tools.approved.path(of: $0.blob)).string) }),
    ])
  }

  /// Reads `passed`, and where they are there `message` and `figures`; other members are left alone.
  private func answer(
    _ bytes: [UInt8], of name: String, _ evidence: Evidence
  ) throws -> Measured {
    let place = EncodedPlace(try JSONParser.parse(bytes))
    let isPassed = try place.member("passed").bool()
    let message = try place.optional("message")?.string() ?? ""
    var figures: [Measure.Figure] = []
    if let members = try place.optional("figures")?.members() {
      guard members.count <= EncodedMeasure.figuresMax else {
        throw place.failure(
          "\(members.count) figures; \(EncodedMeasure.figuresMax) are allowed")
      }
      for (figure, value) in members {
        guard case .number(let number) = value.value else {
          throw value.failure("expected a number, found \(value.value.kind)")
        }
        figures.append(Measure.Figure("command.\(figure)", number.double))
      }
    }
    let shown = figures.map {
      "\(VisibleText.escape(String($0.name.dropFirst("command.".count)))) \($0.value)"
    }.joined(separator: ", ")
    let said = VisibleText.escape(String(message.prefix(Self.messageCountMax)))
    let text = [said, shown].filter { !$0.isEmpty }.joined(separator: "; ")
    let measures =
      figures.isEmpty
      ? [] : evidence.outputs.prefix(1).map { Measure(picture: $0.index, figures: figures) }
    let fallback = isPassed ? "it agrees" : "it does not agree"
    return (
      (isPassed ? .passed : .failed, "\(name): \(text.isEmpty ? fallback : text)"), measures
    )
  }
}

extension JudgeTools {
  /// A path that holds whatever the working folder of a program is.
  func absolute(_ path: FilePath) -> FilePath {
    path.isAbsolute ? path : workingFolder.pushing(path).lexicallyNormalized()
  }
}
