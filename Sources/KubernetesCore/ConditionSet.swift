// SPDX-License-Identifier: Apache-2.0

import JSON

/// The conditions of an object: one of each type, in the order in which they first appeared.
public struct ConditionSet: Hashable, Sendable {
  /// The conditions, in order.
  public private(set) var conditions: [Condition] = []

  /// No conditions.
  public init() {}

  /// The conditions that a status holds; an entry that cannot be read is left out, and so is written again.
  public init(_ json: JSONValue?) {
    for condition in (json?.array ?? []).compactMap(Condition.init) where self[condition.type] == nil {
      conditions.append(condition)
    }
  }

  /// The condition of that type.
  public subscript(type: String) -> Condition? {
    conditions.first { $0.type == type }
  }

  /// Whether the condition of that type is there and `True`.
  public func isTrue(_ type: String) -> Bool {
    self[type]?.status == .isTrue
  }

  /// Says how an aspect stands now. The time of transition moves only if the status is another than before.
  public mutating func set(
    _ type: String, _ status: Condition.Status, reason: String, message: String, generation: Int64?, now: Timestamp
  ) {
    var condition = Condition(
      type: type, status: status, reason: reason, message: message, observedGeneration: generation,
      lastTransitionTime: now)
    guard let position = conditions.firstIndex(where: { $0.type == type }) else {
      conditions.append(condition)
      return
    }
    let old = conditions[position]
    if old.status == status { condition.lastTransitionTime = old.lastTransitionTime }
    conditions[position] = condition
  }

  /// Takes an aspect out that is no longer spoken of.
  public mutating func remove(_ type: String) {
    conditions.removeAll { $0.type == type }
  }

  /// The conditions as JSON, in order.
  public var json: JSONValue { .array(conditions.map(\.json)) }
}
