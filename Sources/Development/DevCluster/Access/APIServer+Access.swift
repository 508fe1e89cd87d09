// SPDX-License-Identifier: Apache-2.0

import JSON

extension APIServer {
  /// Who sends the request.
  ///
  /// - Throws: 401 for a token that nobody has.
  func authenticate(_ request: APIRequest) throws(APIStatus) -> Identity {
    guard let header = request.header("authorization") else { return configuration.tokenless }
    let parts = header.split(separator: " ", maxSplits: 1)
    guard parts.count == 2, parts[0].lowercased() == "bearer" else { return configuration.tokenless }
    let token = String(parts[1])
    guard let identity = configuration.tokens[token] else { throw .unauthorized }
    return identity
  }

  /// Refuses what the identity may not do.
  ///
  /// - Throws: 403 with the message of `k8s.io/apiserver/pkg/endpoints/handlers/responsewriters`.
  func authorize(_ identity: Identity, _ attributes: RoleBasedAccess.Attributes) throws(APIStatus) {
    // The roles of the cluster are looked up only for those who need them.
    guard !identity.groups.contains("system:masters"), !access.allows(identity, attributes) else { return }
    let qualified = attributes.group.isEmpty ? attributes.resource : "\(attributes.resource).\(attributes.group)"
    let subject = attributes.name.map { "\(qualified) \"\($0)\"" } ?? qualified
    let place =
      attributes.namespace.isEmpty ? "at the cluster scope" : "in the namespace \"\(attributes.namespace)\""
    throw APIStatus(
      code: 403, reason: "Forbidden",
      message: "\(subject) is forbidden: User \"\(identity.user)\" cannot \(attributes.verb) resource "
        + "\"\(attributes.qualifiedResource)\" in API group \"\(attributes.group)\" \(place)",
      details: APIStatus.details(name: attributes.name, group: attributes.group, kind: attributes.resource))
  }

  /// Refuses paths that are no resources to who may not read them: `system:public-info-viewer` and
  /// `system:discovery` are bound as in every cluster.
  func authorize(_ identity: Identity, path: String, method: String) throws(APIStatus) {
    guard !allows(identity, path: path) else { return }
    throw APIStatus(
      code: 403, reason: "Forbidden",
      message: "forbidden: User \"\(identity.user)\" cannot \(method.lowercased()) path \"\(path)\"", details: [:])
  }

  /// Whether someone may read a path that is no resource.
  func allows(_ identity: Identity, path: String) -> Bool {
    if identity.groups.contains("system:masters") { return true }
    let isPublic = ["/healthz", "/livez", "/readyz", "/version"].contains { path == $0 || path.hasPrefix($0 + "/") }
    let isDiscovery = ["/api", "/apis", "/openapi"].contains { path == $0 || path.hasPrefix($0 + "/") }
    return isPublic || (isDiscovery && identity.groups.contains("system:authenticated"))
  }

  /// Whether the stored roles and bindings let someone do something; an empty namespace is the cluster.
  public func allows(
    _ identity: Identity, verb: String, group: String, resource: String, subresource: String? = nil,
    name: String? = nil, namespace: String = ""
  ) -> Bool {
    access.allows(
      identity,
      RoleBasedAccess.Attributes(
        verb: verb, group: group, resource: resource, subresource: subresource, name: name, namespace: namespace))
  }

  /// The stored roles and bindings.
  var access: RoleBasedAccess {
    func all(_ plural: String) -> [JSONValue] {
      store.objects(StorageKey(group: "rbac.authorization.k8s.io", plural: plural))
    }
    return RoleBasedAccess(
      clusterRoles: all("clusterroles"), roles: all("roles"), clusterRoleBindings: all("clusterrolebindings"),
      roleBindings: all("rolebindings"))
  }
}
