internal import Experiments
internal import Glibc

/// Ends the process without unwinding: everything that matters is on the disk by then.
enum ProcessEnd {
  static func now(_ status: ExitStatus) -> Never {
    ChildProcesses.killAll()
    _exit(status.rawValue)
  }
}

/// The clock that a change of the time of day does not touch.
package enum Uptime {
  /// A clock that starts now.
  package static func clock() -> @Sendable () -> Duration {
    let start = ContinuousClock.now
    return { start.duration(to: .now) }
  }
}

/// How many processors this process may use.
enum ProcessorCount {
  static var available: Int { max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))) }
}
