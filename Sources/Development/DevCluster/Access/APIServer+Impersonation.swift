// SPDX-License-Identifier: Apache-2.0

extension APIServer {
  /// Who the request is to be judged as: `kubectl --as`.
  ///
  /// After `apiserver/pkg/endpoints/filters/impersonation`.
  ///
  /// - Throws: 403 for someone who may not act as the other.
  func impersonated(_ identity: Identity, by request: APIRequest) throws(APIStatus) -> Identity {
    guard let user = request.header("impersonate-user"), !user.isEmpty else { return identity }
    var groups = request.headers.filter { $0.name.lowercased() == "impersonate-group" }.map(\.value)
    var attributes = RoleBasedAccess.Attributes(
      verb: "impersonate", group: "", resource: "users", name: user, namespace: "")
    let parts = user.split(separator: ":")
    if parts.count == 4, user.hasPrefix("system:serviceaccount:") {
      attributes.resource = "serviceaccounts"
      attributes.namespace = String(parts[2])
      attributes.name = String(parts[3])
    }
    try authorize(identity, attributes)
    for group in groups {
      try authorize(
        identity,
        RoleBasedAccess.Attributes(verb: "impersonate", group: "", resource: "groups", name: group, namespace: ""))
    }
    if attributes.resource == "serviceaccounts", groups.isEmpty {
      groups = ["system:serviceaccounts", "system:serviceaccounts:\(attributes.namespace)"]
    }
    return user == "system:anonymous" ? .anonymous : Identity(user: user, groups: groups)
  }
}

/// Who asks.
public struct Identity: Hashable, Sendable {
  /// The user's name.
  public var user: String
  /// The groups the user is in.
  public var groups: [String]

  /// A user in groups; `system:authenticated` is added.
  public init(user: String, groups: [String] = []) {
    self.user = user
    self.groups = groups + ["system:authenticated"]
  }

  private init(user: String, exactGroups: [String]) {
    self.user = user
    self.groups = exactGroups
  }

  /// A cluster admin, who may do everything.
  public static let admin = Identity(user: "admin", groups: ["system:masters"])
  /// Someone who came without a token.
  public static let anonymous = Identity(user: "system:anonymous", exactGroups: ["system:unauthenticated"])

  /// A service account, as its token makes it known.
  public static func serviceAccount(namespace: String, name: String) -> Identity {
    Identity(
      user: "system:serviceaccount:\(namespace):\(name)",
      groups: ["system:serviceaccounts", "system:serviceaccounts:\(namespace)"])
  }
}
