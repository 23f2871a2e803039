import Canonical
import SeedreamAPI
import Suites
import SystemPackage
import Testing

/// What the checks of a suite mean, and their mistakes.
struct CheckTests {
  /// The kind of the only declared check.
  private static func kind(
    _ check: String, path: FilePath = "suite.yaml"
  ) throws -> CheckKind {
    let suite = try load(Text.request + "checks: [\(check)]\n", path: path)
    return try #require(suite.checks.last { !$0.isDefault }).kind
  }

  private static func limits(
    _ change: (inout PreserveExpectation.Limits) -> Void
  ) -> PreserveExpectation.Limits {
    var limits = PreserveExpectation.Limits()
    change(&limits)
    return limits
  }

  private static func thresholds(_ change: (inout LevelThresholds) -> Void) -> LevelThresholds {
    var thresholds = LevelThresholds()
    change(&thresholds)
    return thresholds
  }

  static let values: [(String, CheckKind)] = [
    ("{count: as-requested}", .count(.asRequested)),
    ("{count: 2}", .count(.exactly(2))),
    ("{size: {width: 9, height: 8, severity: warn}}", .size(.exactly(.init(width: 9, height: 8)))),
    ("decodable", .decodable), ("{decodable: true}", .decodable),
    ("not-blank", .notBlank), ("{not-blank: true, severity: warn}", .notBlank),
    ("blocked", .blocked), ("{blocked: true}", .blocked),
    ("{error: invalid-request}", .error(.invalidRequest)), ("{error: server}", .error(.server)),
    ("{format: png}", .format([.png])), ("{format: [webp, jpeg]}", .format([.webp, .jpeg])),
    ("{latency: {max: 500ms}}", .latency(max: .milliseconds(500))),
    ("{cost: {max: 0.05}}", .cost(max: Money(microDollars: 50_000))),
    ("{cost: {max: $1}}", .cost(max: Money(microDollars: 1_000_000))),
    ("{revised-prompt: present}", .revisedPrompt(.present)),
    ("{revised-prompt: absent}", .revisedPrompt(.absent)),
    ("{revised-prompt: unchanged}", .revisedPrompt(.unchanged)),
    ("{revised-prompt: {contains: cup}}", .revisedPrompt(.contains("cup"))),
    ("{baseline: auto}", .baseline(BaselineExpectation(.auto))),
    ("{baseline: {level: identical-pixels}}", .baseline(BaselineExpectation(.identicalPixels))),
    (
      "{baseline: {level: near, order: any, pdq: {max: 12}, worst-tile: {min: 0.9}, "
        + "changed: {max: 0.2%}, shift: {max: 1.5}}}",
      .baseline(
        BaselineExpectation(
          .near, order: .any,
          thresholds: thresholds {
            $0.hashDistanceMax = 12
            $0.worstTileMin = 0.9
            $0.changedMax = Share(millionths: 2_000)
            $0.shiftMax = 1.5
          }))
    ),
    (
      "{preserve: {psnr: {min: 30}}}",
      .preserve(PreserveExpectation(.whole, limits: limits { $0.signalMin = 30 }))
    ),
    ("{change: {}}", .change(ChangeExpectation(.whole))),
    (
      "{command: {run: [./judge, --strict, '']}}",
      .command(CommandExpectation(arguments: ["./judge", "--strict", ""]))
    ),
    (
      "{command: {run: [judge], timeout: 10m}}",
      .command(CommandExpectation(arguments: ["judge"], timeout: .seconds(600)))
    ),
  ]

  @Test(arguments: values.indices)
  func `A check means what stands in the suite`(index: Int) throws {
    let (text, kind) = Self.values[index]
    #expect(try Self.kind(text) == kind)
  }

  /// The labels and programs of each case's checks beside the default ones.
  private static func labels(_ text: String) throws -> [String] {
    try load(text).cases.map { suiteCase in
      suiteCase.checks.filter { !$0.isDefault }.map { check in
        guard case .command(let command) = check.kind else { return check.label }
        return check.label + "=" + command.arguments.joined()
      }.joined(separator: " ")
    }
  }

