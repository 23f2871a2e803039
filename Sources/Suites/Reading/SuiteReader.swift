internal import Canonical
internal import SeedreamAPI
internal import SystemPackage

/// Turns the tree of a suite file into a suite, collecting everything that is wrong.
///
/// A part with a mistake is left out and reading goes on, so that one run shows all mistakes; what
/// would only follow from an earlier mistake is not told.
struct SuiteReader {
  let path: FilePath
  let limits: SuiteLimits
  var diagnostics: [Diagnostic] = []
  var kept: Set<Diagnostic> = []
  var keptCounts: [Diagnostic.Severity: Int] = [:]
  var overflow = 0
  var hasErrors = false

  /// Local pictures in the order in which they are named, and by path.
  var inputs: [InputFile] = []
  var inputBlobs: [FilePath: BlobID] = [:]
  /// Who sets each field.
  var owners: [RequestField: (name: String, place: Place)] = [:]
  /// Which axis sets each variable.
  var variableOwners: [String: (axis: String, place: Place)] = [:]
  /// Variables that prompts of the matrix use.
  var usedVariables: Set<String> = []
  /// Where a variable that a prompt uses is not set, once that was looked for.
  var incompleteVariables: [String: Place?] = [:]
  /// Whether a prompt could not be read, so that the variables of it are not known.
  var hasBrokenTemplate = false
  /// The template that `request` fixes.
  var baseTemplate: PromptTemplate?
  /// The prompts of the matrix, where they are filled in.
  var filled: FilledPrompts?
  /// The `where` of each check that has one.
  var pendingScopes: [YAMLNode] = []
  /// Entries that ranges of `where` may still be compared with.
  var scopeBudget = SuiteReader.comparisonsMax
  /// Where entries declare each check first.
  var checkOwners: [CheckName: Place] = [:]
  /// The axes that could be read, and names of those that could not.
  var lookups: [AxisLookup] = []
  var brokenAxes: Set<String> = []
  var repeatCount = 1
  /// What `request` fixes.
  var baseRequest = AxisLookup.blank
  /// Where the suite starts.
  var suitePlace = Place(line: 1, column: 1)

  init(path: FilePath, limits: SuiteLimits) {
    self.path = path
    self.limits = limits
  }

  private static let keys = [
    "version", "name", "description", "request", "matrix", "exclude", "include", "checks", "known",
  ]
  /// Parts of the language that nothing judges yet.
  private static let laterKeys = ["groups"]

  mutating func read(_ bytes: [UInt8]) throws(SuiteFailure) -> LoadedSuite {
    guard let root = tree(of: bytes) else { throw failure() }
    suitePlace = root.place
    guard let members = mapping(root, of: "a suite") else { throw failure() }
    var sections: [String: YAMLNode] = [:]
    for member in members {
      if Self.laterKeys.contains(member.key) {
        refuseForNow("'\(member.key)'", at: member.keyPlace)
      } else if !Self.keys.contains(member.key) {
        unknown("key", member.key, at: member.keyPlace, among: Self.keys + Self.laterKeys)
      } else {
        sections[member.key] = member.value
      }
    }
    version(sections["version"])
    let name = name(sections["name"])
    let description = sections["description"].flatMap { text($0, of: "'description'") }
    if let node = sections["request"] { request(node) }
    if let node = sections["matrix"] { matrix(node) }
    let declared = sections["checks"].map { checks($0) } ?? []
    let base = Level(
      request: baseRequest, template: baseTemplate,
      checks: Check.defaults.replaced(by: declared), place: suitePlace)
    let expansion = expansion(base, sections)
    guard !hasErrors, let name, let expansion else { throw failure() }
    return LoadedSuite(
      name: name, description: description, path: path,
      sourceDigest: SHA256Digest(hashing: bytes), axes: lookups.map(\.axis),
      repeatCount: repeatCount, inputs: inputs, warnings: sorted, checks: base.checks,
      cases: CaseSequence(expansion))
  }

  private mutating func version(_ node: YAMLNode?) {
    guard let node else {
      return error("the suite states no version", at: suitePlace, hint: "start it with: version: 1")
    }
    guard let number = wholeNumber(node, of: "'version'", in: 0...Int.max), number != 1 else {
      return
    }
    error("version \(number) is not known", at: node.place, hint: "this program reads version 1")
  }

  private mutating func name(_ node: YAMLNode?) -> SuiteName? {
    guard let node else {
      error("the suite has no name", at: suitePlace, hint: "add: name: my-suite")
      return nil
    }
    return id(node).flatMap { SuiteName($0) }
  }

  /// The fixed fields.
  private mutating func request(_ node: YAMLNode) {
    for member in mapping(node, of: "'request'") ?? [] {
      guard let field = RequestField(rawValue: member.key) else {
        unknown(
          "field", member.key, at: member.keyPlace, among: RequestField.allCases.map(\.rawValue))
        continue
      }
      // A field with a mistake is still set here, and not missing.
      owners[field] = ("request", member.value.place)
      if let assignment = assignment(field, member.value) {
        assignment.value.set(in: &baseRequest)
        if case .template(let template) = assignment.value { baseTemplate = template }
      }
    }
  }

