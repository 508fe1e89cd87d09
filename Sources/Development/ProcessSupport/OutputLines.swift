// SPDX-License-Identifier: Apache-2.0

import Dispatch
import Glibc
import Synchronization
import Waiting

/// What a child writes into one pipe, line by line.
public final class OutputLines: Sendable {
  private struct State {
    var lines: [String] = []
    var hasEnded = false
    var readers: [AsyncStream<String>.Continuation] = []
  }

  private let state = Mutex(State())
  private let queue = DispatchQueue(label: "output")

  /// Reads the descriptor to its end and closes it.
  init(reading descriptor: Int32) {
    queue.async { [self] in
      var line: [UInt8] = []
      var chunk = [UInt8](repeating: 0, count: 1 << 16)
      while true {
        let count = read(descriptor, &chunk, chunk.count)
        if count < 0, errno == EINTR { continue }
        guard count > 0 else { break }
        for byte in chunk[..<count] {
          if byte == UInt8(ascii: "\n") {
            append(line)
            line = []
          } else {
            line.append(byte)
          }
        }
      }
      if !line.isEmpty { append(line) }
      close(descriptor)
      end()
    }
  }

  /// The lines so far.
  public var all: [String] { state.withLock { $0.lines } }

  /// All of it as one text.
  public var text: String { all.map { $0 + "\n" }.joined() }

  /// The lines from the first on, until the child closes its end.
  public var stream: AsyncStream<String> {
    let (stream, continuation) = AsyncStream<String>.makeStream()
    state.withLock { state in
      for line in state.lines { continuation.yield(line) }
      if state.hasEnded { continuation.finish() } else { state.readers.append(continuation) }
    }
    return stream
  }

  /// Waits for a line that contains the text, and returns it.
  ///
  /// - Throws: ``DeadlineMissed`` with all lines, also if the output ends before.
  @discardableResult
  public func waitForLine(containing text: String, within deadline: Duration = .seconds(30)) async throws -> String {
    let found = try await awaiting("a line with \"\(text)\"", within: deadline, state: { self.text }) {
      for await line in self.stream where line.contains(text) { return line as String? }
      return nil
    }
    guard let found else { throw DeadlineMissed("the output ended without \"\(text)\":\n\(self.text)") }
    return found
  }

  /// Waits until the child has closed its end.
  func waitForEnd() async {
    for await _ in stream {}
  }

  private func append(_ bytes: [UInt8]) {
    let line = String(decoding: bytes, as: UTF8.self)
    state.withLock { state in
      state.lines.append(line)
      for reader in state.readers { reader.yield(line) }
    }
  }

  private func end() {
    state.withLock { state in
      state.hasEnded = true
      for reader in state.readers { reader.finish() }
      state.readers = []
    }
  }
}
