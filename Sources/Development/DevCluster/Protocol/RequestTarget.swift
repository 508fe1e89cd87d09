// SPDX-License-Identifier: Apache-2.0

/// What a request is about, as `k8s.io/apiserver/pkg/endpoints/request.RequestInfo` reads a path.
struct RequestTarget: Sendable {
  var group = ""
  var version = ""
  var namespace: String?
  var plural = ""
  var name: String?
  var subresource: String?

  /// Reads the path of a resource; nil for any other path.
  init?(path: String) {
    var parts = path.split(separator: "/").map { PercentEncoding.decode($0) }[...]
    switch parts.first {
    case "api" where parts.count >= 3:
      version = parts[1]
      parts = parts.dropFirst(2)
    case "apis" where parts.count >= 4:
      group = parts[1]
      version = parts[2]
      parts = parts.dropFirst(3)
    default: return nil
    }
    if parts.first == "namespaces", parts.count > 2, !["status", "finalize"].contains(parts[parts.startIndex + 2]) {
      namespace = parts[parts.startIndex + 1]
      parts = parts.dropFirst(2)
    }
    guard let plural = parts.popFirst() else { return nil }
    self.plural = plural
    name = parts.popFirst()
    subresource = parts.popFirst()
    guard parts.isEmpty else { return nil }
  }

  /// The verb as RBAC has it.
  func verb(of request: APIRequest) -> String? {
    switch request.method {
    case "POST": "create"
    case "PUT": "update"
    case "PATCH": "patch"
    case "DELETE": name == nil ? "deletecollection" : "delete"
    case "GET", "HEAD": name != nil ? "get" : request.flag("watch") ? "watch" : "list"
    default: nil
    }
  }

  /// The name to which a right may be limited: that of the path, or the one that the field selector of a list or a watch
  /// demands.
  ///
  /// Source: `NewRequestInfo` in `k8s.io/apiserver/pkg/endpoints/request/requestinfo.go`.
  func authorizationName(of request: APIRequest) -> String? {
    guard name == nil, ["GET", "HEAD"].contains(request.method) else { return name }
    for term in (request.parameter("fieldSelector") ?? "").split(separator: ",") {
      let parts = term.split(separator: "=", omittingEmptySubsequences: false)
      guard parts.first == "metadata.name", let name = parts.last,
        parts.count == 2 || (parts.count == 3 && parts[1].isEmpty),
        !name.isEmpty, NameRules.pathSegment(String(name)) == nil
      else { continue }
      return String(name)
    }
    return nil
  }

  /// The namespace for which the right is asked; that of a Namespace object is itself.
  var authorizationNamespace: String {
    namespace ?? (group.isEmpty && plural == "namespaces" ? name ?? "" : "")
  }
}
