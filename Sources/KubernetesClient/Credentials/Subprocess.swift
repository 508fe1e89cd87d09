// SPDX-License-Identifier: Apache-2.0

import Glibc
import Synchronization

/// Runs a program to its end and collects what it writes, on a thread of its own: none of the pool is ever blocked.
///
/// The program gets no input, no descriptor beyond its outputs, default signal handling, and a process group of its own,
/// which is killed when it takes too long, writes too much or is waited for no longer. It is always reaped.
enum Subprocess {
  /// What to run.
  struct Command: Sendable {
    /// The program, a path or a name to be found by `PATH`, and its arguments.
    var arguments: [String]
    /// `NAME=value` for each variable.
    var environment: [String]
    /// The longest standard output.
    var outputLimit: Int
    /// How long it may take.
    var deadline: Duration
  }

  /// How it ended.
  enum End: Hashable, Sendable {
    case exited(Int32)
    case signalled(Int32)
    /// The system's error number.
    case notStarted(Int32)
    case timedOut
    case wroteTooMuch
    case cancelled
  }

  /// What became of it.
  struct Report: Hashable, Sendable {
    var end: End
    var output: [UInt8] = []
    /// The last of its standard error, at most ``errorLimit`` bytes.
    var errors: [UInt8] = []
  }

  /// What is kept of standard error.
  static let errorLimit = 4096

  /// The variables of this process, as `NAME=value`.
  static func inheritedEnvironment() -> [String] {
    var lines: [String] = []
    var next = environ
    while let line = next.pointee {
      lines.append(String(cString: line))
      next += 1
    }
    return lines
  }

  static func run(_ command: Command) async -> Report {
    guard !Task.isCancelled else { return Report(end: .cancelled) }
    guard let watcher = SubprocessWatcher(command) else { return Report(end: .notStarted(EMFILE)) }
    return await withTaskCancellationHandler {
      await withCheckedContinuation { watcher.start($0) }
    } onCancel: {
      watcher.cancel()
    }
  }
}

/// The thread that starts one program and sees it through.
private final class SubprocessWatcher: Sendable {
  private let command: Subprocess.Command
  private let alarm: Pipe
  private let waiting = Mutex<CheckedContinuation<Subprocess.Report, Never>?>(nil)

  init?(_ command: Subprocess.Command) {
    guard let alarm = Pipe() else { return nil }
    self.command = command
    self.alarm = alarm
  }

  func start(_ continuation: CheckedContinuation<Subprocess.Report, Never>) {
    waiting.withLock { $0 = continuation }
    var thread = pthread_t()
    let context = Unmanaged.passRetained(self)
    let code = pthread_create(
      &thread, nil,
      { context in
        guard let context else { return nil }
        Unmanaged<SubprocessWatcher>.fromOpaque(context).takeRetainedValue().watch()
        return nil
      }, context.toOpaque())
    guard code == 0 else {
      context.release()
      return tell(Subprocess.Report(end: .notStarted(code)))
    }
    pthread_detach(thread)
  }

  func cancel() {
    var byte: UInt8 = 0
    // The pipe is empty, so that this does not block; once is enough.
    _ = write(alarm.writingEnd, &byte, 1)
  }

  private func watch() {
    guard let output = Pipe(), let errors = Pipe() else { return tell(Subprocess.Report(end: .notStarted(EMFILE))) }
    let process: pid_t
    switch SubprocessSpawn.spawn(command, output: output.writingEnd, errors: errors.writingEnd) {
    case .success(let identifier): process = identifier
    case .failure(let failure): return tell(Subprocess.Report(end: .notStarted(failure.code)))
    }
    output.closeWritingEnd()
    errors.closeWritingEnd()
    var supervision = SubprocessSupervision(process, command, output.readingEnd, errors.readingEnd, alarm.readingEnd)
    let report = supervision.run()
    if !supervision.isReaped { kill(-process, SIGKILL) }
    tell(report)
    // After the answer: a process that hangs in the kernel dies later than it is told to.
    supervision.reap()
  }

  private func tell(_ report: Subprocess.Report) {
    waiting.withLock { continuation in
      defer { continuation = nil }
      return continuation
    }?.resume(returning: report)
  }
}

/// A pipe that no program inherits.
private final class Pipe: Sendable {
  let readingEnd: Int32
  let writingEnd: Int32
  private let isWritingEndOpen = Mutex(true)

  init?() {
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { return nil }
    readingEnd = ends[0]
    writingEnd = ends[1]
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    _ = fcntl(readingEnd, F_SETFL, O_NONBLOCK)
  }

  func closeWritingEnd() {
    isWritingEndOpen.withLock { isOpen in
      if isOpen { close(writingEnd) }
      isOpen = false
    }
  }

  deinit {
    closeWritingEnd()
    close(readingEnd)
  }
}
