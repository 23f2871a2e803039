internal import Canonical
internal import SeedreamAPI
internal import SystemPackage

/// Turns the tree of a suite file into a suite, collecting everything that is wrong.
///
/// A part with a mistake is left out and reading goes on, so that one run shows all mistakes; what
/// would only follow from an earlier mistake is not told.
struct SuiteReader: NodeReader {
  let path: FilePath
  let limits: SuiteLimits
  var log = DiagnosticLog()
  var sound = Soundness()

  /// Pictures to be sent, and those to be compared with, in the order in which they are named.
  var inputs: [InputFile] = []
  var references: [InputFile] = []
  var inputBlobs: [FilePath: BlobID] = [:]
  var referenceBlobs: [FilePath: BlobID] = [:]
  /// Names in folders where pictures are missing.
  var listings: [FilePath: [String]] = [:]
  /// The most pictures that one case sends.
  var imageCountMax = 0
  /// Programs that checks start.
  var programs: [(arguments: [String], place: Place)] = []
  /// Inputs beyond the first that checks name.
  var inputUses: [(input: Int, place: Place)] = []
  /// Cases that checks name.
  var caseUses: [CaseUse] = []
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
  var checkOwners: [String: Place] = [:]
  /// The axes that could be read.
  var lookups: [AxisLookup] = []
  var repeatCount = 1
  /// What `request` fixes.
  var baseRequest = AxisLookup.blank
  /// Where the suite starts.
  var suitePlace = Place(line: 1, column: 1)

  init(path: FilePath, limits: SuiteLimits) {
    self.path = path
    self.limits = limits
  }

  static let keys = [
    "version", "name", "description", "request", "matrix", "exclude", "include", "checks",
    "groups", "known", "limits",
  ]

  /// Names of the contract, and of other tools, for what has another name here.
  static let synonyms = [
    "image_urls": "images", "image": "images", "image_url": "images", "image_size": "size",
    "text": "prompt", "safety_checker": "enable_safety_checker", "num_images": "n",
    "response_format": "output_format", "enhance_prompt": "enhance_prompt_mode",
    "inputs": "images", "axes": "matrix", "excludes": "exclude", "includes": "include",
    "identical": "identical-pixels", "jpg": "jpeg", "bytes": "identical-bytes",
    "pixels": "identical-pixels",
  ]

  mutating func read(_ bytes: [UInt8]) throws(SuiteFailure) -> LoadedSuite {
    guard let root = tree(of: bytes, is: "a suite is a mapping") else { throw failure() }
    suitePlace = root.place
    guard let members = mapping(root, of: "a suite") else { throw failure() }
    var sections: [String: YAMLNode] = [:]
    for member in members {
      if !Self.keys.contains(member.key) {
        unknown("key", member.key, at: member.keyPlace, among: Self.keys)
        doubt(member.key)
      } else {
        sections[member.key] = member.value
      }
    }
    version(sections["version"], of: "the suite", at: suitePlace)
    let name = name(sections["name"])
    let description = sections["description"].flatMap { text($0, of: "'description'") }
    if let node = sections["request"] { request(node) }
    if let node = sections["matrix"] { matrix(node) }
    let declared = sections["checks"].map { checks($0) } ?? []
    let base = Level(
      request: baseRequest, template: baseTemplate,
      checks: Check.defaults.replaced(by: declared), place: suitePlace)
    let (expansion, groups) = expansion(base, sections)
    judgeInputUses()
    let runLimits = sections["limits"].map { self.runLimits($0) } ?? RunLimits()
    guard !hasErrors, let name, let expansion else { throw failure() }
    return LoadedSuite(
      name: name, description: description, path: path,
      sourceDigest: SHA256Digest(hashing: bytes), axes: lookups.map(\.axis),
      repeatCount: repeatCount, inputs: inputs, references: references, warnings: log.sorted,
      checks: base.checks, groups: groups, programs: programUses,
      comparedCases: Set(caseUses.map(\.id)), limits: runLimits, cases: CaseSequence(expansion))
  }

  /// Takes a section whose name is misspelt for one that could not be read.
  private mutating func doubt(_ key: String) {
    switch Self.synonyms[key] ?? NearestName.nearest(to: key, among: Self.keys) {
    case "request": sound.isRequestBroken = true
    case "matrix": sound.isMatrixBroken = true
    case "exclude": sound.areRulesSound = false
    case "include": sound.areIncludesSound = false
    default: break
    }
  }

  /// Everything that is wrong, to be thrown.
  private func failure() -> SuiteFailure {
    SuiteFailure(path: path, diagnostics: log.sorted, inputs: inputs, references: references)
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
    let members = mapping(node, of: "'request'")
    if members == nil { sound.isRequestBroken = true }
    for member in members ?? [] {
      guard let field = RequestField(rawValue: member.key) else {
        sound.isRequestBroken = true
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

  /// The product, what is excluded from it and what is included, and the groups of its cases; `nil`
  /// after an error that leaves nothing to count.
  private mutating func expansion(
    _ base: Level, _ sections: [String: YAMLNode]
  ) -> (Expansion?, [CaseGroup]) {
    let includeCount = sections["include"]?.elements?.count ?? 0
    let hasMatrix = !lookups.isEmpty || sound.hasBrokenAxes
    let hasProduct = hasMatrix || includeCount == 0
    let isCountable = isCountable(includeCount: hasProduct ? includeCount : 0, sections)
    if hasProduct {
      requireFields()
      judgeTemplates()
      judgeUnused()
    }
    let rules = sections["exclude"].map { exclude($0) } ?? []
    let exclusion = Exclusion(rules: rules, axisCounts: lookups.map(\.axis.count))
    // A rule that could not be read may exclude what would be told.
    if hasProduct, sound.areRulesSound, !sound.hasConflicts {
      judgePairs(exclusion: exclusion)
      fillPrompts(exclusion: exclusion, isCountable: isCountable)
    }
    let included =
      sections["include"].map {
        include($0, base: base, exclusion: hasProduct && isMatrixSound ? exclusion : nil)
      } ?? []
    let entries = IncludedEntries(included)
    let scopes = resolveScopes(entries)
    let product = hasProduct ? exclusion : nil
    let quarantines = sections["known"].map { known($0, included, exclusion: product) } ?? []
    let groups =
      sections["groups"].map {
        self.groups($0, included, entries, exclusion: product, isCountable: isCountable)
      } ?? []
    let expansion = Expansion(
      path: path, base: base, axes: lookups.map(\.axis), hasProduct: hasProduct,
      exclusion: exclusion, included: included, scopes: scopes, known: quarantines,
      repeatCount: repeatCount)
    judgeCaseUses(expansion, isCountable: isCountable)
    guard isCountable else { return (nil, groups) }
    if isMatrixSound, sound.areIncludesSound, expansion.productCount == 0, included.isEmpty,
      hasProduct, let node = sections["exclude"]
    {
      error("'exclude' leaves no case", at: node.place)
    }
    return (expansion, groups)
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
        if !mayBeSet {
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
