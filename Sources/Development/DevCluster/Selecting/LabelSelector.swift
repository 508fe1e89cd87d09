// SPDX-License-Identifier: Apache-2.0

import JSON

/// A label selector: all of its requirements must hold.
struct LabelSelector: Hashable, Sendable {
  enum Operator: Hashable, Sendable { case isIn, notIn, exists, doesNotExist, greaterThan, lessThan }
  struct Requirement: Hashable, Sendable {
    var key: String
    var isA: Operator
    var values: [String]

    func matches(_ labels: [String: String]) -> Bool {
      switch isA {
      case .isIn: labels[key].map(values.contains) ?? false
      case .notIn: labels[key].map { !values.contains($0) } ?? true
      case .exists: labels[key] != nil
      case .doesNotExist: labels[key] == nil
      case .greaterThan: compare(labels) { $0 > $1 }
      case .lessThan: compare(labels) { $0 < $1 }
      }
    }

    private func compare(_ labels: [String: String], _ holds: (Int64, Int64) -> Bool) -> Bool {
      guard let text = labels[key], let left = Int64(text), let right = values.first.flatMap({ Int64($0) }) else {
        return false
      }
      return holds(left, right)
    }
  }

  var requirements: [Requirement] = []

  func matches(_ labels: [String: String]) -> Bool { requirements.allSatisfy { $0.matches(labels) } }

  init() {}

  /// Reads a selector of the query, in the syntax of `k8s.io/apimachinery/pkg/labels`.
  ///
  /// - Throws: 400 that names what was found and what was expected.
  init(query text: String) throws(APIStatus) {
    var parser = LabelSelectorParser(text)
    requirements = try parser.parse()
  }

  /// Reads a `LabelSelector` of `meta/v1`, as specs of workloads have it.
  init(spec: JSONValue) {
    for (key, value) in spec["matchLabels"]?.object ?? [:] {
      requirements.append(Requirement(key: key, isA: .isIn, values: [value.string ?? ""]))
    }
    requirements += (spec["matchExpressions"]?.array ?? []).map { Self.requirement($0) }
  }

  /// Reads one entry of `matchExpressions`, of selectors as of node affinities.
  static func requirement(_ expression: JSONValue) -> Requirement {
    let isA: Operator =
      switch expression["operator"]?.string {
      case "NotIn": .notIn
      case "Exists": .exists
      case "DoesNotExist": .doesNotExist
      case "Gt": .greaterThan
      case "Lt": .lessThan
      default: .isIn
      }
    return Requirement(
      key: expression["key"]?.string ?? "", isA: isA,
      values: expression["values"]?.array?.compactMap(\.string) ?? [])
  }
}
