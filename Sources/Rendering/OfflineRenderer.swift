// SPDX-License-Identifier: Apache-2.0

import Dashboards
public import Gzip
public import ObservabilityAPI

/// Renders all parts of an `Observability` without a cluster: backends by the names that Cozystack gives, in place of each
/// secret value a text that names its Secret, and dashboards and operator alerts as of an only object.
public enum OfflineRenderer {
  /// The children in the order of the parts: agents, gateway, Coroot, user interface, rules and dashboards.
  public static func children(of object: Observability, facts: PlatformFacts) throws(Gzip.Failure) -> [Child] {
    let spec = object.spec
    let inputs = DashboardInputs(
      dashboards: spec.dashboards.enabled ? try PackedDashboard.all(Set<Signal>(spec)) : [],
      publishesOperatorAlerts: true)
    return workloads(of: object, facts: facts)
      + DashboardRenderer.children(of: object, facts: facts, inputs: inputs)
  }

  /// The children without rules and dashboards.
  public static func workloads(of object: Observability, facts: PlatformFacts) -> [Child] {
    Renderer.children(of: object, facts: facts)
      + GatewayRenderer.children(of: object, facts: facts, inputs: GatewayInputs(offline: object))
      + CorootRenderer.children(of: object, facts: facts, inputs: CorootInputs(offline: object, facts: facts))
      + UIRenderer.children(of: object, facts: facts, inputs: UIInputs(offline: object.spec))
  }
}
