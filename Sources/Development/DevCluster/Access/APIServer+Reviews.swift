// SPDX-License-Identifier: Apache-2.0

import JSON

/// The reviews of `authentication.k8s.io` and `authorization.k8s.io`: questions in the form of objects. None is stored.
extension APIServer {
  /// The review with its answer.
  func review(_ review: JSONValue, _ type: ServedType, by identity: Identity) -> JSONValue {
    var review = review
    switch type.kind {
    case "SelfSubjectReview":
      review["status"] = [
        "userInfo": [
          "username": .string(identity.user), "groups": .array(identity.groups.map { .string($0) }),
        ]
      ]
    case "SelfSubjectRulesReview":
      review["status"] = rules(of: identity, namespace: review[path: "spec", "namespace"]?.string ?? "")
    case "SubjectAccessReview":
      let groups = review[path: "spec", "groups"]?.array?.compactMap(\.string) ?? []
      let subject = Identity(user: review[path: "spec", "user"]?.string ?? "", groups: groups)
      review["status"] = ["allowed": .bool(isAllowed(review, by: subject))]
    default:
      review["status"] = ["allowed": .bool(isAllowed(review, by: identity))]
    }
    return review
  }

  private func isAllowed(_ review: JSONValue, by identity: Identity) -> Bool {
    if let asked = review[path: "spec", "resourceAttributes"] {
      func text(_ key: String) -> String? { asked[key]?.string.flatMap { $0.isEmpty ? nil : $0 } }
      return access.allows(
        identity,
        RoleBasedAccess.Attributes(
          verb: text("verb") ?? "", group: text("group") ?? "", resource: text("resource") ?? "",
          subresource: text("subresource"), name: text("name"), namespace: text("namespace") ?? ""))
    }
    guard let path = review[path: "spec", "nonResourceAttributes", "path"]?.string else { return false }
    return allows(identity, path: path)
  }

  /// What `kubectl auth can-i --list` shows.
  private func rules(of identity: Identity, namespace: String) -> JSONValue {
    var resources: [JSONValue] = []
    var paths: [JSONValue] = [
      ["verbs": ["get"], "nonResourceURLs": ["/healthz", "/livez", "/readyz", "/version"]],
      ["verbs": ["get"], "nonResourceURLs": ["/api", "/api/*", "/apis", "/apis/*", "/openapi", "/openapi/*"]],
    ]
    if identity.groups.contains("system:masters") {
      resources = [["verbs": ["*"], "apiGroups": ["*"], "resources": ["*"]]]
      paths = [["verbs": ["*"], "nonResourceURLs": ["*"]]]
    } else {
      resources = [
        [
          "verbs": ["create"], "apiGroups": ["authorization.k8s.io"],
          "resources": ["selfsubjectaccessreviews", "selfsubjectrulesreviews"],
        ],
        ["verbs": ["create"], "apiGroups": ["authentication.k8s.io"], "resources": ["selfsubjectreviews"]],
      ]
      resources += access.rules(for: identity, namespace: namespace).filter { $0["nonResourceURLs"] == nil }
    }
    return ["resourceRules": .array(resources), "nonResourceRules": .array(paths), "incomplete": false]
  }
}
