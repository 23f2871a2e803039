import Foundation
import Glibc
import SystemPackage
import Testing

@testable import Suites

/// A project that is started, and what a new user meets.
@Suite(.project) struct InitTests {
  /// Every file of a new project.
  static let names = [
    ".gitattributes", ".github/workflows/proofsheet.yml", ".gitignore", ".gitlab-ci.yml",
    "fixtures/inputs/README.md", "fixtures/inputs/coffee.jpg", "proofsheet.yaml",
    "suites/first.yaml",
  ]

  private var project: Project { Project.current }

  /// The files of the project as text or bytes, by name.
  private func contents() throws -> [String: Data] {
    Dictionary(uniqueKeysWithValues: try project.files().map { ($0.name, $0.bytes) })
  }

  // MARK: What is written works

  @Test func `The commands that are printed succeed without a key`() async throws {
    let started = await project.run("init", "@")
    #expect(started.status == 0, "\(started.messages)")
    #expect(try contents().keys.sorted() == Self.names.sorted())
    #expect(
      started.messages.contains(
        """

        Next, without a key and without cost:
          cd \(project.folder.path)
          proofsheet run suites/first.yaml --mode record --endpoint simulator
          proofsheet run suites/first.yaml


        """), "\(started.messages)")
    let recorded = await project.run(
      "run", "@suites/first.yaml", "--mode", "record", "--endpoint", "simulator", network: true)
    #expect(recorded.status == 0, "\(recorded.messages)")
    #expect(recorded.messages.contains("4 passed"), "\(recorded.messages)")
    for _ in 1...2 {
      let replayed = await project.run("run", "@suites/first.yaml")
      #expect(replayed.status == 0, "\(replayed.messages)")
      #expect(replayed.messages.contains("4 passed"), "\(replayed.messages)")
    }
    let approved = await project.run("approve", "latest", "--reports", project.path("reports"))
    #expect(approved.status == 0, "\(approved.messages)")
    try project.edit("suites/first.yaml") {
      $0.replacingOccurrences(of: "# - baseline", with: "- baseline")
    }
    let compared = await project.run("run", "@suites/first.yaml")
    #expect(compared.status == 0, "\(compared.messages)")
  }

  @Test func `Nothing that runs write is offered to git`() async throws {
    #expect(await project.run("init", "@").status == 0)
    let recorded = await project.run(
      "run", "@suites/first.yaml", "--mode", "record", "--endpoint", "simulator", "--filter",
      "id=linen--s7", network: true)
    #expect(recorded.status == 0, "\(recorded.messages)")
    let git = Process()
    git.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    let output = Pipe()
    git.arguments = [
      "sh", "-c", "git init -q . && git ls-files --others --exclude-standard | cut -d/ -f1,2",
    ]
    git.currentDirectoryURL = project.folder
    git.standardOutput = output
    try git.run()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    git.waitUntilExit()
    #expect(git.terminationStatus == 0)
    #expect(
      Set(text.split(separator: "\n")) == [
        ".gitattributes", ".github/workflows", ".gitignore", ".gitlab-ci.yml", "fixtures/first",
        "fixtures/inputs", "proofsheet.yaml", "suites/first.yaml",
      ])
  }

  @Test(arguments: ["# exclude:", "# - baseline:", "# known:"])
  func `What the first suite shows in comments can be used`(comment: String) async throws {
    #expect(await project.run("init", "@").status == 0)
    let before = try project.read("suites/first.yaml")
    #expect(before.contains(comment))
    try project.edit("suites/first.yaml") {
      $0.replacingOccurrences(of: comment, with: String(comment.dropFirst(2)))
    }
    let plan = await project.run("plan", "@suites/first.yaml")
    #expect(plan.status == 0, "\(plan.messages)")
    #expect(plan.output.contains(comment == "# exclude:" ? "3 case(s)" : "4 case(s)"))
  }

  @Test func `The photograph is whole`() async throws {
    #expect(await project.run("init", "@").status == 0)
    let picture = await project.run("picture", "@fixtures/inputs/coffee.jpg", "--format", "json")
    #expect(picture.status == 0, "\(picture.messages)")
    #expect(
      picture.output.contains("f4af468f4195a86d893519ed26ae72c517ec3ae7f6c72d514f5cfa17740770e9"),
      "\(picture.output)")
    #expect(try project.read("fixtures/inputs/README.md").contains("CC0"))
  }

  @Test(arguments: [".github/workflows/proofsheet.yml", ".gitlab-ci.yml", "proofsheet.yaml"])
  func `What CI and the tool read is YAML without anchors, tags and duplicates`(
    name: String
  ) async throws {
    #expect(await project.run("init", "@").status == 0)
    let bytes = Array(try project.read(name).utf8)
    try SourceText.check(bytes)
    var reader = YAMLReader(bytes, limits: .standard)
    let root = try reader.document()
    #expect(reader.mistakes.map(\.message) == [])
    #expect(root?.members?.isEmpty == false)
  }

  @Test(arguments: [
    ("both", [".github/workflows/proofsheet.yml", ".gitlab-ci.yml"]),
    ("github", [".github/workflows/proofsheet.yml"]), ("gitlab", [".gitlab-ci.yml"]),
    ("none", []),
  ])
  func `Recipes are written for the services that are asked for`(
    services: String, recipes: [String]
  ) async throws {
    #expect(await project.run("init", "@", "--ci", services).status == 0)
    let found = try contents().keys.filter { $0.hasSuffix(".yml") }.sorted()
    #expect(found == recipes)
  }

  // MARK: What is there stays

  @Test func `A second time changes nothing`() async throws {
    #expect(await project.run("init", "@").status == 0)
    let before = try contents()
    let again = await project.run("init", "@")
    #expect(again.status == 0)
    #expect(again.messages.contains("everything was there already; nothing was changed\n"))
    #expect(!again.messages.contains("created"), "\(again.messages)")
    #expect(try contents() == before)
  }

  @Test(arguments: InitTests.names.filter { !$0.hasPrefix(".git") || $0.hasSuffix(".yml") })
  func `A file that is there is left and listed`(name: String) async throws {
    try project.write("mine", to: name)
    let started = await project.run("init", "@")
    #expect(started.status == 0, "\(started.messages)")
    #expect(
      started.messages.contains("kept     \(project.folder.path)/\(name)\n"), "\(started.messages)")
    #expect(try project.read(name) == "mine")
    #expect(try contents().count == Self.names.count)
  }

  @Test(arguments: [
    ("", ""), ("build/\n", "build/\n\n"), ("build/", "build/\n\n"), ("build/\r\n", "build/\r\n\n"),
  ])
  func `A .gitignore that is there gets the lines that it lacks, once`(
    before: String, kept: String
  ) async throws {
    let added = """
      # proofsheet: the run store and the reports of runs.
      /reports/

      # proofsheet: a cache that is rebuilt, and files of writes that were cut off.
      /fixtures/**/.index
      *.partial

      """
    try project.write(before, to: ".gitignore")
    let started = await project.run("init", "@")
    #expect(
      started.messages.contains("added    3 line(s) to \(project.folder.path)/.gitignore\n"),
      "\(started.messages)")
    #expect(try project.read(".gitignore") == kept + added)
    let again = await project.run("init", "@")
    #expect(again.messages.contains("kept     \(project.folder.path)/.gitignore\n"))
    #expect(try project.read(".gitignore") == kept + added)
  }

  @Test func `Lines that are there are not added, however they end`() async throws {
    try project.write("*.partial  \r\n/reports/\r\n", to: ".gitignore")
    let started = await project.run("init", "@")
    #expect(started.messages.contains("added    1 line(s) to"), "\(started.messages)")
    #expect(
      try project.read(".gitignore") == """
        *.partial  \r
        /reports/\r

        # proofsheet: a cache that is rebuilt, and files of writes that were cut off.
        /fixtures/**/.index

        """)
  }

  @Test func `Pictures that were given to Git LFS stay there`() async throws {
    #expect(await project.run("init", "@").status == 0)
    try project.edit(".gitattributes") {
      $0.replacingOccurrences(
        of: "# fixtures/**/blobs/** filter", with: "fixtures/**/blobs/** filter")
    }
    let before = try project.read(".gitattributes")
    #expect(before.contains("\nfixtures/**/blobs/** filter=lfs diff=lfs merge=lfs -text\n"))
    #expect(await project.run("init", "@").status == 0)
    #expect(try project.read(".gitattributes") == before)
  }

  // MARK: Places that will not do

  /// Something in the way: how it comes there, which folder is named, and what is said.
  static let obstacles: [(shell: String, folder: String, message: String)] = [
    ("touch a", "a", "error: {}/a is no folder\n"),
    ("touch a", "a/b", "error: cannot look at {}/a/b: a part of the path is a file, "),
    ("ln -s none a", "a", "error: {}/a is a symbolic link to nothing\n"),
    ("mkdir -p a/proofsheet.yaml", "a", "error: {}/a/proofsheet.yaml is no plain file, "),
    ("mkfifo pipe && mkdir a && ln -s ../pipe a/.gitignore", "a", "outside of {}/a\n"),
    ("mkdir a && mkfifo a/.gitignore", "a", "error: {}/a/.gitignore is no plain file, "),
    ("mkdir a && touch a/suites", "a", "error: {}/a/suites is a file, and a folder is needed"),
    ("mkdir a out && ln -s ../out a/suites", "a", "error: {}/a/suites is a symbolic link to "),
    ("mkdir a && ln -s none a/.gitignore", "a", "error: {}/a/.gitignore is a symbolic link to no"),
    ("mkdir a && truncate -s 2M a/.gitignore", "a", "it has 2097152 bytes; 1048576 are allowed"),
  ]

  @Test(arguments: InitTests.obstacles)
  func `Nothing is written where something is in the way`(
    shell: String, folder: String, message: String
  ) async throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["sh", "-c", shell]
    process.currentDirectoryURL = project.folder
    try process.run()
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    let before = try FileManager.default.subpathsOfDirectory(atPath: project.folder.path)
    let started = await project.run("init", "@\(folder)")
    #expect(started.status == 2)
    let expected = message.replacingOccurrences(of: "{}", with: project.folder.path)
    #expect(started.messages.contains(expected), "\(started.messages)")
    #expect(try FileManager.default.subpathsOfDirectory(atPath: project.folder.path) == before)
  }

  @Test func `An empty name is no folder`() async {
    let started = await project.run("init", "")
    #expect(started.status == 2)
    #expect(
      started.messages == "error: the name of the folder is empty\nhint: '.' is this folder\n")
  }

  @Test func `A folder that cannot be written is told before anything is`() async {
    let started = await project.run("init", "/proc/self")
    #expect(started.status == 2)
    #expect(
      started.messages == """
        error: /proc/self cannot be written: there is no such file or folder
        hint: nothing was written

        """)
  }

  @Test func `Links within the folder are followed, and stay links`() async throws {
    try project.write("build/\n", to: "inner/ignored")
    let link = project.path(".gitignore")
    try FileManager.default.createSymbolicLink(
      atPath: link, withDestinationPath: "inner/ignored")
    try FileManager.default.createSymbolicLink(
      atPath: project.path("suites"), withDestinationPath: "inner")
    #expect(await project.run("init", "@").status == 0)
    #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link) == "inner/ignored")
    #expect(try project.read("inner/ignored").contains("\n/reports/\n"))
    #expect(try project.read("inner/first.yaml").contains("name: first"))
  }

  /// A path so long that the first file can still be written and the deepest cannot.
  @Test func `What was written before a failure is told`() async throws {
    let pathByteCountMax = 4_095
    let roomOfFirst = "/.proofsheet.yaml.\(getpid())-4294967295.partial".utf8.count
    var missing = pathByteCountMax - roomOfFirst - project.folder.path.utf8.count
    var name = ""
    while missing > 0 {
      // One byte alone would be a separator without a name.
      let count = missing > 202 ? 200 : missing > 200 ? missing / 2 : missing - 1
      name += "/" + String(repeating: "d", count: count)
      missing -= count + 1
    }
    let started = await project.run("init", "@\(name.dropFirst())")
    #expect(started.status == 2)
    #expect(started.messages.contains("created  \(project.folder.path)\(name)/proofsheet.yaml\n"))
    #expect(
      started.messages.hasSuffix(
        "hint: what is listed above is written; mend the cause and run the same command again\n"))
    let first = project.path(name.dropFirst() + "/proofsheet.yaml")
    #expect(FileManager.default.fileExists(atPath: first))
  }

  // MARK: What is said

  @Test func `In a part of a repository the place of recipes is told`() async throws {
    try FileManager.default.createDirectory(
      atPath: project.path(".git"), withIntermediateDirectories: true)
    let top = await project.run("init", "@")
    #expect(!top.messages.contains("note:"), "\(top.messages)")
    let deeper = await project.run("init", "@services/mugs", "--ci", "github")
    #expect(
      deeper.messages.contains(
        """

        note: the repository starts at \(project.folder.path), and CI reads recipes there only: move
              .github/workflows/proofsheet.yml there,
              and put 'services/mugs/' before 'suites' and 'reports' in them

        """), "\(deeper.messages)")
    let again = await project.run("init", "@services/mugs", "--ci", "github")
    #expect(!again.messages.contains("note:"), "\(again.messages)")
  }

  @Test(arguments: [
    ("plain-1.0", "{}/plain-1.0"), ("a b", "'{}/a b'"), ("it's", #"'{}/it'\''s'"#),
    ("$HOME", "'{}/$HOME'"), ("杯", "'{}/杯'"),
  ])
  func `The folder is named as a shell reads it back`(name: String, word: String) async {
    let started = await project.run("init", "@\(name)", "--ci", "none")
    let expected = word.replacingOccurrences(of: "{}", with: project.folder.path)
    #expect(started.messages.contains("\n  cd \(expected)\n"), "\(started.messages)")
  }
}
