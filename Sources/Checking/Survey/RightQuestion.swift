// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesCore
import ObservabilityController

/// One thing that the operator's account must be allowed to do.
package struct RightQuestion: Hashable, Sendable {
  /// The group of the resource; empty for the core group.
  package let group: String
  /// The plural, with the subresource after a slash.
  package let resource: String
  /// What is done.
  package let verb: String
  /// The only object that it is done to; nil for any.
  package let name: String?
  /// Where; nil for the whole cluster.
  package let namespace: String?

  /// Everything that ``Permission/all`` has in these scopes, in its order.
  ///
  /// - Parameter places: the namespace of each scope; nil for the whole cluster.
  package static func all(_ places: [Permission.Scope: String?]) -> [RightQuestion] {
    Permission.all.flatMap { permission -> [RightQuestion] in
      guard let place = places[permission.scope] else { return [] }
      let names = permission.names.isEmpty ? [nil] : permission.names.map(Optional.some)
      return names.flatMap { name in
        permission.verbs.map { verb in
          RightQuestion(
            group: permission.group, resource: permission.resource, verb: verb, name: name, namespace: place)
        }
      }
    }
  }

  /// Everything that dashboards need in the namespace of their Grafana.
  package static func dashboards(in namespace: String) -> [RightQuestion] {
    GrafanaNamespaceRole.rules.flatMap { resource, verbs in
      verbs.map {
        RightQuestion(
          group: GrafanaNamespaceRole.group, resource: resource, verb: $0, name: nil, namespace: namespace)
      }
    }
  }

  /// The resource as kubectl names it: `daemonsets.apps`.
  var qualifiedResource: String { group.isEmpty ? resource : "\(resource).\(group)" }

  /// The question as a SubjectAccessReview, which the API server answers and does not store
  /// (`k8s.io/api/authorization/v1/types.go`).
  func review(of account: ObjectKey) -> KubernetesObject {
    let namespace = account.namespace ?? ""
    let parts = resource.split(separator: "/", maxSplits: 1).map(String.init)
    var attributes: JSONObject = ["group": .string(group), "resource": .string(parts[0]), "verb": .string(verb)]
    if parts.count > 1 { attributes["subresource"] = .string(parts[1]) }
    if let name { attributes["name"] = .string(name) }
    if let place = self.namespace { attributes["namespace"] = .string(place) }
    return KubernetesObject([
      "apiVersion": .string(ResourceType.subjectAccessReviews.apiVersion),
      "kind": .string(ResourceType.subjectAccessReviews.kind),
      "spec": [
        "user": .string("system:serviceaccount:\(namespace):\(account.name)"),
        "groups": [
          "system:serviceaccounts", .string("system:serviceaccounts:\(namespace)"), "system:authenticated",
        ],
        "resourceAttributes": .object(attributes),
      ],
    ])
  }
}

/// What the API server answered.
package struct RightAnswer: Hashable, Sendable {
  /// The question.
  package let question: RightQuestion
  /// Whether the account may do it.
  package let isAllowed: Bool

  /// A question with its answer.
  package init(_ question: RightQuestion, isAllowed: Bool) {
    self.question = question
    self.isAllowed = isAllowed
  }
}

extension ResourceType {
  /// Questions whether an account may do something.
  static let subjectAccessReviews = ResourceType(
    group: "authorization.k8s.io", kind: "SubjectAccessReview", plural: "subjectaccessreviews", isNamespaced: false)
}
