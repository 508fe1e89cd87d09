// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesCore
import ObservabilityAPI
import Rendering
import Testing

@testable import ObservabilityController

/// How far an exposure is, by its children and pods.
@Suite struct UIObservationTests {
  static let now = Timestamp(secondsSinceEpoch: 1_800_000_000)

  /// What an example changes in an exposure that is as it should be.
  struct World: Sendable {
    var ui: JSONObject = [:]
    var deployment: KubernetesObject? = UIObservationTests.deployment(ready: 1)
    var client: JSONValue? = ["value": "OK"]
    var entrance: JSONValue? = ["loadBalancer": ["ingress": [["ip": "192.0.2.1"]]]]
    var pods: [AgentPod] = []
    var classes: IngressClasses? = UIObservationTests.classes
    var certificate: Finding?
  }

  static let classes = IngressClasses([
    ingressClass("nginx", isDefault: false), ingressClass("tenant-root", isDefault: true),
  ])

  static func ingressClass(_ name: String, isDefault: Bool) -> KubernetesObject {
    var object = KubernetesObject(type: .ingressClasses, name: name)
    object["metadata"]?["annotations"] = [
      "ingressclass.kubernetes.io/is-default-class": .string(isDefault ? "true" : "false")
    ]
    return object
  }

  static func deployment(ready: Int64, updated: Int64 = 1, generation: Int64 = 1) -> KubernetesObject {
    var object = KubernetesObject(type: .deployments, namespace: "cozy-coroot", name: "platform-coroot-gatekeeper")
    object["metadata"]?["generation"] = .integer(generation)
    object["status"] = [
      "observedGeneration": 1, "readyReplicas": .integer(ready), "updatedReplicas": .integer(updated),
    ]
    return object
  }

  /// A pod whose container waits for that reason.
  static func pod(waiting reason: String, _ message: String) -> AgentPod {
    AgentPod(
      KubernetesObject([
        "apiVersion": "v1", "kind": "Pod",
        "metadata": [
          "name": "platform-coroot-gatekeeper-6d9f-x2b4c", "namespace": "cozy-coroot",
          "ownerReferences": [["kind": "ReplicaSet", "controller": true, "uid": "set"]],
        ],
        "spec": ["nodeName": "worker-1", "containers": [["name": "gatekeeper"]]],
        "status": [
          "phase": "Pending", "conditions": [["type": "Ready", "status": "False"]],
          "containerStatuses": [
            [
              "name": "gatekeeper", "restartCount": 3,
              "state": ["waiting": ["reason": .string(reason), "message": .string(message)]],
              "lastState": ["terminated": ["exitCode": 1, "message": .string(message)]],
            ]
          ],
        ],
      ]))
  }

  static func spec(_ ui: JSONObject = [:]) throws -> ObservabilitySpec {
    var whole: JSONObject = [
      "host": "coroot.example.org",
      "oidc": ["issuerURL": "https://keycloak.example.org/realms/cozy", "clientID": "coroot", "keycloakRealmRef": [:]],
    ]
    for (key, value) in ui { whole[key] = value }
    return try Made.observability([
      "mode": "Full", "clickHouse": ["application": [:]], "coroot": ["ui": .object(whole)],
    ]).spec
  }

  static func state(_ change: (inout World) -> Void = { _ in }) throws -> PartState {
    var world = World()
    change(&world)
    func object(_ type: ResourceType, _ status: JSONValue?) -> KubernetesObject? {
      status.map {
        var object = KubernetesObject(type: type, namespace: "cozy-coroot", name: "platform-coroot-gatekeeper")
        object["status"] = $0
        return object
      }
    }
    return UIObservation(
      spec: try spec(world.ui), object: "platform", deployment: world.deployment,
      client: object(.keycloakClients, world.client), entrance: object(.ingresses, world.entrance), pods: world.pods,
      classes: world.classes, certificate: world.certificate, now: now
    ).state
  }

  /// A state that is reached, with what its message names.
  struct Example: Sendable, CustomTestStringConvertible {
    enum Kind: Sendable { case good, updating, progressing, bad }

    let testDescription: String
    var reason: ConditionReason
    var kind: Kind
    var names: [String]
    var change: @Sendable (inout World) -> Void

    init(
      _ description: String, _ reason: ConditionReason, _ kind: Kind, _ names: [String],
      _ change: @escaping @Sendable (inout World) -> Void = { _ in }
    ) {
      testDescription = description
      (self.reason, self.kind, self.names, self.change) = (reason, kind, names, change)
    }
  }

  private static let gateway: JSONObject = ["gatewayRef": ["name": "cozystack"]]

  private static func parent(_ type: String, _ status: String) -> JSONValue {
    [
      "parents": [
        [
          "parentRef": ["name": "cozystack", "namespace": "tenant-root"],
          "conditions": [
            ["type": .string(type), "status": .string(status), "reason": "NotAllowedByListeners", "message": "told so"]
          ],
        ]
      ]
    ]
  }

