// SPDX-License-Identifier: Apache-2.0

import Logging
import Synchronization

/// Keeps what is logged.
final class LogRecorder: Sendable {
  private let entries = Mutex<[(level: Logger.Level, message: String, metadata: Logger.Metadata)]>([])

  var logger: Logger {
    Logger(label: "test") { _ in Handler(recorder: self) }
  }

  func lines(_ level: Logger.Level) -> [String] {
    entries.withLock { $0.filter { $0.level == level }.map(\.message) }
  }

  func metadata(_ key: String) -> [String] {
    entries.withLock { $0.compactMap { $0.metadata[key].map { "\($0)" } } }
  }

  private struct Handler: LogHandler {
    let recorder: LogRecorder
    var logLevel = Logger.Level.trace
    var metadata: Logger.Metadata = [:]

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
      get { metadata[key] }
      set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
      recorder.entries.withLock { $0.append((event.level, "\(event.message)", event.metadata ?? [:])) }
    }
  }
}
