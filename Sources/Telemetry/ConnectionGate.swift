// SPDX-License-Identifier: Apache-2.0

import NIOCore
import Synchronization

/// Bounds the connections and the output that waits for their peers, by a ``ConnectionTable``, and closes those that give
/// way: a client that opens connections and asks nothing, or asks and reads nothing, keeps no other client out.
final class ConnectionGate: Sendable {
  /// A connection's place.
  struct Ticket: Sendable {
    fileprivate let gate: ConnectionGate
    fileprivate let id: Int

    /// A request is complete, and is being answered.
    func isAsked() { gate.change { $0.isAsked(id) } }
    /// The next request may come.
    func waits() { gate.change { $0.waits(id) } }
    /// An answer of that many bytes is written. Closes stalled connections if too much output waits.
    func isWritten(bytes: Int) { gate.close { $0.isWritten(id, bytes: bytes) } }
    /// The peer has taken the answer.
    func isTaken() { gate.change { $0.isTaken(id) } }
    /// A number that changes with each of these; nil once the connection is closed.
    var turn: Int? { gate.state.withLock { $0.table.turn(of: id) } }
  }

  private struct State {
    var table: ConnectionTable
    var channels: [Int: any Channel] = [:]
  }

  private let state: Mutex<State>

  init(limit: Int, outputLimit: Int) {
    state = Mutex(State(table: ConnectionTable(limit: limit, outputLimit: outputLimit)))
  }

  /// The bytes of answers that are written and not taken.
  var output: Int { state.withLock { $0.table.output } }

  /// Lets a connection in, and closes another if there are too many.
  ///
  /// - Throws: `ChannelError` if all are being answered.
  func admit(_ channel: any Channel) throws -> Ticket {
    let (id, removed) = try state.withLock { state in
      guard let (id, removed) = state.table.admit() else { throw ChannelError.operationUnsupported }
      state.channels[id] = channel
      return (id, removed.flatMap { state.channels.removeValue(forKey: $0) })
    }
    removed?.close(promise: nil)
    channel.closeFuture.whenComplete { _ in
      self.state.withLock { state in
        state.table.remove(id)
        state.channels[id] = nil
      }
    }
    return Ticket(gate: self, id: id)
  }

  private func change(_ change: (inout ConnectionTable) -> Void) {
    state.withLock { change(&$0.table) }
  }

  private func close(_ change: (inout ConnectionTable) -> [Int]) {
    let removed = state.withLock { state in
      change(&state.table).compactMap { state.channels.removeValue(forKey: $0) }
    }
    for channel in removed { channel.close(promise: nil) }
  }
}
