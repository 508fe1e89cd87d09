// SPDX-License-Identifier: Apache-2.0

import JSON

extension StubState {
  /// Answers one request.
  mutating func answer(_ request: StubRequest) -> StubResponse {
    guard !request.path.contains("//") else { return redirect(request.path) }
    let parts = request.path.split(separator: "/", omittingEmptySubsequences: false).dropFirst().map(String.init)
    switch (request.method, request.path) {
    case ("GET", "/health"): return .done
    case ("POST", "/api/login"): return logIn(request)
    case ("POST", "/api/logout"):
      return StubResponse(status: 200, headers: [("Set-Cookie", "coroot_session=; Path=/; HttpOnly")])
    default: break
    }
    if parts.first == "v1", parts.count == 2, let answer = ingest(parts[1], request) { return answer }
    guard parts.first == "api", isRoute(request.method, parts) else { return .page }
    guard let user = user(of: request) else { return .error(401, wantsAdminPassword ? "set_admin_password" : "") }
    switch parts[1] {
    case "user": return request.method == "GET" ? describe(user) : changePassword(of: user, request)
    case "users": return request.method == "GET" ? listUsers(user) : changeUsers(user, request)
    default: return project(parts, request, user)
    }
  }

  /// What Go's router answers to a path that is not clean.
  private func redirect(_ path: String) -> StubResponse {
    let clean = "/" + path.split(separator: "/").joined(separator: "/") + (path.hasSuffix("/") ? "/" : "")
    return StubResponse(status: 301, headers: [("Location", clean)])
  }

  private func isRoute(_ method: String, _ parts: [String]) -> Bool {
    let methods: [String]
    switch (parts.count, parts.dropFirst().first, parts.dropFirst(3).first) {
    case (2, "user", _), (2, "users", _): methods = ["GET", "POST"]
    case (3, "project", _): methods = parts[2].isEmpty ? ["GET", "POST"] : ["GET", "POST", "DELETE"]
    case (4, "project", "status"): methods = ["GET"]
    case (4, "project", "api_keys"): methods = ["GET", "POST"]
    case (4, "project", "integrations"): methods = ["GET", "PUT"]
    case (5, "project", "integrations"): methods = ["GET", "PUT", "POST", "DELETE"]
    default: methods = []
    }
    return methods.contains(method)
  }

  /// Requests below `/api/project/`.
  private mutating func project(_ parts: [String], _ request: StubRequest, _ user: StubUser) -> StubResponse {
    let index = projects.firstIndex { $0.id == parts[2] }
    switch (parts.count, parts.dropFirst(3).first) {
    case (3, _): return settings(of: index, isNew: parts[2].isEmpty, request, user)
    case (4, "status"): return status(of: index)
    case (4, "api_keys"): return index.map { keys(of: $0, request, user) } ?? .error(500)
    case (4, _): return index.map { integrations(of: $0, request, user) } ?? .error(500)
    default: return index.map { integration(parts[4], of: $0, request, user) } ?? .error(500)
    }
  }
}
