// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// Keeps one copy of equal strings in memory.
typealias StringInterner = Interner<String>

/// Keeps one copy of equal values in memory. Bounded: values after the first thousand are returned as they are.
final class Interner<Value: Hashable & Sendable>: Sendable {
  static var limit: Int { 1000 }

  private let values = Mutex<Set<Value>>([])

  /// The number of values kept.
  var count: Int { values.withLock { $0.count } }

  /// Returns the kept copy of a value.
  func shared(_ value: Value) -> Value {
    values.withLock { values in
      if let index = values.firstIndex(of: value) { return values[index] }
      if values.count < Self.limit { values.insert(value) }
      return value
    }
  }
}