  static let examples: [Example] = [
    Example("all is there", .exposed, .good, ["https://coroot.example.org"]),
    Example("an HTTPRoute that is accepted", .exposed, .good, ["https://coroot.example.org"]) {
      ($0.ui, $0.classes, $0.entrance) = (gateway, nil, parent("Accepted", "True"))
    },
    Example("a class by its name", .exposed, .good, []) { $0.ui = ["ingressClassName": "nginx"] },
    Example("no word of the client", .clientNotReady, .progressing, ["KeycloakClient cozy-coroot/platform-coroot-gat"])
    {
      $0.client = nil
    },
    Example("an error of the client", .clientNotReady, .bad, ["realm not found https://***@kc."]) {
      $0.client = ["value": "realm not found https://admin:hunter2@kc."]
    },
    Example("pods that start", .gatekeeperNotReady, .progressing, ["0 of 1 pods", "cozy-coroot/platform-coroot-gat"]) {
      $0.deployment = deployment(ready: 0)
    },
    Example("pods that are replaced", .gatekeeperNotReady, .updating, ["0 of the present version"]) {
      $0.deployment = deployment(ready: 1, generation: 2)
    },
    Example("an image that cannot be pulled", .gatekeeperNotReady, .bad, ["ImagePullBackOff", "worker-1", "no such"]) {
      $0.deployment = deployment(ready: 0)
      $0.pods = [pod(waiting: "ImagePullBackOff", "no such image")]
    },
    Example("a provider that is not reached", .gatekeeperNotReady, .bad, ["exit code 1", "connection refused"]) {
      $0.deployment = deployment(ready: 0)
      $0.pods = [pod(waiting: "CrashLoopBackOff", "dial tcp: connection refused")]
    },
    Example("pods that are refused", .gatekeeperNotReady, .bad, ["No pod can be created", "exceeded quota"]) {
      var refused = deployment(ready: 0)
      refused["status"]?["conditions"] = [["type": "ReplicaFailure", "status": "True", "message": "exceeded quota"]]
      $0.deployment = refused
    },
    Example("no certificate", .certificateMissing, .bad, ["told so"]) {
      $0.certificate = Finding(.certificateMissing, "told so")
    },
    Example("no such class", .ingressClassMissing, .bad, ["IngressClass traefik", "nginx, tenant-root"]) {
      $0.ui = ["ingressClassName": "traefik"]
    },
    Example(
      "no default class", .ingressClassMissing, .bad, ["default", "spec.coroot.ui.ingressClassName", "has nginx"]
    ) {
      $0.classes = IngressClasses([ingressClass("nginx", isDefault: false)])
    },
    Example("no class at all", .ingressClassMissing, .bad, ["has no IngressClass"]) { $0.classes = IngressClasses([]) },
    Example("no address", .addressPending, .progressing, ["Ingress cozy-coroot/platform-coroot-gatekeeper"]) {
      $0.entrance = nil
    },
    Example(
      "a Gateway that has not looked", .addressPending, .progressing, ["Gateway tenant-root/cozystack", "allows"]
    ) {
      ($0.ui, $0.classes, $0.entrance) = (gateway, nil, nil)
    },
    Example("a Gateway that has not decided", .addressPending, .progressing, ["has not accepted"]) {
      ($0.ui, $0.classes, $0.entrance) = (gateway, nil, parent("ResolvedRefs", "True"))
    },
    Example("a Gateway that refuses", .addressPending, .bad, ["NotAllowedByListeners: told so."]) {
      ($0.ui, $0.classes, $0.entrance) = (gateway, nil, parent("Accepted", "False"))
    },
  ]

  /// One state of each kind, for the table of reasons.
  static func states() throws -> [PartState] {
    try examples.map { try state($0.change) } + [.off(UIObservation.notRequested(spec(), object: "platform"))]
  }

  @Test("Each state has its reason, and a message that names the object and the remedy", arguments: examples)
  func states(_ example: Example) throws {
    let state = try Self.state(example.change)
    #expect(state.finding.reason == example.reason)
    #expect(example.reason.conditions.contains(.uiExposed))
    for name in example.names { #expect(state.finding.message.contains(name), "\(state.finding.message)") }
    #expect(!state.finding.message.contains("hunter2"))
    let kind: Example.Kind =
      switch state {
      case .good, .off: .good
      case .updating: .updating
      case .progressing: .progressing
      case .bad: .bad
      }
    #expect(kind == example.kind, "\(state)")
  }

  @Test("Without a provider the condition has both commands, and Ready does not wait for it")
  func notRequestedTellsTheCommands() throws {
    let spec = try Made.observability(["mode": "Full", "clickHouse": ["application": [:]]]).spec
    let state = PartState.off(UIObservation.notRequested(spec, object: "platform"))
    let message = state.finding.message
    #expect(message.contains("kubectl -n cozy-coroot port-forward svc/platform-coroot 8080:8080"))
    #expect(
      message.contains(
        "kubectl -n cozy-coroot get secret platform-coroot-admin -o jsonpath='{.data.password}' | base64 -d"))
    #expect(!state.isAvailable && state.isGood && state.badFinding == nil)
  }

  @Test("Pods are told from those of other Deployments by their name, also a cut one")
  func podsAreTold() {
    let pod = Self.pod(waiting: "ContainerCreating", "")
    #expect(pod.isOfDeployment("platform-coroot-gatekeeper"))
    #expect(!pod.isOfDeployment("other-coroot-gatekeeper"))
    #expect(pod.agent.restarts == 3, "its container is the one that counts")
  }
}
