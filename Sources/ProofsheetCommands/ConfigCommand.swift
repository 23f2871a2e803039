internal import ArgumentParser
internal import Canonical
internal import Experiments
internal import Recording
internal import SeedreamAPI
internal import Suites
internal import SystemPackage

/// Shows every setting and where it comes from.
struct ConfigCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "config",
    abstract: "Show every setting and where it comes from; sends nothing.",
    discussion: """
      Of each setting the first that states it wins: a flag, the environment, a suite, the \
      project's proofsheet.yaml, your own configuration, the default. With suites their limits are \
      shown as a run of them would have them.
      """)

  @Argument(help: ArgumentHelp("Suite files, or folders of them.", valueName: "suite"))
  var suites: [String] = []

  @Option(help: "The form of the output: text or json.")
  var format: OutputFormat = .text

  @OptionGroup var folders: FolderOptions
  @OptionGroup var endpoint: EndpointOptions
  @OptionGroup var pace: PaceOptions

  func run() throws {
    let flags = folders.flags.merging(endpoint.flags) { $1 }.merging(pace.flags) { $1 }
    let sheet = try makeSheet(flags, CommandContext.current)
    let context = sheet.sources.context
    // Paths and URLs come from outside; a key among them is not shown.
    let redact = { (text: String) in context.redactor.text(text) }
    switch format {
    case .text: for line in sheet.lines { context.output(redact(line) + "\n") }
    case .json: context.output(redact(sheet.json.canonicalText) + "\n")
    }
  }

  private func makeSheet(
    _ flags: [SettingName: String], _ context: CommandContext
  ) throws -> SettingsSheet {
    guard suites.isEmpty else {
      let prepared = try PreparedSuites(
        suites, filter: [], flags: flags, config: folders.config, context)
      let project =
        prepared.set.members.first?.folders
        ?? ProjectFolders(workingFolder: context.workingFolder)
      return SettingsSheet(
        settings: prepared.settings, sources: prepared.sources, project: project)
    }
    let project = ProjectFolders(workingFolder: context.workingFolder)
    let sources = try SettingSources(
      flags: flags, config: folders.config, roots: [project.root], context)
    return SettingsSheet(settings: sources.settings(), sources: sources, project: project)
  }
}

/// The settings in force, put down for people and for scripts.
struct SettingsSheet {
  let settings: Settings
  let sources: SettingSources
  let project: ProjectFolders

  /// One setting, put down.
  private struct Row {
    let name: String
    let text: String
    let json: JSONValue
    let origin: SettingOrigin

    init(_ name: SettingName, _ text: String, _ json: JSONValue, _ origin: SettingOrigin) {
      self.init(name.rawValue, text, json, origin)
    }

    init(_ name: String, _ text: String, _ json: JSONValue, _ origin: SettingOrigin) {
      self.name = name
      self.text = VisibleText.escape(text)
      self.json = json
      self.origin = origin
    }
  }

  /// Whether the variable of the key is set; never what it holds.
  private var isKeySet: Bool {
    !(sources.context.environment[settings.keyVariable.value] ?? "").isEmpty
  }

