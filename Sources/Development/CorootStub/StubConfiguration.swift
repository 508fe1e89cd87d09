// SPDX-License-Identifier: Apache-2.0

public import JSON

/// What the server is started with.
public struct StubConfiguration: Sendable {
  /// A project of the configuration file.
  public struct Project: Sendable {
    /// The name.
    public var name: String
    /// The keys that `apiKeys` holds; none leaves the project's own ID as its key.
    public var keys: [(key: String, description: String)]
    /// The projects that a multi-cluster project shows; empty for a plain one.
    public var members: [String]

    /// A project made of its parts.
    public init(_ name: String, keys: [(key: String, description: String)] = [], members: [String] = []) {
      self.name = name
      self.keys = keys
      self.members = members
    }
  }

  /// The projects. None makes the server create one named `default` in an empty database.
  public var projects: [Project]
  /// The password with which `admin` is created; nil leaves it to the first visitor.
  public var adminPassword: String?
  /// The role that everybody has (`auth.anonymous_role`); nil for none.
  public var anonymousRole: String?
  /// The Prometheus integration of all projects (`global_prometheus`), as GET shows it; nil for none.
  public var globalPrometheus: JSONObject?
  /// The ClickHouse integration of all projects (`global_clickhouse`), as GET shows it; nil for none.
  public var globalClickHouse: JSONObject?
  /// Files of certificate authorities that the pod can read. Any other `tls_ca_file` ends the server.
  public var authorityFiles: Set<String> = []
  /// Whether the pod trusts the authority of the backends (`SSL_CERT_FILE`).
  public var trustsAuthority = false

  /// A configuration of projects and a password.
  public init(projects: [Project] = [], adminPassword: String? = nil) {
    self.projects = projects
    self.adminPassword = adminPassword
  }

  /// Two plain projects, the second as guard, as an operator wants them.
  public static func guarded(
    project: String, key: String, guardProject: String, guardKey: String, adminPassword: String
  ) -> StubConfiguration {
    StubConfiguration(
      projects: [Project(project, keys: [(key, "agents")]), Project(guardProject, keys: [(guardKey, "guard")])],
      adminPassword: adminPassword)
  }
}
