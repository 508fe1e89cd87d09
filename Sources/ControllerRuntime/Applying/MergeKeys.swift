// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesCore

/// Which lists the API server merges by element, and what identifies an element there.
///
/// Taken from the `x-kubernetes-list-map-keys` of the built-in types. A list is known by the name of its field alone; a
/// list under another name is one value (`x-kubernetes-list-type: atomic`), as nearly all lists of custom resources
/// are, and equal only element by element.
enum MergeKeys {
  /// What identifies an element of a list.
  enum Identity {
    /// The values of these members.
    case members([String])
    /// The element itself.
    case value
  }

  /// What identifies the elements of the list in that field, or nil if the list is one value.
  static func identity(inField name: String?, of elements: [JSONValue]) -> Identity? {
    guard let name else { return nil }
    if sets.contains(name) { return .value }
    if name == "ports" {
      // Of a container, or of a Service; those of a NetworkPolicy are one value.
      if elements.contains(where: { $0["containerPort"] != nil }) { return .members(["containerPort", "protocol"]) }
      return elements.contains { $0["targetPort"] != nil || $0["nodePort"] != nil }
        ? .members(["port", "protocol"]) : nil
    }
    guard let keys = members[name], elements.allSatisfy({ element in keys.contains { element[$0] != nil } }) else {
      return nil
    }
    return .members(keys)
  }

  /// The members that identify an element, with those that the API server fills in.
  static func key(of element: JSONValue, _ members: [String]) -> [String: JSONValue] {
    var key: [String: JSONValue] = [:]
    for name in members { key[name] = element[name] ?? (name == "protocol" ? "TCP" : nil) }
    return key
  }

  private static let sets: Set<String> = ["finalizers"]

  private static let members: [String: [String]] = [
    "conditions": ["type"],
    "containers": ["name"],
    "env": ["name"],
    "ephemeralContainers": ["name"],
    "hostAliases": ["ip"],
    "imagePullSecrets": ["name"],
    "initContainers": ["name"],
    "ownerReferences": ["uid"],
    "resourceClaims": ["name"],
    "secrets": ["name"],
    "topologySpreadConstraints": ["topologyKey", "whenUnsatisfiable"],
    "volumeDevices": ["devicePath"],
    "volumeMounts": ["mountPath"],
    "volumes": ["name"],
  ]
}
