// SPDX-License-Identifier: Apache-2.0

import Glibc

/// The memory of a process, in bytes, from `/proc/<pid>/smaps_rollup` (`proc_pid_smaps(5)`).
struct Memory {
  var resident: Int
  var anonymous: Int

  init(of process: pid_t) throws {
    let path = "/proc/\(process)/smaps_rollup"
    guard let file = fopen(path, "re") else { throw Unmeasured("\(path): \(String(cString: strerror(errno)))") }
    defer { fclose(file) }
    var buffer = [UInt8](repeating: 0, count: 1 << 14)
    let count = fread(&buffer, 1, buffer.count, file)
    let lines = String(decoding: buffer[..<count], as: UTF8.self).split(separator: "\n")
    func bytes(_ name: String) throws -> Int {
      guard let line = lines.first(where: { $0.hasPrefix(name + ":") }),
        let kibibytes = line.split(separator: " ").dropFirst().first.flatMap({ Int($0) })
      else { throw Unmeasured("\(path) has no \(name)") }
      return kibibytes << 10
    }
    resident = try bytes("Rss")
    anonymous = try bytes("Anonymous")
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
