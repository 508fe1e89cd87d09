// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesCore
import ObservabilityAPI
import ObservabilityController

@testable import Checking

/// What is read of a cluster where all is right, at a fixed time, to be broken by tests.
enum SampleCluster {
  static let now = Timestamp(secondsSinceEpoch: 1790856000)
  static let before = "2026-10-01T09:00:00Z"
  static let account = "cozy-observability:observability-operator"

  static func healthy() -> Surroundings {
    var cluster = Surroundings(server: "https://192.0.2.10:6443", now: now)
    cluster.version = .read("v1.34.1")
    cluster.definition = .read(DefinitionDifference(served: ObservabilitySchema.root.openAPI))
    cluster.operator.namespace = "cozy-observability"
    cluster.operator.account = "observability-operator"
    cluster.operator.lease = .read(lease(renewed: "2026-10-01T11:59:57.000000Z"))
    cluster.operator.deployment = .read(deployment(ready: 2))
    cluster.operator.pods = .read([])
    cluster.operator.rights = .read(
      answers(
        RightQuestion.all([
          .cluster: nil, .operatorNamespace: "cozy-observability", .eventsNamespace: "default",
        ])))
    cluster.nodes = .read(["worker-1", "worker-2", "worker-3"].map { node($0) })
    cluster.objects = .read([platform()])
    return cluster
  }

  static func platform() -> ObjectSurroundings {
    var around = ObjectSurroundings(object())
    around.namespace = .read(namespace(labels: ["pod-security.kubernetes.io/enforce": "privileged"]))
    around.rights = .read(answers(RightQuestion.all([.children: "cozy-coroot"])))
    around.verdicts = .read(nil)
    around.daemonSet = .read(daemonSet(ready: 3))
    around.pods = .read([])
    around.services = ["vminsert-shortterm", "vmselect-shortterm"].enumerated().map { index, name in
      var service = ServiceSurroundings(
        endpoints: [index == 0 ? "metricsWrite" : "metricsRead"],
        key: ObjectKey(namespace: "tenant-root", name: name))
      service.service = .read(
        object(kind: "Service", name, in: "tenant-root", ["spec": ["selector": ["app.kubernetes.io/name": "vm"]]]))
      service.slices = .read([slice(ready: [true, true])])
      return service
    }
    return around
  }

  /// The place of dashboards where all is right: a Grafana that has the one dashboard.
  static func dashboards() -> DashboardSurroundings {
    var place = DashboardSurroundings()
    place.namespace = .read(namespace())
    place.servesDashboards = .read(true)
    place.servesRules = .read(true)
    place.rights = .read(answers(RightQuestion.dashboards(in: "tenant-root")))
    place.grafanas = .read([grafana(labels: ["dashboards": "grafana"])])
    place.published = .read([grafanaDashboard(generation: 1)])
    return place
  }

  static func grafana(labels: JSONObject) -> KubernetesObject {
    KubernetesObject([
      "apiVersion": "grafana.integreatly.org/v1beta1", "kind": "Grafana",
      "metadata": ["name": "grafana", "namespace": "tenant-root", "labels": .object(labels)],
      "status": [
        "stage": "complete", "stageStatus": "success",
        "dashboards": ["tenant-root/platform-overview/observability-overview"],
      ],
    ])
  }

  /// A dashboard of which generation 1 was synchronized.
  static func grafanaDashboard(generation: Int64) -> KubernetesObject {
    KubernetesObject([
      "apiVersion": "grafana.integreatly.org/v1beta1", "kind": "GrafanaDashboard",
      "metadata": [
        "name": "platform-overview", "namespace": "tenant-root", "generation": .integer(generation),
        "labels": [Watches.objectLabel: "platform"],
      ],
      "status": ["conditions": [["type": "DashboardSynchronized", "status": "True", "observedGeneration": 1]]],
    ])
  }

  /// - Parameter conditions: in place of those of a healthy object.
  static func object(
    _ name: String = "platform", spec: JSONObject = [:], generation: Int64 = 1, conditions: [JSONValue]? = nil
  ) -> KubernetesObject {
    var whole: JSONObject = [
      "mode": "AgentsOnly", "namespace": "cozy-coroot", "dashboards": ["enabled": false], "alerts": ["enabled": false],
    ]
    for (key, value) in spec { whole[key] = value }
    return KubernetesObject([
      "apiVersion": "observability.cozystack.io/v1alpha1", "kind": "Observability",
      "metadata": [
        "name": .string(name), "generation": .integer(generation), "creationTimestamp": .string(before),
      ],
      "spec": .object(whole),
      "status": [
        "observedGeneration": 1,
        "conditions": .array(
          conditions ?? [
            condition("Ready", "True", "Ready", "Agents run on 3 of 3 eligible nodes. The backends answered."),
            condition("AgentsAvailable", "True", "AllReady", "Agents run on 3 of 3 eligible nodes."),
            condition("MetricsBackendReady", "True", "Reachable", "VictoriaMetrics answered."),
          ]),
        "endpoints": [
          "metricsWrite": "http://vminsert-shortterm.tenant-root.svc:8480/insert/0/prometheus/api/v1/write",
          "metricsRead": "http://vmselect-shortterm.tenant-root.svc:8481/select/0/prometheus",
        ],
      ],
    ])
  }

