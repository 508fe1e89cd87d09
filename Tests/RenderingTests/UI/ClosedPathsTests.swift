// SPDX-License-Identifier: Apache-2.0

import JSON
import Testing

@testable import Rendering

/// What reaches Coroot through the gatekeeper: the rendered upstreams, matched as the proxy matches them
/// (oauth2-proxy 7.15.3, pkg/upstream/proxy.go, over gorilla/mux).
@Suite struct ClosedPathsTests {
  enum Answer: Hashable {
    /// The request is passed on.
    case coroot
    case refused(Int64)
    /// The path is not clean, and the browser is sent to the clean one.
    case redirected
  }

  private struct Upstream {
    var path: String
    var code: Int64?
  }

  private static func answer(_ raw: String) throws -> Answer {
    let configuration = try #require(UIMatrix.all.first).configuration()
    let rendered = configuration[path: "upstreamConfig", "upstreams"]?.array ?? []
    let upstreams = rendered.map { entry -> Upstream in
      let isStatic = entry["static"]?.bool ?? false
      return Upstream(path: entry["path"]?.string ?? "", code: isStatic ? entry["staticCode"]?.integer : nil)
    }
    // The outer router cleans the path as it was sent, the inner one the decoded path.
    let path = decoded(raw)
    guard cleaned(raw) == raw, cleaned(path) == path else { return .redirected }
    let sorted = upstreams.sorted { $0.path.utf8.count > $1.path.utf8.count }
    let found = sorted.first { $0.path.hasSuffix("/") ? path.hasPrefix($0.path) : path == $0.path }
    return try #require(found).code.map(Answer.refused) ?? .coroot
  }

  private static func decoded(_ path: String) -> String {
    var bytes: [UInt8] = []
    var rest = Array(path.utf8)[...]
    while let byte = rest.popFirst() {
      if byte == UInt8(ascii: "%"), let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16) {
        rest.removeFirst(2)
        bytes.append(value)
      } else {
        bytes.append(byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// As Go's `path.Clean`, but for a slash at the end, which stays.
  private static func cleaned(_ path: String) -> String {
    var parts: [Substring] = []
    for part in path.split(separator: "/") where part != "." {
      if part == ".." { _ = parts.popLast() } else { parts.append(part) }
    }
    let clean = "/" + parts.joined(separator: "/")
    return path.hasSuffix("/") && clean != "/" ? clean + "/" : clean
  }

  @Test(
    "Ingestion, API keys, passwords and tokens are not reached, however the path is written",
    arguments: [
      "/v1/metrics", "/v1/traces", "/v1/logs", "/v1/profiles", "/v1/config", "/v1/", "/%761/metrics", "/v1%2Fmetrics",
      "/%76%31%2ftraces", "/api/v1/query_range", "/api/v1/label/a/values", "/api%2Fv1/series", "/api/clickhouse-config",
      "/api/clickhouse%2Dconnect", "/api/login", "/mcp", "/mcp/x", "/oauth/token",
      "/.well-known/oauth-protected-resource",
      "/health",
    ])
  func isClosed(_ path: String) throws {
    #expect(try Self.answer(path) == .refused(404))
  }

  @Test(
    "A path that hides another one is never passed on",
    arguments: [
      "//v1/metrics", "/x/../v1/metrics", "/./v1/metrics", "/x/%2e%2e/v1/metrics", "/%2Fv1/metrics",
      "/x%2F..%2Fv1/logs",
      "/api//login", "/api/./clickhouse-config",
    ])
  func isCleanedFirst(_ path: String) throws {
    #expect(try Self.answer(path) == .redirected)
  }

  @Test(
    "The user interface and its API are passed on",
    arguments: [
      "/", "/p/abc/applications", "/static/js/app.js", "/api/user", "/api/project/abc/overview/map", "/api/logout",
      "/v1x", "/oauthx",
    ])
  func isOpen(_ path: String) throws {
    #expect(try Self.answer(path) == .coroot)
  }

  @Test("Every closed path has a reason, and stands once") func listIsSound() {
    #expect(ClosedPaths.all.allSatisfy { $0.path.hasPrefix("/") && !$0.reason.isEmpty })
    #expect(Set(ClosedPaths.all.map(\.path)).count == ClosedPaths.all.count)
  }
}