  /// The product, what is excluded from it and what is included; `nil` after an error that leaves
  /// nothing to count.
  private mutating func expansion(
    _ base: Level, _ sections: [String: YAMLNode]
  ) -> Expansion? {
    let includeCount = sections["include"]?.elements?.count ?? 0
    let hasMatrix = !lookups.isEmpty || !brokenAxes.isEmpty
    let hasProduct = hasMatrix || includeCount == 0
    guard isCountable(includeCount: hasProduct ? includeCount : 0, sections) else { return nil }
    if hasProduct {
      requireFields()
      judgeTemplates()
      judgeUnused()
    }
    let rules = sections["exclude"].map { exclude($0) } ?? []
    let exclusion = Exclusion(rules: rules, axisCounts: lookups.map(\.axis.count))
    if hasProduct {
      judgePairs(exclusion: exclusion)
      fillPrompts(exclusion: exclusion)
    }
    let included =
      sections["include"].map {
        include($0, base: base, exclusion: hasProduct ? exclusion : nil)
      } ?? []
    let scopes = resolveScopes(IncludedEntries(pendingScopes.isEmpty ? [] : included))
    let quarantines =
      sections["known"].map { known($0, included, exclusion: hasProduct ? exclusion : nil) } ?? []
    let expansion = Expansion(
      path: path, base: base, axes: lookups.map(\.axis), hasProduct: hasProduct,
      exclusion: exclusion, included: included, scopes: scopes, known: quarantines,
      repeatCount: repeatCount)
    if !hasErrors, expansion.productCount == 0, included.isEmpty, let node = sections["exclude"] {
      error("'exclude' leaves no case", at: node.place)
    }
    return expansion
  }

  /// Whether there are not too many cases.
  private mutating func isCountable(includeCount: Int, _ sections: [String: YAMLNode]) -> Bool {
    var count = 1
    var isHuge = false
    for factor in lookups.map(\.axis.count) {
      let (product, overflow) = count.multipliedReportingOverflow(by: factor)
      (count, isHuge) = (product, isHuge || overflow)
    }
    let (sum, sumOverflow) = count.addingReportingOverflow(includeCount)
    let (all, overflow) = sum.multipliedReportingOverflow(by: repeatCount)
    guard isHuge || sumOverflow || overflow || all > limits.casesMax else { return true }
    let isExact = !isHuge && !sumOverflow && !overflow
    error(
      "the suite asks for \(isExact ? all.grouped : "more than \(Int.max.grouped)") cases",
      at: sections["matrix"]?.place ?? suitePlace,
      hint: "a suite has at most \(limits.casesMax.grouped), counted before 'exclude'")
    return false
  }

  /// Says where a case of the matrix would lack a field that has no default.
  private mutating func requireFields() {
    for field in [RequestField.prompt, .images] where owners[field]?.name != "request" {
      guard let lookup = lookups.first(where: { $0.axis.fields.contains(field) }) else {
        if brokenAxes.isEmpty, !lookups.contains(where: \.isPartial) {
          error(
            "no '\(field.rawValue)' is set", at: suitePlace,
            hint: "set it in 'request' or in the matrix")
        }
        continue
      }
      for block in lookup.axis.blocks {
        if case .listed(let entry) = block,
          entry.assignments.contains(where: { $0.field == field })
        {
          continue
        }
        error(
          "an entry of \(VisibleText.quote(lookup.axis.name)) sets no '\(field.rawValue)', which "
            + "other entries set", at: block.place)
      }
    }
  }

  /// Whether a word is probably one of a few others misspelt.
  func isNear(_ word: String, _ names: [String]) -> Bool {
    Self.synonyms[word].map { names.contains($0) } ?? false
      || NearestName.nearest(to: word, among: names) != nil
  }
}

extension SuiteReader {
  /// The file as nodes; `nil` after an error that leaves nothing to read.
  private mutating func tree(of bytes: [UInt8]) -> YAMLNode? {
    guard bytes.count <= limits.fileByteCountMax else {
      error(
        "the file has \(bytes.count.grouped) bytes", at: suitePlace,
        hint: "at most \(limits.fileByteCountMax.grouped) are allowed")
      return nil
    }
    let text = SourceText.withoutMark(bytes)
    do {
      try SourceText.check(text)
    } catch {
      self.error(error.message, at: error.place, hint: error.hint)
      return nil
    }
    var reader = YAMLReader(text, limits: limits)
    do {
      let root = try reader.document()
      report(reader.mistakes)
      if root == nil { error("the file is empty", at: suitePlace, hint: "a suite is a mapping") }
      return root
    } catch {
      report(reader.mistakes + [error.mistake])
      return nil
    }
  }

  private mutating func report(_ mistakes: [YAMLReader.Mistake]) {
    for mistake in mistakes {
      error(
        mistake.message, at: mistake.place, hint: mistake.hint,
        notes: mistake.note.map { [($0.message, $0.place)] } ?? [])
    }
  }
}
