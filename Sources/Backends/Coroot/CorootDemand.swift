// SPDX-License-Identifier: Apache-2.0

public import ObservabilityAPI

/// What a Coroot server is to have. Its projects are declared in its own configuration; the check only finds them.
public struct CorootDemand: Hashable, Sendable {
  /// The project by name. Never `default`: a server lets that project take what is sent without a key.
  public var project: String
  /// The second plain project, by name: with two of them a request without a key belongs to none, and is refused.
  public var guardProject: String
  /// Where the project reads its metrics.
  public var prometheus: CorootPrometheus
  /// Where the project keeps traces, logs and profiles.
  public var clickHouse: CorootClickHouse
  /// The user as whom the gatekeeper's users see the UI; nil for none.
  public var viewer: CorootViewer?
  /// Integrations to put although they are stored as wanted. A put repeats the migration of ClickHouse, which may have
  /// failed after saving (``CorootOutcome/savedButFailed(_:answered:)``), so the caller hands on ``CorootVerdict/putAgain`` of the last run.
  public var putAgain: Set<CorootIntegration>
  /// The ID of the project whose ClickHouse integration was found as wanted a short while ago; while it is the project's,
  /// that integration is not read. Each read makes the server open a connection that it closes an hour later. Nil reads.
  public var clickHouseKnownFor: String?

  /// A demand made of its parts.
  public init(
    project: String, guardProject: String, prometheus: CorootPrometheus, clickHouse: CorootClickHouse,
    viewer: CorootViewer? = nil, putAgain: Set<CorootIntegration> = [], clickHouseKnownFor: String? = nil
  ) {
    self.project = project
    self.guardProject = guardProject
    self.prometheus = prometheus
    self.clickHouse = clickHouse
    self.viewer = viewer
    self.putAgain = putAgain
    self.clickHouseKnownFor = clickHouseKnownFor
  }
}

/// Where a project of Coroot keeps what; the raw value is the last part of the path of the API.
public enum CorootIntegration: String, CaseIterable, Hashable, Sendable {
  case prometheus, clickhouse

  /// The name as messages spell it.
  public var name: String { self == .prometheus ? "Prometheus" : "ClickHouse" }
}

/// A Prometheus integration. Custom headers, `tls_skip_verify`, `use_clickhouse` and `global` are never used: authorities
/// are trusted by `SSL_CERT_FILE` in the server's pod.
public struct CorootPrometheus: Hashable, Sendable {
  /// The base of the query API, without `/api/v1`. A login in it is not sent; see ``basicAuth``.
  public var url: HTTPURL
  /// How often the project reads metrics, in milliseconds. The server keeps whole seconds, and 30 s for 0.
  public var refreshIntervalMilliseconds: Int
  /// Where what is sent to Coroot's own `/v1/metrics` is written; the whole URL.
  public var remoteWriteURL: HTTPURL
  /// A selector that is added to every query, such as `{observability="platform"}`; empty for none.
  public var extraSelector: String
  /// The login of both URLs; nil for none.
  public var basicAuth: BasicCredentials?

  /// An integration made of its parts.
  public init(
    url: HTTPURL, refreshIntervalMilliseconds: Int = 30_000, remoteWriteURL: HTTPURL, extraSelector: String = "",
    basicAuth: BasicCredentials? = nil
  ) {
    self.url = url
    self.refreshIntervalMilliseconds = refreshIntervalMilliseconds
    self.remoteWriteURL = remoteWriteURL
    self.extraSelector = extraSelector
    self.basicAuth = basicAuth
  }
}

/// A ClickHouse integration, over the native protocol; the server speaks no other, whatever `protocol` says.
public struct CorootClickHouse: Hashable, Sendable {
  /// Host and port of the native protocol: `chendpoint-x.tenant-root.svc:9000`.
  public var address: String
  /// The user.
  public var user: String
  /// The user's password.
  public var password: CorootSecret
  /// The database, which must exist.
  public var database: String
  /// Whether the port speaks TLS.
  public var isTLS: Bool

  /// An integration made of its parts.
  public init(address: String, user: String, password: CorootSecret, database: String, isTLS: Bool = false) {
    self.address = address
    self.user = user
    self.password = password
    self.database = database
    self.isTLS = isTLS
  }
}

/// The user of role Viewer as whom a gatekeeper shows the UI.
public struct CorootViewer: Hashable, Sendable {
  /// The e-mail, which is the name to log in with: `gate@coroot.local`. Never `admin`.
  public var email: String
  /// The value of its session cookie, as far as it is known. It is valid until the user or the database is gone.
  public var session: CorootSecret?

  /// A viewer made of its parts.
  public init(email: String, session: CorootSecret? = nil) {
    self.email = email
    self.session = session
  }
}
