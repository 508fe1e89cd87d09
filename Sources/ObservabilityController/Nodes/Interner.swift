// SPDX-License-Identifier: Apache-2.0

import NIOConcurrencyHelpers

/// Texts that are equal, made one in memory.
typealias StringInterner = Interner<String>

/// Values that are equal, made one in memory. Bounded: what comes after the first thousand is left as it is.
final class Interner<Value: Hashable & Sendable>: Sendable {
  static var limit: Int { 1000 }

  private let values = NIOLockedValueBox<Set<Value>>([])

  /// How many there are.
  var count: Int { values.withLockedValue { $0.count } }

  /// The value, as it came first.
  func shared(_ value: Value) -> Value {
    values.withLockedValue { values in
      if let index = values.firstIndex(of: value) { return values[index] }
      if values.count < Self.limit { values.insert(value) }
      return value
    }
  }
}
