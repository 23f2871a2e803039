package import Canonical

/// A program that carries pictures between a suite's folder and a store, as a configuration names it.
///
/// The program is started once for all pictures, without a shell.
package struct BlobCommand: Hashable, Sendable {
  /// What an argument may hold in double or single form, and what it stands for.
  package enum Placeholder: String, Hashable, Sendable, CaseIterable {
    /// The folder that pictures are read from, or written to.
    case folder
    /// A file with the names of the pictures, one a line.
    case list
    /// The name of the suite.
    case suite

    /// The name in braces, as it is written.
    package var text: String { "{\(rawValue)}" }
  }

  /// Arguments that a command may have.
  package static let argumentsMax = 100
  /// The longest argument in bytes.
  package static let argumentByteCountMax = 4_096
  /// The times that a command may be given.
  package static let timeoutRange: ClosedRange<Duration> = .seconds(1) ... .seconds(86_400)
  /// The time that it is given where nobody says.
  package static let timeoutDefault: Duration = .seconds(3_600)

  /// The program and its arguments, with placeholders.
  package let arguments: [String]

  /// Takes arguments that ``problem(with:)`` finds nothing in.
  package init(arguments: [String]) {
    self.arguments = arguments
  }

  /// What is wrong with arguments, in words; `nil` for a usable command.
  package static func problem(with arguments: [String]) -> String? {
    guard let program = arguments.first, !program.isEmpty else { return "names no program" }
    guard arguments.count <= argumentsMax else {
      return "has \(arguments.count) arguments; \(argumentsMax) are allowed"
    }
    for argument in arguments {
      guard argument.utf8.count <= argumentByteCountMax else {
        return
          "has an argument of \(argument.utf8.count) bytes; \(argumentByteCountMax) are allowed"
      }
      if argument.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) {
        return "has an argument with control characters"
      }
      for match in argument.matches(of: /\{([a-z]+)\}/)
      where Placeholder(rawValue: String(match.output.1)) == nil {
        return "knows no placeholder \(match.output.0)"
      }
    }
    let rest = arguments.dropFirst()
    for needed in [Placeholder.folder, .list]
    where !rest.contains(where: { $0.contains(needed.text) }) {
      return "does not use \(needed.text)"
    }
    return nil
  }

  /// The arguments with the placeholders filled in; what is put in is not looked through again.
  ///
  /// - Parameters:
  ///   - folder: the folder of pictures.
  ///   - list: the file with their names.
  ///   - suite: the suite.
  package func filled(folder: String, list: String, suite: SuiteName) -> [String] {
    arguments.map { argument in
      argument.replacing(/\{(folder|list|suite)\}/) { match in
        switch match.output.1 {
        case "folder": folder
        case "list": list
        default: suite.text
        }
      }
    }
  }
}

extension ConfigReader {
  /// Names in `blob_store`.
  static let blobStoreNames = ["push", "pull", "timeout"]

  /// The section `blob_store`.
  mutating func blobStore(_ node: YAMLNode) {
    for member in mapping(node, of: "'blob_store'") ?? [] {
      switch member.key {
      case "push": file.blobPush = blobCommand(member)
      case "pull": file.blobPull = blobCommand(member)
      case "timeout":
        file.blobTimeout = time(member.value, of: "'timeout'", in: BlobCommand.timeoutRange)
          .map { Placed($0, at: member.value.place.location(in: path)) }
      default:
        unknown("key", member.key, at: member.keyPlace, among: Self.blobStoreNames)
      }
    }
  }

  private mutating func blobCommand(_ member: YAMLNode.Member) -> Placed<BlobCommand>? {
    guard let elements = list(member.value, of: "'\(member.key)'") else { return nil }
    var arguments: [String] = []
    for element in elements {
      guard let text = text(element, of: "an argument") else { return nil }
      arguments.append(text)
    }
    if let problem = BlobCommand.problem(with: arguments) {
      let places = BlobCommand.Placeholder.allCases.map(\.text).joined(separator: ", ")
      error(
        "the command '\(member.key)' \(problem)", at: member.value.place,
        hint: "a program and its arguments; \(places) are filled in")
      return nil
    }
    return Placed(
      BlobCommand(arguments: arguments), at: member.value.place.location(in: path))
  }
}
