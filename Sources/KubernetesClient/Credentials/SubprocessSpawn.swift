// SPDX-License-Identifier: Apache-2.0

import CLinux
import Glibc

/// Starts a program.
enum SubprocessSpawn {
  /// The system's error number.
  struct Failure: Error {
    let code: Int32
  }

  /// - Parameters:
  ///   - output: what becomes its standard output.
  ///   - errors: what becomes its standard error.
  static func spawn(_ command: Subprocess.Command, output: Int32, errors: Int32) -> Result<pid_t, Failure> {
    guard let program = command.arguments.first else { return .failure(Failure(code: ENOENT)) }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO)
    posix_spawn_file_actions_adddup2(&actions, errors, STDERR_FILENO)
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
    // Descriptors of libraries may lack O_CLOEXEC.
    posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1)
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    // What this thread blocks and this process ignores, the program would inherit.
    var signals = sigset_t()
    sigemptyset(&signals)
    posix_spawnattr_setsigmask(&attributes, &signals)
    sigfillset(&signals)
    posix_spawnattr_setsigdefault(&attributes, &signals)
    posix_spawnattr_setpgroup(&attributes, 0)
    posix_spawnattr_setflags(
      &attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP))
    var arguments = command.arguments.map { strdup($0) } + [nil]
    var environment = command.environment.map { strdup($0) } + [nil]
    defer { (arguments + environment).forEach { free($0) } }
    var process = pid_t()
    let code = posix_spawnp(&process, program, &actions, &attributes, &arguments, &environment)
    guard code != 0 else { return .success(process) }
    let isMissing = code == EACCES && !program.contains("/") && !isInAnyFolder(program)
    return .failure(Failure(code: isMissing ? ENOENT : code))
  }

  /// Whether a folder of `PATH` that this user may search holds the program. posix_spawnp(3) reports one that the user may
  /// not search, as root's in the `PATH` of another user, as if the program were there and forbidden.
  private static func isInAnyFolder(_ program: String) -> Bool {
    let path = getenv("PATH").map { String(cString: $0) } ?? "/bin:/usr/bin"
    return path.split(separator: ":").contains { access("\($0)/\(program)", F_OK) == 0 }
  }
}
