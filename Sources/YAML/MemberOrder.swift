// SPDX-License-Identifier: Apache-2.0

import JSON

extension YAMLEncoder {
  /// The order of the members of objects.
  public enum MemberOrder: Sendable {
    /// As they stand in the value.
    case asGiven
    /// Sorted by the bytes of their names.
    case canonical
    /// For people: in every Kubernetes object `apiVersion`, `kind` and `metadata` first and `status` last, all other
    /// members sorted by the bytes of their names.
    case kubernetes

    func members(of object: JSONObject) -> [(key: String, value: JSONValue)] {
      switch self {
      case .asGiven: Array(object)
      case .canonical: object.sortedByName()
      case .kubernetes: Self.isKubernetesObject(object) ? Self.headFirst(object) : object.sortedByName()
      }
    }

    private static func isKubernetesObject(_ object: JSONObject) -> Bool {
      object["apiVersion"] != nil && object["kind"] != nil
    }

    private static func headFirst(_ object: JSONObject) -> [(key: String, value: JSONValue)] {
      let head = ["apiVersion", "kind", "metadata"]
      let tail = ["status"]
      let rest = object.sortedByName().filter { !head.contains($0.key) && !tail.contains($0.key) }
      func present(_ keys: [String]) -> [(key: String, value: JSONValue)] {
        keys.compactMap { key in object[key].map { (key, $0) } }
      }
      return present(head) + rest + present(tail)
    }
  }
}
