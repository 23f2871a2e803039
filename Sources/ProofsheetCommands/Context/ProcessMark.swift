internal import Canonical
internal import Glibc
internal import SystemPackage

/// A variable in the environment of a program by which everything that it starts can be found again, in
/// whatever session or group.
///
/// A program that takes the variable out of the environment of another one hides it.
struct ProcessMark: Hashable, Sendable {
  /// The variable's name.
  static let variable = "PROCESS_TREE_OF"
  /// The most that is read of the environment of a process, in bytes.
  private static let environmentByteCountMax = 1 << 20
  /// How often processes are looked through: each time finds what was started since the last.
  private static let roundsMax = 50
  /// What the marks of this process begin with; numbers of processes are used again, and machines share
  /// nothing that is told here.
  private static let own = "\(getpid())-\(UInt64.random(in: .min ... .max))-"

  private let value: String

  /// A mark that no program has yet.
  init() { value = "\(Self.own)\(UInt64.random(in: .min ... .max))" }

  /// The variable as it stands in an environment.
  var assignment: String { "\(Self.variable)=\(value)" }

  /// Kills every process with the mark.
  func killAll() { Self.kill { $0.elementsEqual(assignment.utf8) } }

  /// Kills every process that a program of this process has left.
  static func killAllOfThisProcess() {
    kill { $0.starts(with: "\(variable)=\(own)".utf8) }
  }

  private static func kill(where isMarked: (ArraySlice<UInt8>) -> Bool) {
    for _ in 0..<roundsMax {
      let found = processes().filter { process in
        environment(of: process).split(separator: 0).contains(where: isMarked)
      }
      guard !found.isEmpty else { return }
      for process in found { _ = Glibc.kill(process, SIGKILL) }
    }
  }

  /// The processes of the machine but this one.
  private static func processes() -> [pid_t] {
    do throws(FileFailure) {
      return try DurableFile.names(in: "/proc").compactMap { pid_t($0) }.filter { $0 != getpid() }
    } catch {
      // Without /proc nothing can be found; the group is killed all the same.
      return []
    }
  }

  /// The variables that a process was started with, a zero after each; empty of one that has ended, or
  /// belongs to somebody else.
  private static func environment(of process: pid_t) -> [UInt8] {
    do {
      let file = try FileDescriptor.open(
        FilePath("/proc/\(process)/environ"), .readOnly, options: .closeOnExec)
      return try file.closeAfter {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 16_384)
        while bytes.count < environmentByteCountMax {
          let count = try unsafe buffer.withUnsafeMutableBytes { try unsafe file.read(into: $0) }
          guard count > 0 else { break }
          bytes += buffer.prefix(count)
        }
        return bytes
      }
    } catch {
      return []
    }
  }
}
