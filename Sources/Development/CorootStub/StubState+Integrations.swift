// SPDX-License-Identifier: Apache-2.0

import JSON

extension StubState {
  private var trusts: Bool { configuration.trustsAuthority }

  /// `/api/project/{id}/integrations`: the base URL, and notifications, which nothing here sets.
  mutating func integrations(of index: Int, _ request: StubRequest, _ user: StubUser) -> StubResponse {
    guard request.method == "GET" else {
      guard user.role == "Admin" else { return .error(403, "You are not allowed to configure integrations.") }
      guard let url = request.form?["base_url"]?.string, GoURL(url)?.host.isEmpty == false else {
        return .error(400, "Invalid base url")
      }
      return .done
    }
    let titles = [
      ("slack", "Slack"), ("teams", "MS Teams"), ("pagerduty", "Pagerduty"), ("opsgenie", "Opsgenie"),
      ("webhook", "Webhook"),
    ]
    let list = titles.map { type, title -> JSONValue in
      [
        "type": .string(type), "configured": false, "incidents": false, "deployments": false, "alerts": false,
        "title": .string(title), "details": "",
      ]
    }
    return .json(["base_url": "", "integrations": .array(list), "readonly": .bool(user.role != "Admin")])
  }

  /// `/api/project/{id}/integrations/{type}`.
  mutating func integration(
    _ type: String, of index: Int, _ request: StubRequest, _ user: StubUser
  ) -> StubResponse {
    guard ["prometheus", "clickhouse"].contains(type) else { return .error(400) }
    let isAdmin = user.role == "Admin"
    if request.method == "GET" {
      return type == "prometheus" ? getPrometheus(index, hidden: !isAdmin) : getClickHouse(index, hidden: !isAdmin)
    }
    guard isAdmin else { return .error(403, "You are not allowed to configure integrations.") }
    return type == "prometheus" ? changePrometheus(index, request) : changeClickHouse(index, request)
  }

  private func getPrometheus(_ index: Int, hidden: Bool) -> StubResponse {
    .json(configuration.globalPrometheus.map { .object($0) } ?? projects[index].prometheus.json(hidden: hidden))
  }

  private func getClickHouse(_ index: Int, hidden: Bool) -> StubResponse {
    let form = projects[index].clickHouse
    if let global = configuration.globalClickHouse {
      let server = backends.clickHouse[global["addr"]?.string ?? ""]
      return .json(["form": .object(global), "cluster_info": .object(server?.info ?? [:])])
    }
    guard form.isConfigured else { return .json(["form": form.json(hidden: hidden), "cluster_info": .null]) }
    let isReached = backends.fault(of: form, trusting: trusts) == nil
    let server = backends.clickHouse[form.address]
    let info = isReached ? server?.info ?? [:] : [:]
    let answer = StubResponse.json(["form": form.json(hidden: hidden), "cluster_info": .object(info)])
    return server?.behaviour == .hangs ? answer.delayed(.seconds(20)) : answer
  }

  private mutating func changePrometheus(_ index: Int, _ request: StubRequest) -> StubResponse {
    let isDelete = request.method == "DELETE"
    guard let form = isDelete ? PrometheusForm() : PrometheusForm(request.form) else {
      return .error(400, "invalid data")
    }
    guard configuration.globalPrometheus == nil else {
      return .error(400, "global Prometheus configuration is used and cannot be changed")
    }
    let fault: BackendFault?
    if form.usesClickHouse {
      let stored = projects[index].clickHouse
      fault =
        stored.isConfigured
        ? backends.fault(of: stored, trusting: trusts) : BackendFault(text: "clickhouse config is required")
    } else if form.url.isEmpty {
      fault = BackendFault(text: "prometheus is not configured")
    } else {
      fault = backends.fault(of: form, trusting: trusts)
    }
    if request.method == "POST" { return Self.tested(fault) }
    if fault == nil { projects[index].prometheus = form }
    return saved(after: fault, index)
  }

  private mutating func changeClickHouse(_ index: Int, _ request: StubRequest) -> StubResponse {
    if request.method == "DELETE" {
      guard configuration.globalClickHouse == nil else { return Self.globalClickHouse }
      projects[index].clickHouse = ClickHouseForm()
      return .done
    }
    guard let form = ClickHouseForm(request.form) else { return .error(400, "invalid data") }
    guard configuration.globalClickHouse == nil else { return Self.globalClickHouse }
    if !form.authorityFile.isEmpty, !configuration.authorityFiles.contains(form.authorityFile) {
      // klog.Fatal, before anything is answered.
      exitCode = 255
      return .error(500)
    }
    let fault = backends.fault(of: form, trusting: trusts)
    if request.method == "POST" { return Self.tested(fault) }
    if fault == nil { projects[index].clickHouse = form }
    return saved(after: fault, index)
  }

  private static let globalClickHouse = StubResponse.error(
    400, "global ClickHouse configuration is used and cannot be changed")

  private static func tested(_ fault: BackendFault?) -> StubResponse {
    fault.map { StubResponse.error(400, $0.text).delayed($0.delay) } ?? .done
  }

  /// What follows a test of whatever result: the tables are created with what is stored now.
  private func saved(after fault: BackendFault?, _ index: Int) -> StubResponse {
    let stored = projects[index].clickHouse
    let migration = stored.isConfigured ? backends.migrationFault(of: stored, trusting: trusts) : nil
    let time = stored.isConfigured ? backends.clickHouse[stored.address]?.migrationTime ?? .zero : .zero
    let delay = (fault?.delay ?? .zero) + (migration?.delay ?? .zero) + time
    let lines = [fault?.text, migration.map { "Clickhouse error: \($0.text)" }].compactMap { $0 }
    guard !lines.isEmpty else { return StubResponse.done.delayed(delay) }
    return StubResponse.error(fault == nil ? 500 : 400, lines.joined(separator: "\n")).delayed(delay)
  }
}
