// SPDX-License-Identifier: Apache-2.0

/// The paths of Coroot that are closed at the gatekeeper, to every user.
///
/// The proxy answers them itself. It compares a path after it was decoded, and redirects one that is not clean (`//`,
/// `..`) before it compares, as Coroot's own router does: both are gorilla/mux (oauth2-proxy, pkg/upstream/proxy.go). Of
/// several paths that fit, the longest wins; one that ends in a slash stands for everything below it.
///
/// Ingress and HTTPRoute know no refusal that every controller supports, and lead to the gatekeeper alone; so this list
/// is the one place that decides.
enum ClosedPaths {
  /// One path, and what is behind it.
  struct Entry: Hashable, Sendable {
    var path: String
    var reason: String
  }

  static let all: [Entry] = [
    Entry(path: "/v1/", reason: "ingestion, which takes data from whoever has an API key"),
    Entry(path: "/api/v1/", reason: "the query API for API keys"),
    Entry(path: "/api/clickhouse-config", reason: "the password of ClickHouse, for API keys"),
    Entry(path: "/api/clickhouse-connect", reason: "a tunnel to ClickHouse, for API keys"),
    Entry(path: "/api/login", reason: "passwords could be tried; who has signed in needs none"),
    Entry(path: "/mcp", reason: "the MCP server"),
    Entry(path: "/mcp/", reason: "the MCP server"),
    Entry(path: "/oauth/", reason: "tokens for the MCP server, which would outlive the user's session"),
    Entry(path: "/.well-known/", reason: "how to get tokens for the MCP server"),
    Entry(path: "/health", reason: "for probes, which do not come this way"),
  ]
}
