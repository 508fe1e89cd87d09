// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesClient
import KubernetesCore

/// What has to be done so that a child is as it is rendered. Decided from what is known here; costs no request.
public enum ChildComparison: Hashable, Sendable {
  /// The cluster holds what was applied, and that is what is desired.
  case unchanged
  /// The child is not there.
  case create
  /// What is desired is not what was applied last, or it is not known what was.
  case update
  /// The cluster holds something else in fields that we own; their paths, bounded in number.
  case repair(fields: [String])

  /// How many drifted fields are named.
  public static let fieldLimit = 16

  /// Compares a rendered child with what the cluster holds and with what was applied last.
  ///
  /// The cluster's object may hold more than is desired: defaults, and fields of others. A desired `false`, `0`, `""`,
  /// `[]` or `{}` equals an absent field, because the API server leaves most of them out when it answers; the few where
  /// absence means something else are excepted. Quantities are compared by amount. A desired `null` equals nothing, so it
  /// must not be rendered. The status is not compared.
  ///
  /// - Parameter appliedHash: the ``canonicalHash(of:)-(KubernetesObject)`` of what was applied last, if known.
  public init(desired: KubernetesObject, live: KubernetesObject?, appliedHash: String?) {
    self.init(desired: desired, hash: canonicalHash(of: desired), live: live, appliedHash: appliedHash)
  }

  /// - Parameter hash: the hash of what is desired.
  init(desired: KubernetesObject, hash: String, live: KubernetesObject?, appliedHash: String?) {
    guard let live else {
      self = .create
      return
    }
    guard hash == appliedHash else {
      self = .update
      return
    }
    let drifted = Self.drift(of: live, from: desired)
    self = drifted.isEmpty ? .unchanged : .repair(fields: drifted.map(\.description))
  }

  /// The fields in which the cluster's object does not hold what is desired.
  static func drift(of live: KubernetesObject, from desired: KubernetesObject) -> [FieldPath] {
    var comparison = SubsetComparison(limit: fieldLimit)
    for (name, value) in comparable(desired).content where !["apiVersion", "kind", "status"].contains(name) {
      comparison.compare(value, live[name], at: FieldPath(steps: [.field(name)]))
    }
    return comparison.differences
  }

  /// The object as the API server will answer with it: a Secret's `stringData` is write-only and moves into `data`.
  private static func comparable(_ desired: KubernetesObject) -> KubernetesObject {
    guard desired.kind == "Secret", desired.apiVersion == "v1", let texts = desired["stringData"]?.object else {
      return desired
    }
    var desired = desired
    var data = desired["data"]?.object ?? [:]
    for (name, text) in texts { data[name] = text.string.map { .string(Base64.encode(Array($0.utf8))) } }
    desired["stringData"] = nil
    desired["data"] = .object(data)
    return desired
  }
}
