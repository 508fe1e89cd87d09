// SPDX-License-Identifier: Apache-2.0

import KubernetesCore

/// How the last check of an object's backend ended.
struct BackendCheck: Hashable, Sendable {
  /// Whether the backend answered, and takes data.
  var isUp: Bool
  /// When the check ended.
  var time: Timestamp
}

extension PartRegistry {
  /// The last check of each backend, by object and the part's name. Read at scrape time.
  func checks() -> [[String]: BackendCheck] {
    parts.reduce(into: [:]) { checks, part in
      for (object, check) in part.checks() { checks[[object, part.id.rawValue]] = check }
    }
  }
}