  private var rows: [Row] {
    let endpoint = settings.endpoint.value.description
    let scheme = settings.authScheme.value.rawValue
    let variable = settings.keyVariable.value
    let prices = settings.prices.value
    let fixtures = project.fixtures(settings).string
    let reports = project.reports(settings).string
    let rows = [
      Row(.endpoint, endpoint, .string(endpoint), settings.endpoint.origin),
      Row(.authScheme, scheme, .string(scheme), settings.authScheme.origin),
      Row(
        .keyVariable, "\(variable) (\(isKeySet ? "set" : "not set"))", .string(variable),
        settings.keyVariable.origin),
      concurrency,
      amount(.maxCost, settings.maxCost),
      number(.maxRequests, settings.maxRequests),
      number(.maxFailures, settings.maxFailures),
      amount(
        .confirmAbove, Setting(settings.confirmAbove.value, settings.confirmAbove.origin)),
      time(.requestTimeout, settings.requestTimeout),
      startConcurrency,
      number(.requestsPerMinute, settings.requestsPerMinute),
      number(.imagesPerMinute, settings.imagesPerMinute),
      number(
        .maxAttempts, Setting(settings.maxAttempts.value, settings.maxAttempts.origin)),
      time(.maxWait, settings.maxWait),
      time(.taskTimeout, settings.taskTimeout),
      Row(
        .repeatPossiblyBilled, "\(settings.repeatPossiblyBilled.value)",
        .bool(settings.repeatPossiblyBilled.value), settings.repeatPossiblyBilled.origin),
      Row(
        .prices, "\(prices.entries.count) as of \(prices.asOf)", json(prices),
        settings.prices.origin),
      Row(.fixtures, fixtures, .string(fixtures), settings.fixtures.origin),
      Row(.reports, reports, .string(reports), settings.reports.origin),
      command(.blobPush, settings.blobPush), command(.blobPull, settings.blobPull),
      Row(
        .blobTimeout, TimeText.text(of: settings.blobTimeout.value),
        .string(TimeText.text(of: settings.blobTimeout.value)), settings.blobTimeout.origin),
    ]
    return rows
      + settings.allowedHosts.map {
        Row("allow_hosts", $0.value, .string($0.value), $0.origin)
      }
  }

  private var concurrency: Row {
    let buying = settings.concurrency(inReplay: false)
    let replay = settings.concurrency(inReplay: true)
    return Row(
      .concurrency, "\(buying)" + (replay == buying ? "" : " (\(replay) in replay)"),
      .integer(buying), settings.concurrency.origin)
  }

  private var startConcurrency: Row {
    let value = settings.pace.concurrency.limitStart
    return Row(.startConcurrency, "\(value)", .integer(value), settings.startConcurrency.origin)
  }

  private func number(_ name: SettingName, _ setting: Setting<Int?>) -> Row {
    Row(
      name, setting.value.map { "\($0)" } ?? "none", setting.value.map { .integer($0) } ?? .null,
      setting.origin)
  }

  private func time(_ name: SettingName, _ setting: Setting<Duration>) -> Row {
    let text = TimeText.text(of: setting.value)
    return Row(name, text, .string(text), setting.origin)
  }

  private func amount(_ name: SettingName, _ setting: Setting<Money?>) -> Row {
    Row(
      name, setting.value?.description ?? "none",
      setting.value.map { .string($0.decimal) } ?? .null, setting.origin)
  }

  private func command(_ name: SettingName, _ setting: Setting<BlobCommand?>) -> Row {
    Row(
      name, setting.value?.arguments.joined(separator: " ") ?? "none",
      setting.value.map { .array($0.arguments.map(JSONValue.string)) } ?? .null, setting.origin)
  }

  private func json(_ prices: PriceTable) -> JSONValue {
    .members([
      "as_of": .string(prices.asOf),
      "models": .object(
        JSONObject(prices.entries.map { ($0.namePart, .string($0.price.decimal)) })),
    ])
  }

  /// A table of name, value and origin.
  var lines: [String] {
    let rows = rows
    let names = rows.map(\.name.count).max() ?? 0
    let texts = rows.map(\.text.count).max() ?? 0
    func pad(_ text: String, to width: Int) -> String {
      text + String(repeating: " ", count: max(0, width - text.count))
    }
    return rows.map {
      "\(pad($0.name, to: names))  \(pad($0.text, to: texts))  \($0.origin)"
    }
  }

  /// The same for scripts: version 1.
  var json: JSONValue {
    let files = [sources.files.project, sources.files.user].compactMap(\.self).map { file in
      JSONValue.members([
        "path": .string(file.path.string),
        "layer": .string(file.owner == .user ? "user-config" : "config"),
      ])
    }
    return .members([
      "version": .integer(1),
      "files": .array(files),
      "key_is_set": .bool(isKeySet),
      "settings": .array(
        rows.map { row in
          .members([
            "name": .string(row.name), "value": row.json, "layer": .string(row.origin.layer),
            "from": .string(row.origin.description),
          ])
        }),
    ])
  }
}
