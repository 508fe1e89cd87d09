// SPDX-License-Identifier: Apache-2.0

import ObservabilityAPI

/// The fixed names of the Coroot server: of its children, its container, its claims and its projects.
///
/// Selectors and claim templates of a StatefulSet are immutable, the claims hold data, and a project that is renamed is
/// another project to Coroot, so none of them may change.
public enum CorootShape {
  /// The label `app.kubernetes.io/name` of the pods.
  public static let appName = "coroot"
  /// What follows the object's name in ``name(of:)``.
  public static let nameSuffix = "-coroot"
  /// What follows the object's name in ``ingestName(of:)``.
  public static let ingestSuffix = "-coroot-ingest"
  /// What follows the object's name in ``serversName(of:)``.
  public static let serversSuffix = "-coroot-servers"
  /// What follows the object's name in ``adminName(of:)``.
  public static let adminSuffix = "-coroot-admin"
  /// What follows the object's name in ``keysName(of:)``.
  public static let keysSuffix = "-coroot-keys"
  /// The container that runs the server.
  public static let container = "coroot"
  /// The claim template of the server's database and cache.
  public static let claimTemplate = "data"
  /// Where the container finds the claim.
  public static let dataFolder = "/data"
  /// Where the StatefulSet keeps the size that its claims were made for.
  public static let storageSizeAnnotation = "observability.cozystack.io/storage-size"
  /// The label `app.kubernetes.io/name` of the pods that let signed-in users through to the server.
  public static let gatekeeperName = "coroot-gatekeeper"
  /// The port of the user interface, the API and ingestion over HTTP. The gRPC listener is switched off.
  public static let port: Int64 = 8080
  /// The port's name in the pod and the Services.
  public static let portName = "http"

  /// The name of the StatefulSet, Service, Secret of the configuration, ServiceAccount, NetworkPolicy and
  /// PodDisruptionBudget of the object of that name. The Service leads to the servers that are ready: user interface and
  /// API.
  public static func name(of object: String) -> String { "\(object)\(nameSuffix)" }

  /// The name of the Service that the gateway, the cluster-agent and, with profiles, the agents send to.
  public static func ingestName(of object: String) -> String { "\(object)\(ingestSuffix)" }

  /// The name of the headless Service that gives each server a name of its own, ready or not.
  public static func serversName(of object: String) -> String { "\(object)\(serversSuffix)" }

  /// The name of the Secret with the password of the user `admin`, at ``passwordKey``.
  public static func adminName(of object: String) -> String { "\(object)\(adminSuffix)" }

  /// The name of the Secret with the API keys of both projects, at ``projectKey`` and ``guardKey``.
  public static func keysName(of object: String) -> String { "\(object)\(keysSuffix)" }

  /// The key of ``adminName(of:)`` with the password: 16 to 72 ASCII letters and digits.
  public static let passwordKey = "password"
  /// The key of ``keysName(of:)`` with the API key of ``project(of:)``: 32 ASCII letters and digits.
  public static let projectKey = "project"
  /// The key of ``keysName(of:)`` with the API key of ``guardProject(of:)``: 32 ASCII letters and digits.
  public static let guardKey = "guard"

  /// The name of the object's project in Coroot.
  ///
  /// Coroot takes data without an API key for a project named `default` (collector/collector.go, getProject), and asks for
  /// names of three characters at least where users type them.
  public static func project(of object: String) -> String {
    object == "default" || object.utf8.count < 3 ? "observability-\(object)" : object
  }

  /// The name of the second project, which closes keyless ingestion: with a single project Coroot adds the empty key to
  /// it.
  public static func guardProject(of object: String) -> String { "\(project(of: object))-keyless-guard" }

  /// The label of the pods that tells with which stored integrations they were started.
  ///
  /// A server keeps sending what it takes in to the ClickHouse that it started with, so the Service of ingestion selects
  /// pods by it.
  public static let integrationsLabel = "observability.cozystack.io/integrations"
  /// The value of ``integrationsLabel`` before any integration was stored.
  public static let noIntegrations = "none"

  /// The name of the claim of one server, which Kubernetes makes of template, StatefulSet and ordinal.
  public static func claim(of object: String, replica: Int64) -> String {
    "\(claimTemplate)-\(name(of: object))-\(replica)"
  }

  /// The base of the user interface and the API, without a slash at its end.
  ///
  /// - Parameter namespace: the namespace of the children, `spec.namespace`.
  public static func url(of object: String, namespace: String) -> String {
    url(host: "\(name(of: object)).\(namespace).svc")
  }

  /// The base of one server's API, ready or not, without a slash at its end.
  ///
  /// - Parameter namespace: the namespace of the children, `spec.namespace`.
  public static func url(of object: String, namespace: String, replica: Int64) -> String {
    url(host: "\(name(of: object))-\(replica).\(serversName(of: object)).\(namespace).svc")
  }

  /// The base of ingestion, below which `/v1/traces`, `/v1/logs`, `/v1/profiles`, `/v1/metrics` and `/v1/config` are.
  ///
  /// - Parameter namespace: the namespace of the children, `spec.namespace`.
  public static func ingestURL(of object: String, namespace: String) -> String {
    url(host: "\(ingestName(of: object)).\(namespace).svc")
  }

  private static func url(host: String) -> String { "http://\(host):\(port)" }
}

extension PartShape {
  /// The Coroot server.
  static let coroot = PartShape(
    nameSuffix: CorootShape.nameSuffix, appName: CorootShape.appName, component: "coroot")
}
