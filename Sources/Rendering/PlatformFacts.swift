// SPDX-License-Identifier: Apache-2.0

public import ObservabilityAPI

/// What rendering must know and the object does not say.
public struct PlatformFacts: Hashable, Sendable {
  /// Where metrics are written to and read from.
  public struct MetricsEndpoints: Hashable, Sendable {
    /// The remote-write URL with its whole path; nil if agents do not write.
    public var writeURL: HTTPURL?
    /// The base of the query API.
    public var readURL: HTTPURL?

    /// Where packets of a write go, if the cluster told; else the URL is what there is to go by.
    public var destination: Destination?

    /// Endpoints made of their URLs.
    public init(writeURL: HTTPURL?, readURL: HTTPURL? = nil, destination: Destination? = nil) {
      self.writeURL = writeURL
      self.readURL = readURL
      self.destination = destination
    }
  }

  /// Where packets go, as a NetworkPolicy sees them: after Services have been resolved.
  public enum Destination: Hashable, Sendable {
    /// To pods of a namespace; nil for any port.
    case pods(namespace: String, port: Int64?)
    /// To a host that no selector finds; nil for any port.
    case anywhere(port: Int64?)
  }

  /// The resolved metrics backend; not looked at with `Scrape`.
  public var metrics: MetricsEndpoints
  /// A hash of the contents of the credentials Secret; the pods roll when it changes.
  public var credentialsHash: String?
  /// A hash of the contents of the CA Secret; the pods roll when it changes.
  public var caHash: String?
  /// A salted hash of the Coroot project's API key; agents that send profiles with it roll when it changes.
  public var corootKeyHash: String?
  /// The image of the running operator; the `preflight` init container uses it unless the object names another.
  public var operatorImage: String
  /// The version of the running operator, noted on every child.
  public var operatorVersion: String
  /// The namespace of the vmagent that scrapes pods.
  public var scraperNamespace: String
  /// The cluster's domain, which shows whether a host is a Service.
  public var clusterDomain: String

  /// Facts made of their parts.
  ///
  /// - Parameter scraperNamespace: `cozy-monitoring` is where Cozystack's `monitoring-agents` package runs vmagent.
  public init(
    metrics: MetricsEndpoints, credentialsHash: String? = nil, caHash: String? = nil,
    corootKeyHash: String? = nil, operatorImage: String, operatorVersion: String,
    scraperNamespace: String = "cozy-monitoring", clusterDomain: String = ClusterService.defaultDomain
  ) {
    self.metrics = metrics
    self.credentialsHash = credentialsHash
    self.caHash = caHash
    self.corootKeyHash = corootKeyHash
    self.operatorImage = operatorImage
    self.operatorVersion = operatorVersion
    self.scraperNamespace = scraperNamespace
    self.clusterDomain = clusterDomain
  }
}
