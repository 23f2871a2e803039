import Experiments
import Foundation
import ProofsheetCommands
import SystemPackage
import Testing

/// Child processes, as checks start them.
@Suite(.project) struct ChildProcessTests {
  private var folder: FilePath { FilePath(Project.current.folder.path) }

  private func run(
    _ script: String, input: String = "", timeout: Duration = .seconds(60),
    outputMax: Int = 1_000, environment: [String: String] = ["PATH": "/usr/bin:/bin"],
    secrets: [String] = []
  ) async -> ProgramEnd {
    await ChildProcesses(environment: environment, secrets: secrets).run(
      ["sh", "-c", script], in: folder, input: Array(input.utf8), timeout: timeout,
      outputMax: outputMax)
  }

  @Test func `A program reads its question and answers, in the folder that it is given`() async {
    let end = await run("cat; pwd; echo first >&2; echo 'second one' >&2", input: "{}\n")
    #expect(
      end == .exited(code: 0, output: Array("{}\n\(folder)\n".utf8), lastMessage: "second one"))
  }

  @Test func `A question that nobody reads, and one of many bytes, are no trouble`() async {
    let long = String(repeating: "x", count: 1 << 20)
    #expect(await run("exit 0", input: long) == .exited(code: 0, output: [], lastMessage: ""))
    let counted = await run("wc -c | tr -d ' '", input: long)
    #expect(counted == .exited(code: 0, output: Array("1048576\n".utf8), lastMessage: ""))
  }

  @Test func `A program that fails says with what`() async {
    let failed = await run("echo partly; echo why >&2; exit 7")
    #expect(failed == .exited(code: 7, output: Array("partly\n".utf8), lastMessage: "why"))
    #expect(await run("kill -TERM $$") == .signalled(15, lastMessage: ""))
  }

  @Test func `A program that is not there cannot be started`() async throws {
    let end = await ChildProcesses(environment: [:], secrets: []).run(
      ["/nonexistent/judge"], in: folder, input: [], timeout: .seconds(60), outputMax: 10)
    guard case .notStarted(let reason) = end else {
      Issue.record("it was started: \(end)")
      return
    }
    #expect(reason.contains("/nonexistent/judge") && reason.contains("No such file"))
    let lost = await ChildProcesses(environment: [:], secrets: []).run(
      ["true"], in: folder.appending("gone"), input: [], timeout: .seconds(60), outputMax: 10)
    #expect(lost != .exited(code: 0, output: [], lastMessage: ""))
  }

  @Test func `What takes too long is ended, with everything that it has started`() async throws {
    #expect(await run("yes >&2", timeout: .milliseconds(500)) == .timedOut)
    let end = await run("sleep 600 & echo $! > child; sleep 600", timeout: .milliseconds(500))
    #expect(end == .timedOut)
    try await expectEnded(try readID("child"))
  }

  @Test func `What a program leaves behind ends with it`() async throws {
    let end = await run("sleep 600 & echo $! > child; echo done")
    #expect(end == .exited(code: 0, output: Array("done\n".utf8), lastMessage: ""))
    try await expectEnded(try readID("child"))
  }

  @Test(arguments: ["echo done", "sleep 600"])
  func `What begins a session of its own ends with the program too`(last: String) async throws {
    // The file is there in full before the program goes on.
    let end = await run(
      "mkfifo begun; setsid sh -c 'echo $$ > child; echo > begun; sleep 600' & cat begun; \(last)",
      timeout: .seconds(last == "echo done" ? 60 : 4))
    #expect((end == .timedOut) == (last != "echo done"), "\(end)")
    try await expectEnded(try readID("child"))
  }

  @Test func `What writes too much is ended`() async {
    #expect(await run("yes", outputMax: 1_000) == .tooMuchOutput)
    #expect(await run("printf 123456789", outputMax: 8) == .tooMuchOutput)
    let exact = await run("printf 12345678", outputMax: 8)
    #expect(exact == .exited(code: 0, output: Array("12345678".utf8), lastMessage: ""))
    // Messages have no limit but that of what is kept.
    let noisy = await run("yes 12345678 | head -c 10000000 >&2; echo >&2; echo last >&2")
    #expect(noisy == .exited(code: 0, output: [], lastMessage: "last"))
  }

  @Test func `No key and nothing of this tool's environment reaches a program`() async throws {
    let end = await run(
      "env",
      environment: [
        "PATH": "/usr/bin:/bin", "HOME": "/root", "PROOFSHEET_API_KEY": "one",
        "PROOFSHEET_ENDPOINT": "https://image.example", "MY_KEY": Project.key,
        "COPY": "Bearer \(Project.key)",
      ], secrets: [Project.key])
    guard case .exited(0, let output, _) = end else {
      Issue.record("it did not run: \(end)")
      return
    }
    let text = String(decoding: output, as: UTF8.self)
    #expect(text.contains("HOME=/root"))
    for word in ["PROOFSHEET", "MY_KEY", "COPY", Project.key] { #expect(!text.contains(word)) }
  }

  private func readID(_ name: String) throws -> Int {
    try #require(
      Int(try Project.current.read(name).trimmingCharacters(in: .whitespacesAndNewlines)))
  }

  /// A process that was killed may be left to be reaped; it runs no more.
  private func expectEnded(_ id: Int) async throws {
    for _ in 0..<1_000_000 {
      let status = FileManager.default.contents(atPath: "/proc/\(id)/stat") ?? Data()
      let state = String(decoding: status, as: UTF8.self).split(separator: ")").last?
        .split(separator: " ").first
      if state == nil || state == "Z" || state == "X" { return }
      await Task.yield()
    }
    Issue.record("the process \(id) still runs")
  }
}

