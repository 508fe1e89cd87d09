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
  ///   - topic: what the rights are for.
  ///   - outcome: what it means that one is missing.
  ///   - remedy: what to do then; nil for the operator's own roles.
  func rightItem(
    _ reading: Reading<[RightAnswer]>, place: String, children: String? = nil, object: String? = nil,
    topic: CheckTopic = .rights, outcome: CheckOutcome = .fault, remedy: String? = nil
  ) -> CheckItem? {
    guard case .read(let answers) = reading else {
      return reading.unread(topic, "The rights of the operator's account \(accountName) \(place)", object: object)
    }
    guard !answers.isEmpty else { return nil }
    let refused = answers.filter { !$0.isAllowed }
    guard !refused.isEmpty else {
      return CheckItem(
        topic, .ok,
        "The operator's account \(accountName) may do everything that it needs \(place) "
          + "(\(answers.count) rights).", object: object)
    }
    let missing = "\(refused.count) of \(answers.count) rights are missing"
    if let children, Self.lacksRoleOfChildren(answers) {
      return CheckItem(
        .rights, .fault,
        "The operator's account \(accountName) has nothing of ClusterRole \(Self.role) \(place): \(missing).",
        remedy: "kubectl -n \(children) create rolebinding \(Self.role) --clusterrole=\(Self.role) "
          + "--serviceaccount=\(accountName)", object: object)
    }
    return CheckItem(
      topic, outcome,
      "The operator's account \(accountName) may not \(Self.phrase(refused)) \(place): \(missing).",
      remedy: remedy
        ?? "kubectl apply -k config/rbac of release \(DefaultImages.release), or upgrade the chart "
        + "observability-operator", object: object)
  }

  /// The role that is bound in each namespace of children.
  private static let role = "\(RoleManifests.operatorName)-children"

  /// Whether everything is refused but what the account may do in the whole cluster: the role is not bound at all.
  private static func lacksRoleOfChildren(_ answers: [RightAnswer]) -> Bool {
    let everywhere = Set(RightQuestion.all([.cluster: nil]).map { [$0.group, $0.resource, $0.verb] })
    return answers.allSatisfy { answer in
      let question = answer.question
      return !answer.isAllowed || everywhere.contains([question.group, question.resource, question.verb])
    }
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
