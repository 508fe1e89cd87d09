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
    "RollingOut", [.agentsAvailable], status: "False",
    meaning: "Agents are being started or replaced.",
    remedy: "Wait; spec.nodeAgent.updateStrategy.maxUnavailable sets the pace.")
  /// No selected node can carry the agent.
  public static let noEligibleNodes = ConditionReason(
    "NoEligibleNodes", [.agentsAvailable], status: "False",
    meaning: "No selected node can carry the agent.",
    remedy: "See status.ineligibleNodes, or widen spec.nodeAgent.nodeSelector.")
  /// Agents on some nodes end with an error or cannot start.
  public static let podsFailing = ConditionReason(
    "PodsFailing", [.agentsAvailable], status: "False",
    meaning: "Agents on some nodes end with an error or cannot start.",
    remedy: "Read the message; it names a node and the preflight's verdict or the container's last error.")
  /// The DaemonSet is not there yet.
  public static let notCreated = ConditionReason(
    "NotCreated", [.agentsAvailable], status: "False",
    meaning: "The DaemonSet is not there yet.",
    remedy: "See the message of Ready; it says what stands in the way.")
}
