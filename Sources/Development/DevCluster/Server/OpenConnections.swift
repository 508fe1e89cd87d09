// SPDX-License-Identifier: Apache-2.0

import NIOCore
import Synchronization

/// Every connection that a server accepted, until it is closed.
///
/// A `NIOAsyncChannel` must not be released before its channel is closed: the process would end. One that was accepted and
/// not yet taken when the server stops would be.
final class OpenConnections: Sendable {
  private struct State {
    var channels: [ObjectIdentifier: any Channel] = [:]
    var isClosed = false
  }

  private let state = Mutex(State())

  /// Keeps a connection until its channel is closed; closes that if the server has stopped.
  func add(_ connection: HTTPServer.Connection) {
    let channel = connection.channel
    let isClosed = state.withLock { state in
      state.channels[ObjectIdentifier(channel)] = channel
      return state.isClosed
    }
    channel.closeFuture.whenComplete { [self] _ in
      withExtendedLifetime(connection) {
        _ = state.withLock { $0.channels.removeValue(forKey: ObjectIdentifier(channel)) }
      }
    }
    if isClosed { channel.close(promise: nil) }
  }

  /// Closes every connection, those to come too.
  func close() {
    let channels = state.withLock { state in
      state.isClosed = true
      return Array(state.channels.values)
    }
    for channel in channels { channel.close(promise: nil) }
  }
}
