// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesCore
public import ObservabilityAPI

/// Turns an `Observability` and its resolved destinations into the objects of the gateway.
///
/// A pure function, as ``Renderer`` is: the same input gives the same bytes.
public enum GatewayRenderer {
  /// The children in the order in which they are applied: ServiceAccount, Secret, NetworkPolicy, PodDisruptionBudget
  /// (with more than one replica), Service, StatefulSet and, where the VictoriaMetrics operator is there, VMPodScrape.
  ///
  /// Empty if no signal has a destination.
  public static func children(of object: Observability, facts: PlatformFacts, inputs: GatewayInputs) -> [Child] {
    guard inputs.traces != nil || inputs.logs != nil else { return [] }
    let context = RenderContext(object: object, facts: facts)
    let files = GatewayFiles(context, inputs)
    var children = [
      context.child(of: .gateway, .serviceAccounts, ["automountServiceAccountToken": false]),
      context.child(of: .gateway, .secrets, files.secret),
      GatewayNetworkPolicy.child(context, inputs),
    ]
    if context.spec.gateway.replicas > 1 { children.append(disruptionBudget(context)) }
    children += [service(context), replicas(context)]
    children.append(GatewayStatefulSet.child(context, inputs, files))
    if isScraped(context.spec) { children.append(GatewayPodScrape.child(context)) }
    return children
  }

  /// A drain of nodes waits for one replica to be back before it takes the next. With a single one it must not wait: what
  /// is in the queue stays on the claim.
  private static func disruptionBudget(_ context: RenderContext) -> Child {
    let spec: JSONObject = [
      "maxUnavailable": 1, "selector": ["matchLabels": .object(context.selector(of: .gateway))],
    ]
    return context.child(of: .gateway, .podDisruptionBudgets, ["spec": .object(spec)])
  }

  /// For agents: one address for all replicas.
  private static func service(_ context: RenderContext) -> Child {
    let port: JSONObject = [
      "name": .string(GatewayPort.otlp.name), "protocol": "TCP", "port": .integer(GatewayPort.otlp.number),
      "targetPort": .string(GatewayPort.otlp.name),
    ]
    let spec: JSONObject = [
      "type": "ClusterIP", "selector": .object(context.selector(of: .gateway)),
      "ports": [.object(port)],
    ]
    return context.child(of: .gateway, .services, ["spec": .object(spec)])
  }

  /// For the operator, which asks each replica how full its queue is, ready or not.
  private static func replicas(_ context: RenderContext) -> Child {
    let port: JSONObject = [
      "name": .string(GatewayPort.metrics.name), "protocol": "TCP", "port": .integer(GatewayPort.metrics.number),
      "targetPort": .string(GatewayPort.metrics.name),
    ]
    let spec: JSONObject = [
      "type": "ClusterIP", "clusterIP": "None", "publishNotReadyAddresses": true,
      "selector": .object(PartShape.gateway.selector(of: context.object.name)), "ports": [.object(port)],
    ]
    return context.child(
      of: .gateway, .services, name: GatewayShape.replicasName(of: context.object.name), ["spec": .object(spec)])
  }

  /// Whether a vmagent reads the gateway's metrics: the object's own fields say that the VictoriaMetrics operator is there,
  /// without which the kind is not served.
  public static func isScraped(_ spec: ObservabilitySpec) -> Bool {
    spec.metrics.delivery == .scrape || spec.metrics.victoriaMetrics.tenant != nil
  }
}
