import Canonical
import Foundation
import Testing

/// What `plan` says, for a person and for a script.
@Suite(.project) struct PlanTests {
  private var project: Project { Project.current }

  private static let small = """
    version: 1
    name: small
    request: {images: ../fixtures/inputs/coffee.png}
    matrix:
      model: [seedream-v4, seedream-v4.5]
      prompt: [{id: plain, value: Make it plain}, {id: warm, value: "Make it {{how}}"}]
      how: [warm, hot]
      seed: [1..1000]
      repeat: 2
    exclude: [{prompt: plain, how: hot}]
    include: [{model: seedream-v4, prompt: Make it odd, how: warm, seed: 5, id: odd}]

    """

  private func writeSmall(_ change: (String) -> String = { $0 }) throws {
    try project.copy("fixtures/inputs/coffee.png")
    try project.write(change(Self.small), to: "suites/small.yaml")
  }

  @Test("A person reads what a suite is made of, what is recorded and what the rest costs")
  func tellsAPerson() async throws {
    try project.copyQuickstart()
    for name in ["dusk--cat--square_hd--s7", "dusk--cat--square_hd--s42"] {
      try FileManager.default.removeItem(atPath: project.path("fixtures/quickstart/\(name).har"))
    }
    let plan = await project.run("plan", "@suites/quickstart.yaml")
    #expect(plan.status == 0, "\(plan.messages)")
    #expect(plan.messages == "")
    #expect(
      plan.output == """
        quickstart: prompt 2 × images 2 × size 3 × seed 2
          24 cases: 22 recorded, 2 to buy
            2 pictures of bytedance-seedream-v4-image-to-image: $0.06 ($0.03 each)
        prices as of 2026-09-19 (default)
        at most 10 min at 8 at once and 600 s a request
        buy with: proofsheet run '\(project.path("suites/quickstart.yaml"))' --mode record \
        --endpoint simulator

        """)
  }

  @Test(
    "Numbers and nouns agree",
    arguments: [
      ("seed=7 size=square_hd prompt=dusk images=cat", "1 of 24 cases: 0 recorded, 1 to buy"),
      ("seed=7 size=square_hd prompt=dusk images=cat", "1 picture of"),
      ("seed=7 prompt=paper images=cup", "3 of 24 cases: 3 recorded\n"),
    ])
  func agreesInNumber(filter: String, line: String) async throws {
    try project.copyQuickstart()
    try FileManager.default.removeItem(
      atPath: project.path("fixtures/quickstart/dusk--cat--square_hd--s7.har"))
    let plan = await project.run("plan", "@suites/quickstart.yaml", "--filter", filter)
    #expect(plan.output.contains(line), "\(plan.output)\(plan.messages)")
  }

  @Test("Templates, excluded and included cases and repeats are counted, per model and in all")
  func countsEverything() async throws {
    try writeSmall()
    let plan = await project.run("plan", "@suites/small.yaml")
    #expect(plan.status == 0, "\(plan.messages)")
    #expect(
      plan.output.hasPrefix(
        """
        small: model 2 × prompt 2 × how 2 × seed 1,000, 2,000 excluded, 1 included, each 2 times
          12,002 cases: 0 recorded, 12,002 to buy
            6,002 pictures of seedream-v4: $180.06 ($0.03 each)
            6,000 pictures of seedream-v4.5: $240.00 ($0.04 each)
            12,002 pictures in all: $420.06

        """), "\(plan.output)")
  }

  @Test("Several suites are told each and in all")
  func addsSuitesUp() async throws {
    try project.copyQuickstart()
    try project.copy("suites/size-rules.yaml", "fixtures/size-rules")
    let plan = await project.run("plan", "@suites")
    #expect(
      plan.output == """
        quickstart: prompt 2 × images 2 × size 3 × seed 2
          24 cases: 24 recorded
        size-rules: size 10
          10 cases: 10 recorded
        34 cases in 2 suites: 34 recorded

        """)
    let quiet = await project.run("plan", "@suites", "--quiet")
    #expect(quiet.output == "34 cases in 2 suites: 34 recorded\n")
  }

  @Test(
    "What is stale, renamed, damaged or missing is told apart", arguments: ["record", "replay"])
  func tellsStates(mode: String) async throws {
    try project.copyQuickstart()
    let fixtures = project.folder.appendingPathComponent("fixtures/quickstart")
    func move(_ from: String, _ to: String) throws {
      let target = fixtures.appendingPathComponent("\(to).har")
      if FileManager.default.fileExists(atPath: target.path) {
        try FileManager.default.removeItem(at: target)
      }
      try FileManager.default.moveItem(
        at: fixtures.appendingPathComponent("\(from).har"), to: target)
    }
    try move("dusk--cat--square_hd--s7", "elsewhere")
    try move("dusk--cat--square_hd--s42", "dusk--cup--square_hd--s42")
    try project.write("{}", to: "fixtures/quickstart/paper--cat--square_hd--s7.har")
    try FileManager.default.removeItem(
      at: fixtures.appendingPathComponent("paper--cat--square_hd--s42.har"))
    let list = await project.run("plan", "@suites/quickstart.yaml", "--list", "--mode", mode)
    let states = Dictionary(
      list.output.split(separator: "\n").map { line in
        let fields = line.split(separator: "\t", maxSplits: 1).map(String.init)
        return (fields[0], fields[1])
      }, uniquingKeysWith: { first, _ in first })
    #expect(states.count == 24)
    #expect(
      states["dusk--cat--square_hd--s7"] == "recorded\tquickstart\tin the file of elsewhere")
    #expect(
      states["dusk--cat--square_hd--s42"]
        == "recorded\tquickstart\tin the file of dusk--cup--square_hd--s42")
    #expect(
      states["dusk--cup--square_hd--s42"]
        == (mode == "record" ? "buy\tquickstart\tstale" : "stale\tquickstart"))
    #expect(states["paper--cat--square_hd--s7"]?.hasPrefix("corrupt\tquickstart\t/") == true)
    #expect(
      states["paper--cat--square_hd--s42"]
        == (mode == "record" ? "buy\tquickstart" : "missing\tquickstart"))
    #expect(states["paper--cup--square_hd--s7"] == "recorded\tquickstart")
    let text = await project.run("plan", "@suites/quickstart.yaml", "--mode", mode)
    let line =
      mode == "record"
      ? "24 cases: 21 recorded (2 under another case id), "
        + "2 to buy (1 in place of a stale recording), 1 corrupt\n"
      : "24 cases: 21 recorded (2 under another case id), 1 not recorded, 1 stale, 1 corrupt\n"
    #expect(text.output.contains(line), "\(text.output)")
  }

  @Test("A list of ids alone is in plan order")
  func listsIDs() async throws {
    try writeSmall()
    let list = await project.run(
      "plan", "@suites/small.yaml", "--list", "--quiet", "--filter",
      "model=seedream-v4 seed=1|2 how=hot")
    #expect(
      list.output.split(separator: "\n").map(String.init) == [
        "seedream-v4--warm--hot--s1", "seedream-v4--warm--hot--s1--r1",
        "seedream-v4--warm--hot--s2", "seedream-v4--warm--hot--s2--r1",
      ])
  }

  @Test func `The command that buys from the simulator names the folders that were named`()
    async throws
  {
    try project.copyQuickstart()
    try FileManager.default.removeItem(
      atPath: project.path("fixtures/quickstart/dusk--cat--square_hd--s7.har"))
    let (fixtures, reports) = (project.path("fixtures"), project.path("elsewhere"))
    let plan = await project.run(
      "plan", "@suites/quickstart.yaml", "--fixtures", fixtures, "--reports", reports)
    #expect(
      plan.output.contains(
        "buy with: proofsheet run '\(project.path("suites/quickstart.yaml"))' --mode record "
          + "--fixtures '\(fixtures)' --reports '\(reports)' --endpoint simulator\n"),
      "\(plan.output)")
  }

  @Test("A script reads counts, prices and cases", arguments: [true, false])
  func tellsAScript(isListed: Bool) async throws {
    try project.copyQuickstart()
    try project.copy("suites/size-rules.yaml", "fixtures/size-rules")
    try FileManager.default.removeItem(
      atPath: project.path("fixtures/quickstart/dusk--cat--square_hd--s7.har"))
    let plan =
      isListed
      ? await project.run("plan", "@suites", "--format", "json", "--list")
      : await project.run("plan", "@suites", "--format", "json")
    #expect(plan.output.hasSuffix("}\n"))
    let json = try JSONParser.parse(Array(plan.output.dropLast().utf8))
    #expect(json.canonicalText + "\n" == plan.output)
    #expect(json["version"]?.integer == 1)
    #expect(json["cases"]?.integer == 34)
    #expect(json["recorded"]?.integer == 33)
    #expect(json["to_buy"]?.integer == 1)
    #expect(json["cost_usd"]?.string == "0.03")
    #expect(json["prices_as_of"]?.string == "2026-09-19")
    let suites = try #require(json["suites"]?.array)
    #expect(suites.map { $0["name"]?.string } == ["quickstart", "size-rules"])
    #expect(suites.map { $0["cases"]?.integer } == [24, 10])
    #expect(
      suites[0]["models"]?.canonicalText
        == #"[{"cases":1,"cost_usd":"0.03","model":"bytedance-seedream-v4-image-to-image","#
        + #""pictures":1,"price_usd":"0.03"}]"#)
    #expect(suites[1]["models"]?.array?.isEmpty == true)
    #expect(json["case_ids"]?.array?.count == (isListed ? 34 : nil))
    let list = json["case_list"]?.array
    #expect(list?.count == (isListed ? 34 : nil))
    #expect(
      list?.first { $0["id"]?.string == "dusk--cat--square_hd--s7" }?.canonicalText
        == (isListed
          ? #"{"id":"dusk--cat--square_hd--s7","state":"buy","suite":"quickstart"}"# : nil))
    #expect(list?.compactMap { $0["id"]?.string } == json["case_ids"]?.array?.compactMap(\.string))
  }

  @Test(
    "Cases that would send the same request are refused",
    arguments: [
      ("Make it plain}", "Make it hot}"), ("seed: 5, id: odd", "seed: 5, id: odd"),
      ("how: [warm, hot]", "how: [warm, {id: other, value: warm}]"),
      ("prompt: Make it odd, how: warm", "prompt: Make it hot, how: warm"),
      ("[1..1000]", "[1..1000, 7]"),
      (
        "Make it odd, how: warm, seed: 5, id: odd}]",
        "Make it odd, how: warm, seed: 5, id: odd}, {model: seedream-v4, prompt: Make it odd, "
          + "how: hot, seed: 5, id: even}]"
      ),
    ])
  func refusesTheSame(from: String, to: String) async throws {
    try writeSmall { $0.replacingOccurrences(of: from, with: to) }
    let plan = await project.run("plan", "@suites/small.yaml")
    if from == to {
      #expect(plan.status == 0, "\(plan.messages)")
    } else {
      #expect(plan.status == 2, "\(plan.output)")
      #expect(
        plan.messages.contains("the same") || plan.messages.contains("duplicate")
          || plan.messages.contains("twice"), "\(plan.messages)")
      #expect(plan.messages.contains("1 suite cannot be used; nothing was run"))
    }
  }
}
