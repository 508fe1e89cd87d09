// SPDX-License-Identifier: Apache-2.0

import JSON

/// The environment of a container, as a list of `EnvVar`s with unique names.
struct EnvironmentVariables {
  private(set) var entries: [JSONObject] = []

  /// Adds a variable with a fixed value; an empty value counts as unset for the agent and is left out.
  mutating func set(_ name: String, _ value: String) {
    guard !value.isEmpty else { return }
    add(["name": .string(name), "value": .string(value)])
  }

  /// Adds a variable that the kubelet fills from a Secret.
  mutating func set(_ name: String, secret: String, key: String) {
    add([
      "name": .string(name),
      "valueFrom": ["secretKeyRef": ["name": .string(secret), "key": .string(key)]],
    ])
  }

  /// Adds an `EnvVar` as it is. It takes the place of an earlier one of that name, as the list may hold one only
  /// (`listMapKey=name`) and a reference in a value reaches just what stands before it.
  mutating func add(_ entry: JSONObject) {
    if let index = entries.firstIndex(where: { $0["name"] == entry["name"] }) {
      entries[index] = entry
    } else {
      entries.append(entry)
    }
  }
}

/// Rules for the values of environment variables.
enum EnvironmentVariable {
  /// The value with each `$` doubled, so that Kubernetes does not take `$(NAME)` in it for a reference
  /// (`EnvVar.value` in `k8s.io/api/core/v1`).
  static func escaped(_ value: String) -> String {
    value.split(separator: "$", omittingEmptySubsequences: false).joined(separator: "$$")
  }
}
