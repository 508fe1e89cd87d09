// SPDX-License-Identifier: Apache-2.0

import ObservabilityAPI

/// The fixed names of the gateway: of its children, its pods' container and its claims.
///
/// Selectors and claim templates of a StatefulSet are immutable and the claims hold data, so none of them may change.
public enum GatewayShape {
  /// The label `app.kubernetes.io/name` of the pods.
  public static let appName = "observability-gateway"
  /// What follows the object's name in ``name(of:)``.
  public static let nameSuffix = "-gateway"
  /// The container that runs the collector.
  public static let container = "collector"
  /// The claim template of the queue.
  public static let claimTemplate = "queue"

  /// What follows the object's name in ``replicasName(of:)``.
  public static let replicasSuffix = "-gateway-replicas"
  /// Where the StatefulSet keeps the queue's size that its claims were made for.
  public static let queueSizeAnnotation = "observability.cozystack.io/queue-size"

  /// The name of the headless Service that gives each replica a name of its own.
  public static func replicasName(of object: String) -> String { "\(object)\(replicasSuffix)" }

  /// The name of the StatefulSet, Service, Secret, ServiceAccount, NetworkPolicy, PodDisruptionBudget and VMPodScrape of
  /// the object of that name.
  public static func name(of object: String) -> String { "\(object)\(nameSuffix)" }

  /// The name of the claim that holds the queue of one replica, which Kubernetes makes of template, StatefulSet and
  /// ordinal.
  public static func claim(of object: String, replica: Int64) -> String {
    "\(claimTemplate)-\(name(of: object))-\(replica)"
  }

  /// The address that agents send a signal to.
  ///
  /// - Parameter namespace: the namespace of the children, `spec.namespace`.
  public static func endpoint(of object: String, namespace: String, signal: GatewaySignal) -> String {
    "http://\(name(of: object)).\(namespace).svc:\(GatewayPort.otlp.number)\(signal.path)"
  }

  /// The id of the exporter of a signal, which the label `exporter` of the collector's metrics holds.
  public static func exporters(of inputs: GatewayInputs) -> [GatewaySignal: String] {
    Dictionary(uniqueKeysWithValues: CollectorExporter.all(inputs).map { ($0.signal, $0.id) })
  }
}

/// What the gateway forwards.
public enum GatewaySignal: String, CaseIterable, Hashable, Sendable {
  case traces, logs

  /// The path of the signal in OTLP/HTTP.
  var path: String { "/v1/\(rawValue)" }
}

/// A port of the collector.
public struct GatewayPort: Hashable, Sendable {
  /// The port's name in the pod.
  public let name: String
  /// The port's number.
  public let number: Int64

  /// Where agents send OTLP over HTTP.
  public static let otlp = GatewayPort(name: "otlp-http", number: 4318)
  /// The collector's own metrics, at `/metrics`.
  public static let metrics = GatewayPort(name: "metrics", number: 8888)
  /// The health check, at `/`.
  public static let health = GatewayPort(name: "health", number: 13133)
}

extension PartShape {
  /// The collector between agents and storage.
  static let gateway = PartShape(
    nameSuffix: GatewayShape.nameSuffix, appName: GatewayShape.appName, component: "gateway")
}
