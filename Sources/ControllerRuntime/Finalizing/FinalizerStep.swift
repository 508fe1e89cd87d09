// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesCore

/// What a finalizer calls for, decided from the object alone.
public enum FinalizerStep: Hashable, Sendable {
  /// Put the finalizer on, and do nothing else until the object is seen with it.
  case add([JSONValue])
  /// The finalizer is on: do the work.
  case work
  /// The object is being deleted: clean up, then take the finalizer off by this JSON patch (RFC 6902).
  case cleanUp([JSONValue])
  /// The object is being deleted and the finalizer is off, or was never on: nothing is left to do.
  case done

  /// The step for an object as it is known.
  ///
  /// Either patch fails as a whole if the object was replaced meanwhile, or its finalizers changed; a foreign finalizer is
  /// never taken off. The first finalizer of an object cannot be tested by its place, so its patch
  /// tests the object's version.
  public init(_ finalizer: String, of object: KubernetesObject) {
    let finalizers = object[path: "metadata", "finalizers"]?.array ?? []
    let index = finalizers.firstIndex(of: .string(finalizer))
    let identity = [Self.test("/metadata/uid", object[path: "metadata", "uid"])]
    switch (object.isBeingDeleted, index) {
    case (false, nil) where finalizers.isEmpty:
      self = .add(
        identity + [
          Self.test("/metadata/resourceVersion", object[path: "metadata", "resourceVersion"]),
          ["op": "add", "path": "/metadata/finalizers", "value": [.string(finalizer)]],
        ])
    case (false, nil):
      self = .add(
        identity + [
          Self.test("/metadata/finalizers", .array(finalizers)),
          ["op": "add", "path": "/metadata/finalizers/-", "value": .string(finalizer)],
        ])
    case (false, _?): self = .work
    case (true, let index?):
      let path = JSONValue.string("/metadata/finalizers/\(index)")
      self = .cleanUp(
        identity + [
          Self.test("/metadata/finalizers/\(index)", .string(finalizer)), ["op": "remove", "path": path],
        ])
    case (true, nil): self = .done
    }
  }

  private static func test(_ path: String, _ value: JSONValue?) -> JSONValue {
    ["op": "test", "path": .string(path), "value": value ?? .null]
  }
}
