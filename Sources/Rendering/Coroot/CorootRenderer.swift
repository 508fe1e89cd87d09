// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesCore
public import ObservabilityAPI

/// Turns an `Observability` into the objects of the Coroot server and of its cluster-agent.
///
/// A pure function, as ``Renderer`` is: the same input gives the same bytes.
public enum CorootRenderer {
  /// The children in the order in which they are applied.
  ///
  /// - Of the server: ServiceAccount; the Secrets ``CorootShape/adminName(of:)`` and ``CorootShape/keysName(of:)``, which
  ///   carry no data, since the engine generates what they hold when it creates them, and never again; the Secret of the
  ///   configuration; NetworkPolicy; PodDisruptionBudget, with more than one replica; three Services; StatefulSet.
  /// - Of the cluster-agent: ServiceAccount, the cluster-scoped ClusterRoleBinding, NetworkPolicy, Deployment.
  ///
  /// Empty unless the mode is `Full`.
  public static func children(of object: Observability, facts: PlatformFacts, inputs: CorootInputs) -> [Child] {
    guard object.spec.mode == .full else { return [] }
    let context = RenderContext(object: object, facts: facts)
    let files = CorootFiles(context, inputs)
    var children = [
      context.child(of: .coroot, .serviceAccounts, ["automountServiceAccountToken": false]),
      context.child(of: .coroot, .secrets, name: CorootShape.adminName(of: object.name), ["type": "Opaque"]),
      context.child(of: .coroot, .secrets, name: CorootShape.keysName(of: object.name), ["type": "Opaque"]),
      context.child(of: .coroot, .secrets, files.secret),
      CorootNetworkPolicy.child(context, inputs),
    ]
    // By what the object asks for, so that a rollout from one server to several changes nothing but their number.
    if object.spec.coroot.replicas > 1 { children.append(disruptionBudget(context)) }
    children += services(context, inputs)
    children.append(CorootStatefulSet.child(context, inputs, files))
    return children + ClusterAgentRenderer.children(context, inputs)
  }

  /// A drain of nodes waits for one server to be back before it takes the next.
  private static func disruptionBudget(_ context: RenderContext) -> Child {
    let spec: JSONObject = [
      "maxUnavailable": 1, "selector": ["matchLabels": .object(context.selector(of: .coroot))],
    ]
    return context.child(of: .coroot, .podDisruptionBudgets, ["spec": .object(spec)])
  }

  /// For users and the operator: the servers that are ready. For senders: those of them that keep what they take where it
  /// belongs. For the operator: each server by its own name, ready or not.
  private static func services(_ context: RenderContext, _ inputs: CorootInputs) -> [Child] {
    let object = context.object.name
    let port: JSONObject = [
      "name": .string(CorootShape.portName), "protocol": "TCP", "port": .integer(CorootShape.port),
      "targetPort": .string(CorootShape.portName),
    ]
    let pods = context.selector(of: .coroot)
    var senders = pods
    senders[CorootShape.integrationsLabel] = .string(inputs.takesDataWith)
    func service(_ name: String, _ selector: JSONObject, headless: Bool = false) -> Child {
      var spec: JSONObject = ["type": "ClusterIP"]
      if headless {
        spec["clusterIP"] = "None"
        spec["publishNotReadyAddresses"] = true
      }
      spec["selector"] = .object(selector)
      spec["ports"] = [.object(port)]
      return context.child(of: .coroot, .services, name: name, ["spec": .object(spec)])
    }
    return [
      service(CorootShape.name(of: object), pods), service(CorootShape.ingestName(of: object), senders),
      service(CorootShape.serversName(of: object), pods, headless: true),
    ]
  }
}
