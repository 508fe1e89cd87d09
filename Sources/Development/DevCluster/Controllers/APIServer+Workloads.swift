// SPDX-License-Identifier: Apache-2.0

import JSON
import Logging

extension APIServer {
  static let deployments = StorageKey(group: "apps", plural: "deployments")
  static let statefulSets = StorageKey(group: "apps", plural: "statefulsets")

  /// Reports Deployments and StatefulSets as rolled out. They get no pods here: only their status is kept,
  /// and the claims of StatefulSets.
  func reconcileWorkloads() {
    for storage in [Self.deployments, Self.statefulSets] {
      for object in store.objects(storage) where !object.isBeingDeleted {
        let ready = storage == Self.statefulSets ? bindClaims(of: object) : nil
        let status = Self.rolledOut(object, ready: ready, at: configuration.now())
        guard !DaemonSetRollout.isSameStatus(status, object["status"] ?? [:]) else { continue }
        var reported = object
        reported["status"] = status
        _ = store.put(reported, storage, object.objectKey)
        logger.info(
          "workload rolled out", metadata: ["type": "\(storage.plural)", "object": "\(object.objectKey.text)"])
      }
    }
  }

  /// - Parameter ready: how many replicas can be ready; nil for all of them.
  private static func rolledOut(_ object: JSONValue, ready: Int64?, at now: Timestamp) -> JSONValue {
    let replicas = object[path: "spec", "replicas"] ?? 1
    var status: JSONValue = [
      "observedGeneration": object.meta["generation"] ?? 1, "replicas": replicas, "updatedReplicas": replicas,
    ]
    for field in ["readyReplicas", "availableReplicas"] { status[field] = ready.map(JSONValue.integer) ?? replicas }
    if object["kind"] == "Deployment" {
      status["conditions"] = [
        [
          "type": "Available", "status": "True", "reason": "MinimumReplicasAvailable",
          "message": "Deployment has minimum availability.", "lastTransitionTime": .string(now.rfc3339),
          "lastUpdateTime": .string(now.rfc3339),
        ]
      ]
    } else {
      status["currentReplicas"] = replicas
    }
    return status
  }
}
