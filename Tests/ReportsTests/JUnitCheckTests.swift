import Canonical
import Experiments
import Glibc
import Recording
import Reports
import SystemPackage
import Testing

struct JUnitCheckTests {
  static let document = """
    <?xml version="1.0" encoding="UTF-8"?>
    <testsuites name="proofsheet" tests="2" failures="1" errors="0" time="1.500">
      <testsuite name="mug" tests="2" failures="1" errors="0" skipped="0" time="1.500" \
    timestamp="2026-11-22T18:30:00">
        <testcase name="a" classname="proofsheet.mug" time="0.500"/>
        <testcase name="b" classname="proofsheet.mug" time="1.000">
          <failure message="m" type="failed">text</failure>
        </testcase>
      </testsuite>
    </testsuites>
    """

  private func problems(_ bytes: [UInt8]) throws -> [String] {
    try withFolder { folder in
      let file = folder.appending("junit.xml")
      try DurableFile.write(bytes, to: file)
      return try JUnitCheck.problems(in: file)
    }
  }

  @Test func `A good document has no problem`() throws {
    #expect(try problems(Array(Self.document.utf8)) == [])
  }

  @Test(arguments: [
    (#"time="0.500""#, #"time="0.5""#, "line 4: Element 'testcase', attribute 'time'"),
    (#"time="0.500""#, #"time="NaN""#, "attribute 'time'"),
    (#"time="0.500""#, #"time="1e3""#, "attribute 'time'"),
    (#"time="0.500""#, #"time="-0.500""#, "attribute 'time'"),
    (
      #"time="0.500""#, #"time="0.501""#, "line 3: testsuite says time 1500 ms; its parts make 1501"
    ),
    (#" time="0.500""#, "", "The attribute 'time' is required but missing"),
    (#"name="b""#, #"name="a""#, "line 5: a second case 'a' of 'proofsheet.mug'"),
    (#"name="b""#, #"name=" b""#, "attribute 'name'"),
    (#"errors="0" skipped"#, #"errors="1" skipped"#, "testsuite says errors 1; its parts make 0"),
    (
      #"tests="2" failures="1" errors="0" time"#, #"tests="3" failures="1" errors="0" time"#,
      "line 2: testsuites says tests 3; its parts make 2"
    ),
    (">text</failure>", "/>", "Element 'failure'"),
    (
      ">text</failure>", ">text</failure><skipped message='m'>s</skipped>",
      "'skipped': This element is not expected"
    ),
    ("type=\"failed\"", "", "The attribute 'type' is required but missing"),
    ("text</", "<![CDATA[text]]></", "line 6: a CDATA section"),
    ("text</", "text<!-- x --></", "line 6: a comment"),
    ("text</", "text<?x y?></", "line 6: a processing instruction"),
    ("text</", "te\u{1B}xt</", "line 6: "),
    ("text</", "te]]>xt</", "line 6: "),
    ("text</", "&x;</", "line 6: "),
    ("</testsuites>", "", "line 8: the document is cut off"),
    ("timestamp=\"2026-11-22T18:30:00\"", "timestamp=\"2026-11-22T18:30:00Z\"", "'timestamp'"),
    ("timestamp=\"2026-11-22T18:30:00\"", "timestamp=\"2026-13-22T18:30:00\"", "'timestamp'"),
    ("skipped=\"0\"", "skipped=\"0\" hostname=\"h\"", "'hostname' is not allowed"),
    ("<testsuites ", "<!DOCTYPE testsuites [<!ENTITY x \"y\">]><testsuites ", "a document type"),
    (
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>", "<?xml version=\"1.0\"?>", "does not start with"
    ),
    ("<?xml", "\u{FEFF}<?xml", "does not start with"),
    ("<?xml", " <?xml", "does not start with"),
  ])
  func `A document that trips a reader is refused`(
    good: String, bad: String, problem: String
  ) throws {
    let text = Self.document.replacing(good, with: bad, maxReplacements: 1)
    try #require(text != Self.document)
    let found = try problems(Array(text.utf8))
    #expect(found.contains { $0.contains(problem) }, "\(found)")
  }

  @Test func `Invalid UTF-8 and a cut file are refused`() throws {
    let bytes = Array(Self.document.utf8)
    #expect(try !problems(bytes.map { $0 == UInt8(ascii: "x") ? 0xFF : $0 }).isEmpty)
    #expect(try !problems(Array(bytes.prefix(bytes.count / 2))).isEmpty)
    #expect(try !problems([]).isEmpty)
  }

  @Test func `Problems are counted up to a limit`() throws {
    let cases = String(repeating: "<testcase/>\n", count: 1_000)
    let text = Self.document.replacing("<testcase name=\"a\"", with: cases + "<testcase name=\"a\"")
    #expect(try problems(Array(text.utf8)).count == XMLProblems.countMax)
  }

  @Test func `A file that is not there, and a schema that is none, are told`() throws {
    #expect(throws: FileFailure.self) { try JUnitCheck.problems(in: "/nowhere/junit.xml") }
    try withFolder { folder in
      let file = folder.appending("junit.xml")
      try DurableFile.write(Array(Self.document.utf8), to: file)
      #expect(throws: FileFailure.self) { try JUnitCheck.problems(in: file, schema: file) }
      #expect(throws: FileFailure.self) {
        try JUnitCheck.problems(in: file, schema: "/nowhere/a.xsd")
      }
    }
  }

  /// The folder with the schemas of other tools, which are not part of the project.
  static let schemas: FilePath? = unsafe getenv("PROOFSHEET_SCHEMAS").map {
    unsafe FilePath(String(cString: $0))
  }

  @Test(
    .enabled(
      if: schemas != nil,
      "needs a folder, named by PROOFSHEET_SCHEMAS, with the two files that the test names")
  )
  func `A run with every outcome is valid by the schemas of Jenkins and Surefire`() throws {
    let schemas = try #require(Self.schemas)
    let jenkins = schemas.appending("jenkins-xunit-junit-10.xsd")
    let surefire = schemas.appending("surefire-test-report.xsd")
    let hostile = try Made.result(
      .failed, 99, id: "hostile", reason: "\u{1B}]]>\u{FFFE}", origin: .api("h"),
      attempts: ["\u{0}"])
    let run = try Made.run(try Made.everyOutcome() + [hostile], isSimulated: true)
    try withFolder { folder in
      let file = folder.appending("junit.xml")
      try JUnitReport.write(run, to: file)
      #expect(try JUnitCheck.problems(in: file, schema: jenkins) == [])
      #expect(try JUnitCheck.problems(in: file, schema: surefire, suiteAsRoot: true) == [])
      // A check that finds nothing anywhere would pass, too.
      #expect(try !JUnitCheck.problems(in: file, schema: surefire).isEmpty)
      let broken = try read(file).replacing("<skipped message", with: "<skipped type=\"x\" message")
      try DurableFile.write(Array(broken.utf8), to: file)
      #expect(
        try !JUnitCheck.problems(in: file, schema: surefire, suiteAsRoot: true).isEmpty)
    }
  }
}
