internal import Canonical
internal import SeedreamAPI

extension SuiteReader {
  /// The value of a field; `nil` after an error.
  mutating func assignment(_ field: RequestField, _ node: YAMLNode) -> Assignment? {
    let name = "'\(field.rawValue)'"
    var shown: String?
    let value: FieldValue?
    switch field {
    case .model:
      value = literal(node, of: name).map { .model(ModelName($0)) }
      shown = node.scalar
    case .prompt:
      value = prompt(node, of: name)
      shown = node.scalar
    case .images:
      let pictures = images(node, of: name)
      value = pictures.map { .images($0.images) }
      if pictures == nil { sound.areImagesBroken = true }
      imageCountMax = max(imageCountMax, pictures?.images.count ?? 0)
      shown = pictures?.shown
    case .size:
      let size = size(node, of: name)
      value = size.map { .size($0) }
      shown = size?.description
    case .seed:
      value = seed(node, of: name).map { .seed($0) }
    case .enableSafetyChecker:
      value = boolean(node, of: name).map { .enableSafetyChecker($0) }
    case .enhancePromptMode:
      value = word(node, of: name, among: EnhancePromptMode.allCases.map(\.rawValue))
        .flatMap { EnhancePromptMode(rawValue: $0) }.map { .enhancePromptMode($0) }
    case .n:
      value = wholeNumber(node, of: name, in: 1...ModelLimits.picturesMax).map { .n($0) }
    case .outputFormat:
      value = word(node, of: name, among: DeliveryFormat.allCases.map(\.rawValue))
        .flatMap { DeliveryFormat(rawValue: $0) }.map { .outputFormat($0) }
    }
    guard let value else { return nil }
    let assignment = Assignment(
      field: field, value: value, shown: shown ?? node.scalar ?? "", place: node.place)
    judge(assignment)
    return assignment
  }

  /// A prompt, or the template of one.
  private mutating func prompt(_ node: YAMLNode, of name: String) -> FieldValue? {
    guard let text = text(node, of: name) else {
      hasBrokenTemplate = true
      return nil
    }
    guard PromptTemplate.isMarked(text) else { return .prompt(text) }
    guard text.utf8.count <= EditRequest.promptByteCountMax else {
      hasBrokenTemplate = true
      error(
        "the prompt has \(text.utf8.count) bytes before its variables are filled in; "
          + "\(EditRequest.promptByteCountMax) are allowed", at: node.place)
      return nil
    }
    do throws(PromptTemplate.Problem) {
      let template = try PromptTemplate(text)
      return template.literal.map { .prompt($0) } ?? .template(template)
    } catch {
      hasBrokenTemplate = true
      self.error(error.message, at: node.place, hint: error.hint)
      return nil
    }
  }

  /// A text that is sent as it is; only prompts are templates.
  private mutating func literal(_ node: YAMLNode, of name: String) -> String? {
    guard let text = text(node, of: name) else { return nil }
    guard !PromptTemplate.isMarked(text) else {
      error(
        "\(name) is no template, and holds '{{'", at: node.place,
        hint: "variables stand in prompts; what else varies is an axis or part of an entry")
      return nil
    }
    return text
  }

  private mutating func seed(_ node: YAMLNode, of name: String) -> Seed? {
    if let text = node.scalar, text.contains("..") {
      error(
        "\(name) is one number here, found the range \(VisibleText.quote(text))", at: node.place,
        hint: "a range stands in the matrix, as an axis 'seed'")
      return nil
    }
    return wholeNumber(node, of: name, in: Seed.range).flatMap { Seed($0) }
  }

  private mutating func size(_ node: YAMLNode, of name: String) -> ImageSize? {
    if node.members != nil { return pixels(node, of: name).map { .custom($0) } }
    guard let text = text(node, of: name) else { return nil }
    if let preset = SizePreset(rawValue: text) { return .preset(preset) }
    let sides = text.split(separator: "x", omittingEmptySubsequences: false)
    if sides.count == 2, sides.allSatisfy(Decimal.isWhole) {
      error(
        "unknown size \(VisibleText.quote(text))", at: node.place,
        hint: "pixels are written {width: \(sides[0]), height: \(sides[1])}")
    } else {
      unknown("size", text, at: node.place, among: SizePreset.allCases.map(\.rawValue))
    }
    return nil
  }

  /// `{width: …, height: …}`.
  mutating func pixels(_ node: YAMLNode, of name: String) -> PixelSize? {
    var sides: [String: Int] = [:]
    var isSound = true
    for member in mapping(node, of: name) ?? [] {
      guard ["width", "height"].contains(member.key) else {
        unknown("key", member.key, at: member.keyPlace, among: ["width", "height"])
        isSound = false
        continue
      }
      let side = wholeNumber(
        member.value, of: "'\(member.key)'", in: 1...PixelSize.sideMax)
      if let side { sides[member.key] = side } else { isSound = false }
    }
    guard isSound, node.members != nil else { return nil }
    guard let width = sides["width"], let height = sides["height"] else {
      let missing = sides["width"] == nil ? "width" : "height"
      error("\(name) has no '\(missing)'", at: node.place, hint: "expected {width: …, height: …}")
      return nil
    }
    return PixelSize(width: width, height: height)
  }

  /// A path or URL, or a list of them.
  private mutating func images(
    _ node: YAMLNode, of name: String
  ) -> (images: [InputImage], shown: String)? {
    let nodes = node.elements ?? [node]
    guard !nodes.isEmpty else {
      error("\(name) is an empty list", at: node.place, hint: "at least one picture is needed")
      return nil
    }
    guard nodes.count <= ModelLimits.imagesMax else {
      error(
        "\(nodes.count) pictures; a request takes at most \(ModelLimits.imagesMax)", at: node.place,
        hint: "the API silently drops the first of more, which renumbers 'image 1' of a prompt")
      return nil
    }
    var images: [InputImage] = []
    for node in nodes {
      guard let written = literal(node, of: name) else { continue }
      if let image = image(written, at: node.place) { images.append(image) }
    }
    guard images.count == nodes.count else { return nil }
    return (images, nodes.compactMap(\.scalar).joined(separator: ", "))
  }

  /// Keeps what the contract has to say about one field by itself.
  ///
  /// What depends on a second field is judged once both are known.
  private mutating func judge(_ assignment: Assignment) {
    guard [.model, .prompt, .images, .seed].contains(assignment.field) else { return }
    // A template is judged as it is filled in.
    if case .template = assignment.value { return }
    var request = EditRequest(prompt: "x", images: [.remote("https://x.example/")])
    assignment.value.set(in: &request)
    for finding in request.findings()
    where RequestField(contractName: finding.field) == assignment.field {
      report(finding, at: assignment.place)
    }
  }

  /// Keeps a finding of the contract at the place of its field.
  mutating func report(
    _ finding: RequestFinding, at place: Place, notes: [(String, Place)] = []
  ) {
    keep(
      finding.severity == .error ? .error : .warning, finding.message, at: place, notes: notes)
  }
}
