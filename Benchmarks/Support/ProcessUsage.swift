import Glibc

/// What this process has used so far.
package enum ProcessUsage {
  /// Processor time, user and system, in microseconds.
  package static var processorMicroseconds: Int {
    let usage = usage()
    return (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1_000_000
      + usage.ru_utime.tv_usec + usage.ru_stime.tv_usec
  }

  /// The most memory that it had, in KiB.
  package static var peakKibibytes: Int { usage().ru_maxrss }

  private static func usage() -> rusage {
    var usage = rusage()
    _ = unsafe getrusage(RUSAGE_SELF.rawValue, &usage)
    return usage
  }
}
