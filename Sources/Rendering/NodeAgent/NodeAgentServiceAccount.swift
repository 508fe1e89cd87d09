// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesCore

/// The identity of the agent's pods. It has no rights and no token: the agent never speaks to the API server.
enum NodeAgentServiceAccount {
  static func child(_ context: RenderContext) -> Child {
    context.agentChild(.serviceAccounts, ["automountServiceAccountToken": false])
  }
}
