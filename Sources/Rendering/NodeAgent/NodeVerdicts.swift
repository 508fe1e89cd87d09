// SPDX-License-Identifier: Apache-2.0

public import JSON
import KubernetesCore
public import ObservabilityAPI

/// What was found on nodes, as a ConfigMap beside the agents. It is no part of what an object asks for, but of what the
/// operator remembers of it, and is there only while there is something to remember.
public enum NodeVerdicts {
  /// The name of the ConfigMap of the object of that name.
  public static func name(_ object: String) -> String { "\(object)-node-verdicts" }

  /// The ConfigMap with these entries.
  public static func child(of object: Observability, data: JSONObject, facts: PlatformFacts) -> Child {
    RenderContext(object: object, facts: facts)
      .agentChild(.configMaps, name: name(object.name), ["data": .object(data)])
  }
}