/// Programs that judge pictures, from the suite to the outcome.
@Suite(.project) struct ProgramCheckTests {
  private var project: Project { Project.current }

  private func prepare(_ script: String, more: String = "") throws {
    try project.copyQuickstart()
    try project.write(script, to: "suites/judge.sh")
    try project.edit("suites/quickstart.yaml") {
      $0 + "  - command: {run: [sh, judge.sh]\(more)}\n"
    }
  }

  private func run(_ environment: [String: String] = [:]) async -> Project.Outcome {
    await project.run(
      "run", "@suites/quickstart.yaml", "--allow-commands", "--format", "json",
      "--filter", "paper cup square_hd", environment: environment)
  }

  @Test func `A program is asked about every case and its figures are kept`() async throws {
    try prepare(
      """
      cat > asked.$$ && mv asked.$$ asked.json
      env > environment
      echo '{"passed": true, "message": "as it should be", "figures": {"lpips": 0.125}}'
      """)
    let run = await run(["PROOFSHEET_API_KEY": Project.key, "OTHER": "x\(Project.key)"])
    #expect(run.status == 0, "\(run.messages)")
    #expect(run.output.contains("sh: as it should be; lpips 0.125"), "\(run.output)")
    #expect(run.output.contains(#""figures":{"command.lpips":0.125}"#), "\(run.output)")
    #expect(!(try project.read("suites/environment")).contains(Project.key))
    let asked =
      try JSONSerialization.jsonObject(
        with: Data(try project.read("suites/asked.json").utf8)) as? [String: Any]
    #expect(asked?["version"] as? Int == 1)
    #expect((asked?["id"] as? String)?.hasPrefix("paper--cup--square_hd--s") == true)
    let output = try #require((asked?["outputs"] as? [[String: Any]])?.first)
    for path in [output["path"] as? String, (output["approved"] as? [String])?.first] {
      #expect(FileManager.default.fileExists(atPath: try #require(path)))
    }
    let input = try #require((asked?["inputs"] as? [[String: Any]])?.first?["path"] as? String)
    #expect(FileManager.default.fileExists(atPath: input))
  }

  @Test(arguments: [
    (#"echo '{"passed": false, "message": "the handle is gone"}'"#, 1, "sh: the handle is gone"),
    ("echo nonsense", 3, "sh answered with something else than {\\\"passed\\\": true}: "),
    (#"echo '{"ok": true}'"#, 3, "expected an object with the member 'passed'"),
    (#"echo '{"passed": "yes"}'"#, 3, "at /passed: expected a boolean"),
    (#"echo '{"passed": true, "figures": {"a": "b"}}'"#, 3, "expected a number"),
    (#"echo '{"passed": true}'; exit 3"#, 3, "sh ended with the code 3"),
    ("echo missing module >&2; exit 1", 3, "sh ended with the code 1: missing module"),
    ("kill -9 $$", 3, "sh was ended by the signal 9"),
    (":", 3, "sh answered with something else"),
  ])
  func `What a program answers decides, and its failure never passes`(
    script: String, status: Int32, message: String
  ) async throws {
    try prepare(script)
    let run = await run()
    #expect(run.status == status, "\(run.messages)")
    #expect(run.output.contains(message), "\(run.output)")
  }

  @Test func `A program that takes too long fails its case`() async throws {
    try prepare("sleep 600", more: ", timeout: 1s")
    let run = await project.run(
      "run", "@suites/quickstart.yaml", "--allow-commands", "--filter",
      "id=paper--cup--square_hd--s7")
    #expect(run.status == 3)
    #expect(run.messages.contains("check-error"), "\(run.messages)")
    #expect(run.messages.contains("took longer than 1.0 seconds and was ended"), "\(run.messages)")
  }

  @Test func `A program that only warns changes no exit code`() async throws {
    try prepare("exit 1", more: ", severity: warn")
    let run = await run()
    #expect(run.status == 0, "\(run.messages)")
    #expect(run.output.contains("warning: command: sh ended with the code 1"))
  }
}
