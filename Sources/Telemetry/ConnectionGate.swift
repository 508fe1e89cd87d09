// SPDX-License-Identifier: Apache-2.0

import NIOConcurrencyHelpers
import NIOCore

/// Bounds the number of connections. When it is reached, the one that has kept us waiting longest gives way to the new
/// one, so that whoever holds connections open without asking anything keeps nobody else out. One that is being answered
/// never gives way.
final class ConnectionGate: Sendable {
  /// A connection's place.
  struct Ticket: Sendable {
    fileprivate let gate: ConnectionGate
    fileprivate let id: Int

    /// A request is complete, and is being answered.
    func isAnswered() { gate.set(id, isAnswered: true) }
    /// The next request is waited for.
    func waits() { gate.set(id, isAnswered: false) }
    /// Another number after each of these; nil if the connection was closed.
    var turn: Int? { gate.state.withLockedValue { $0.connections[id]?.turn } }
  }

  private struct Connection {
    let channel: any Channel
    var turn: Int
    var isAnswered = false
  }

  private struct State {
    var counter = 0
    var connections: [Int: Connection] = [:]
  }

  private let state = NIOLockedValueBox(State())
  private let limit: Int

  init(limit: Int) { self.limit = limit }

  /// Lets a connection in, and closes another if there are too many.
  ///
  /// - Throws: `ChannelError` if all are being answered.
  func admit(_ channel: any Channel) throws -> Ticket {
    let (id, closed) = try state.withLockedValue { state in
      var closed: (any Channel)?
      if state.connections.count >= limit {
        let waiting = state.connections.filter { !$0.value.isAnswered }
        guard let oldest = waiting.min(by: { $0.value.turn < $1.value.turn }) else {
          throw ChannelError.operationUnsupported
        }
        state.connections[oldest.key] = nil
        closed = oldest.value.channel
      }
      state.counter += 1
      state.connections[state.counter] = Connection(channel: channel, turn: state.counter)
      return (state.counter, closed)
    }
    closed?.close(promise: nil)
    channel.closeFuture.whenComplete { _ in self.state.withLockedValue { $0.connections[id] = nil } }
    return Ticket(gate: self, id: id)
  }

  private func set(_ id: Int, isAnswered: Bool) {
    state.withLockedValue { state in
      state.counter += 1
      state.connections[id]?.turn = state.counter
      state.connections[id]?.isAnswered = isAnswered
    }
  }
}
