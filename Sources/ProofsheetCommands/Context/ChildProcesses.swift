internal import CSpawn
internal import Canonical
internal import Dispatch
package import Experiments
internal import Glibc
internal import Synchronization
package import SystemPackage

/// Starts programs as child processes, each in a process group of its own.
///
/// A program gets the environment without anything of Proofsheet's and without the key, its question on
/// standard input, and no other open file. At its limits, and when it ends, everything that is left of its
/// group is killed, and what left the group is found by its ``ProcessMark``.
package struct ChildProcesses: ProgramStarter {
  /// Bytes of the last line of messages that are kept.
  static let messageByteCountMax = 4_096
  /// Milliseconds between two looks at whether the program has ended.
  static let pollMilliseconds: Int32 = 20

  /// Reads of one pipe before the limits are looked at again.
  static let readsMax = 64

  private let environment: [String]

  /// Takes the environment, and takes out what a program must not see.
  ///
  /// - Parameters:
  ///   - environment: the variables of this process.
  ///   - secrets: values that no variable may hold.
  package init(environment: [String: String], secrets: [String]) {
    let isSecret: (String) -> Bool = { value in
      secrets.contains { !$0.isEmpty && value.contains($0) }
    }
    self.environment = environment.filter { name, value in
      !name.hasPrefix("PROOFSHEET_") && !isSecret(value)
    }.map { "\($0)=\($1)" }.sorted()
  }

  /// Runs a program to its end; see `ProgramStarter`.
  package func run(
    _ arguments: [String], in folder: FilePath, input: [UInt8], timeout: Duration, outputMax: Int
  ) async -> ProgramEnd {
    await withCheckedContinuation { continuation in
      // Waiting blocks a thread, of which those for tasks are few.
      DispatchQueue.global().async {
        let end: ProgramEnd
        do throws(ChildFailure) {
          var child = try Child(arguments, in: folder, environment: environment, input: input)
          end = child.wait(timeout: timeout, outputMax: outputMax)
        } catch {
          end = .notStarted(error.reason)
        }
        continuation.resume(returning: end)
      }
    }
  }

  private static let groups = Mutex<Set<pid_t>>([])

  static func started(_ group: pid_t) { groups.withLock { _ = $0.insert(group) } }

  static func ended(_ group: pid_t) { groups.withLock { _ = $0.remove(group) } }

  /// Kills every program that runs, before this process ends.
  static func killAll() {
    let isAny = groups.withLock { groups in
      for group in groups { _ = kill(-group, SIGKILL) }
      return !groups.isEmpty
    }
    if isAny { ProcessMark.killAllOfThisProcess() }
  }
}

/// Why a program could not be started.
struct ChildFailure: Error {
  let reason: String

  init(_ reason: String) { self.reason = reason }

  init(_ what: String, _ code: Int32) {
    reason = "\(what): \(Errno(rawValue: code))"
  }
}

/// One child process and the ends of its pipes that are ours.
private struct Child: ~Copyable {
  private let id: pid_t
  private let mark = ProcessMark()
  private let output: Int32
  private let messages: Int32

  init(
    _ arguments: [String], in folder: FilePath, environment: [String], input: [UInt8]
  ) throws(ChildFailure) {
    let question = try Self.file(holding: input)
    defer { _ = close(question) }
    let out = try Self.pipe()
    let err: (read: Int32, write: Int32)
    do throws(ChildFailure) {
      err = try Self.pipe()
    } catch {
      _ = close(out.read)
      _ = close(out.write)
      throw error
    }
    defer {
      _ = close(out.write)
      _ = close(err.write)
    }
    do throws(ChildFailure) {
      id = try Self.spawn(
        arguments, in: folder, environment: environment + [mark.assignment],
        files: [question, out.write, err.write])
    } catch {
      _ = close(out.read)
      _ = close(err.read)
      throw error
    }
    (output, messages) = (out.read, err.read)
    ChildProcesses.started(id)
  }

  deinit {
    _ = close(output)
    _ = close(messages)
  }

  /// A file without a name, so that a program may read it when and how it likes.
  private static func file(holding bytes: [UInt8]) throws(ChildFailure) -> Int32 {
    var name = Array(("/tmp/proofsheet-" + String(repeating: "X", count: 6)).utf8CString)
    let file = unsafe mkostemp(&name, O_CLOEXEC)
    guard file >= 0 else { throw ChildFailure("its question cannot be stored in /tmp", errno) }
    _ = unsafe unlink(name)
    do {
      try FileDescriptor(rawValue: file).writeAll(bytes)
    } catch {
      _ = close(file)
      throw ChildFailure("its question cannot be stored in /tmp: \(error)")
    }
    guard lseek(file, 0, SEEK_SET) == 0 else {
      let code = errno
      _ = close(file)
      throw ChildFailure("its question cannot be stored in /tmp", code)
    }
    return file
  }

  private static func pipe() throws(ChildFailure) -> (read: Int32, write: Int32) {
    var ends: [Int32] = [0, 0]
    guard unsafe pipe2(&ends, O_CLOEXEC) == 0 else { throw ChildFailure("there is no pipe", errno) }
    _ = fcntl(ends[0], F_SETFL, fcntl(ends[0], F_GETFL) | O_NONBLOCK)
    return (ends[0], ends[1])
  }

