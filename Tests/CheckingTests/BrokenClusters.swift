// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesCore
import ObservabilityAPI
import ObservabilityController
import Testing

@testable import Checking

/// A cluster with one thing changed, and what the report must say of it.
struct BrokenCluster: Sendable, CustomTestStringConvertible {
  var testDescription: String
  var topic: CheckTopic
  var outcome: CheckOutcome
  /// What the message holds.
  var message: String
  /// What the remedy holds; nil for no remedy.
  var remedy: String?
  var cluster: Surroundings

  init(
    _ description: String, _ topic: CheckTopic, _ outcome: CheckOutcome, _ message: String, remedy: String? = nil,
    _ change: (inout Surroundings) -> Void
  ) {
    testDescription = description
    (self.topic, self.outcome, self.message, self.remedy) = (topic, outcome, message, remedy)
    cluster = SampleCluster.healthy()
    change(&cluster)
  }

  /// The same, changing the one object.
  init(
    _ description: String, _ topic: CheckTopic, _ outcome: CheckOutcome, _ message: String, remedy: String? = nil,
    object change: (inout ObjectSurroundings) -> Void
  ) {
    self.init(description, topic, outcome, message, remedy: remedy) { cluster in
      cluster = cluster.changing(change)
    }
  }

  static let ofCluster = [
    BrokenCluster(
      "no definition", .cluster, .fault, "is not installed", remedy: "kubectl apply -k config/crd"
    ) { $0.definition = .read(nil) },
    BrokenCluster(
      "an older definition", .cluster, .fault, "it lacks spec.profiles", remedy: "kubectl apply -k config/crd"
    ) { cluster in
      var schema = ObservabilitySchema.root.openAPI
      var spec = schema[path: "properties", "spec"]?["properties"] ?? [:]
      spec["profiles"] = nil
      schema["properties"]?["spec"]?["properties"] = spec
      cluster.definition = .read(DefinitionDifference(served: schema))
    },
    BrokenCluster(
      "a replica that is not ready", .operator, .warning, "1 of 2 pods are ready",
      remedy: "describe pods -l app.kubernetes.io/name=observability-operator"
    ) { $0.operator.deployment = .read(SampleCluster.deployment(ready: 1)) },
    BrokenCluster(
      "a lease that ran out with pods that are ready", .operator, .fault,
      "renewed Lease cozy-observability/"
        + "observability-operator 3h ago", remedy: "logs deployment/observability-operator"
    ) { $0.operator.lease = .read(SampleCluster.lease(renewed: "2026-10-01T08:30:00.000000Z")) },
    BrokenCluster(
      "a lease that was released", .operator, .fault, "was released", remedy: "kubectl -n cozy-observability logs"
    ) { $0.operator.lease = .read(SampleCluster.lease(renewed: SampleCluster.before, holder: "")) },
    BrokenCluster(
      "an operator without election", .operator, .warning, "does not exist", remedy: "--operator-namespace"
    ) { $0.operator.lease = .read(nil) },
    BrokenCluster(
      "an operator scaled to nothing", .operator, .fault, "is scaled to 0",
      remedy: "scale deployment/observability-operator --replicas=2"
    ) { $0.operator.deployment = .read(SampleCluster.deployment(ready: 0, wanted: 0)) },
    BrokenCluster(
      "an operator elsewhere", .operator, .skipped, "the operator runs elsewhere"
    ) { $0.operator.deployment = .read(nil) },
    BrokenCluster(
      "a right outside the namespaces that is missing", .rights, .fault, "may not patch nodes outside",
      remedy: "kubectl apply -k config/rbac"
    ) { cluster in
      cluster.operator.rights = .read(
        SampleCluster.answers(RightQuestion.all([.cluster: nil])) { $0.resource != "nodes" || $0.verb != "patch" })
    },
    BrokenCluster(
      "a caller who may not review", .rights, .unknown, "you lack the right to create subjectaccessreviews",
      remedy: "Ask for that right"
    ) { $0.operator.rights = .forbidden(right: "create subjectaccessreviews.authorization.k8s.io") },
    BrokenCluster(
      "a caller who may not list nodes", .nodes, .unknown, "Nodes cannot be read: you lack the right to list nodes",
      remedy: "Ask for that right"
    ) { $0.nodes = .forbidden(right: "list nodes") },
    BrokenCluster(
      "no object", .object, .fault, "There is no Observability", remedy: "kubectl apply -f config/samples"
    ) { $0.objects = .read([]) },
    BrokenCluster(
      "objects that cannot be listed", .object, .unknown, "Observabilities cannot be read: 503"
    ) { $0.objects = .failed("503") },
    BrokenCluster(
      "a kernel that is too old", .nodes, .warning, "Node worker-2: KernelTooOld: Kernel 4.18.0 is older than 5.11",
      remedy: "Upgrade the node's kernel"
    ) { cluster in
      cluster.nodes = .read([SampleCluster.node("worker-1"), SampleCluster.node("worker-2", kernel: "4.18.0")])
    },
    BrokenCluster(
      "an ineligible node without its label", .nodes, .warning, "lack the label", remedy: "may patch nodes"
    ) { cluster in
      cluster.nodes = .read([SampleCluster.node("worker-1"), SampleCluster.node("worker-2", kernel: "4.18.0")])
    },
    BrokenCluster(
      "a label without a verdict", .nodes, .warning, "keeps agents off nodes that could carry one: worker-1.",
      remedy: "kubectl label node worker-1 observability.cozystack.io/node-agent-"
    ) { cluster in
      cluster.nodes = .read([
        SampleCluster.node("worker-1", labels: ["observability.cozystack.io/node-agent": "ineligible"]),
        SampleCluster.node("worker-2"),
      ])
    },
    BrokenCluster(
      "no node that could carry an agent", .nodes, .fault, "0 of 1 nodes can carry an agent", remedy: "reasons below"
    ) { $0.nodes = .read([SampleCluster.node("worker-1", kernel: "4.18.0")]) },
    BrokenCluster(
      "a selector that no node has", .nodes, .fault, "3 are not asked for", remedy: "spec.nodeAgent.nodeSelector"
    ) { cluster in
      cluster = cluster.changing {
        $0.object = SampleCluster.object(spec: ["nodeAgent": ["nodeSelector": ["pool": "none"]]])
      }
    },
  ]

