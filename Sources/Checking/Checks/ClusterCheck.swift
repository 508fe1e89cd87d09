// SPDX-License-Identifier: Apache-2.0

import KubernetesCore
import ObservabilityAPI

extension Surroundings {
  /// Whether the API server answers, and serves the kind of this release.
  var clusterItems: [CheckItem] {
    guard let version = version.value else {
      let remedy = "Check server and credentials of the kubeconfig, and the way there: kubectl version"
      guard case .failed(let cause) = version else {
        return [version.unread(.cluster, "The version of the API server \(server)")].compactMap(\.self)
          + [definitionItem].compactMap(\.self)
      }
      return [
        CheckItem(
          .cluster, .unknown, "API server \(server) gives no answer that can be used: \(cause).", remedy: remedy)
      ]
    }
    let answers = CheckItem(.cluster, .ok, "API server \(server) answers; it is \(version).")
    return [answers] + [definitionItem].compactMap(\.self)
  }

  private var definitionItem: CheckItem? {
    let name = CustomResourceDefinition.name
    let apply = "kubectl apply -k config/crd of release \(DefaultImages.release)"
    guard case .read(let difference) = definition else {
      return definition.unread(.cluster, "The schema of \(name)")
    }
    guard let difference else {
      return CheckItem(
        .cluster, .fault, "CustomResourceDefinition \(name) is not installed: no Observability can exist.",
        remedy: apply)
    }
    if !difference.missing.isEmpty {
      return CheckItem(
        .cluster, .fault,
        "CustomResourceDefinition \(name) is older than release \(DefaultImages.release): it lacks "
          + "\(difference.missing.listed(5)).", remedy: apply)
    }
    if !difference.unknown.isEmpty {
      return CheckItem(
        .cluster, .warning,
        "CustomResourceDefinition \(name) is newer than release \(DefaultImages.release), which this program is of: it "
          + "has \(difference.unknown.listed(5)).", remedy: "Use the program of the definition's release.")
    }
    return CheckItem(.cluster, .ok, "CustomResourceDefinition \(name) is of release \(DefaultImages.release).")
  }
}

extension Array where Element == String {
  /// The first few, separated by commas, and how many more there are.
  func listed(_ limit: Int) -> String {
    prefix(limit).joined(separator: ", ") + (count > limit ? " and \(count - limit) more" : "")
  }
}

extension Timestamp {
  /// How long ago this was, in the largest whole unit: `3m`; `0s` for what lies ahead.
  func age(at now: Timestamp) -> String {
    let seconds = max(0, now.secondsSinceEpoch - secondsSinceEpoch)
    return switch seconds {
    case ..<120: "\(seconds)s"
    case ..<7200: "\(seconds / 60)m"
    case ..<172_800: "\(seconds / 3600)h"
    default: "\(seconds / 86_400)d"
    }
  }
}
