// SPDX-License-Identifier: Apache-2.0

/// Reasons of AgentsAvailable.
extension ConditionReason {
  /// Every eligible node has a ready agent of the present version.
  public static let allReady = ConditionReason(
    "AllReady", [.agentsAvailable], status: "True",
    meaning: "Every eligible node has a ready agent of the present version.",
    remedy: "Nothing is to be done.")
  /// Agents are being started or replaced.
  public static let rollingOut = ConditionReason(
    "RollingOut", [.agentsAvailable], status: "False, or True while no more are missing than maxUnavailable allows",
    meaning: "Agents are being started or replaced.",
    remedy: "Wait; spec.nodeAgent.updateStrategy.maxUnavailable sets the pace.")
  /// Agents of the present version are not all ready, but no more are missing than a roll-out may take down at a time.
  public static let minimumAvailable = ConditionReason(
    "MinimumAvailable", [.agentsAvailable], status: "True",
    meaning: "Agents of the present version are on every eligible node; of those that are not ready there are no more "
      + "than spec.nodeAgent.updateStrategy.maxUnavailable, and not for longer than 10 minutes.",
    remedy: "Wait; an agent that does not become ready within 10 minutes is reported as failing.")
  /// No selected node can carry the agent.
  public static let noEligibleNodes = ConditionReason(
    "NoEligibleNodes", [.agentsAvailable], status: "False",
    meaning: "No selected node can carry the agent.",
    remedy: "See status.ineligibleNodes, or widen spec.nodeAgent.nodeSelector.")
  /// Agents on some nodes end with an error or cannot start.
  public static let podsFailing = ConditionReason(
    "PodsFailing", [.agentsAvailable], status: "False",
    meaning: "Agents on some nodes exit with an error, cannot start, or are not ready for more than 10 minutes.",
    remedy:
      "Read the message; it names the first nodes and pods, each with the kubelet's reason or preflight's verdict, "
      + "and what to do. Each has an Event AgentPodFailing.")
  /// The namespace's Pod Security level refuses agents.
  public static let podSecurityForbids = ConditionReason(
    "PodSecurityForbids", [.agentsAvailable], status: "False",
    meaning: "The namespace's Pod Security level refuses agents, so no pods can be created.",
    remedy:
      "kubectl label namespace NAMESPACE pod-security.kubernetes.io/enforce=privileged --overwrite; no restart is "
      + "needed.")
  /// The API server refuses the agents' pods for another reason.
  public static let podsNotCreated = ConditionReason(
    "PodsNotCreated", [.agentsAvailable], status: "False",
    meaning: "The DaemonSet's controller could not create some pods for more than 30 seconds.",
    remedy: "kubectl describe the DaemonSet; its Event FailedCreate has the API server's answer: Pod Security by the "
      + "cluster's default, a quota, or an admission webhook.")
  /// The DaemonSet does not exist yet.
  public static let notCreated = ConditionReason(
    "NotCreated", [.agentsAvailable, .gatewayAvailable, .corootAvailable, .uiExposed], status: "False",
    meaning: "The workload of the part, such as the DaemonSet of the agents, does not exist yet.",
    remedy: "See the message of Ready; it names the obstacle.")
}
