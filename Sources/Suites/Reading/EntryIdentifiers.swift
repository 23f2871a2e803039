internal import Canonical
internal import SeedreamAPI
internal import SystemPackage

/// What an id in a suite must look like, beyond ``IdentifierRule``.
enum IdentifierProblem {
  /// Says what is wrong with an id; `nil` when nothing is.
  ///
  /// An id that starts or ends with `-` would make `a- -- b` and `a -- -b` one case id.
  static func find(in text: String) -> String? {
    if let problem = IdentifierRule.problem(with: text) { return problem }
    if text.hasPrefix("-") || text.hasSuffix("-") {
      return "an id must not start or end with '-'"
    }
    return nil
  }
}

/// Ids of entries that have none of their own.
enum EntryIdentifier {
  /// The longest id that is made of a text, in bytes.
  static let slugByteCountMax = 32

  /// The id that a value makes; `nil` when nothing is left of it.
  static func made(of assignment: Assignment) -> String? {
    switch assignment.value {
    case .model(let model): slug(model.text)
    case .prompt(let prompt): slug(prompt)
    case .template(let template): slug(template.source)
    case .images: slug(images: assignment.shown)
    case .size(let size): size.description
    case .seed(let seed): "s\(seed)"
    case .enableSafetyChecker(let isOn): isOn ? "checker-on" : "checker-off"
    case .enhancePromptMode(let mode): mode.rawValue
    case .n(let count): "n\(count)"
    case .outputFormat(let format): format.rawValue
    }
  }

  /// The text in lower case, everything but ASCII letters and digits replaced by single `-`.
  static func slug(_ text: String) -> String? {
    var bytes: [UInt8] = []
    for scalar in text.unicodeScalars {
      guard bytes.count < slugByteCountMax else { break }
      switch scalar {
      case "a"..."z", "0"..."9": bytes.append(UInt8(scalar.value))
      case "A"..."Z": bytes.append(UInt8(scalar.value) | 0x20)
      default:
        if let last = bytes.last, last != UInt8(ascii: "-") { bytes.append(UInt8(ascii: "-")) }
      }
    }
    if bytes.last == UInt8(ascii: "-") { bytes.removeLast() }
    return bytes.isEmpty ? nil : String(decoding: bytes, as: UTF8.self)
  }

  /// The base names of pictures without their endings, as they are where they are an id.
  private static func slug(images: String) -> String? {
    let stems = images.split(separator: ", ").map { path -> String in
      let name = path.prefix { $0 != "?" && $0 != "#" }.split(separator: "/").last ?? ""
      guard let dot = name.lastIndex(of: "."), dot > name.startIndex else { return String(name) }
      return String(name[..<dot])
    }
    let joined = stems.joined(separator: "-")
    let isID = joined.utf8.count <= slugByteCountMax && IdentifierProblem.find(in: joined) == nil
    return isID ? joined : slug(joined)
  }
}
