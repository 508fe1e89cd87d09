// SPDX-License-Identifier: Apache-2.0

import ProcessSupport

/// What the sessions apply, as people write it.
enum Manifests {
  /// A definition with columns, a status and a scale.
  static let definition = """
    apiVersion: apiextensions.k8s.io/v1
    kind: CustomResourceDefinition
    metadata: {name: widgets.example.org}
    spec:
      group: example.org
      scope: Namespaced
      names: {plural: widgets, singular: widget, kind: Widget, shortNames: [wd], categories: [all]}
      versions:
        - name: v1
          served: true
          storage: true
          subresources:
            status: {}
            scale: {specReplicasPath: .spec.size, statusReplicasPath: .status.size}
          additionalPrinterColumns:
            - {name: Mode, type: string, jsonPath: .spec.mode}
            - {name: Ready, type: string, jsonPath: '.status.conditions[?(@.type=="Ready")].status'}
            - {name: Size, type: integer, jsonPath: .spec.size, priority: 1}
            - {name: Age, type: date, jsonPath: .metadata.creationTimestamp}
          schema:
            openAPIV3Schema:
              type: object
              description: A widget, for tests.
              properties:
                spec:
                  type: object
                  description: What is wanted.
                  required: [mode]
                  properties:
                    mode: {type: string, enum: [Fast, Slow], description: How it turns.}
                    size: {type: integer, default: 2, minimum: 0, description: How big it is.}
                    parts:
                      type: array
                      description: What it is made of.
                      items:
                        type: object
                        properties:
                          name: {type: string, description: What the part is called.}
                status:
                  type: object
                  x-kubernetes-preserve-unknown-fields: true
    """

  /// A widget in the namespace `default`.
  static func widget(_ name: String, mode: String = "Fast") -> String {
    """
    apiVersion: example.org/v1
    kind: Widget
    metadata:
      name: \(name)
    spec:
      mode: \(mode)
    """
  }

  /// A DaemonSet that every node can run.
  static let daemonSet = """
    apiVersion: apps/v1
    kind: DaemonSet
    metadata: {name: agent}
    spec:
      selector: {matchLabels: {app: agent}}
      template:
        metadata: {labels: {app: agent}}
        spec:
          containers:
            - {name: agent, image: "example/agent:1", env: [{name: A, value: "1"}]}
    """

  /// A StatefulSet that mounts its claim, with what stands beside it: a budget, a route with TLS and a Secret.
  static let gateway = """
    apiVersion: apps/v1
    kind: StatefulSet
    metadata: {name: queue}
    spec:
      serviceName: queue
      selector: {matchLabels: {app: queue}}
      template:
        metadata: {labels: {app: queue}}
        spec:
          containers:
            - {name: queue, image: "example/queue:1", volumeMounts: [{name: data, mountPath: /data}]}
      volumeClaimTemplates:
        - metadata: {name: data}
          spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
    ---
    apiVersion: policy/v1
    kind: PodDisruptionBudget
    metadata: {name: queue}
    spec: {maxUnavailable: 1, selector: {matchLabels: {app: queue}}}
    ---
    apiVersion: networking.k8s.io/v1
    kind: Ingress
    metadata: {name: ui}
    spec:
      ingressClassName: nginx
      tls: [{hosts: [ui.example.org], secretName: ui}]
      rules:
        - host: ui.example.org
          http:
            paths: [{path: /, pathType: Prefix, backend: {service: {name: queue, port: {name: http}}}}]
    ---
    apiVersion: v1
    kind: Secret
    metadata: {name: token}
    stringData: {token: abc}
    """
}

extension Kubectl {
  /// Writes a manifest for `-f`.
  @discardableResult
  func file(_ name: String, _ text: String) throws -> String { try folder.write(name, text + "\n") }

  /// Has the widgets' definition served.
  func serveWidgets() async throws {
    try await self("apply -f", [try file("definition.yaml", Manifests.definition)])
    try await self("wait --for=condition=Established crd/widgets.example.org --timeout=10s")
  }

  /// Has one widget there.
  func applyWidget(_ name: String = "one") async throws {
    try await self("apply -f", [try file("\(name).yaml", Manifests.widget(name))])
  }
}
