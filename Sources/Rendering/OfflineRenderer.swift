// SPDX-License-Identifier: Apache-2.0

public import ObservabilityAPI

/// Renders all parts of an `Observability` without a cluster: backends by the names that Cozystack gives, and in place of
/// each secret value a text that names its Secret.
public enum OfflineRenderer {
  /// The children in the order of the parts: agents, gateway, Coroot, user interface.
  public static func children(of object: Observability, facts: PlatformFacts) -> [Child] {
    Renderer.children(of: object, facts: facts)
      + GatewayRenderer.children(of: object, facts: facts, inputs: GatewayInputs(offline: object))
      + CorootRenderer.children(of: object, facts: facts, inputs: CorootInputs(offline: object, facts: facts))
      + UIRenderer.children(of: object, facts: facts, inputs: UIInputs(offline: object.spec))
  }
}
