import Canonical
import Experiments
import Suites
import SystemPackage
import Testing

struct CaseFilterTests {
  private static let cells = [
    CaseCell(axis: "prompt", entry: "paper", value: "On paper, \"warm\" | red"),
    CaseCell(axis: "seed", entry: "s7", value: "7"),
  ]

  private func admits(_ text: String, outcome: Outcome? = nil) throws -> Bool {
    try CaseFilter(text).admits(
      suite: "mugs", id: "paper--wide--s7", cells: Self.cells, tags: ["background"],
      outcome: outcome)
  }

  @Test(
    "A filter selects",
    arguments: [
      ("", true), ("   ", true), ("\t\n", true), ("paper", true), ("--s7", true), ("linen", false),
      ("linen|paper", true), ("paper wide", true), ("paper linen", false), ("\"wide\"", true),
      ("prompt=paper", true), ("prompt=linen|paper", true), ("prompt=linen", false),
      ("prompt=pap", false), ("seed=7", true), ("seed=s7", true), ("seed=1..7", true),
      ("seed=8..10", false), ("seed=7..7", true), ("seed=-5..5", false), ("seed=1..3|7", true),
      ("seed=1...9", false), ("seed=\"1..9\"", false), ("size=wide", false),
      ("tag=background", true), ("tag=other|background", true), ("tag=other", false),
      ("prompt=paper seed=7 tag=background s7", true), ("prompt=paper\tseed=7", true),
      ("prompt=paper seed=8 tag=background", false), ("prompt=paper=x", false),
      ("outcome=drifted", true), ("Paper", false), ("id=paper--wide--s7", true),
      ("id=paper--wide--s70", false), ("id=paper--wide", false), ("suite=mugs", true),
      ("suite=cups|mugs s7", true), ("suite=mug", false), ("prompt=\"paper\"", true),
      (#"prompt="On paper, \"warm\" | red""#, true), (#"prompt="On paper""#, false),
      (#"prompt="linen"|"paper" s7"#, true), (#"prompt="pa\per""#, false),
    ])
  func selects(text: String, isAdmitted: Bool) throws {
    #expect(try admits(text) == isAdmitted)
  }

  @Test(
    "A condition with != selects what has none of the values",
    arguments: [
      ("prompt!=linen", true), ("prompt!=paper", false), ("prompt!=linen|paper", false),
      ("seed!=1..6", true), ("seed!=1..7", false), ("tag!=slow", true), ("tag!=background", false),
      ("size!=wide", true), ("id!=paper--wide--s7", false), ("suite!=cups", true),
      ("prompt!=linen seed=7", true),
    ])
  func negates(text: String, isAdmitted: Bool) throws {
    #expect(try admits(text) == isAdmitted)
  }

  @Test(
    "An outcome that is known is compared",
    arguments: [
      ("outcome=drifted", true), ("outcome=passed|drifted", true), ("outcome=passed", false),
      ("outcome!=drifted", false), ("outcome!=passed", true), ("outcome=drifted linen", false),
    ])
  func comparesOutcomes(text: String, isAdmitted: Bool) throws {
    #expect(try admits(text, outcome: .drifted) == isAdmitted)
  }

  private static let conditions =
    "\nhint: a condition is name=value, name!=value or a part of a case id; a range of whole numbers "
    + "is 1..10"
  private static let quoting =
    "\nhint: put a value that holds spaces, | or quotes into double quotes: prompt=\"a b\""
  private static let escaping = "\nhint: write \\\" for a quote within quotes"

  @Test(
    "A filter that cannot be read points at the character",
    arguments: [
      ("=x", "expected a name before '='\n  =x\n  ^" + conditions),
      ("a !=x", "expected a name before '!='\n  a !=x\n    ^" + conditions),
      ("a=", "expected a value\n  a=\n    ^" + quoting),
      ("a= b", "expected a value\n  a= b\n    ^" + quoting),
      ("b  aé=1||2", "expected a value\n  b  aé=1||2\n          ^" + quoting),
      ("a=\"\"", "expected a value\n  a=\"\"\n    ^~"),
      ("a=\"b c", "the quote is never closed\n  a=\"b c\n    ^" + escaping),
      (
        "a=\"b\"c",
        "expected a space or '|' after the closing quote\n  a=\"b\"c\n       ^" + escaping
      ),
      ("a=b\"c\"", "a quote within a value\n  a=b\"c\"\n     ^" + quoting),
      (
        "seed=1..",
        "the range '1..' lacks an end\n  seed=1..\n       ^~~\nhint: a range has two ends: 1..10"
      ),
      (
        "seed=..4",
        "the range '..4' lacks an end\n  seed=..4\n       ^~~\nhint: a range has two ends: 1..10"
      ),
      (
        "seed=1|5..2",
        "the range 5..2 ends before it begins\n  seed=1|5..2\n         ^~~~\nhint: did you mean 2..5?"
      ),
      (
        "seed=1..99999999999999999999",
        "the range '1..99999999999999999999' has a number of too many digits\n"
          + "  seed=1..99999999999999999999\n       ^~~~~~~~~~~~~~~~~~~~~~~\n"
          + "hint: numbers up to 9,223,372,036,854,775,807 are understood"
      ),
      ("seed>5", "no case id holds '>'\n  seed>5\n      ^" + conditions),
      ("seed>=5", "expected '=' or '!=' after 'seed'\n  seed>=5\n      ^" + conditions),
      ("prompt:paper", "no case id holds ':'\n  prompt:paper\n        ^" + conditions),
      ("!paper", "no case id holds '!'\n  !paper\n  ^" + conditions),
      ("\"a b\"", "no case id holds ' '\n  \"a b\"\n    ^" + conditions),
      (
        "a outcome=drifted|drited",
        "'drited' is no outcome\n  a outcome=drifted|drited\n                    ^~~~~~\n"
          + "hint: did you mean 'drifted'?"
      ),
      (
        "ab=漢字 \u{1B}é",
        "no case id holds '<U+001B>'\n  ab=漢字 <U+001B>é\n          ^~~~~~~~" + conditions
      ),
      ("漢字=\"x", "the quote is never closed\n  漢字=\"x\n       ^" + escaping),
    ])
  func points(text: String, message: String) {
    let problem = #expect(throws: FilterProblem.self) { try CaseFilter(text) }
    #expect(problem?.description == "--filter: " + message)
  }

  @Test("What an outcome may be is listed where none is near")
  func listsOutcomes() {
    let problem = #expect(throws: FilterProblem.self) { try CaseFilter("outcome=1..2") }
    #expect(problem?.message == "1..2 is no outcome")
    #expect(problem?.hint?.hasPrefix("there are passed, failed, drifted, unapproved, ") == true)
  }

  @Test(
    "A filter has limits",
    arguments: [
      (String(repeating: "a ", count: 65), "more than 64 conditions"),
      ("a=" + String(repeating: "b|", count: 10_000) + "b", "more than 10,000 values"),
      (String(repeating: "a", count: 262_145), "a filter of 262,145 bytes"),
    ])
  func limits(text: String, message: String) {
    let problem = #expect(throws: FilterProblem.self) { try CaseFilter(text) }
    #expect(problem?.message == message)
    #expect((problem?.description.count ?? .max) < 1_000)
  }

  @Test("A filter tells what it uses")
  func tells() throws {
    let filter = try CaseFilter("paper seed=1 tag=a outcome=passed colour=b")
    #expect(filter.usesOutcome)
    #expect(filter.description == "paper seed=1 tag=a outcome=passed colour=b")
    #expect(try !CaseFilter("seed=1").usesOutcome)
    #expect(try CaseFilter(" ").isAll)
    #expect(CaseFilter.all.isAll)
  }
}

struct FilterJudgeTests {
  private static let suite = """
    version: 1
    name: mugs
    request: {images: "https://pictures.example/cup.png"}
    matrix:
      prompt:
        - {id: paper, value: Put it on paper, tags: [background]}
        - {id: linen, value: Put it on linen}
      seed: [1..100 step 3, 500]
    include: [{prompt: paper, seed: 7777, size: auto_2K}]
    """

  private func judge(_ text: String) throws -> FilterProblem? {
    let filter = try CaseFilter(text)
    let suite = try SuiteLoader.load(bytes: Array(Self.suite.utf8), path: "mugs.yaml")
    var judge = FilterJudge(filter)
    judge.see(suite: suite.name.text)
    suite.forEachName { judge.see($0) }
    for suiteCase in suite.cases { judge.see(id: suiteCase.id.text) }
    return judge.problem
  }

  @Test(
    "What there is passes",
    arguments: [
      "", "word", "prompt=paper", "prompt=\"Put it on linen\"", "seed=1|4|s7|100|500", "seed=2..4",
      "seed=99..100", "seed=7777", "seed=600..9000", "size=auto_2K", "tag=background",
      "tag!=background", "suite=mugs", "id=paper--s1|linen--s500", "outcome=drifted",
    ])
  func passes(text: String) throws {
    #expect(try judge(text) == nil)
  }

  @Test(
    "What no case has is pointed at, with what was probably meant",
    arguments: [
      (
        "s1 promt=paper",
        "no case has the axis 'promt'\n  s1 promt=paper\n     ^~~~~\nhint: did you mean 'prompt'?"
      ),
      (
        "colour=red",
        "no case has the axis 'colour'\n  colour=red\n  ^~~~~~\n"
          + "hint: there are prompt, seed, size, id, suite, tag, outcome"
      ),
      (
        "prompt=paper|lien",
        "no case has the prompt 'lien'\n  prompt=paper|lien\n               ^~~~\n"
          + "hint: did you mean 'linen'?"
      ),
      (
        "prompt!=\"on silk\"",
        "no case has the prompt 'on silk'\n  prompt!=\"on silk\"\n          ^~~~~~~~~\n"
          + "hint: there are paper, Put it on paper, linen, Put it on linen"
      ),
      (
        "seed=2",
        "no case has the seed '2'\n  seed=2\n       ^\nhint: there are 1..100 step 3, 500, 7777"
      ),
      (
        "seed=2..3",
        "no case has the seed 2..3\n  seed=2..3\n       ^~~~\nhint: there are 1..100 step 3, 500, 7777"
      ),
      (
        "seed=1|101..499",
        "no case has the seed 101..499\n  seed=1|101..499\n         ^~~~~~~~\n"
          + "hint: there are 1..100 step 3, 500, 7777"
      ),
      (
        "tag=backgrond",
        "no case has the tag 'backgrond'\n  tag=backgrond\n      ^~~~~~~~~\n"
          + "hint: did you mean 'background'?"
      ),
      (
        "suite=cups",
        "no case has the suite 'cups'\n  suite=cups\n        ^~~~\nhint: there is mugs"
      ),
      (
        "id=linen--s5",
        "no case has the id 'linen--s5'\n  id=linen--s5\n     ^~~~~~~~~\nhint: did you mean 'linen--s1'?"
      ),
    ])
  func pointsAtUnknown(text: String, message: String) throws {
    #expect(try judge(text)?.description == "--filter: " + message)
  }

  @Test(
    "A filter that selects nothing says which condition no case fulfils",
    arguments: [
      (
        "prompt=paper nowhere",
        "it selects no case: no case id holds 'nowhere'\n  prompt=paper nowhere\n               ^~~~~~~\n"
          + "hint: a value that holds spaces stands in double quotes: prompt=\"a b\""
      ),
      (
        "no|where", "it selects no case: no case id holds 'no' or 'where'\n  no|where\n  ^~~~~~~~"
      ),
      (
        "prompt=paper prompt=linen",
        "it selects no case: each condition is fulfilled by some case, but never all by one\n"
          + "  prompt=paper prompt=linen\n  ^~~~~~\n"
          + "hint: conditions that are separated by spaces have to hold together; | means or"
      ),
      (
        "suite!=mugs",
        "it selects no case: no case fulfils this condition\n  suite!=mugs\n  ^~~~~"
      ),
    ])
  func explainsNothing(text: String, message: String) throws {
    let suite = try SuiteLoader.load(bytes: Array(Self.suite.utf8), path: "mugs.yaml")
    var empty = EmptySelection(try CaseFilter(text))
    for suiteCase in suite.cases {
      empty.see(
        suite: "mugs", id: suiteCase.id.text, cells: suiteCase.cells, tags: suiteCase.tags)
    }
    #expect(empty.problem.description == "--filter: " + message)
  }
}
