// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesCore

/// The way from the top of an object to one of its fields.
struct FieldPath: Hashable, Sendable, CustomStringConvertible {
  /// One step of the way.
  enum Step: Hashable, Sendable {
    /// A member of an object.
    case field(String)
    /// The element of a list that has these members.
    case element([String: JSONValue])
    /// The element of a list at that place.
    case index(Int)
  }

  var steps: [Step] = []

  /// The way one step further.
  func appending(_ step: Step) -> FieldPath {
    FieldPath(steps: steps + [step])
  }

  /// The name of the member that the way leads to, or of the list whose element it leads to.
  var lastField: String? {
    for case .field(let name) in steps.reversed() { return name }
    return nil
  }

  /// `spec.template.spec.containers[node-agent].image`, `metadata.labels[app]`.
  var description: String {
    var text = ""
    for (index, step) in steps.enumerated() {
      switch step {
      case .field(let name):
        let isEntry = index > 0 && Self.maps.contains { steps[index - 1] == .field($0) }
        text +=
          isEntry || name.contains(where: { $0 == "." || $0 == "/" }) ? "[\(name)]" : (index > 0 ? "." : "") + name
      case .element(let key):
        text += "[\(key.sorted { $0.key < $1.key }.map { Self.text($0.value) }.joined(separator: "/"))]"
      case .index(let index):
        text += "[\(index)]"
      }
    }
    return text
  }

  /// Objects whose members are data rather than fields.
  private static let maps: Set<String> = [
    "annotations", "binaryData", "data", "labels", "limits", "matchLabels", "nodeSelector", "requests", "stringData",
  ]

  private static func text(_ value: JSONValue) -> String {
    value.string ?? JSONWriter.text(value)
  }
}