  private static func spawn(
    _ arguments: [String], in folder: FilePath, environment: [String], files: [Int32]
  ) throws(ChildFailure) -> pid_t {
    guard !arguments.contains(where: { $0.utf8.contains(0) }) else {
      throw ChildFailure("an argument holds the character 0")
    }
    var actions = unsafe posix_spawn_file_actions_t()
    unsafe posix_spawn_file_actions_init(&actions)
    defer { unsafe posix_spawn_file_actions_destroy(&actions) }
    for (number, file) in files.enumerated() {
      unsafe posix_spawn_file_actions_adddup2(&actions, file, Int32(number))
    }
    unsafe posix_spawn_file_actions_addclosefrom_np(&actions, Int32(files.count))
    let place = folder.isEmpty ? "." : folder.string
    unsafe posix_spawn_file_actions_addchdir_np(&actions, place)

    var attributes = posix_spawnattr_t()
    unsafe posix_spawnattr_init(&attributes)
    defer { unsafe posix_spawnattr_destroy(&attributes) }
    // Signals that this process ignores would stay ignored.
    var signals = sigset_t()
    unsafe sigemptyset(&signals)
    unsafe posix_spawnattr_setsigmask(&attributes, &signals)
    for number in [SIGINT, SIGTERM, SIGPIPE, SIGHUP] { unsafe sigaddset(&signals, number) }
    unsafe posix_spawnattr_setsigdefault(&attributes, &signals)
    unsafe posix_spawnattr_setpgroup(&attributes, 0)
    let flags = POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK
    unsafe posix_spawnattr_setflags(&attributes, Int16(flags))

    var words = unsafe arguments.map { unsafe strdup($0) } + [nil]
    var variables = unsafe environment.map { unsafe strdup($0) } + [nil]
    defer {
      for index in unsafe words.indices { unsafe free(words[index]) }
      for index in unsafe variables.indices { unsafe free(variables[index]) }
    }
    var id: pid_t = 0
    let code = unsafe posix_spawnp(&id, arguments[0], &actions, &attributes, &words, &variables)
    guard code == 0 else { throw ChildFailure("'\(arguments[0])'", code) }
    return id
  }

  /// Reads what it writes until it ends or reaches a limit, and kills what is left of its group.
  mutating func wait(timeout: Duration, outputMax: Int) -> ProgramEnd {
    let deadline = ContinuousClock.now.advanced(by: timeout)
    var written: [UInt8] = []
    var said: [UInt8] = []
    var status: Int32?
    var limit: ProgramEnd?
    while status == nil, limit == nil {
      var events = [
        pollfd(fd: output, events: Int16(POLLIN), revents: 0),
        pollfd(fd: messages, events: Int16(POLLIN), revents: 0),
      ]
      _ = unsafe poll(&events, nfds_t(events.count), ChildProcesses.pollMilliseconds)
      let isDrained = drain(output, into: &written, keeping: outputMax + 1, fromEnd: false)
      let isSilent = drain(
        messages, into: &said, keeping: ChildProcesses.messageByteCountMax, fromEnd: true)
      if written.count > outputMax { limit = .tooMuchOutput }
      if ContinuousClock.now >= deadline { limit = limit ?? .timedOut }
      var code: Int32 = 0
      if unsafe waitpid(id, &code, WNOHANG) == id { status = code }
      // Without pipes to wait for, looking again at once would burn a processor.
      if isDrained, isSilent, status == nil {
        usleep(UInt32(ChildProcesses.pollMilliseconds) * 1_000)
      }
    }
    // Whatever it has started must not outlive it; its own end is then seen at once.
    _ = kill(-id, SIGKILL)
    if status == nil {
      var code: Int32 = 0
      while unsafe waitpid(id, &code, 0) < 0, errno == EINTR {}
    }
    mark.killAll()
    ChildProcesses.ended(id)
    if let limit { return limit }
    _ = drain(output, into: &written, keeping: outputMax + 1, fromEnd: false)
    _ = drain(messages, into: &said, keeping: ChildProcesses.messageByteCountMax, fromEnd: true)
    if written.count > outputMax { return .tooMuchOutput }
    let code = status ?? 0
    let last = Self.lastLine(of: said)
    let signal = code & 0x7F
    return signal == 0
      ? .exited(code: (code >> 8) & 0xFF, output: written, lastMessage: last)
      : .signalled(signal, lastMessage: last)
  }

  /// Reads what is there.
  ///
  /// - Returns: whether nothing more will come.
  private func drain(
    _ file: Int32, into bytes: inout [UInt8], keeping most: Int, fromEnd: Bool
  ) -> Bool {
    var buffer = [UInt8](repeating: 0, count: 65_536)
    // One that never stops writing must not keep its limits from being looked at.
    for _ in 0..<ChildProcesses.readsMax where bytes.count < most || fromEnd {
      let count = unsafe buffer.withUnsafeMutableBytes {
        unsafe read(file, $0.baseAddress, $0.count)
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return count == 0 }
      bytes += buffer.prefix(count)
      if fromEnd, bytes.count > most { bytes.removeFirst(bytes.count - most) }
    }
    return false
  }

  private static func lastLine(of bytes: [UInt8]) -> String {
    let lines = bytes.split { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") }
    return lines.last.map { String(decoding: $0, as: UTF8.self) } ?? ""
  }
}
