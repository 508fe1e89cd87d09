// SPDX-License-Identifier: Apache-2.0

/// Which requests a rule is about. What is left open fits everything.
public struct RequestPattern: Hashable, Sendable {
  /// The verbs as RBAC has them, such as `list`, `watch` or `patch`.
  public var verbs: Set<String>?
  /// The plural of the resource.
  public var resource: String?
  /// The subresource; `""` for none.
  public var subresource: String?
  /// The namespace.
  public var namespace: String?
  /// The name of the object.
  public var name: String?
  /// What the client says it is, in the header `User-Agent`.
  public var userAgent: String?
  /// The bearer token.
  public var token: String?

  /// A pattern made of its parts.
  public init(
    verbs: Set<String>? = nil, resource: String? = nil, subresource: String? = nil, namespace: String? = nil,
    name: String? = nil, userAgent: String? = nil, token: String? = nil
  ) {
    self.verbs = verbs
    self.resource = resource
    self.subresource = subresource
    self.namespace = namespace
    self.name = name
    self.userAgent = userAgent
    self.token = token
  }

  /// The verbs that write.
  public static let writes: Set<String> = ["create", "update", "patch", "delete", "deletecollection"]

  /// Whether the request is one of those.
  public func fits(_ request: APIRequest) -> Bool {
    if let userAgent, request.header("user-agent") != userAgent { return false }
    if let token, request.header("authorization") != "Bearer \(token)" { return false }
    let target = RequestTarget(path: request.path)
    if let verbs, !verbs.contains(target?.verb(of: request) ?? request.method.lowercased()) { return false }
    if let resource, target?.plural != resource { return false }
    if let subresource, target?.subresource ?? "" != subresource { return false }
    if let namespace, target?.namespace != namespace { return false }
    if let name, target?.name != name { return false }
    return true
  }
}
