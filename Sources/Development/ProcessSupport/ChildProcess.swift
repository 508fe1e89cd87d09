// SPDX-License-Identifier: Apache-2.0

import Dispatch
import Glibc
import Synchronization
import Waiting

/// A program that runs beside this one, with both its outputs read.
public final class ChildProcess: Sendable {
  /// How it ended.
  public enum Ending: Hashable, Sendable {
    case exit(Int32)
    case signal(Int32)
  }

  private struct State {
    var ending: Ending?
    var isLate = false
    var waiters: [CheckedContinuation<Ending, Never>] = []
  }

  /// The process's id.
  public let id: pid_t
  /// What it prints.
  public let output: OutputLines
  /// What it complains of, or logs.
  public let errors: OutputLines
  /// When it was started.
  public let start: ContinuousClock.Instant
  private let state = Mutex(State())
  private let queue = DispatchQueue(label: "child")

  /// Starts the program with nothing on standard input, and with no variable of the environment but those given, `PATH`
  /// and the options of a sanitizer.
  ///
  /// - Throws: ``SystemError``.
  public init(_ path: String, _ arguments: [String], environment: [String: String] = [:]) throws {
    let output = try Self.pipe()
    let errors = try Self.pipe()
    start = ContinuousClock().now
    let failure: Int32
    (id, failure) = Self.spawn(path, arguments, environment, output: output.write, errors: errors.write)
    close(output.write)
    close(errors.write)
    self.output = OutputLines(reading: output.read)
    self.errors = OutputLines(reading: errors.read)
    guard failure == 0 else { throw SystemError(path, failure) }
    let id = id
    queue.async { [self] in
      // Looked at before it is reaped, so that a signal cannot reach another process of the same id.
      var information = siginfo_t()
      while waitid(P_PID, id_t(id), &information, WEXITED | WNOWAIT) != 0, errno == EINTR {}
      state.withLock { state in
        var status: Int32 = 0
        waitpid(id, &status, 0)
        let ending = status & 0x7f == 0 ? Ending.exit((status >> 8) & 0xff) : .signal(status & 0x7f)
        state.ending = ending
        for waiter in state.waiters { waiter.resume(returning: ending) }
        state.waiters = []
      }
    }
  }

  /// How it ended, or nil while it runs.
  public var ending: Ending? { state.withLock { $0.ending } }

  /// Sends a signal, unless it has ended.
  public func signal(_ number: Int32) {
    state.withLock { state in
      if state.ending == nil { kill(id, number) }
    }
  }

  /// Waits until it has ended and everything that it wrote was read. It is killed if that takes too long.
  ///
  /// - Throws: ``DeadlineMissed`` with what it wrote.
  @discardableResult
  public func waitForEnd(within deadline: Duration = .seconds(30)) async throws -> Ending {
    let timer = Task {
      try await ContinuousClock().sleep(for: deadline)
      state.withLock { $0.isLate = true }
      signal(SIGKILL)
    }
    defer { timer.cancel() }
    let ending = await withCheckedContinuation { continuation in
      state.withLock { state in
        if let ending = state.ending {
          continuation.resume(returning: ending)
        } else {
          state.waiters.append(continuation)
        }
      }
    }
    await output.waitForEnd()
    await errors.waitForEnd()
    if state.withLock({ $0.isLate }) {
      throw DeadlineMissed("the process did not end within \(deadline):\n\(errors.text)")
    }
    return ending
  }

  /// Two ends that no other child inherits, whatever is started at the same moment; `pipe` cannot promise that.
  private static func pipe() throws -> (read: Int32, write: Int32) {
    var ends: [Int32] = [0, 0]
    let type = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
    guard socketpair(AF_UNIX, type, 0, &ends) == 0 else { throw SystemError("socketpair", errno) }
    return (ends[0], ends[1])
  }

  private static let inherited: [String: String] = {
    var variables = ["PATH": "/usr/bin:/bin"]
    for name in ["ASAN_OPTIONS", "LSAN_OPTIONS", "TSAN_OPTIONS"] {
      if let value = getenv(name) { variables[name] = String(cString: value) }
    }
    // Only the tests' own process is measured; a child built so would write its counts into its folder, and complain
    // on standard error where that cannot be written to.
    if getenv("LLVM_PROFILE_FILE") != nil { variables["LLVM_PROFILE_FILE"] = "/dev/null" }
    return variables
  }()

  private static func spawn(
    _ path: String, _ arguments: [String], _ environment: [String: String], output: Int32, errors: Int32
  ) -> (pid_t, Int32) {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO)
    posix_spawn_file_actions_adddup2(&actions, errors, STDERR_FILENO)
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    // The child begins with the signals of a shell's child, whatever this process blocks or ignores.
    var all = sigset_t()
    sigfillset(&all)
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigdefault(&attributes, &all)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK))
    let variables = inherited.merging(environment) { $1 }.map { "\($0)=\($1)" }
    let arguments = ([path] + arguments).map { strdup($0) }
    let environment = variables.map { strdup($0) }
    var id = pid_t()
    let failure = posix_spawn(&id, path, &actions, &attributes, arguments + [nil], environment + [nil])
    for text in arguments + environment { free(text) }
    posix_spawn_file_actions_destroy(&actions)
    posix_spawnattr_destroy(&attributes)
    return (id, failure)
  }
}

/// A refusal of the system.
public struct SystemError: Error, CustomStringConvertible {
  /// What a person reads.
  public let description: String

  init(_ what: String, _ number: Int32) {
    description = "\(what): \(String(cString: strerror(number)))"
  }
}
