// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesCore
import ObservabilityAPI

/// All that was read of a cluster. ``CheckReport`` follows from it and from nothing else.
package struct Surroundings: Sendable {
  /// The address of the API server.
  package var server: String
  /// When it was read.
  package var now: Timestamp
  /// The version of the API server.
  package var version: Reading<String> = .notRead
  /// How the CustomResourceDefinition that is served differs from this release's; nil if none is served.
  package var definition: Reading<DefinitionDifference?> = .notRead
  /// What is known of the operator.
  package var `operator` = OperatorSurroundings()
  /// Every Node.
  package var nodes: Reading<[KubernetesObject]> = .notRead
  /// The objects to be checked, by name.
  package var objects: Reading<[ObjectSurroundings]> = .notRead

  /// Nothing read yet.
  package init(server: String, now: Timestamp) {
    self.server = server
    self.now = now
  }
}

/// What was read of the operator.
package struct OperatorSurroundings: Sendable {
  /// Where it is, or is looked for.
  package var namespace = ""
  /// The name of its service account.
  package var account = ""
  /// The Lease; nil if there is none.
  package var lease: Reading<KubernetesObject?> = .notRead
  /// The Deployment; nil if there is none.
  package var deployment: Reading<KubernetesObject?> = .notRead
  /// The pods of the Deployment.
  package var pods: Reading<[KubernetesObject]> = .notRead
  /// What its account may do outside the namespaces of children.
  package var rights: Reading<[RightAnswer]> = .notRead

  /// Nothing read yet.
  package init() {}
}

/// What was read of one object and of what is around it.
package struct ObjectSurroundings: Sendable {
  /// The object.
  package var object: KubernetesObject
  /// The namespace of the children; nil if there is none.
  package var namespace: Reading<KubernetesObject?> = .notRead
  /// What the operator's account may do there.
  package var rights: Reading<[RightAnswer]> = .notRead
  /// The ConfigMap of what was found on nodes; nil if there is none.
  package var verdicts: Reading<KubernetesObject?> = .notRead
  /// The DaemonSet of the agents; nil if there is none.
  package var daemonSet: Reading<KubernetesObject?> = .notRead
  /// The pods of all parts.
  package var pods: Reading<[KubernetesObject]> = .notRead
  /// The claims of the gateway and of the Coroot server.
  package var claims: Reading<[KubernetesObject]> = .notRead
  /// The Services that the endpoints of the status lead to, in their order.
  package var services: [ServiceSurroundings] = []
  /// Where dashboards and alerts go.
  package var dashboards = DashboardSurroundings()

  /// An object of which nothing else was read yet.
  package init(_ object: KubernetesObject) { self.object = object }
}

/// What was read of a Service in the cluster that an endpoint leads to.
package struct ServiceSurroundings: Sendable {
  /// The endpoints of the status that lead to it: `metricsWrite`.
  package var endpoints: [String]
  /// The Service's name and namespace.
  package var key: ObjectKey
  /// The Service; nil if there is none.
  package var service: Reading<KubernetesObject?> = .notRead
  /// Its EndpointSlices.
  package var slices: Reading<[KubernetesObject]> = .notRead

  /// A Service of which nothing was read yet.
  package init(endpoints: [String], key: ObjectKey) {
    self.endpoints = endpoints
    self.key = key
  }
}

/// What was read of the place of dashboards and alerts.
package struct DashboardSurroundings: Sendable {
  /// The namespace of `spec.dashboards.namespace`; nil if there is none.
  package var namespace: Reading<KubernetesObject?> = .notRead
  /// Whether the cluster serves GrafanaDashboard.
  package var servesDashboards: Reading<Bool> = .notRead
  /// Whether the cluster serves VMRule.
  package var servesRules: Reading<Bool> = .notRead
  /// What the operator's account may do there.
  package var rights: Reading<[RightAnswer]> = .notRead
  /// The Grafanas of the namespace.
  package var grafanas: Reading<[KubernetesObject]> = .notRead
  /// What any Observability has published there.
  package var published: Reading<[KubernetesObject]> = .notRead

  /// Nothing read yet.
  package init() {}
}
