// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesClient
import KubernetesCore
import Synchronization

extension ObjectStore {
  /// Keeps everything but `metadata.managedFields`, which is about a third of a small object.
  public static let withoutManagedFields: Projection = { object in
    guard object[path: "metadata", "managedFields"] != nil else { return object }
    var object = object
    object["metadata"]?["managedFields"] = nil
    return object
  }

  /// Keeps type and metadata, without `managedFields`, and nothing else.
  public static let metadataOnly: Projection = { object in
    withoutManagedFields(
      KubernetesObject(JSONObject(object.content.filter { ["apiVersion", "kind", "metadata"].contains($0.key) })))
  }
}

/// Keeps one copy of equal strings in memory.
public typealias StringInterner = Interner<String>

/// Keeps one copy of equal values in memory, for projections of many objects. Bounded: values after the first thousand are
/// returned as they are.
public final class Interner<Value: Hashable & Sendable>: Sendable {
  static var limit: Int { 1000 }

  private let values = Mutex<Set<Value>>([])

  /// An interner that keeps nothing yet.
  public init() {}

  /// The number of values kept.
  var count: Int { values.withLock { $0.count } }

  /// Returns the kept copy of a value.
  public func shared(_ value: Value) -> Value {
    values.withLock { values in
      if let index = values.firstIndex(of: value) { return values[index] }
      if values.count < Self.limit { values.insert(value) }
      return value
    }
  }
}
