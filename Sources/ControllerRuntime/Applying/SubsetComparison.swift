// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesCore

/// Collects the paths at which a value does not hold what is desired; it may hold more.
struct SubsetComparison {
  private let limit: Int
  private(set) var differences: [FieldPath] = []

  /// A comparison that stops after so many differences.
  init(limit: Int) {
    self.limit = limit
  }

  /// Compares what is desired at a path with what is there.
  mutating func compare(_ desired: JSONValue, _ live: JSONValue?, at path: FieldPath) {
    guard differences.count < limit else { return }
    switch (desired, live) {
    case (.null, _):
      differences.append(path)
    case (_, nil), (_, .null):
      if !Self.isZero(desired) || Self.absenceDiffers.contains(path.lastField ?? "") { differences.append(path) }
    case (.object(let desired), .object(let live)):
      for (name, value) in desired { compare(value, live[name], at: path.appending(.field(name))) }
    case (.array(let desired), .array(let live)):
      compare(desired, live, at: path)
    case (_, let live?):
      if !Self.areEqual(desired, live, at: path) { differences.append(path) }
    }
  }

  private mutating func compare(_ desired: [JSONValue], _ live: [JSONValue], at path: FieldPath) {
    switch MergeKeys.identity(inField: path.lastField, of: desired) {
    case .members(let members):
      for element in desired {
        let key = MergeKeys.key(of: element, members)
        let match = live.first { MergeKeys.key(of: $0, members) == key }
        guard let match else {
          differences.append(path.appending(.element(key)))
          continue
        }
        compare(element, match, at: path.appending(.element(key)))
      }
    case .value:
      for element in desired where !live.contains(element) {
        differences.append(path.appending(.element(["": element])))
      }
    case nil:
      guard desired.count == live.count else { return differences.append(path) }
      for (index, (element, other)) in zip(desired, live).enumerated() {
        compare(element, other, at: path.appending(.index(index)))
      }
    }
  }

  private static func areEqual(_ desired: JSONValue, _ live: JSONValue, at path: FieldPath) -> Bool {
    if desired == live { return true }
    if isQuantity(path), let left = quantity(desired), let right = quantity(live) { return left == right }
    if case (.integer, .double) = (desired, live) { return desired.double == live.double }
    if case (.double, .integer) = (desired, live) { return desired.double == live.double }
    return false
  }

  private static func quantity(_ value: JSONValue) -> Quantity? {
    switch value {
    case .string(let text): Quantity(text)
    case .integer, .double: Quantity(JSONWriter.text(value))
    default: nil
    }
  }

  /// Whether the field, or an object it stands in, holds quantities; `data` of a ConfigMap never does.
  private static func isQuantity(_ path: FieldPath) -> Bool {
    guard path.steps.first == .field("spec") else { return false }
    return path.steps.contains { step in
      if case .field(let name) = step { quantities.contains(name) } else { false }
    }
  }

  private static func isZero(_ value: JSONValue) -> Bool {
    switch value {
    case .bool(let value): !value
    case .integer(let value): value == 0
    case .double(let value): value == 0
    case .string(let value): value.isEmpty
    case .array(let value): value.isEmpty
    case .object(let value): value.allSatisfy { isZero($0.value) }
    case .null: false
    }
  }

  private static let quantities: Set<String> = [
    "averageValue", "capacity", "divisor", "limits", "overhead", "requests", "resources", "sizeLimit",
    "storage",
  ]

  /// Fields whose absence means something else than their zero value.
  private static let absenceDiffers: Set<String> = [
    "allowPrivilegeEscalation", "automountServiceAccountToken", "emptyDir", "enableServiceLinks", "fsGroup",
    "hostUsers", "namespaceSelector", "podSelector", "replicas", "runAsGroup", "runAsUser",
  ]
}
