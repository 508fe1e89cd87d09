// SPDX-License-Identifier: Apache-2.0

import NIOConcurrencyHelpers

/// Texts that are equal, made one in memory. Bounded: what comes after the first thousand is left as it is.
final class SharedNames: Sendable {
  static let limit = 1000

  private let names = NIOLockedValueBox<Set<String>>([])

  /// How many there are.
  var count: Int { names.withLockedValue { $0.count } }

  /// The text, as it came first.
  func shared(_ name: String) -> String {
    names.withLockedValue { names in
      if let index = names.firstIndex(of: name) { return names[index] }
      if names.count < Self.limit { names.insert(name) }
      return name
    }
  }
}
