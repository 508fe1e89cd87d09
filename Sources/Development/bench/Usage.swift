// SPDX-License-Identifier: Apache-2.0

import Glibc

/// What a process takes: memory in bytes, from `/proc/<pid>/smaps_rollup` (`proc_pid_smaps(5)`) and
/// `/proc/<pid>/status`, and seconds of processors, from `/proc/<pid>/stat` (`proc_pid_stat(5)`).
struct Usage {
  var resident: Int
  var anonymous: Int
  /// The most that was ever resident.
  var peak: Int
  var processorTime: Double

  init(of process: pid_t) throws {
    let rollup = try ProcessFile("/proc/\(process)/smaps_rollup")
    resident = try rollup.bytes("Rss")
    anonymous = try rollup.bytes("Anonymous")
    peak = try ProcessFile("/proc/\(process)/status").bytes("VmHWM")
    let stat = try ProcessFile("/proc/\(process)/stat")
    // The name of the program may hold anything; the fields are counted from the last parenthesis.
    let fields = (stat.text.split(separator: ")").last ?? "").split(separator: " ")
    guard fields.count > 12, let user = Double(fields[11]), let system = Double(fields[12]) else {
      throw Unmeasured("/proc/\(process)/stat has no times")
    }
    processorTime = (user + system) / Double(sysconf(Int32(_SC_CLK_TCK)))
  }

  /// Both kinds of memory beside their aims in MiB.
  func figures(
    _ name: String, resident: Int? = nil, anonymous: Int? = nil,
    vendor: (resident: String, anonymous: String) = ("", "")
  ) -> [Figure] {
    [
      .size("\(name): resident memory", self.resident, aim: resident).vendor(vendor.resident),
      .size("\(name): anonymous memory", self.anonymous, aim: anonymous).vendor(vendor.anonymous),
    ]
  }
}

/// A file of `/proc`, at one moment.
struct ProcessFile {
  let path: String
  let text: String

  init(_ path: String) throws {
    guard let file = fopen(path, "re") else { throw Unmeasured("\(path): \(String(cString: strerror(errno)))") }
    defer { fclose(file) }
    var buffer = [UInt8](repeating: 0, count: 1 << 14)
    let count = fread(&buffer, 1, buffer.count, file)
    self.path = path
    text = String(decoding: buffer[..<count], as: UTF8.self)
  }

  /// A line `Name:  12 kB`.
  func bytes(_ name: String) throws -> Int {
    guard let line = text.split(separator: "\n").first(where: { $0.hasPrefix(name + ":") }),
      let kibibytes = line.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap({ Int($0) })
    else { throw Unmeasured("\(path) has no \(name)") }
    return kibibytes << 10
  }
}

/// Why a figure cannot be had.
struct Unmeasured: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) {
    self.description = description
  }
}

extension Int {
  /// Of bytes, with one digit after the point.
  var mebibytes: String { "\((Double(self) / 1_048_576).tenths) MiB" }
}
