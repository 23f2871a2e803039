internal import Canonical
package import Recording
package import Suites
package import SystemPackage

/// What checks need beside the evidence of a case.
package struct JudgeTools: Sendable {
  /// Decoded pictures.
  let shelf: PictureShelf
  /// The pictures that requests send.
  let inputs: any BlobSource
  /// Where the pictures that requests send lie.
  let inputPaths: [SHA256Digest: FilePath]
  /// The bytes of approved pictures.
  let approved: BlobStore
  /// The files that checks compare with.
  let references: any BlobSource
  /// Where the files that checks compare with lie.
  let referencePaths: [SHA256Digest: FilePath]
  /// What the suite's probe has found of the endpoint; `nil` where there is no probe file.
  let probe: ProbeFinding?
  /// The commands that find out more.
  let commands: PurchaseCommands
  /// How often each request is made.
  let repeatCount: Int
  /// Starts programs; `nil` where that was not allowed.
  let programs: (any ProgramStarter)?
  /// The folder that programs run in: the suite's.
  let folder: FilePath
  /// The folder that relative paths of pictures start from.
  let workingFolder: FilePath

  /// Puts the tools for a suite together.
  ///
  /// - Parameters:
  ///   - suite: the suite.
  ///   - approved: where the bytes of approved pictures lie.
  ///   - probe: what is known of the endpoint; `nil` where nothing is.
  ///   - commands: the commands that buy pictures of the suite; `nil` for those without further options.
  ///   - programs: starts programs; `nil` where that was not allowed.
  ///   - workingFolder: the folder that relative paths start from.
  package init(
    suite: LoadedSuite, approved: BlobStore, probe: ProbeFinding? = nil,
    commands: PurchaseCommands? = nil, programs: (any ProgramStarter)? = nil,
    workingFolder: FilePath = "."
  ) {
    shelf = PictureShelf()
    inputs = InputBlobs(suite.inputs)
    inputPaths = Self.paths(suite.inputs)
    self.approved = approved
    references = InputBlobs(suite.references)
    referencePaths = Self.paths(suite.references)
    self.probe = probe
    self.commands = commands ?? PurchaseCommands(for: suite)
    repeatCount = suite.repeatCount
    self.programs = programs
    folder = suite.path.removingLastComponent()
    self.workingFolder = workingFolder
  }

  private static func paths(_ files: [InputFile]) -> [SHA256Digest: FilePath] {
    Dictionary(files.map { ($0.blob.digest, $0.path) }, uniquingKeysWith: { first, _ in first })
  }
}

/// Starts programs that judge pictures.
package protocol ProgramStarter: Sendable {
  /// Runs a program to its end.
  ///
  /// - Parameters:
  ///   - arguments: the program and its arguments; at least the program.
  ///   - folder: the working folder, and where the program is looked for when its name is a path.
  ///   - input: what it reads on standard input.
  ///   - timeout: how long it may take; then it is ended with everything that it has started.
  ///   - outputMax: bytes that it may write to standard output.
  func run(
    _ arguments: [String], in folder: FilePath, input: [UInt8], timeout: Duration, outputMax: Int
  ) async -> ProgramEnd
}

/// How a program ended.
package enum ProgramEnd: Hashable, Sendable {
  /// By itself: its code, what it wrote, and the last line of its messages.
  case exited(code: Int32, output: [UInt8], lastMessage: String)
  /// By a signal of this number, with the last line of its messages.
  case signalled(Int32, lastMessage: String)
  /// It took longer than it may.
  case timedOut
  /// It wrote more than it may.
  case tooMuchOutput
  /// It could not be started: why.
  case notStarted(String)
}
