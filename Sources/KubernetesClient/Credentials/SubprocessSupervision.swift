// SPDX-License-Identifier: Apache-2.0

import CLinux
import Glibc

/// Reads what a program writes until it has ended. Blocks its thread.
struct SubprocessSupervision {
  /// How long at most until the next look whether a program has ended that keeps its outputs open, or has closed them
  /// and goes on.
  private static let longestInterval = Duration.milliseconds(50)

  private let process: pid_t
  private let limit: Int
  private let end: ContinuousClock.Instant
  private let alarm: Int32
  /// Standard output and standard error; nil after the end of the file.
  private var open: [Int32?]
  private var report = Subprocess.Report(end: .timedOut)
  private var ending: Subprocess.End?
  private var interval = Duration.milliseconds(1)

  init(_ process: pid_t, _ command: Subprocess.Command, _ output: Int32, _ errors: Int32, _ alarm: Int32) {
    self.process = process
    self.alarm = alarm
    limit = command.outputLimit
    end = .now + command.deadline
    open = [output, errors]
  }

  /// Whether the system has forgotten the process.
  var isReaped: Bool { ending != nil }

  /// Returns once the program has ended and its outputs are read, or once it is to be ended by force. A program that
  /// left others behind is not waited for until these close its outputs, too.
  mutating func run() -> Subprocess.Report {
    while true {
      let remaining = end - .now
      guard remaining > .zero else { return finished(.timedOut) }
      var polled = ([alarm] + open.map { $0 ?? -1 }).map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
      let ready = poll(&polled, nfds_t(polled.count), isReaped ? 0 : Self.milliseconds(min(remaining, interval)))
      if ready == 0 { interval = min(interval * 2, Self.longestInterval) }
      if ready > 0 {
        if polled[0].revents != 0 { return finished(.cancelled) }
        for index in open.indices where polled[index + 1].revents != 0 { read(index) }
        guard report.output.count <= limit else { return finished(.wroteTooMuch) }
      }
      if let ending, ready == 0 || open.allSatisfy({ $0 == nil }) { return finished(ending) }
      if ready == 0 || open.allSatisfy({ $0 == nil }) { look(WNOHANG) }
    }
  }

  /// Waits until the process is gone.
  mutating func reap() {
    if !isReaped { look(0) }
  }

  private mutating func look(_ options: Int32) {
    var status: Int32 = 0
    var result: pid_t
    repeat { result = waitpid(process, &status, options) } while result < 0 && errno == EINTR
    // ECHILD: this process ignores SIGCHLD, and how the program ended is not to be known.
    if result == process {
      ending = status & 0x7f == 0 ? .exited(status >> 8 & 0xff) : .signalled(status & 0x7f)
    } else if result < 0 {
      ending = .exited(0)
    }
  }

  private mutating func read(_ index: Int) {
    guard let descriptor = open[index] else { return }
    var buffer = [UInt8](repeating: 0, count: 16 << 10)
    let count = Glibc.read(descriptor, &buffer, buffer.count)
    if count < 0 && (errno == EINTR || errno == EAGAIN) { return }
    guard count > 0 else {
      open[index] = nil
      return
    }
    if index == 0 {
      report.output += buffer[..<count]
    } else {
      report.errors = Array((report.errors + buffer[..<count]).suffix(Subprocess.errorLimit))
    }
  }

  private func finished(_ end: Subprocess.End) -> Subprocess.Report {
    var report = report
    report.end = end
    return report
  }

  private static func milliseconds(_ duration: Duration) -> Int32 {
    let seconds = min(max(duration.components.seconds, 0), 86_400)
    return Int32(clamping: seconds * 1000 + duration.components.attoseconds / 1_000_000_000_000_000 + 1)
  }
}

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
