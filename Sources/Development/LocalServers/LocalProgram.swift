// SPDX-License-Identifier: Apache-2.0

import Glibc
import Waiting

/// A program of the system that tests start: it inherits no descriptor, no blocked signal and no terminal.
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
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_CREAT | O_APPEND, 0o600)
    posix_spawn_file_actions_adddup2(&actions, 1, 2)
    for other in Self.openDescriptors() where other > 2 { posix_spawn_file_actions_addclose(&actions, other) }
    // A task's thread may block signals, which the program would inherit.
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
    var strings = ([path] + arguments).map { strdup($0) } + [nil]
    defer { strings.forEach { free($0) } }
    var child = pid_t()
    let result = posix_spawn(&child, path, &actions, &attributes, &strings, environ)
    guard result == 0 else { throw Failure(description: "\(path): \(String(cString: strerror(result)))") }
    return child
  }

  static func wait(for id: pid_t) -> Int32 {
    var status: Int32 = 0
    while waitpid(id, &status, 0) < 0, errno == EINTR {}
    return status & 0x7f == 0 ? (status >> 8) & 0xff : 128 + status & 0x7f
  }

  /// The descriptors of this process that are open. Those of libraries may lack O_CLOEXEC: a child that inherited a
  /// listening socket would keep its port.
  private static func openDescriptors() -> [Int32] {
    guard let entries = opendir("/proc/self/fd") else { return [] }
    defer { closedir(entries) }
    var descriptors: [Int32] = []
    while let entry = readdir(entries) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
      if let descriptor = Int32(name) { descriptors.append(descriptor) }
    }
    return descriptors
  }
}
