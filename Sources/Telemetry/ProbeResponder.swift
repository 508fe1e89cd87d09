// SPDX-License-Identifier: Apache-2.0

/// What the probe server answers; knows nothing of sockets.
struct ProbeResponder: Sendable {
  /// A whole answer.
  struct Answer: Sendable, Equatable {
    var status: Int
    var type = "text/plain; charset=utf-8"
    var body: String
    var allow: String?
  }

  let registry: MetricsRegistry
  let liveness: [HealthCheck]
  let readiness: [HealthCheck]

  func answer(method: String, target: String) async -> Answer {
    guard method == "GET" || method == "HEAD" else {
      return Answer(status: 405, body: "only GET and HEAD are answered\n", allow: "GET, HEAD")
    }
    let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    let query = parts.count > 1 ? parts[1].split(separator: "&") : []
    let path = parts.first ?? ""
    switch path {
    case "/metrics": return Answer(status: 200, type: MetricsRegistry.contentType, body: registry.render())
    case "/healthz", "/healthz/": return await all("healthz", liveness, query)
    case "/readyz", "/readyz/": return await all("readyz", readiness, query)
    default:
      if path.hasPrefix("/healthz/") { return await one(liveness, path.dropFirst("/healthz/".count)) }
      if path.hasPrefix("/readyz/") { return await one(readiness, path.dropFirst("/readyz/".count)) }
      return Self.notFound
    }
  }

  private static let notFound = Answer(
    status: 404, body: "not found: there are /metrics, /healthz, /readyz, /healthz/<name> and /readyz/<name>\n")

  private func all(_ name: String, _ checks: [HealthCheck], _ query: [Substring]) async -> Answer {
    let excluded = query.filter { $0.hasPrefix("exclude=") }.map { String($0.dropFirst("exclude=".count)) }
    let report = await HealthReport(name: name, checks: checks, excluding: excluded)
    let verbose = query.contains { $0 == "verbose" || $0.hasPrefix("verbose=") }
    return Answer(status: report.passed ? 200 : 500, body: report.body(verbose: verbose))
  }

  private func one(_ checks: [HealthCheck], _ name: Substring) async -> Answer {
    guard let check = checks.first(where: { $0.name == name }) else { return Self.notFound }
    guard let failure = await check.failure() else { return Answer(status: 200, body: "ok") }
    return Answer(status: 500, body: "internal server error: \(Redaction.apply(failure))\n")
  }
}
