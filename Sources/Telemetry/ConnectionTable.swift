// SPDX-License-Identifier: Apache-2.0

/// The open connections by number: which of them gives way to another, and how much output waits for its reader.
///
/// A connection waits for a request, has a request that is being answered, or has an answer that its peer has not taken yet.
/// The number of connections is bounded, and so is the output that waits: for each connection by one answer, for all of them
/// by `outputLimit`. A connection that has a request being answered never gives way.
struct ConnectionTable: Sendable {
  private struct Connection {
    /// Rises with each event, so that the smallest number belongs to the connection that was idle longest.
    var turn: Int
    var isAnswered = false
    /// The bytes of an answer that is written and not taken.
    var output = 0
  }

  let limit: Int
  let outputLimit: Int
  /// The bytes of all answers that are written and not taken.
  private(set) var output = 0
  private var counter = 0
  private var connections: [Int: Connection] = [:]

  init(limit: Int, outputLimit: Int) {
    self.limit = limit
    self.outputLimit = outputLimit
  }

  /// A number that changes with each event of the connection; nil once it is closed.
  func turn(of id: Int) -> Int? { connections[id]?.turn }

  /// Adds a connection. If there are too many, the one that was idle longest is removed, for the caller to close.
  ///
  /// - Returns: nil if all are being answered.
  mutating func admit() -> (id: Int, removed: Int?)? {
    var removed: Int?
    if connections.count >= limit {
      guard let idle = longestIdle(where: { !$0.isAnswered }) else { return nil }
      remove(idle)
      removed = idle
    }
    counter += 1
    connections[counter] = Connection(turn: counter)
    return (counter, removed)
  }

  /// Forgets a connection that is closed, and its output.
  mutating func remove(_ id: Int) {
    output -= connections.removeValue(forKey: id)?.output ?? 0
  }

  /// A request is complete, and is being answered.
  mutating func isAsked(_ id: Int) { change(id) { $0.isAnswered = true } }

  /// The next request may come.
  mutating func waits(_ id: Int) { change(id) { $0.isAnswered = false } }

  /// An answer of that many bytes is written.
  ///
  /// - Returns: connections to close, the longest stalled first, so that what waits stays within the limit. The answer itself
  ///   is never refused: alone it may be longer than the limit.
  mutating func isWritten(_ id: Int, bytes: Int) -> [Int] {
    guard let before = connections[id] else { return [] }
    output += bytes - before.output
    change(id) { $0.output = bytes }
    var removed: [Int] = []
    while output > outputLimit, let stalled = longestIdle(where: { $0.output > 0 }, except: id) {
      remove(stalled)
      removed.append(stalled)
    }
    return removed
  }

  /// The peer has taken the answer.
  mutating func isTaken(_ id: Int) {
    output -= connections[id]?.output ?? 0
    change(id) { $0.output = 0 }
  }

  private mutating func change(_ id: Int, _ change: (inout Connection) -> Void) {
    guard var connection = connections[id] else { return }
    counter += 1
    connection.turn = counter
    change(&connection)
    connections[id] = connection
  }

  private func longestIdle(where isCandidate: (Connection) -> Bool, except id: Int? = nil) -> Int? {
    connections.filter { $0.key != id && isCandidate($0.value) }.min { $0.value.turn < $1.value.turn }?.key
  }
}