  @Test(arguments: [
    ("{command: {run: [a]}}, {command: {run: [b]}}", "", "command=a command=b"),
    ("{command: {run: [a]}}, {command: {run: [b]}}", "{command: {run: [c]}}", "command=c"),
    (
      "{command: {run: [a]}}", "{command: {run: [b]}}, {command: {run: [c]}}", "command=b command=c"
    ),
    (
      "{command: {run: [a], name: lpips}}, {command: {run: [b]}}", "{command: {run: [c]}}",
      "lpips=a command=c"
    ),
    (
      "{command: {run: [a]}, name: lpips}, {command: {run: [b]}}",
      "{command: {run: [c], name: lpips}}", "lpips=c command=b"
    ),
    ("{change: {}}, {change: {region: [0, 0, 0.5, 1]}}", "", "change change"),
    (
      "{command: {run: [a]}}, {command: {run: [b], where: {prompt: p}}}, "
        + "{command: {run: [c], where: {prompt: p}}}", "", "command=b command=c"
    ),
    (
      "{command: {run: [b], where: {prompt: p}}}, {command: {run: [c], where: {seed: 1}}}", "",
      "command=c"
    ),
    (
      "{command: {run: [a]}}, {command: {run: [b], name: judge, where: {prompt: p}}}", "",
      "command=a judge=b"
    ),
  ])
  func `Several checks of a kind stand in one list, and an entry's replace those of their names`(
    suite: String, entry: String, expected: String
  ) throws {
    let text =
      Text.head + """
        request: {images: https://x.example/a.png}
        checks: [\(suite)]
        matrix:
          prompt: [{id: p, value: x, checks: [\(entry)]}]
          seed: [1]
        """
    #expect(try Self.labels(text) == [expected])
  }

