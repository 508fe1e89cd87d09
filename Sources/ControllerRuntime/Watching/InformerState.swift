// SPDX-License-Identifier: Apache-2.0

import KubernetesClient

/// How a reflector fares.
public enum InformerState: Hashable, Sendable {
  /// The first list is not complete, and nothing has failed yet.
  case starting
  /// The store is complete and follows the server.
  case synced
  /// The server cannot be read; retried without a call. `attempts` counts the failures in a row. The store keeps what it
  /// had: see ``ObjectStore/isSynced``.
  case failing(KubernetesError, attempts: Int)

  /// Whether the store is complete and follows the server.
  public var isSynced: Bool { self == .synced }

  /// Whether the two differ in more than the number of attempts.
  func differs(from other: InformerState) -> Bool {
    switch (self, other) {
    case (.failing(let error, _), .failing(let otherError, _)): error != otherError
    default: self != other
    }
  }
}
