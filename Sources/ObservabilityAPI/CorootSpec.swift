// SPDX-License-Identifier: Apache-2.0

public import JSON

/// The Coroot server and its cluster-agent, with mode `Full`.
public struct Coroot: Hashable, Sendable {
  /// How long stored data is kept, as days: `7d`.
  public struct Retention: Hashable, Sendable {
    /// How long traces are kept.
    public var traces: String
    /// How long logs are kept.
    public var logs: String
    /// How long profiles are kept.
    public var profiles: String
    /// How long the server's cache of metrics is kept.
    public var cache: String
  }

  /// The PostgreSQL that holds the state of several servers.
  public struct Postgres: Hashable, Sendable {
    /// How the connection is secured, as lib/pq spells it.
    public enum SSLMode: String, CaseIterable, Hashable, Sendable {
      case disable, require
      case verifyAuthority = "verify-ca"
      case verifyFull = "verify-full"
    }

    /// The host's name or address.
    public var host: String
    /// The port.
    public var port: Int64
    /// The database, which no other Coroot may use.
    public var database: String
    /// The user.
    public var user: String
    /// The user's password, in the children's namespace.
    public var passwordSecretRef: SecretReference
    /// How the connection is secured.
    public var sslMode: SSLMode
    /// The certificate authorities to trust; nil for the image's.
    public var caSecretRef: SecretReference?
  }

  /// The size of the server's volume, as a quantity.
  public var storageSize: String
  /// Nil for the cluster's default class.
  public var storageClassName: String?
  /// The ClickHouse database of the server's tables.
  public var database: String
  /// A `ResourceRequirements` of the server as Kubernetes has it; amounts are canonical text.
  public var resources: JSONObject
  /// A `ResourceRequirements` of the cluster-agent as Kubernetes has it; amounts are canonical text.
  public var clusterAgentResources: JSONObject
  /// How long data is kept.
  public var retention: Retention
  /// The number of servers.
  public var replicas: Int64
  /// The PostgreSQL that several servers share; nil for the server's own file.
  public var postgres: Postgres?
  /// How the user interface is reached.
  public var ui: CorootUI
}

/// How the user interface of the Coroot server is reached from outside the cluster.
public struct CorootUI: Hashable, Sendable {
  /// A Gateway of the Gateway API that takes the place of an Ingress.
  public struct GatewayReference: Hashable, Sendable {
    /// The Gateway's name.
    public var name: String
    /// The Gateway's namespace.
    public var namespace: String
    /// The listener; nil for every one that fits.
    public var sectionName: String?
  }

  /// The certificate of the user interface.
  public struct TLS: Hashable, Sendable {
    /// A Secret of type `kubernetes.io/tls` in the children's namespace.
    public var secretName: String?
    /// A ClusterIssuer of cert-manager that makes the Secret.
    public var clusterIssuer: String?
  }

  /// The provider that users sign in with.
  public struct OIDC: Hashable, Sendable {
    /// A realm of the Keycloak operator, in which the operator declares the client.
    public struct Realm: Hashable, Sendable {
      /// The kind of a realm.
      public enum Kind: String, CaseIterable, Hashable, Sendable {
        case cluster = "ClusterKeycloakRealm"
        case namespaced = "KeycloakRealm"
      }
      /// The realm's name.
      public var name: String
      /// The realm's kind.
      public var kind: Kind
    }

    /// The provider's issuer URL.
    public var issuerURL: String
    /// The client's identifier at the provider.
    public var clientID: String
    /// The client's secret, in the children's namespace; nil if the operator declares the client.
    public var clientSecretRef: SecretReference?
    /// The realm in which the operator declares the client; nil if the client is there already.
    public var keycloakRealm: Realm?
    /// The certificate authorities of the provider, trusted beside the image's; nil for those alone.
    public var caSecretRef: SecretReference?
    /// Groups whose members may enter; empty for everyone that the provider knows.
    public var allowedGroups: [String]
  }

  /// The DNS name; empty if the interface is not exposed.
  public var host: String
  /// Empty for the cluster's default class.
  public var ingressClassName: String
  /// The namespace of the ingress controller, or of the Gateway's pods.
  public var ingressNamespace: String
  /// The Gateway that takes the place of an Ingress; nil for an Ingress.
  public var gateway: GatewayReference?
  /// The certificate.
  public var tls: TLS
  /// The provider that users sign in with; nil if the interface is not exposed.
  public var oidc: OIDC?
}