  @Test func `A region is a box or an ellipse, inside or outside`() throws {
    func share(_ millionths: Int) -> Share { Share(millionths: millionths) }
    let box = try #require(
      RegionBox(x: share(100_000), y: share(200_000), width: share(300_000), height: share(800_000))
    )
    #expect(
      try Self.kind(
        "{preserve: {region: [0.1, 0.2, 30%, 0.8], ssim: {min: 0.95}, changed: {max: 0.01}}}")
        == .preserve(
          PreserveExpectation(
            .inside(.box(box)),
            limits: Self.limits {
              $0.similarityMin = 0.95
              $0.changedMax = share(10_000)
            })))
    #expect(
      try Self.kind(
        "{preserve: {outside: {ellipse: [0.1, 0.2, 0.3, 0.8]}, input: 1, ssim: {min: 1}}}")
        == .preserve(
          PreserveExpectation(
            .outside(.ellipse(box)), limits: Self.limits { $0.similarityMin = 1 })))
    #expect(
      try Self.kind("{change: {region: {box: [0.1, 0.2, 0.3, 0.8]}, changed: {min: 5%}}}")
        == .change(ChangeExpectation(.inside(.box(box)), changedMin: share(50_000))))
  }

  @Test func `Files that checks compare with are read, and not sent`() throws {
    try withFolder { folder in
      for name in ["cup.png", "mask.png"] {
        try DurableFile.write(picture(name), to: folder.appending(name))
      }
      let suite = try load(
        Text.head + """
          request: {prompt: x, images: cup.png}
          matrix: {n: [1, {id: two, value: 2, checks: [{preserve: {outside: {mask: mask.png}, psnr: {min: 9}}}]}]}
          checks: [{similar-to: cup.png}]
          include: [{n: 3, checks: [{similar-to: {file: mask.png, level: similar, pdq: {max: 31}}}]}]
          """, path: folder.appending("s.yaml"))
      #expect(suite.inputs.map(\.written) == ["cup.png"])
      #expect(suite.references.map(\.written) == ["mask.png", "cup.png"])
      #expect(suite.references.map(\.location.line) == [4, 5])
      let kinds = suite.cases.map { $0.checks.dropFirst(4).map(\.kind) }
      let (cup, mask) = (BlobID(of: picture("cup.png")), BlobID(of: picture("mask.png")))
      let likeCup = CheckKind.similarTo(SimilarityExpectation(.file(cup)))
      #expect(kinds[0] == [likeCup])
      #expect(
        kinds[1] == [
          likeCup,
          .preserve(
            PreserveExpectation(.outside(.mask(mask)), limits: Self.limits { $0.signalMin = 9 })),
        ])
      #expect(
        kinds[2] == [
          .similarTo(
            SimilarityExpectation(
              .file(mask), level: .similar, thresholds: Self.thresholds { $0.hashDistanceMax = 31 })
          )
        ])
    }
  }

  @Test func `A file that is not there is told at its place`() throws {
    try withFolder { folder in
      try DurableFile.write(picture(), to: folder.appending("mask.png"))
      try DurableFile.write(Array("text".utf8), to: folder.appending("text.png"))
      expect(
        Text.request + """
          checks:
            - {similar-to: 1️⃣gone.png}
            - {preserve: {region: {mask: 2️⃣msak.png}, psnr: {min: 9}}}
            - {change: {outside: {mask: 3️⃣text.png}}}
          matrix: {n: [{id: a, value: 1, checks: [{similar-to: {file: 4️⃣https://x.example/a.png}}]}]}
          """,
        [
          (1, "there is no picture 'gone.png'"), (2, "did you mean 'mask.png'?"),
          (3, "is no picture"), (4, "is no path"),
        ], path: folder.appending("s.yaml"))
      var limits = SuiteLimits.standard
      limits.referencesMax = 0
      expect(
        Text.request + "checks: [{similar-to: 1️⃣mask.png}]\n",
        [(1, "more than 0 different files")], path: folder.appending("s.yaml"), limits: limits)
    }
  }

  @Test(arguments: [
    ("1️⃣near", "unknown check 'near'"),
    ("1️⃣count", "needs a value"),
    ("{1️⃣presrve: {}}", "did you mean 'preserve'?"),
    ("{1️⃣similar: x}", "unknown check 'similar'"),
    ("{baseline: 1️⃣identical-pixel}", "did you mean 'identical-pixels'?"),
    ("{baseline: identical-pixels, severity: 1️⃣wrn}", "did you mean 'warn'?"),
    ("{latency: {max: 60s, severity: 1️⃣[warn]}}", "must be a text"),
    ("{latency: {max: 60s, 1️⃣severity: warn}, severity: warn}", "stands twice"),
    ("{baseline: identical-pixels, where: 1️⃣[n]}", "'where' must be a mapping"),
    ("{baseline: identical-pixels, where: 1️⃣{}}", "'where' names no axis"),
    ("{baseline: identical-pixels, where: {1️⃣n: 1}}", "unknown axis 'n'"),
    ("{latency: {1️⃣mx: 60s}}", "did you mean 'max'?"),
    ("{latency: 1️⃣{}}", "has no 'max'"),
    ("{latency: 1️⃣60s}", "must be a mapping"),
    ("{latency: {max: 1️⃣60}}", "500ms, 60s, 2m"),
    ("{latency: {max: 1️⃣1.5s}}", "is no time"),
    ("{latency: {max: 1️⃣0s}}", "out of range"),
    ("{latency: {max: 1️⃣25000h}}", "is no time"),
    ("{latency: {max: 1️⃣1441m}}", "out of range (1ms to 86400s)"),
    ("{latency: {max: 1️⃣99999999999999999999s}}", "out of range"),
    ("{count: 1️⃣7}", "expected 1 to 6"),
    ("{size: 1️⃣big}", "expected one of: as-requested"),
    ("{size: {width: 1, height: 2, 1️⃣wdith: 3}}", "did you mean 'width'?"),
    ("{decodable: 1️⃣false}", "cannot be turned off"),
    ("{not-blank: 1️⃣false}", "cannot be turned off"),
    ("{blocked: 1️⃣no}", "must be true or false"),
    ("{error: 1️⃣sever}", "did you mean 'server'?"),
    ("{error: 1️⃣blocked}", "write 'blocked'"),
    ("{error: 1️⃣rate-limited}", "expected one of: invalid-request"),
    ("1️⃣error", "the check 'error' needs a value"),
    ("1️⃣{}", "a check has no name"),
    ("{count: 1, 1️⃣decodable: true}", "found 2"),
    ("{count: 1}, {1️⃣count: 2}", "stands twice in one list"),
    ("{count: 1, 1️⃣name: one}", "takes no name: a list holds one of it"),
    ("{command: {run: [a], name: 1️⃣command-2}}", "what a check of the kind 'command' is called"),
    ("{change: {name: 1️⃣count}}", "what a check of the kind 'count' is called"),
    ("{change: {name: 1️⃣a b}}", "is no name of a check"),
    (
      "{change: {name: a}}, {1️⃣command: {run: [a], name: a}}",
      "the check 'a' stands twice in one list"
    ),
    ("{change: {1️⃣name: a}, name: a}", "'name' of a check stands twice"),
    ("1️⃣[a]", "must be a mapping, found a list"),
    ("{format: 1️⃣jpg}", "did you mean 'jpeg'?"),
    ("{format: 1️⃣[]}", "is an empty list"),
    ("{format: [png, 1️⃣png]}", "the format 'png' stands twice"),
    ("{cost: 1️⃣0.05}", "must be a mapping"),
    ("{cost: {max: 1️⃣5ct}}", "must be an amount of US dollars"),
    ("{cost: {max: 1️⃣-1}}", "must be an amount of US dollars"),
    ("{cost: {max: 1️⃣0.0000001}}", "found '0.0000001'"),
    ("{cost: 1️⃣{}}", "has no 'max' (write {max: 0.05})"),
    ("{revised-prompt: 1️⃣presnt}", "did you mean 'present'?"),
    ("{revised-prompt: {1️⃣contain: x}}", "did you mean 'contains'?"),
    ("{revised-prompt: {contains: 1️⃣''}}", "'contains' is empty"),
    ("{revised-prompt: 1️⃣{}}", "has no 'contains'"),
  ])
  func `Mistakes of checks`(checks: String, message: String) {
    expect(Text.request + "checks: [\(checks)]\n", [(1, message)])
  }

  @Test(arguments: [
    ("{baseline: 1️⃣{}}", "the check 'baseline' has no 'level'"),
    ("{baseline: {level: 1️⃣nearly}}", "did you mean 'near'?"),
    ("{baseline: {level: near, order: 1️⃣sent}}", "expected one of: as-sent, any"),
    ("{baseline: {level: near, 1️⃣pqd: {max: 3}}}", "did you mean 'pdq'?"),
    ("{baseline: {level: near, pdq: 1️⃣3}}", "'pdq' must be a mapping"),
    ("{baseline: {level: near, pdq: 1️⃣{}}}", "'pdq' has no 'max' (write {max: 10})"),
    ("{baseline: {level: near, pdq: {1️⃣min: 3}}}", "unknown key 'min'"),
    ("{baseline: {level: near, pdq: {max: 1️⃣257}}}", "expected 0 to 256"),
    ("{baseline: {level: near, worst-tile: {min: 1️⃣1.5}}}", "expected 0 to 1"),
    ("{baseline: {level: near, worst-tile: {min: 1️⃣high}}}", "must be a number, found 'high'"),
    ("{baseline: {level: near, worst-tile: {min: 1️⃣'0.5'}}}", "write it without quotes"),
    ("{baseline: {level: near, worst-tile: {min: 1️⃣.5}}}", "such as 0.95"),
    ("{baseline: {level: near, worst-tile: {min: 1️⃣1e-3}}}", "must be a number"),
    ("{baseline: {level: near, shift: {max: 1️⃣-1}}}", "expected 0 to 14,142"),
    ("{baseline: {level: identical-bytes, 1️⃣pdq: {max: 3}}}", "no part of the level 'identical-byt"),
    ("{baseline: {1️⃣shift: {max: 3}, level: auto}}", "no part of the level 'auto'"),
    ("{similar-to: 1️⃣[a]}", "'similar-to' must be a text"),
    ("{similar-to: 1️⃣{}}", "names nothing to compare with"),
    ("{similar-to: {case: only, 1️⃣file: a.png}}", "either 'file' or 'case'"),
    ("{similar-to: {level: 1️⃣auto, case: only}}", "unknown 'level' 'auto'"),
    ("{preserve: 1️⃣{}}", "has no limit (add one of: psnr"),
    ("{preserve: {psnr: {min: 1️⃣101}}}", "expected 0 to 100"),
    ("{preserve: {psnr: {min: 3}, input: 1️⃣0}}", "'input' is 0 (expected 1 to 10)"),
    ("{preserve: {psnr: {min: 3}, input: 1️⃣2}}", "no case has 2 input pictures"),
    ("{preserve: {psnr: {min: 3}, 1️⃣mask: a.png}}", "unknown key 'mask'"),
    ("{change: {region: [0, 0, 1, 1], 1️⃣outside: [0, 0, 1, 1]}}", "either 'region' or 'outside'"),
    ("{change: {changed: {min: 1️⃣5}}}", "expected 0 to 1; did you mean 5%?"),
    ("{change: {changed: {min: 1️⃣101%}}}", "0% to 100%"),
    ("{change: {changed: {min: 1️⃣'0.5'}}}", "write it without quotes"),
    ("{change: {changed: {min: 1️⃣some}}}", "must be a share, found 'some'"),
    ("{change: {changed: {min: 1️⃣0.0000001}}}", "at most six decimals"),
    ("{change: {changed: 1️⃣{min: 0%}}}", "asks for nothing"),
    ("{change: {changed: {1️⃣max: 1%}}}", "unknown key 'max'"),
    ("{change: {region: 1️⃣centre}}", "must be a region, found 'centre'"),
    ("{change: {region: 1️⃣[0, 0, 1]}}", "has 3 numbers"),
    ("{change: {region: [0, 0, 1️⃣0, 1]}}", "the width of the region is 0"),
    ("{change: {region: [0.6, 0, 1️⃣0.5, 1]}}", "the region reaches to 1.1 of the picture's width"),
    ("{change: {region: [0, 0, 1️⃣640, 1]}}", "'width' is 640"),
    ("{change: {region: {1️⃣elipse: [0, 0, 1, 1]}}}", "did you mean 'ellipse'?"),
    ("{change: {region: 1️⃣{}}}", "has no shape"),
    ("{change: {region: {box: [0, 0, 1, 1], 1️⃣mask: a.png}}}", "one shape, found 2"),
    ("{change: {region: {box: 1️⃣a}}}", "'box' must be a list"),
    ("{command: 1️⃣judge}", "must be a mapping"),
    ("{command: 1️⃣{}}", "has no 'run'"),
    ("{command: {run: 1️⃣judge}}", "'run' must be a list"),
    ("{command: {run: 1️⃣[]}}", "is an empty list"),
    ("{command: {run: [1️⃣' ']}}", "the program of a command is empty"),
    ("{command: {run: [a, 1️⃣[b]]}}", "an argument must be a text"),
    ("{command: {run: [a, 1️⃣\"a\\0\"]}}", "holds a NUL"),
    ("{command: {run: [a], timeout: 1️⃣11m}}", "out of range (1ms to 600s)"),
    ("{command: {run: [a], 1️⃣timout: 1m}}", "did you mean 'timeout'?"),
  ])
  func `Mistakes of comparisons, regions and commands`(checks: String, message: String) {
    expect(Text.request + "checks: [\(checks)]\n", [(1, message)])
  }

  @Test func `All mistakes of one check are told at once`() {
    expect(
      Text.request
        + "checks: [{preserve: {region: [1️⃣2, 0, 3️⃣x, 1], 4️⃣psrn: {min: 1}, ssim: {min: 5️⃣2}, "
        + "severity: 6️⃣wran, where: {7️⃣n: 1}}}]\n",
      [
        (1, "'x' is 2"), (3, "'width' must be a share"), (4, "did you mean 'psnr'?"),
        (5, "expected 0 to 1"), (6, "did you mean 'warn'?"), (7, "unknown axis"),
      ])
  }

  @Test func `Commands have limits`() {
    var limits = SuiteLimits.standard
    limits.argumentsMax = 2
    limits.argumentByteCountMax = 4
    expect(
      Text.request + "checks: [{command: {run: 1️⃣[a, b, c]}}]\n", [(1, "at most 2 are allowed")],
      limits: limits)
    expect(
      Text.request + "checks: [{command: {run: [abcd, 1️⃣abcde]}}]\n",
      [(1, "an argument has 5 bytes")], limits: limits)
  }

  @Test func `A JSON suite declares checks by the same rules`() throws {
    let json = """
      {"version": 1, "name": "t",
       "request": {"prompt": "cup", "images": "https://x.example/a.png"},
       "checks": ["blocked", {"format": ["png"]}, {"cost": {"max": 0.05}},
         {"preserve": {"region": [0.1, 0.2, 0.3, 0.8], "psnr": {"min": 30}, "severity": "warn"}}]}
      """
    let suite = try load(json)
    #expect(suite.checks.dropFirst(4).map(\.name) == [.blocked, .format, .cost, .preserve])
    expect(
      json.replacing("\"psnr\"", with: "1️⃣\"psrn\"").replacing("0.05", with: "2️⃣\"5ct\""),
      [(2, "must be an amount of US dollars"), (1, "did you mean 'psnr'?")])
  }

  @Test func `Programs and compared cases are known without walking over the cases`() throws {
    let suite = try load(
      Text.request + """
        checks: [{similar-to: {case: two, where: {n: 1}}}, {command: {run: [b, -x]}}]
        matrix: {n: [1, {id: two, value: 2, checks: [{command: {run: [a]}}]}]}
        """)
    #expect(
      suite.programs.map { "\($0.location.line):\($0.location.column) \($0.arguments)" } == [
        #"4:53 ["b", "-x"]"#, #"5:47 ["a"]"#,
      ])
    #expect(suite.programs.map(\.length) == [7, 7])
    #expect(suite.comparedCases.map(\.text) == ["two"])
  }
}

/// Shares of a whole.
struct ShareTests {
  @Test(arguments: [
    ("0", 0, "0 %"), ("1", 1_000_000, "100 %"), ("1.0", 1_000_000, "100 %"),
    ("0.002", 2_000, "0.2 %"), ("0.2%", 2_000, "0.2 %"), ("100%", 1_000_000, "100 %"),
    ("0.000001", 1, "0.0001 %"), ("12.5%", 125_000, "12.5 %"),
  ])
  func `A share is read exactly`(text: String, millionths: Int, shown: String) throws {
    let share = try #require(Share(text))
    #expect(share.millionths == millionths)
    #expect(share.description == shown)
    #expect(share.fraction == Double(millionths) / 1_000_000)
  }

  @Test(arguments: [
    "", "%", "-1", "1.1", "1.000001", "101%", "0.0000001", "0.00001%", ".5", "5.", "1e-3", "0,5",
    "00.5", " 0.5", "٠.٥", "9999999999999999999",
  ])
  func `Anything else is no share`(text: String) {
    #expect(Share(text) == nil)
  }
}
