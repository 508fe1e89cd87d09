// SPDX-License-Identifier: Apache-2.0

import Glibc

extension MetricsRegistry {
  /// Adds what Prometheus' client libraries tell of every process, read from `/proc/self` at each scrape: resident
  /// memory, CPU time, open files and start time.
  public func registerProcessMetrics() {
    computed("process_resident_memory_bytes", help: "Resident memory size in bytes.", kind: .gauge) {
      ProcessStatus.read()?.residentBytes
    }
    computed("process_cpu_seconds_total", help: "Total user and system CPU time spent in seconds.", kind: .counter) {
      ProcessStatus.read()?.cpuSeconds
    }
    computed("process_open_fds", help: "Number of open file descriptors.", kind: .gauge) {
      ProcessStatus.openDescriptors()
    }
    computed(
      "process_start_time_seconds", help: "Start time of the process since the Unix epoch in seconds.", kind: .gauge
    ) {
      guard let ticks = ProcessStatus.read()?.startSeconds, let boot = ProcessStatus.bootTime() else { return nil }
      return boot + ticks
    }
  }

  /// Adds a gauge that is always 1 and whose labels, sorted by name, tell what runs: `version`, `revision`.
  public func registerBuildInfo(_ name: String, _ labels: [String: String]) {
    let sorted = labels.sorted { $0.key < $1.key }
    gauge(name, help: "Always 1; the labels tell which build runs.", labels: sorted.map(\.key))
      .set(1, sorted.map(\.value))
  }
}

/// The fields of proc_pid_stat(5) that are told as metrics.
struct ProcessStatus: Hashable {
  let residentBytes: Double
  let cpuSeconds: Double
  /// From the boot of the machine to the start of the process.
  let startSeconds: Double

  static func read() -> ProcessStatus? {
    file("/proc/self/stat").flatMap {
      ProcessStatus(stat: $0, ticks: Double(sysconf(Int32(_SC_CLK_TCK))), page: Double(sysconf(Int32(_SC_PAGESIZE))))
    }
  }

  /// The second field is the program's name in parentheses and may hold anything, so fields count from its end.
  init?(stat: String, ticks: Double, page: Double) {
    guard let end = stat.lastIndex(of: ")") else { return nil }
    let fields = stat[stat.index(after: end)...].split { $0.isWhitespace }
    guard fields.count > 21, let user = Double(fields[11]), let system = Double(fields[12]),
      let start = Double(fields[19]), let pages = Double(fields[21])
    else { return nil }
    residentBytes = pages * page
    cpuSeconds = (user + system) / ticks
    startSeconds = start / ticks
  }

  static func bootTime() -> Double? {
    file("/proc/stat")?.split(separator: "\n").first { $0.hasPrefix("btime ") }.flatMap { Double($0.dropFirst(6)) }
  }

  static func openDescriptors() -> Double? {
    guard let folder = opendir("/proc/self/fd") else { return nil }
    defer { closedir(folder) }
    // Not counted: `.`, `..` and the descriptor of this listing.
    var count = -3.0
    while readdir(folder) != nil { count += 1 }
    return count
  }

  private static func file(_ path: String) -> String? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var content: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 16 << 10)
    while content.count < 1 << 20 {
      let count = Glibc.read(descriptor, &buffer, buffer.count)
      guard count > 0 else { break }
      content.append(contentsOf: buffer[..<count])
    }
    return content.isEmpty ? nil : String(decoding: content, as: UTF8.self)
  }
}
