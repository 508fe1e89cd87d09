// SPDX-License-Identifier: Apache-2.0

import KubernetesCore
import ObservabilityAPI
import ObservabilityController

extension OperatorSurroundings {
  /// How many rights a message names.
  private static let named = 6

  /// The account as kubectl takes it: `cozy-observability:observability-operator`.
  var accountName: String { "\(namespace):\(account)" }

  /// Whether the account may do what it needs.
  ///
  /// - Parameters:
  ///   - reading: what was answered.
  ///   - place: where, as a phrase.
  ///   - children: the namespace of children that was asked about; nil for elsewhere.
  func rightItem(
    _ reading: Reading<[RightAnswer]>, place: String, children: String? = nil, object: String? = nil
  ) -> CheckItem? {
    guard case .read(let answers) = reading else {
      return reading.unread(.rights, "The rights of the operator's account \(accountName) \(place)", object: object)
    }
    guard !answers.isEmpty else { return nil }
    let refused = answers.filter { !$0.isAllowed }
    guard !refused.isEmpty else {
      return CheckItem(
        .rights, .ok,
        "The operator's account \(accountName) may do everything that it needs \(place) "
          + "(\(answers.count) rights).", object: object)
    }
    let message =
      "The operator's account \(accountName) may not \(Self.phrase(refused)) \(place): \(refused.count) of "
      + "\(answers.count) rights are missing."
    return CheckItem(
      .rights, .fault, message,
      remedy: remedy(children: refused.count == answers.count ? children : nil), object: object)
  }

  /// - Parameter children: the namespace where the role of children is not bound at all.
  private func remedy(children: String?) -> String {
    guard let children else {
      return "kubectl apply -k config/rbac of release \(DefaultImages.release), or upgrade the chart "
        + "observability-operator"
    }
    let role = "\(RoleManifests.operatorName)-children"
    return "kubectl -n \(children) create rolebinding \(role) --clusterrole=\(role) --serviceaccount=\(accountName)"
  }

  /// `create, delete daemonsets.apps; list pods`.
  private static func phrase(_ answers: [RightAnswer]) -> String {
    var order: [String] = []
    var verbs: [String: [String]] = [:]
    for question in answers.map(\.question) {
      let resource = question.qualifiedResource + (question.name.map { " \($0)" } ?? "")
      if verbs[resource] == nil { order.append(resource) }
      verbs[resource, default: []].append(question.verb)
    }
    let parts = order.map { "\(verbs[$0, default: []].joined(separator: ", ")) \($0)" }
    return parts.prefix(named).joined(separator: "; ") + (parts.count > named ? " and more" : "")
  }
}
