internal import Canonical
internal import CurlTransport
internal import Dispatch
internal import Glibc
internal import Synchronization
internal import SystemPackage

extension CommandContext {
  /// The context of this process: its terminal, environment, clock and network.
  static let process: CommandContext = {
    var context = bare
    context.outputFailure = { standardOutput.failure }
    context.host = hostName()
    context.user = userName()
    return context
  }()

  private static let bare = CommandContext(
    environment: processEnvironment(),
    workingFolder: processFolder(),
    output: { standardOutput.write($0) },
    messages: { standardMessages.write($0) },
    isTerminal: isatty(STDERR_FILENO) == 1,
    columns: terminalColumns(),
    ask: { question in
      guard isatty(STDIN_FILENO) == 1, isatty(STDERR_FILENO) == 1 else { return nil }
      standardMessages.write(question)
      return readLine()
    },
    clock: { Timestamp.now() },
    makeTransport: {
      try CurlTransport(
        userAgent: "proofsheet/\(Proofsheet.version)", environment: processEnvironment())
    },
    onInterrupt: { InterruptSource(handler: $0) })

  private static let standardOutput = StandardStream(
    number: STDOUT_FILENO, name: "standard output")
  private static let standardMessages = StandardStream(
    number: STDERR_FILENO, name: "standard error")

  private static func processEnvironment() -> [String: String] {
    var variables: [String: String] = [:]
    var entry = unsafe environ
    while let text = unsafe entry.pointee {
      let pieces = unsafe String(cString: text).split(
        separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      if pieces.count == 2 { variables[String(pieces[0])] = String(pieces[1]) }
      unsafe entry += 1
    }
    return variables
  }

  private static func hostName() -> String? {
    var name = [CChar](repeating: 0, count: 256)
    let count = name.count - 1
    guard unsafe gethostname(&name, count) == 0 else { return nil }
    return String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// The most bytes that an entry of the password database may have.
  private static let userByteCountMax = 1 << 20

  private static func userName() -> String? {
    var entry = unsafe passwd()
    var byteCount = 1 << 10
    while byteCount <= userByteCountMax {
      var buffer = [CChar](repeating: 0, count: byteCount)
      let (status, name) = unsafe buffer.withUnsafeMutableBufferPointer {
        buffer -> (Int32, String?) in
        guard let start = buffer.baseAddress else { return (ERANGE, nil) }
        var found: UnsafeMutablePointer<passwd>?
        let status = unsafe getpwuid_r(geteuid(), &entry, start, buffer.count, &found)
        // The name lies in the buffer.
        guard let entry = unsafe found, let name = unsafe entry.pointee.pw_name else {
          return (status, nil)
        }
        return unsafe (status, String(cString: name))
      }
      guard status == ERANGE else { return status == 0 ? name : nil }
      byteCount *= 4
    }
    return nil
  }

  private static func processFolder() -> FilePath {
    guard let path = unsafe getcwd(nil, 0) else { return "." }
    defer { unsafe free(path) }
    return unsafe FilePath(String(cString: path))
  }

  private static func terminalColumns() -> Int {
    var size = winsize()
    guard unsafe ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else {
      return 80
    }
    return Int(size.ws_col)
  }
}

/// Watches SIGINT, SIGTERM and SIGHUP, which a terminal sends that is closed: the first asks to stop, the
/// second ends the process.
///
/// Nothing is lost in between: until a signal is watched it ends the process, and once this is made all are.
private final class InterruptSource: Sendable {
  private static let numbers = [SIGINT, SIGTERM, SIGHUP]

  private let sources: Mutex<[any DispatchSourceSignal]>

  init(handler: @escaping @Sendable () -> Void) {
    let watched = DispatchGroup()
    sources = Mutex(
      Self.numbers.map { number in
        let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
        source.setEventHandler(handler: handler)
        // A source that was resumed is watched some time later.
        watched.enter()
        source.setRegistrationHandler { watched.leave() }
        source.resume()
        return source
      })
    watched.wait()
  }

  deinit {
    sources.withLock { for source in $0 { source.cancel() } }
    for number in Self.numbers { _ = signal(number, SIG_DFL) }
  }
}
