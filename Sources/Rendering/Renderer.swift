// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesCore
import ObservabilityAPI

/// Turns an `Observability` into the objects that it asks for.
///
/// A pure function: no clock, no randomness, no I/O. The same object and facts give the same bytes. The object must
/// have passed validation; what cannot be understood here is replaced by its default rather than rendered.
public enum Renderer {
  /// The children in the order in which they are applied: ServiceAccount, NetworkPolicy, DaemonSet and, with `Scrape`,
  /// VMPodScrape.
  public static func children(of object: Observability, facts: PlatformFacts) -> [Child] {
    let context = RenderContext(object: object, facts: facts)
    var children = [
      NodeAgentServiceAccount.child(context),
      NodeAgentNetworkPolicy.child(context),
      NodeAgentDaemonSet.child(context),
    ]
    if object.spec.metrics.delivery == .scrape { children.append(NodeAgentPodScrape.child(context)) }
    return children
  }

  /// The capabilities that the agent's container gets, each with everything that it is needed for.
  ///
  /// With `Privileged` there is nothing to count: the one entry is named `ALL`.
  public static func capabilities(for spec: ObservabilitySpec) -> [(name: String, for: String)] {
    guard spec.nodeAgent.security.mode == .minimal else {
      return [("ALL", "spec.nodeAgent.security.mode is Privileged: every capability and every device of the node")]
    }
    return CapabilityTable.grants(for: spec).map { ($0.name, $0.reason) }
  }
}

/// What every renderer of a child starts from.
struct RenderContext {
  let object: Observability
  let facts: PlatformFacts

  var spec: ObservabilitySpec { object.spec }
  var agent: NodeAgent { object.spec.nodeAgent }
  var isPush: Bool { object.spec.metrics.delivery == .push }
  var spool: SpoolBounds {
    SpoolBounds(size: Quantity.bytes(agent.spoolSize) ?? Quantity.bytes(DefaultResources.spoolSize) ?? 0)
  }
}
