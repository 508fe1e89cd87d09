// SPDX-License-Identifier: Apache-2.0

import DevCluster
import JSON
import KubernetesCore
import Synchronization

/// The Secrets whose values the operator makes up: they differ from run to run, and never change once they are there.
final class GeneratedSecrets: Sendable {
  /// Their keys, by name.
  static let keys: [String: [String]] = [
    "platform-coroot-admin": ["password"],
    "platform-coroot-keys": ["project", "guard"],
    "platform-coroot-gatekeeper-cookie": ["cookie-secret"],
  ]

  private let seen = Mutex<[String: Set<String>]>([:])

  /// Notes the values that a cluster holds now.
  func note(_ server: APIServer) async {
    let values = await Self.values(in: server)
    seen.withLock { seen in
      for (value, name) in values { seen[name, default: []].insert(value) }
    }
  }

  /// How many of them there were.
  var count: Int { seen.withLock { $0.count } }

  /// Those that had more than one value.
  var changed: [String] {
    seen.withLock { seen in seen.filter { $0.value.count > 1 }.map { "\($0.key) was made up again" }.sorted() }
  }

  /// The name of each value that a cluster holds now.
  static func values(in server: APIServer) async -> [String: String] {
    var values: [String: String] = [:]
    for (name, keys) in keys {
      guard let content = await server.object("secrets", namespace: "cozy-coroot", name)?.object else { continue }
      for key in keys {
        guard let bytes = KubernetesObject(content).secretData(key) else { continue }
        values[String(decoding: bytes, as: UTF8.self)] = "\(name)/\(key)"
      }
    }
    return values
  }
}
