// SPDX-License-Identifier: Apache-2.0

public import ObservabilityAPI

/// What the Coroot server is rendered from beside the object.
public struct CorootInputs: Hashable, Sendable {
  /// How many servers run now. Several that start on an empty PostgreSQL exit but for one, so this is 1 until the first
  /// is ready, whatever the object asks for.
  public var servers: Int64
  /// The value of ``CorootShape/integrationsLabel`` in the pod template: which stored integrations the pods were started
  /// with. A valid label value.
  public var startedWith: String
  /// The value of ``CorootShape/integrationsLabel`` that the Service of ingestion selects.
  ///
  /// While it differs from ``startedWith`` that Service has no endpoints and the gateway's queue holds the data: Coroot
  /// answers 200 and drops it, or writes it to the former place, until it is restarted after a change of ClickHouse.
  public var takesDataWith: String
  /// The PostgreSQL of several servers; nil for the server's own file.
  public var postgres: Postgres?
  /// The certificate authorities of VictoriaMetrics and ClickHouse as PEM, trusted beside those of the image; nil for
  /// none.
  public var authorities: [UInt8]?
  /// A salted hash of all secret values of the server; its pods roll when it changes.
  public var secretsHash: String?
  /// A salted hash of the project's API key; the cluster-agent rolls when it changes.
  public var keysHash: String?
  /// Where packets of queries to VictoriaMetrics go; nil to judge by `facts.metrics.readURL` alone.
  public var metricsRead: PlatformFacts.Destination?
  /// Where packets of writes to VictoriaMetrics go; nil to judge by `facts.metrics` alone.
  public var metricsWrite: PlatformFacts.Destination?
  /// Where packets to ClickHouse's native port go; nil as long as no ClickHouse is resolved.
  public var clickHouse: PlatformFacts.Destination?
  /// The namespace of the operator's pods, which call the server's API; nil for an operator outside the cluster.
  public var operatorNamespace: String?

  /// Inputs made of their parts; without any, those of a first server that has no integrations yet.
  public init(
    servers: Int64 = 1, startedWith: String = CorootShape.noIntegrations,
    takesDataWith: String = CorootShape.noIntegrations, postgres: Postgres? = nil, authorities: [UInt8]? = nil,
    secretsHash: String? = nil, keysHash: String? = nil, metricsRead: PlatformFacts.Destination? = nil,
    metricsWrite: PlatformFacts.Destination? = nil, clickHouse: PlatformFacts.Destination? = nil,
    operatorNamespace: String? = nil
  ) {
    self.servers = servers
    self.startedWith = startedWith
    self.takesDataWith = takesDataWith
    self.postgres = postgres
    self.authorities = authorities
    self.secretsHash = secretsHash
    self.keysHash = keysHash
    self.metricsRead = metricsRead
    self.metricsWrite = metricsWrite
    self.clickHouse = clickHouse
    self.operatorNamespace = operatorNamespace
  }

  /// A PostgreSQL with its login.
  public struct Postgres: Hashable, Sendable {
    /// A DNS name, an IPv4 address, or an IPv6 address in brackets.
    public var host: String
    /// The port.
    public var port: Int64
    /// The database.
    public var database: String
    /// The user.
    public var user: String
    /// How the connection is secured.
    public var sslMode: Coroot.Postgres.SSLMode
    /// The user's password.
    public var password: SecretText
    /// The certificates that the server's is verified with, as PEM; nil for those of the image.
    public var authorities: [UInt8]?
    /// Where packets go once Services are resolved; nil to judge by the host alone.
    public var network: PlatformFacts.Destination?

    /// A PostgreSQL made of its parts.
    public init(
      host: String, port: Int64, database: String, user: String, sslMode: Coroot.Postgres.SSLMode,
      password: SecretText, authorities: [UInt8]? = nil, network: PlatformFacts.Destination? = nil
    ) {
      self.host = host
      self.port = port
      self.database = database
      self.user = user
      self.sslMode = sslMode
      self.password = password
      self.authorities = authorities
      self.network = network
    }

    /// A PostgreSQL as the object describes it.
    public init(
      _ postgres: Coroot.Postgres, password: SecretText, authorities: [UInt8]? = nil,
      network: PlatformFacts.Destination? = nil
    ) {
      self.init(
        host: postgres.host, port: postgres.port, database: postgres.database, user: postgres.user,
        sslMode: postgres.sslMode, password: password, authorities: authorities, network: network)
    }
  }
}