  static func condition(_ type: String, _ status: String, _ reason: String, _ message: String) -> JSONValue {
    [
      "type": .string(type), "status": .string(status), "reason": .string(reason), "message": .string(message),
      "observedGeneration": 1, "lastTransitionTime": .string(before),
    ]
  }

  static func answers(
    _ questions: [RightQuestion], allow: (RightQuestion) -> Bool = { _ in true }
  ) -> [RightAnswer] {
    questions.map { RightAnswer($0, isAllowed: allow($0)) }
  }

  static func lease(renewed: String, holder: String = "observability-operator-7c9d_1x") -> KubernetesObject {
    object(
      kind: "Lease", "observability-operator", in: "cozy-observability",
      [
        "spec": [
          "holderIdentity": .string(holder), "renewTime": .string(renewed), "leaseDurationSeconds": 15,
        ]
      ])
  }

  static func deployment(ready: Int64, wanted: Int64 = 2) -> KubernetesObject {
    object(
      kind: "Deployment", "observability-operator", in: "cozy-observability",
      ["spec": ["replicas": .integer(wanted)], "status": ["readyReplicas": .integer(ready)]])
  }

  static func namespace(labels: JSONObject = [:], isBeingDeleted: Bool = false) -> KubernetesObject {
    var metadata: JSONObject = ["name": "cozy-coroot", "labels": .object(labels)]
    if isBeingDeleted { metadata["deletionTimestamp"] = .string(before) }
    return KubernetesObject(["apiVersion": "v1", "kind": "Namespace", "metadata": .object(metadata)])
  }

  static func node(_ name: String, kernel: String = "6.12.0", labels: JSONObject = [:]) -> KubernetesObject {
    var all: JSONObject = ["kubernetes.io/os": "linux", "kubernetes.io/arch": "amd64"]
    for (key, value) in labels { all[key] = value }
    return KubernetesObject([
      "apiVersion": "v1", "kind": "Node", "metadata": ["name": .string(name), "labels": .object(all)],
      "status": ["nodeInfo": ["kernelVersion": .string(kernel)]],
    ])
  }

  static func daemonSet(desired: Int64 = 3, ready: Int64, updated: Int64 = 3) -> KubernetesObject {
    object(
      kind: "DaemonSet", "platform-node-agent", in: "cozy-coroot",
      [
        "status": [
          "desiredNumberScheduled": .integer(desired), "numberReady": .integer(ready),
          "updatedNumberScheduled": .integer(updated),
        ]
      ])
  }

  /// A pod of the agents that the kubelet cannot start for that reason.
  static func waitingPod(_ name: String, on node: String, _ reason: String, _ message: String) -> KubernetesObject {
    object(
      kind: "Pod", name, in: "cozy-coroot",
      [
        "spec": ["nodeName": .string(node), "containers": [["name": "node-agent"]]],
        "status": [
          "phase": "Pending",
          "containerStatuses": [
            [
              "name": "node-agent", "restartCount": 0,
              "state": ["waiting": ["reason": .string(reason), "message": .string(message)]],
            ]
          ],
        ],
      ])
  }

  static func slice(ready: [Bool]) -> KubernetesObject {
    object(
      kind: "EndpointSlice", "slice", in: "tenant-root",
      [
        "endpoints": .array(
          ready.map { ["addresses": ["192.0.2.1"], "conditions": ["ready": .bool($0)]] })
      ])
  }

  static func object(
    kind: String, _ name: String, in namespace: String, _ members: JSONObject
  ) -> KubernetesObject {
    var content: JSONObject = [
      "kind": .string(kind), "metadata": ["name": .string(name), "namespace": .string(namespace)],
    ]
    for (key, value) in members { content[key] = value }
    return KubernetesObject(content)
  }
}

extension Surroundings {
  /// The cluster with its one object changed.
  func changing(_ change: (inout ObjectSurroundings) -> Void) -> Surroundings {
    var cluster = self
    guard var around = objects.value?.first else { return self }
    change(&around)
    cluster.objects = .read([around])
    return cluster
  }
}
