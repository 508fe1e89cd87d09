// SPDX-License-Identifier: Apache-2.0

public import Glibc

/// Starts programs that inherit no descriptor but those that are handed over, no blocked signal and no terminal.
public enum Spawning {
  /// Starts a program; its standard input is empty.
  ///
  /// - Parameters:
  ///   - arguments: with the program's name first.
  ///   - descriptors: a descriptor of this process for each that the program has, from 1 on without a gap.
  ///   - leadsGroup: whether it is in a process group of its own, so that the terminal's Ctrl-C does not reach it.
  /// - Throws: ``SystemFailure``.
  public static func start(
    _ path: String, _ arguments: [String], descriptors: [Int32], leadsGroup: Bool = false
  ) throws(SystemFailure) -> pid_t {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    for (number, own) in zip(Int32(1)..., descriptors) { posix_spawn_file_actions_adddup2(&actions, own, number) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    for other in openDescriptors() where other > Int32(descriptors.count) {
      posix_spawn_file_actions_addclose(&actions, other)
    }
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    // A task's thread may block signals, which the program would inherit.
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setpgroup(&attributes, 0)
    posix_spawnattr_setflags(
      &attributes, Int16(POSIX_SPAWN_SETSIGMASK | (leadsGroup ? POSIX_SPAWN_SETPGROUP : 0)))
    var strings = arguments.map { strdup($0) } + [nil]
    defer { strings.forEach { free($0) } }
    var child = pid_t()
    let result = posix_spawn(&child, path, &actions, &attributes, &strings, environ)
    guard result == 0 else { throw SystemFailure("posix_spawn \(path)", result) }
    return child
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
