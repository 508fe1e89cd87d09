// SPDX-License-Identifier: Apache-2.0

import JSON

/// What was sent to be stored, and where it went.
public struct StubBatch: Hashable, Sendable {
  /// `traces`, `logs`, `profiles` or `metrics`.
  public var signal: String
  /// The name of the project whose key it had.
  public var project: String
  /// Host and port of the backend; nil if none is configured.
  public var address: String?
  /// The database of ClickHouse; nil for metrics, or if none is configured.
  public var database: String?
  /// Whether the backend took it. The sender is not told: it gets 200 either way, but for metrics.
  public var isStored: Bool
  /// How many bytes it had.
  public var bytes: Int
}

extension StubState {
  /// `/v1/…`; nil where the server has no route.
  mutating func ingest(_ what: String, _ request: StubRequest) -> StubResponse? {
    let signals = ["traces", "logs", "profiles"]
    guard
      what == "metrics" || what == "config" && request.method == "GET"
        || signals.contains(what) && request.method == "POST"
    else { return nil }
    guard let index = project(ofKey: request.header("X-API-Key") ?? "") else {
      return .error(404, "project not found (x-api-key header is missing or invalid)")
    }
    switch what {
    case "config": return .json([:])
    case "metrics": return write(request, index)
    default: return take(what, request, index)
    }
  }

  /// The project of a key. The empty key is added to the only project, or to one named `default`, and kept.
  private mutating func project(ofKey key: String) -> Int? {
    let effective = key.isEmpty ? StubProject.emptyKey : key
    if let index = projects.firstIndex(where: { $0.keys.contains { $0.key == effective } }) { return index }
    guard key.isEmpty, let index = projects.count == 1 ? 0 : projects.firstIndex(where: { $0.name == "default" }) else {
      return nil
    }
    projects[index].keys.append((StubProject.emptyKey, ""))
    return index
  }

  /// Traces, logs and profiles go where the first data after a start went, whatever is stored now.
  private mutating func take(_ signal: String, _ request: StubRequest, _ index: Int) -> StubResponse {
    let type = request.header("Content-Type") ?? ""
    guard type == "application/x-protobuf" else { return .error(400, "unsupported content type: \(type)") }
    let form = projects[index].ingestion ?? projects[index].clickHouse
    projects[index].ingestion = form
    let isStored =
      form.isConfigured && backends.migrationFault(of: form, trusting: configuration.trustsAuthority) == nil
    batches.append(
      StubBatch(
        signal: signal, project: projects[index].name, address: form.isConfigured ? form.address : nil,
        database: form.isConfigured ? form.database : nil, isStored: isStored, bytes: request.body.count))
    return StubResponse(status: 200, headers: [("Content-Type", "application/x-protobuf")])
  }

  /// Metrics are handed on to the write URL of the Prometheus integration. That a refusal with 400 becomes 200 is the
  /// server's; so is that what cannot be reached becomes 500.
  private mutating func write(_ request: StubRequest, _ index: Int) -> StubResponse {
    let form = projects[index].prometheus
    let target = form.remoteWriteURL.isEmpty ? form.url : form.remoteWriteURL
    guard let url = GoURL(target), !url.host.isEmpty else { return .error(500) }
    let server = backends.prometheus[url.host]
    let isStored = server?.behaviour == .answers
    batches.append(
      StubBatch(
        signal: "metrics", project: projects[index].name, address: url.host, database: nil, isStored: isStored,
        bytes: request.body.count))
    guard case .status(let line)? = server?.behaviour, let status = Int(line.prefix(3)) else {
      return isStored ? StubResponse(status: 204) : .error(500)
    }
    return status == 400 ? .done : .error(status, line)
  }
}
