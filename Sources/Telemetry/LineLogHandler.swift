// SPDX-License-Identifier: Apache-2.0

import Glibc
import KubernetesCore
import Logging

/// Writes each event as one line that a person can read, or as one JSON object.
///
/// A line holds the level, the message, and the metadata: `object`, then `child`, then `node`, then the rest by name.
/// Nothing in a value can end the line or pass for a field of its own, and the credentials of URLs are replaced.
/// Lines go to standard error, which `kubectl logs` shows as well, each with a single write(2): lines of several
/// threads never mix as long as they are shorter than a pipe's buffer.
public struct LineLogHandler: LogHandler {
  /// How an event is written.
  public enum Format: String, Sendable, CaseIterable {
    /// `INFO  object seen            object=platform generation=1`
    case text
    /// `{"time":"…","level":"info","message":"object seen","object":"platform","generation":"1"}`
    case json
  }

  /// The least level that is written.
  public var logLevel: Logger.Level
  /// What every event of this handler carries.
  public var metadata: Logger.Metadata = [:]
  /// What is asked for further metadata at each event.
  public var metadataProvider: Logger.MetadataProvider?

  private let line: LogLine
  private let write: @Sendable ([UInt8]) -> Void

  /// A handler that writes to standard error.
  ///
  /// - Parameter timestamps: whether a line of text begins with the time in UTC; JSON always has it.
  public init(level: Logger.Level = .info, format: Format = .text, timestamps: Bool = false) {
    self.init(level: level, format: format, timestamps: timestamps, write: Self.standardError)
  }

  /// A handler that hands each line, with its newline, to a function.
  public init(
    level: Logger.Level = .info, format: Format = .text, timestamps: Bool = false,
    write: @escaping @Sendable ([UInt8]) -> Void
  ) {
    logLevel = level
    line = LogLine(format: format, timestamps: timestamps)
    self.write = write
  }

  /// The handler's own metadata by name.
  public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  /// Writes the event.
  public func log(event: LogEvent) {
    var all = metadata
    if let provided = metadataProvider?.get() { all.merge(provided) { _, new in new } }
    if let own = event.metadata { all.merge(own) { _, new in new } }
    if let error = event.error, all["error"] == nil { all["error"] = "\(error)" }
    let fields = all.map { ($0.key, "\($0.value)") }
    let text = line.text(level: event.level, message: "\(event.message)", fields: fields, time: .now())
    write(Array((text + "\n").utf8))
  }

  private static let standardError: @Sendable ([UInt8]) -> Void = { bytes in
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      // There is nobody left to tell that the log cannot be written.
      guard count > 0 else { return }
      rest = rest.dropFirst(count)
    }
  }
}
