// SPDX-License-Identifier: Apache-2.0

import Logging
import Synchronization

/// Keeps what is logged, for assertions.
public final class LogRecorder: Sendable {
  /// One line.
  public struct Line: Sendable, CustomStringConvertible {
    /// How important it is.
    public var level: Logger.Level
    /// The constant text.
    public var message: String
    /// What goes with it.
    public var metadata: [String: String]

    /// The line as one text.
    public var description: String {
      "\(level) \(message) \(metadata.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: " "))"
    }
  }

  private struct State {
    var lines: [Line] = []
    var readers: [AsyncStream<Line>.Continuation] = []
  }

  private let state = Mutex(State())

  /// A recorder that has heard nothing yet.
  public init() {}

  /// What was logged so far.
  public var all: [Line] { state.withLock { $0.lines } }

  /// Returns once a line with that message has been logged, or the task is cancelled.
  public func waitForLine(_ message: String) async {
    let (stream, continuation) = AsyncStream<Line>.makeStream()
    state.withLock { state in
      for line in state.lines { continuation.yield(line) }
      state.readers.append(continuation)
    }
    for await line in stream where line.message == message { return }
  }

  /// The lines with that message.
  public func lines(_ message: String) -> [Line] { all.filter { $0.message == message } }

  /// A logger that writes here.
  public func logger(level: Logger.Level = .info) -> Logger {
    var logger = Logger(label: "test") { _ in Handler(recorder: self) }
    logger.logLevel = level
    return logger
  }

  private struct Handler: LogHandler {
    let recorder: LogRecorder
    var logLevel = Logger.Level.info
    var metadata: Logger.Metadata = [:]

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
      get { metadata[key] }
      set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
      let all = metadata.merging(event.metadata ?? [:]) { $1 }
      let line = Line(level: event.level, message: "\(event.message)", metadata: all.mapValues { "\($0)" })
      recorder.state.withLock { state in
        state.lines.append(line)
        for reader in state.readers { reader.yield(line) }
      }
    }
  }
}
