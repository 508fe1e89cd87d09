// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesCore

/// Who owns a field, read from `metadata.managedFields` in the format `FieldsV1`
/// (`sigs.k8s.io/structured-merge-diff/fieldpath/serialize-pe.go`).
enum FieldOwners {
  /// The managers other than ours that own one of the fields, sorted, each once.
  static func others(
    than fieldManager: String, owning paths: [FieldPath], of object: KubernetesObject
  ) -> [String] {
    var names: Set<String> = []
    for entry in object[path: "metadata", "managedFields"]?.array ?? [] {
      guard let name = entry["manager"]?.string, name != fieldManager, let fields = entry["fieldsV1"] else { continue }
      if paths.contains(where: { owns($0.steps[...], in: fields) }) { names.insert(name) }
    }
    return names.sorted()
  }

  /// Whether that manager owns one of the fields by an apply.
  static func owns(_ fieldManager: String, oneOf paths: [FieldPath], of object: KubernetesObject) -> Bool {
    (object[path: "metadata", "managedFields"]?.array ?? []).contains { entry in
      guard entry["manager"]?.string == fieldManager, entry["operation"]?.string == "Apply",
        let fields = entry["fieldsV1"]
      else { return false }
      return paths.contains { owns($0.steps[...], in: fields) }
    }
  }

  private static func owns(_ steps: ArraySlice<FieldPath.Step>, in fields: JSONValue) -> Bool {
    guard let step = steps.first else { return true }
    // A field without anything below it is owned as a whole.
    guard let members = fields.object, !members.isEmpty else { return true }
    switch step {
    case .field(let name):
      return members["f:\(name)"].map { owns(steps.dropFirst(), in: $0) } ?? false
    case .element(let key):
      return members.contains { name, below in
        matches(name, key) && owns(steps.dropFirst(), in: below)
      }
    case .index(let index):
      return members["i:\(index)"].map { owns(steps.dropFirst(), in: $0) } ?? false
    }
  }

  /// Whether `k:{"name":"c"}` or `v:"x"` names that element.
  private static func matches(_ name: String, _ key: [String: JSONValue]) -> Bool {
    guard let value = try? JSONParser.parse(String(name.dropFirst(2))) else { return false }
    if name.hasPrefix("v:") { return value == key[""] }
    guard name.hasPrefix("k:"), let members = value.object, members.count == key.count else { return false }
    return members.allSatisfy { key[$0.key] == $0.value }
  }
}