  static let ofObject = [
    BrokenCluster(
      "a spec that cannot be read", .object, .fault, "cannot be acted on: spec.mode",
      remedy: "kubectl edit obs platform"
    ) { around in around.object = SampleCluster.object(spec: ["mode": "Agents"]) },
    BrokenCluster(
      "a status of an older generation", .object, .warning, "is at generation 2, and its status is of generation 1",
      remedy: "Wait"
    ) { around in around.object = SampleCluster.object(generation: 2) },
    BrokenCluster(
      "a condition that keeps it from being ready", .object, .fault,
      "MetricsBackendReady=False Unreachable, for 3h: vm refused.", remedy: "Check the Service's endpoints"
    ) { around in
      around.object = SampleCluster.object(conditions: [
        SampleCluster.condition("MetricsBackendReady", "False", "Unreachable", "vm refused."),
        SampleCluster.condition("Ready", "False", "BackendNotReady", "vm refused."),
      ])
    },
    BrokenCluster(
      "a condition that does not", .object, .warning, "GatewayAvailable=False QueueFilling", remedy: "destination"
    ) { around in
      around.object = SampleCluster.object(conditions: [
        SampleCluster.condition("Ready", "True", "Ready", ""),
        SampleCluster.condition("GatewayAvailable", "False", "QueueFilling", "full soon"),
      ])
    },
    BrokenCluster("no namespace", .namespace, .fault, "does not exist", remedy: "kubectl create namespace cozy-coroot")
    {
      around in around.namespace = .read(nil)
    },
    BrokenCluster("a namespace that goes", .namespace, .fault, "is being deleted", remedy: "Wait until it is gone") {
      around in around.namespace = .read(SampleCluster.namespace(isBeingDeleted: true))
    },
    BrokenCluster(
      "a namespace that refuses agents", .namespace, .fault, "Pod Security refuses agents in namespace cozy-coroot",
      remedy: "kubectl label namespace cozy-coroot pod-security.kubernetes.io/enforce=privileged --overwrite"
    ) { around in
      around.namespace = .read(SampleCluster.namespace(labels: ["pod-security.kubernetes.io/enforce": "baseline"]))
    },
    BrokenCluster(
      "a namespace without a label, and no pods", .namespace, .fault, "not one of 3 agents came to be",
      remedy: "kubectl label namespace cozy-coroot"
    ) { around in around.namespace = .read(SampleCluster.namespace()) },
    BrokenCluster("a namespace without a label, with pods", .namespace, .ok, "which lets agents in") { around in
      around.namespace = .read(SampleCluster.namespace())
      around.pods = .read([
        SampleCluster.object(kind: "Pod", "a", in: "cozy-coroot", ["status": ["phase": "Running"]])
      ])
    },
    BrokenCluster(
      "a namespace without the binding", .rights, .fault,
      "has nothing of ClusterRole observability-operator-children in namespace cozy-coroot: ",
      remedy: "kubectl -n cozy-coroot create rolebinding observability-operator-children "
        + "--clusterrole=observability-operator-children --serviceaccount=\(SampleCluster.account)"
    ) { around in
      around.rights = .read(SampleCluster.answers(RightQuestion.all([.children: "cozy-coroot"])) { _ in false })
    },
    BrokenCluster(
      "one right that is missing", .rights, .fault, "may not delete daemonsets.apps in namespace cozy-coroot",
      remedy: "kubectl apply -k config/rbac"
    ) { around in
      around.rights = .read(
        SampleCluster.answers(RightQuestion.all([.children: "cozy-coroot"])) {
          $0.resource != "daemonsets" || $0.verb != "delete"
        })
    },
    BrokenCluster("no DaemonSet", .agents, .fault, "does not exist: no agent runs", remedy: "The operator creates it") {
      around in around.daemonSet = .read(nil)
    },
    BrokenCluster(
      "an agent that is not ready", .agents, .fault, "2 of 3 agents are ready",
      remedy: "kubectl -n cozy-coroot get pods -l observability.cozystack.io/object=platform"
    ) { around in around.daemonSet = .read(SampleCluster.daemonSet(ready: 2)) },
    BrokenCluster(
      "an agent of the version before", .agents, .warning, "2 are of the present version", remedy: "get pods"
    ) { around in around.daemonSet = .read(SampleCluster.daemonSet(ready: 3, updated: 2)) },
    BrokenCluster(
      "an image that cannot be had", .agents, .fault, "worker-1 agent-a: ImagePullBackOff: not found",
      remedy: "spec.images"
    ) { around in
      around.pods = .read([SampleCluster.waitingPod("agent-a", on: "worker-1", "ErrImagePull", "not found")])
    },
    BrokenCluster(
      "a Service that is missing", .backends, .fault,
      "Service tenant-root/vminsert-shortterm, which metricsWrite leads "
        + "to, does not exist", remedy: "kubectl -n tenant-root get services"
    ) { around in around.services[0].service = .read(nil) },
    BrokenCluster(
      "a Service without an address", .backends, .fault,
      "has no ready address: nothing answers behind it (1 not ready)",
      remedy: "kubectl -n tenant-root get pods -l app.kubernetes.io/name=vm"
    ) { around in around.services[0].slices = .read([SampleCluster.slice(ready: [false])]) },
    BrokenCluster("a claim without a volume", .volumes, .warning, "is Pending", remedy: "describe pvc queue") {
      around in
      around.claims = .read([
        SampleCluster.object(
          kind: "PersistentVolumeClaim", "queue", in: "cozy-coroot", ["status": ["phase": "Pending"]])
      ])
    },
    BrokenCluster(
      "a cluster without Grafana's operator", .dashboards, .warning, "does not serve GrafanaDashboard",
      remedy: "spec.dashboards.enabled"
    ) { around in
      around.object = SampleCluster.object(spec: ["dashboards": ["enabled": true]])
      around.dashboards.servesDashboards = .read(false)
    },
    .dashboards(
      "no Grafana where dashboards go", "No Grafana is in namespace tenant-root", remedy: "kubectl get grafanas -A"
    ) { $0.grafanas = .read([]) },
    .dashboards(
      "a Grafana without the label that dashboards select", "Grafana grafana has not that label",
      remedy: "get grafanas,grafanadashboards"
    ) { $0.grafanas = .read([SampleCluster.grafana(labels: [:])]) },
    .dashboards(
      "a Grafana that has an earlier content", "of which it may have an earlier content",
      remedy: "get grafanas,grafanadashboards"
    ) { $0.published = .read([SampleCluster.grafanaDashboard(generation: 2)]) },
    .dashboards(
      "no right to publish",
      "may not patch grafanadashboards.grafana.integreatly.org in namespace tenant-root: 1 of 7 rights are missing",
      remedy: "apply config/dashboards with namespace tenant-root"
    ) {
      $0.rights = .read(SampleCluster.answers(RightQuestion.dashboards(in: "tenant-root")) { $0.verb != "patch" })
    },
  ]

  /// A warning about a place of dashboards where something was changed.
  private static func dashboards(
    _ what: String, _ message: String, remedy: String,
    _ change: @escaping @Sendable (inout DashboardSurroundings) -> Void
  ) -> BrokenCluster {
    BrokenCluster(what, .dashboards, .warning, message, remedy: remedy) { around in
      around.object = SampleCluster.object(spec: ["dashboards": ["enabled": true]])
      around.dashboards = SampleCluster.dashboards()
      change(&around.dashboards)
    }
  }
}
