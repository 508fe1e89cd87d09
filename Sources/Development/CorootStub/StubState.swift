// SPDX-License-Identifier: Apache-2.0

import Digests
import JSON
import KubernetesCore

/// A user of the server.
struct StubUser {
  var id: Int
  var email: String
  var name: String
  var role: String
  var password: String
}

/// A project with what is stored for it, and what its process holds in memory.
public struct StubProject: Sendable {
  /// What the server has read of a project's metrics.
  public enum Cache: Hashable, Sendable {
    /// So far behind, in the words of the status: `4 hours`. An empty cache lags, too.
    case lags(String)
    /// Read in time.
    case synced
    /// The last query failed with this error.
    case fails(String)
  }

  let id: String
  var name: String
  var isReadOnly: Bool
  var keys: [(key: String, description: String)]
  var members: [String]
  var prometheus = PrometheusForm()
  var clickHouse = ClickHouseForm()
  /// What the process writes traces, logs and profiles to: the settings at the first data, until it restarts.
  var ingestion: ClickHouseForm?
  /// What is known of its metrics.
  var cache = Cache.lags("4 hours")
  /// Nodes whose agents have sent metrics.
  var nodes: [String] = []
  /// Applications that kube-state-metrics or the cluster-agent named; nil for none of them.
  var applications: Int?

  /// A key of 32 zeros, which an empty one is read as.
  static let emptyKey = String(repeating: "0", count: 32)
}

/// A Coroot 1.24.5 as far as its HTTP API goes: requests in, answers out, without time, threads or network.
///
/// Written from what was measured and read of the real server; the truth test replays recorded requests. Not modelled:
/// `URL_BASE_PATH`, integrations other than Prometheus and ClickHouse, the UI's data, gRPC.
struct StubState {
  var configuration: StubConfiguration
  var backends = StubBackends()
  var users: [StubUser] = []
  var projects: [StubProject] = []
  /// What was sent to be stored.
  var batches: [StubBatch] = []
  /// The exit code of the process; nil while it runs.
  var exitCode: Int?
  private var secret = "secret-1"
  private var counter = 0

  init(_ configuration: StubConfiguration) {
    self.configuration = configuration
    bootstrap()
  }

  /// Starts the process again on the same database.
  mutating func restart() {
    exitCode = nil
    for index in projects.indices { projects[index].ingestion = nil }
    bootstrap()
  }

  /// Starts the process on an empty database.
  mutating func loseDatabase() {
    (users, projects) = ([], [])
    secret = "secret-\(next())"
    restart()
  }

  /// What the server does at start: creates `admin`, and makes the projects of the configuration what it says.
  private mutating func bootstrap() {
    if !users.contains(where: { $0.email == "admin" }) {
      users.append(
        StubUser(
          id: nextUser, email: "admin", name: "Admin", role: "Admin", password: configuration.adminPassword ?? ""))
    }
    for index in projects.indices where projects[index].isReadOnly { projects[index].isReadOnly = false }
    for wanted in configuration.projects {
      let index = projects.firstIndex { $0.name == wanted.name } ?? addProject(wanted.name)
      let id = projects[index].id
      projects[index].isReadOnly = true
      projects[index].members = wanted.members
      projects[index].keys = wanted.keys.isEmpty ? [(id, "default")] : wanted.keys
    }
    if projects.isEmpty { _ = addProject("default") }
  }

  /// Adds an editable project with a key of its own, and returns its position.
  mutating func addProject(_ name: String) -> Int {
    let id = String(identifier().prefix(8))
    projects.append(
      StubProject(id: id, name: name, isReadOnly: false, keys: [(identifier(), "default")], members: []))
    return projects.count - 1
  }

  /// Thirty-two letters and digits that no other call returns.
  mutating func identifier() -> String {
    let digest = SHA256.digest(Array("\(secret)/\(next())".utf8))
    return digest.reduce(into: "") { $0 += String(UInt($1) % 36, radix: 36) }
  }

  private mutating func next() -> Int {
    counter += 1
    return counter
  }

  var nextUser: Int { (users.map(\.id).max() ?? 0) + 1 }

  // MARK: - Sessions

  /// A cookie's value: the user's ID and a tag, both in Base64 with padding. Nothing in it ends with time.
  func session(of user: StubUser) -> String {
    let subject = "{\"id\":\(user.id)}"
    let tag = SHA256.digest(Array((secret + subject).utf8))
    return Self.base64URL(Array(subject.utf8)) + "." + Self.base64URL(tag)
  }

  private static func base64URL(_ bytes: [UInt8]) -> String {
    Base64.encode(bytes).replacing("+", with: "-").replacing("/", with: "_")
  }

  /// The user of a request; nil without one. The anonymous role takes precedence over any cookie.
  func user(of request: StubRequest) -> StubUser? {
    if let role = configuration.anonymousRole {
      return StubUser(id: 0, email: "", name: "Anonymous", role: role, password: "")
    }
    guard let session = request.session else { return nil }
    return users.first { self.session(of: $0) == session }
  }

  /// Whether the first visitor sets the password of `admin`.
  var wantsAdminPassword: Bool { users.count == 1 && users[0].email == "admin" && users[0].password.isEmpty }
}
