// SPDX-License-Identifier: Apache-2.0

import Glibc
import Waiting

/// A program of the system that tests start.
public struct LocalProgram: Sendable {
  /// A program that could not be started, or did not do its work.
  public struct Failure: Error, CustomStringConvertible {
    /// What failed, and why.
    public let description: String
  }

  /// The path of the executable.
  public let path: String

  /// The program of that name on the PATH, in `/usr/bin`, or at another place; nil if it is not installed.
  public init?(_ name: String, orAt other: String? = nil) {
    let folders = getenv("PATH").map { String(cString: $0) } ?? ""
    let candidates =
      (folders.split(separator: ":").map(String.init) + ["/usr/bin"]).map { "\($0)/\(name)" }
      + [other].compactMap(\.self)
    guard let path = candidates.first(where: { access($0, X_OK) == 0 }) else { return nil }
    self.path = path
  }

  /// Runs the program to its end.
  ///
  /// - Returns: its exit code, or 128 plus the signal that ended it, and what it wrote to both outputs.
  public func run(_ arguments: [String], in folder: LocalFolder) async throws -> (code: Int32, output: String) {
    let log = folder.path + "/output-\(UInt32.random(in: 0...UInt32.max))"
    let id = try start(arguments, output: log)
    return try await blocking { (Self.wait(for: id), try LocalFolder.text(of: log)) }
  }

  func start(_ arguments: [String], output: String) throws -> pid_t {
    let log = open(output, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
    guard log >= 0 else { throw SystemFailure(output) }
    defer { close(log) }
    return try Spawning.start(path, [path] + arguments, descriptors: [log, log])
  }

  static func wait(for id: pid_t) -> Int32 {
    var status: Int32 = 0
    while waitpid(id, &status, 0) < 0, errno == EINTR {}
    return status & 0x7f == 0 ? (status >> 8) & 0xff : 128 + status & 0x7f
  }
}
