// SPDX-License-Identifier: Apache-2.0

import JSON

/// What a node selector may not contradict: the agent's image and the operator's own label.
enum NodeSelectorSchema {
  static let linux = ValidationRule(
    "node-selector-linux", cel: holds(systems, ["linux"]),
    message: "the agent runs on Linux only: set \(systems.joined(separator: " and ")) to linux, or remove the key"
  ) { fits($0, systems, ["linux"]) }

  static let architecture = ValidationRule(
    "node-selector-architecture", cel: holds(architectures, images),
    message: "the agent's image exists for \(images.joined(separator: " and ")) only: set "
      + "\(architectures.joined(separator: " and ")) to one of them, or remove the key"
  ) { fits($0, architectures, images) }

  static let ownLabel = ValidationRule(
    "node-selector-own-label", cel: holds([label], []),
    message: "\(label) is the label by which the operator leaves nodes out: remove it, and select nodes by a label of "
      + "your own"
  ) { fits($0, [label], []) }

  private static let systems = ["kubernetes.io/os", "beta.kubernetes.io/os"]
  private static let architectures = ["kubernetes.io/arch", "beta.kubernetes.io/arch"]
  private static let images = ["amd64", "arm64"]
  private static let label = "\(ObservabilitySchema.group)/node-agent"

  /// CEL for: each of the keys is absent, null, or has one of the values.
  private static func holds(_ keys: [String], _ values: [String]) -> String {
    keys.map { key in
      let list = values.map { "'\($0)'" }.joined(separator: ", ")
      let other = values.isEmpty ? "" : " || self['\(key)'] in [\(list)]"
      return "(!('\(key)' in self) || type(self['\(key)']) == null_type\(other))"
    }.joined(separator: " && ")
  }

  private static func fits(_ selector: JSONValue, _ keys: [String], _ values: [String]) -> Bool {
    keys.allSatisfy { key in selector[key].map { values.contains($0.string ?? "") } ?? true }
  }
}
