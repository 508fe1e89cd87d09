// SPDX-License-Identifier: Apache-2.0

import JSON

extension StubState {
  /// `/api/project/` and `/api/project/{id}`.
  mutating func settings(
    of index: Int?, isNew: Bool, _ request: StubRequest, _ user: StubUser
  ) -> StubResponse {
    if request.method == "GET" {
      if isNew {
        var form: JSONObject = ["readonly": false, "name": "", "api_keys": .null, "refresh_interval": 0]
        addMembers(to: &form, of: nil)
        return .json(.object(form))
      }
      return index.map { describe(projects[$0], to: user) } ?? .done
    }
    guard user.role == "Admin" else { return .error(403, "You are not allowed to configure the project.") }
    if request.method == "DELETE" {
      if let index { projects.remove(at: index) }
      return .error(200)
    }
    guard let name = request.form?["name"]?.string, name.wholeMatch(of: /[-_0-9a-z]{3,}/) != nil else {
      return .error(400)
    }
    if !isNew, index == nil { return .error(404, "Project not found.") }
    if let index, projects[index].isReadOnly {
      return .error(403, "This project is defined through the config and cannot be modified via the UI.")
    }
    guard !projects.indices.contains(where: { $0 != index && projects[$0].name == name }) else {
      return .error(409, "This project name is already being used.")
    }
    let position = index ?? addProject(name)
    projects[position].name = name
    return .error(200, projects[position].id)
  }

  private func describe(_ project: StubProject, to user: StubUser) -> StubResponse {
    var form: JSONObject = [
      "readonly": .bool(project.isReadOnly), "name": .string(project.name),
      "api_keys": user.role == "Admin" ? Self.json(project.keys) : "permission denied",
      "refresh_interval": .integer(Int64(project.prometheus.refreshInterval)),
    ]
    addMembers(to: &form, of: project)
    return .json(.object(form))
  }

  private func addMembers(to form: inout JSONObject, of project: StubProject?) {
    if let members = project?.members, !members.isEmpty {
      form["member_projects"] = .array(members.map { .string($0) })
    }
    let available = projects.filter { $0.members.isEmpty && $0.id != project?.id }.map(\.name).sorted()
    if !available.isEmpty { form["available_projects"] = .array(available.map { .string($0) }) }
  }

  private static func json(_ keys: [(key: String, description: String)]) -> JSONValue {
    .array(keys.map { ["key": .string($0.key), "description": .string($0.description)] })
  }

  /// `/api/project/{id}/api_keys`.
  mutating func keys(of index: Int, _ request: StubRequest, _ user: StubUser) -> StubResponse {
    if request.method == "GET" {
      let keys = projects[index].keys.map { (user.role == "Admin" ? $0.key : "", $0.description) }
      return .json(["editable": .bool(!projects[index].isReadOnly), "keys": Self.json(keys)])
    }
    guard user.role == "Admin" else { return .error(403, "You are not allowed to configure the project.") }
    guard let form = request.form else { return .error(400) }
    let key = form["key"]?.string
    let description = form["description"]?.string ?? ""
    switch form["action"]?.string {
    case "generate": projects[index].keys.append((identifier(), description))
    case "delete": projects[index].keys.removeAll { $0.key == key }
    case "edit":
      for position in projects[index].keys.indices where projects[index].keys[position].key == key {
        projects[index].keys[position].description = description
      }
    default: return .error(400)
    }
    return .done
  }

  /// `GET /api/project/{id}/status`; an unknown project is answered with the inner object alone.
  func status(of index: Int?) -> StubResponse {
    guard let index else {
      return .json(
        Self.status("unknown", Self.prometheus("unknown"), "unknown", nodes: 0, applications: nil))
    }
    let project = projects[index]
    let (prometheus, agents) = sources(of: project)
    let inner = Self.status(
      prometheus["status"]?.string == "ok" ? (agents == "warning" ? "warning" : "ok") : "warning", prometheus, agents,
      nodes: project.nodes.count, applications: project.applications)
    let nodes = project.nodes.map { ["name": .string($0)] as JSONValue }
    var context: JSONObject = [
      "status": inner, "search": ["applications": .null, "nodes": nodes.isEmpty ? .null : .array(nodes)],
      "incidents": [:], "alerts": [:], "fluxcd": .null, "argocd": .null,
      "multicluster": .bool(!project.members.isEmpty),
    ]
    if !project.members.isEmpty { context["member_projects"] = .array(project.members.map { .string($0) }) }
    return .json(["context": .object(context), "data": inner])
  }

  private func sources(of project: StubProject) -> (prometheus: JSONValue, agents: String) {
    let agents = project.nodes.isEmpty ? "unknown" : "ok"
    if project.members.isEmpty, !isConfigured(project) {
      return (Self.prometheus("warning", "Prometheus is not configured.", action: "configure"), agents)
    }
    switch project.cache {
    case .synced: return (Self.prometheus("ok", "ok"), project.nodes.isEmpty ? "warning" : "ok")
    case .fails(let error):
      let message = "An error has been occurred while querying Prometheus:"
      return (Self.prometheus("warning", message, error: error, action: "configure"), agents)
    case .lags(let lag):
      let message =
        "The Prometheus cache lag is \(lag), likely due to a restart or upgrade. Synchronization is in progress."
      return (Self.prometheus("warning", message, action: "wait"), agents)
    }
  }

  private func isConfigured(_ project: StubProject) -> Bool {
    !project.prometheus.url.isEmpty || project.prometheus.usesClickHouse || configuration.globalPrometheus != nil
  }

  private static func prometheus(
    _ status: String, _ message: String = "", error: String = "", action: String = ""
  ) -> JSONValue {
    [
      "status": .string(status), "message": .string(message), "error": .string(error), "action": .string(action),
    ]
  }

  private static func status(
    _ status: String, _ prometheus: JSONValue, _ agents: String, nodes: Int, applications: Int?
  ) -> JSONValue {
    [
      "status": .string(status), "error": "", "prometheus": prometheus,
      "node_agent": ["status": .string(agents), "nodes": .integer(Int64(nodes))],
      "kube_state_metrics": applications.map { ["status": "ok", "applications": .integer(Int64($0))] } ?? .null,
    ]
  }
}
