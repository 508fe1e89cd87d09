// SPDX-License-Identifier: Apache-2.0

/// Reasons of GatewayAvailable.
extension ConditionReason {
  /// Every replica is ready and forwards data to its destination.
  public static let delivering = reason(
    "Delivering", status: "True", "Every replica is ready and forwards data to its destination.",
    "Nothing is to be done.")
  /// Some replicas are not ready.
  public static let replicasNotReady = reason(
    "ReplicasNotReady", "Replicas of the gateway are being started or replaced, or fail.",
    "See the message; it has the counts, and what the pods say.")
  /// Replicas leave once their queues are empty.
  public static let replicasDraining = reason(
    "ReplicasDraining", status: "True",
    "spec.gateway.replicas was lowered, and replicas that are to go hold data that has not been sent on. False if one of "
      + "them has given no answer for 5 minutes.",
    "Wait; if the destination is away, repair it. The message has what is left, and the command that leaves it on the "
      + "claims.")
  /// A claim is not bound.
  public static let claimPending = ConditionReason(
    "ClaimPending", [.gatewayAvailable, .corootAvailable], status: "False",
    meaning: "A claim, of the gateway's queue or of a server's volume, is not bound to a volume.",
    remedy: "Set spec.gateway.queue.storageClassName or spec.coroot.storage.storageClassName to a StorageClass of the "
      + "cluster, or mark one as the default; then delete the claim that the message names.")
  /// The claim differs from what is asked for.
  public static let claimDiffers = ConditionReason(
    "ClaimDiffers", [.gatewayAvailable, .corootAvailable], status: "False",
    meaning: "A claim is not of the size or the StorageClass that the object asks for.",
    remedy:
      "Claims are never deleted nor shrunk by the operator: run the command of the message, or set the field back.")
  /// The queue holds more and more.
  public static let queueFilling = reason(
    "QueueFilling", "The queue on disk is filling: a destination takes less than comes in.",
    "Repair the destination; the message has the time that is left before data is refused.")
  /// A destination refuses data for good.
  public static let destinationRefuses = reason(
    "DestinationRefuses",
    "A destination refuses what it is sent in a way that trying again does not help against, such as 401 or 404. Such "
      + "data is lost.", "Correct address, headers or credentials of the signal that the message names.")
  /// Data is being lost.
  public static let dataRejected = reason(
    "DataRejected", "Traces or logs of agents were not taken, since the queue is full.",
    "Repair the destination, or raise spec.gateway.queue.size.")
  /// Logs reach the same storage on two ways.
  public static let logsSentTwice = reason(
    "LogsSentTwice", status: "True",
    "The platform's own log pipeline sends the logs of containers to the same VictoriaLogs.",
    "Set spec.logs.destination to None, or switch the platform's pipeline off.")

  private static func reason(
    _ name: String, status: String = "False", _ meaning: String, _ remedy: String
  ) -> ConditionReason {
    ConditionReason(name, [.gatewayAvailable], status: status, meaning: meaning, remedy: remedy)
  }
}
