// SPDX-License-Identifier: Apache-2.0

import CleanText
import ControllerRuntime
import JSON
import KubernetesClient
import KubernetesCore
import ObservabilityAPI
import Rendering
import Testing

@testable import ObservabilityController

/// What is kept of a pod of the agents.
@Suite struct AgentPodTests {
  /// A pod as a kubelet of 1.33 reports it.
  static let pod = KubernetesObject([
    "apiVersion": "v1", "kind": "Pod",
    "metadata": [
      "name": "platform-node-agent-x2b4c", "generateName": "platform-node-agent-", "namespace": "cozy-coroot",
      "uid": "pod-uid", "resourceVersion": "10", "creationTimestamp": "2026-01-01T00:00:00Z",
      "labels": [
        "observability.cozystack.io/object": "platform", "controller-revision-hash": "6c4f9d8b7b",
        "pod-template-generation": "1", "app.kubernetes.io/name": "coroot-node-agent",
      ],
      "ownerReferences": [
        [
          "apiVersion": "apps/v1", "kind": "DaemonSet", "name": "platform-node-agent", "uid": "set-uid",
          "controller": true, "blockOwnerDeletion": true,
        ]
      ],
      "managedFields": [["manager": "kubelet"]],
    ],
    "spec": [
      "nodeName": "worker-1",
      "affinity": [
        "nodeAffinity": [
          "requiredDuringSchedulingIgnoredDuringExecution": [
            "nodeSelectorTerms": [
              ["matchFields": [["key": "metadata.name", "operator": "In", "values": ["worker-1"]]]]
            ]
          ]
        ]
      ],
      "initContainers": [["name": "preflight", "resources": ["limits": ["memory": "128Mi"]], "image": "p:1"]],
      "containers": [
        ["name": "node-agent", "resources": ["limits": ["memory": "1Gi"]], "image": "a:1"],
        ["name": "injected", "image": "b:1"],
      ],
    ],
    "status": [
      "phase": "Running", "hostIP": "10.0.0.1", "podIP": "10.1.0.1", "startTime": "2026-01-01T00:00:01Z",
      "conditions": [
        ["type": "PodScheduled", "status": "True", "lastTransitionTime": "2026-01-01T00:00:00Z"],
        ["type": "Ready", "status": "True", "lastTransitionTime": "2026-01-01T00:00:09Z"],
      ],
      "initContainerStatuses": [
        [
          "name": "preflight", "restartCount": 0, "ready": true, "containerID": "containerd://1",
          "state": [
            "terminated": [
              "exitCode": 0, "reason": "Completed", "startedAt": "2026-01-01T00:00:01Z",
              "finishedAt": "2026-01-01T00:00:02Z",
              "message": #"{"verdict":"ok","reason":"Prepared","changed":[],"message":"All is well."}"#,
            ]
          ],
        ]
      ],
      "containerStatuses": [
        [
          "name": "injected", "restartCount": 9, "ready": true,
          "state": ["running": ["startedAt": "2026-01-01T00:00:03Z"]],
        ],
        [
          "name": "node-agent", "restartCount": 0, "ready": true, "containerID": "containerd://2",
          "state": ["running": ["startedAt": "2026-01-01T00:00:03Z"]],
        ],
      ],
    ],
  ])

  static func changed(_ change: (inout KubernetesObject) -> Void) -> KubernetesObject {
    var pod = pod
    change(&pod)
    return pod
  }

  /// The pod with its agent as given, and not ready.
  static func agent(restarts: Int64 = 0, last: JSONValue? = nil, _ state: JSONValue) -> KubernetesObject {
    changed { pod in
      pod["status"]?["conditions"] = [
        ["type": "Ready", "status": "False", "lastTransitionTime": "2026-01-01T00:01:00Z"]
      ]
      var status: JSONValue = ["name": "node-agent", "restartCount": .integer(restarts), "state": state]
      if let last { status["lastState"] = ["terminated": last] }
      pod["status"]?["containerStatuses"] = [status]
    }
  }

  static func preflight(_ message: String, code: Int64, restarts: Int64 = 1) -> KubernetesObject {
    changed { pod in
      pod["status"]?["phase"] = "Pending"
      pod["status"]?["conditions"] = [
        ["type": "Ready", "status": "False", "lastTransitionTime": "2026-01-01T00:00:01Z"]
      ]
      pod["status"]?["initContainerStatuses"] = [
        [
          "name": "preflight", "restartCount": .integer(restarts),
          "state": ["waiting": ["reason": "CrashLoopBackOff", "message": "back-off 40s restarting failed container"]],
          "lastState": ["terminated": ["exitCode": .integer(code), "reason": "Error", "message": .string(message)]],
        ]
      ]
      pod["status"]?["containerStatuses"] = [
        ["name": "node-agent", "restartCount": 0, "state": ["waiting": ["reason": "PodInitializing"]]]
      ]
    }
  }

  static let oom: JSONValue = [
    "exitCode": 137, "reason": "OOMKilled", "startedAt": "2026-01-01T00:00:03.5Z",
    "finishedAt": "2026-01-01T00:00:59Z",
  ]

  /// Nothing that anybody reads.
  static let heartbeats: [KubernetesObject] = [
    changed { $0["metadata"]?["resourceVersion"] = "11" },
    changed { $0["metadata"]?["annotations"] = ["cni.example.org/ip": "10.1.0.1"] },
    changed { $0["metadata"]?["managedFields"] = [] },
    changed { $0["status"]?["podIP"] = "10.1.0.2" },
    changed { $0["status"]?["conditions"] = [["type": "Ready", "status": "True", "lastProbeTime": "now"]] },
    changed { $0["spec"]?["tolerations"] = [] },
  ]

  /// What decides something, or is told.
  static let changes: [KubernetesObject] = [
    changed { $0["metadata"]?["uid"] = "another" },
    changed { $0["metadata"]?["deletionTimestamp"] = "2026-01-02T00:00:00Z" },
    changed { $0["metadata"]?["labels"]?["controller-revision-hash"] = "another" },
    changed { $0["metadata"]?["ownerReferences"] = [] },
    changed { $0["spec"]?["nodeName"] = "worker-2" },
    changed { $0["status"] = nil },
    changed { $0["status"]?["phase"] = "Failed" },
    changed {
      $0["status"]?["reason"] = "Evicted"
      $0["status"]?["message"] = "Usage of EmptyDir volume \"spool\" exceeds the limit \"640Mi\"."
    },
    changed {
      $0["spec"]?["nodeName"] = nil
      $0["status"] = [
        "phase": "Pending",
        "conditions": [
          ["type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": "1 Insufficient memory."]
        ],
      ]
    },
    agent(["waiting": ["reason": "ImagePullBackOff", "message": #"Back-off pulling image "a:1""#]]),
    agent(["waiting": ["reason": "ContainerCreating"]]), agent(["waiting": [:]]), agent([:]),
    agent(["running": [:]]), agent(restarts: 1, last: oom, ["running": [:]]),
    agent(restarts: 2, last: oom, ["waiting": ["reason": "CrashLoopBackOff", "message": "back-off 20s"]]),
    agent(
      restarts: 2, last: ["exitCode": 1, "message": .string(String(repeating: "ä", count: 2000))], ["running": [:]]),
    agent(restarts: 1, ["terminated": oom]), agent(["terminated": ["exitCode": 0, "reason": "Completed"]]),
    preflight(
      #"{"verdict":"ineligible","reason":"KernelLockedDown","changed":["a: 2 -> 1"],"message":"No."}"#, code: 21),
    preflight("killed", code: 10),
  ]

  @Test(arguments: heartbeats)
  func aHeartbeatIsNoChange(_ heartbeat: KubernetesObject) {
    #expect(AgentPod.project(heartbeat) == AgentPod.project(Self.pod))
  }

  @Test func aGrowingDelayIsNoChange() {
    let states = ["back-off 10s", "back-off 5m0s"].map {
      AgentPod.project(
        Self.agent(restarts: 2, last: Self.oom, ["waiting": ["reason": "CrashLoopBackOff", "message": .string($0)]]))
    }
    #expect(states[0] == states[1])
  }

  @Test(arguments: changes)
  func whatDecidesIsAChange(_ change: KubernetesObject) {
    #expect(AgentPod.project(change) != AgentPod.project(Self.pod))
  }

  @Test(arguments: [pod] + heartbeats + changes + [KubernetesObject(type: .pods, namespace: "a", name: "bare")])
  func whatIsKeptLosesNothingThatAViewReads(_ pod: KubernetesObject) {
    let content = Watches.content(of: AgentsPart.pods(in: "cozy-coroot"))
    let parsed = KubernetesObject(content.projection.apply(to: .object(pod.content)).object ?? [:])
    #expect(parsed.resourceVersion == pod.resourceVersion, "watches go on from it")
    #expect(AgentPod(parsed) == AgentPod(pod))
    #expect(AgentPod(AgentPod.project(parsed)) == AgentPod(pod))
    #expect(AgentPod.project(AgentPod.project(parsed)) == AgentPod.project(pod))
    #expect(AgentPod.project(parsed).labels == pod.labels.filter { $0.key == Watches.objectLabel })
    #expect(AgentPod.project(parsed).key == pod.key)
  }

  @Test func ofAPodThatRunsLittleIsKept() {
    let kept = AgentPod.project(Self.pod)
    #expect(JSONWriter.text(.object(kept.content)).utf8.count < 320, "\(kept)")
  }

  @Test func whatAPodSays() {
    let pod = AgentPod(Self.pod)
    #expect(pod.namespace == "cozy-coroot" && pod.name == "platform-node-agent-x2b4c" && pod.uid == "pod-uid")
    #expect(pod.node == "worker-1" && pod.owner == "set-uid" && pod.revision == "6c4f9d8b7b" && pod.phase == "Running")
    #expect(pod.isReady && pod.notReadySince == nil && !pod.isBeingDeleted && pod.failure == nil)
    #expect(pod.preflight == .done && pod.agent == .runs)
  }

  @Test func aPodThatIsNotPlacedYetNamesItsNode() {
    var pod = Self.pod
    pod["spec"]?["nodeName"] = nil
    #expect(AgentPod(pod).node == "worker-1")
    pod["spec"]?["affinity"] = nil
    #expect(AgentPod(pod).node == "")
  }

  @Test func anEndAtTheMemoryLimitNamesTheLimit() {
    let pod = AgentPod(Self.agent(restarts: 3, last: Self.oom, ["running": [:]]))
    #expect(pod.notReadySince == Timestamp(rfc3339: "2026-01-01T00:01:00Z"))
    #expect(pod.agent.restarts == 3 && pod.agent.state == .running)
    let end = pod.agent.latest
    #expect(end?.reason == "OOMKilled" && end?.exitCode == 137 && end?.memoryLimit == "1Gi")
    #expect(end?.startedAt == Timestamp(rfc3339: "2026-01-01T00:00:03Z"), "to the second, as it is kept")
    #expect(end?.finishedAt == Timestamp(rfc3339: "2026-01-01T00:00:59Z"))
    #expect(AgentPod(Self.agent(last: ["exitCode": 1], ["running": [:]])).agent.last?.memoryLimit == nil)
  }

  @Test func theReportOfPreflightIsReadWhole() {
    let long = String(repeating: "x", count: 3000)
    let report = PreflightReport(
      verdict: .ineligible, reason: "KernelLockedDown", changed: ["a: 2 -> 1"], message: long)
    let pod = AgentPod(AgentPod.project(Self.preflight(JSONWriter.text(report.json), code: 21)))
    #expect(pod.preflight.latest?.report == report)
    #expect(pod.preflight.latest?.message == "")
    #expect(pod.preflight.latest?.exitCode == 21 && pod.preflight.restarts == 1)
    #expect(pod.preflight.state == .waiting(.init(reason: "CrashLoopBackOff", message: "")))
    #expect(pod.agent.state == .waiting(.init(reason: "PodInitializing", message: "")))
  }

  @Test(arguments: ["", "killed", "{", #"{"verdict":"fine"}"#, String(repeating: "[", count: 2000)])
  func whatIsNoReportIsWords(_ text: String) {
    let end = AgentPod(Self.preflight(text, code: 10)).preflight.latest
    #expect(end?.report == nil)
    #expect(end?.message == text.boundedAtStart(bytes: 1024))
  }

  @Test func textsAreBoundedAtTheEndThatMattersLess() {
    let text = "first " + String(repeating: "ä", count: 1000) + " last"
    let ended = AgentPod(Self.agent(last: ["exitCode": 1, "message": .string(text)], ["running": [:]])).agent.last
    #expect(ended?.message.hasPrefix("…") == true && ended?.message.hasSuffix("ä last") == true)
    let waiting = AgentPod(Self.agent(["waiting": ["reason": "ErrImagePull", "message": .string(text)]]))
    guard case .waiting(let cause) = waiting.agent.state else { return #expect(Bool(false), "\(waiting)") }
    #expect(cause.message.hasPrefix("first ") && cause.message.hasSuffix("…"))
    for kept in [ended?.message, cause.message] { #expect((1000...1024).contains(kept?.utf8.count ?? 0)) }
  }

  /// From a pod that was just made to one that is ready, and what goes wrong in between.
  @Test func stepsOnTheWayToBeingReadyCallForNoWork() {
    func calls(_ old: KubernetesObject?, _ new: KubernetesObject?) -> Bool {
      AgentPod.news.callsForWork(
        StoreChange(key: Self.pod.key, old: old.map(AgentPod.project), new: new.map(AgentPod.project)))
    }
    let made = Self.changed { pod in
      pod["spec"]?["nodeName"] = nil
      pod["status"] = ["phase": "Pending"]
    }
    let placed = Self.changed { $0["status"] = ["phase": "Pending"] }
    let steps = [
      made, placed, Self.agent(["waiting": ["reason": "ContainerCreating"]]),
      Self.agent(["waiting": ["reason": "PodInitializing"]]), Self.agent(["running": [:]]),
    ]
    for (old, new) in zip(steps, steps.dropFirst()) { #expect(!calls(old, new)) }
    #expect(calls(nil, made) && calls(made, nil))
    #expect(calls(steps.last, Self.pod) && calls(Self.pod, steps.last), "ready, or no longer")
    let troubles = [
      Self.agent(["waiting": ["reason": "ErrImagePull"]]), Self.agent(["terminated": Self.oom]),
      Self.agent(restarts: 1, last: Self.oom, ["running": [:]]), Self.preflight("no", code: 10),
      Self.changed {
        $0["status"] = ["phase": "Pending"]
        $0["metadata"]?["deletionTimestamp"] = "2026-01-02T00:00:00Z"
      },
    ]
    for trouble in troubles { #expect(calls(steps.last, trouble), "\(trouble)") }
  }

  static let urls = ["http://agent:s3cret@vm:8480/insert", "https://agent:s3/cret@vm/"]

  /// The agent writes its endpoint to its log.
  @Test(arguments: urls)
  func credentialsAreNotKept(url: String) {
    let filler = String(repeating: "x ", count: 1500)
    for text in ["cannot write to \(url): refused", "\(url.dropFirst(9)) \(filler)", "\(filler)\(url) refused"] {
      let pods = [
        Self.agent(restarts: 2, last: ["exitCode": 1, "message": .string(text)], ["running": [:]]),
        Self.agent(["waiting": ["reason": "CreateContainerError", "message": .string(text)]]),
      ]
      // Only a log is cut at its start.
      for pod in text.hasPrefix("\(url.dropFirst(9))") ? pods.prefix(1) : pods[...] {
        let kept = JSONWriter.text(.object(AgentPod.project(pod).content))
        #expect(!kept.contains("cret"), "\(kept)")
        let told = AgentPod(pod).failure(now: Timestamp(secondsSinceEpoch: 0))
        #expect(told.map { !$0.note.contains("cret") } == true)
      }
    }
  }

  /// The names stand in the DaemonSet that is rendered, and the pods carry the label by which they are watched.
  @Test func isWhatIsRendered() throws {
    let facts = PlatformFacts(
      metrics: .init(writeURL: try HTTPURL("http://w/api/v1/write")), operatorImage: "operator:1", operatorVersion: "1")
    let children = Renderer.children(of: try Made.observability(), facts: facts)
    let set = try #require(children.first { $0.kind == "DaemonSet" }).manifest
    let template = try #require(set["spec"]?["template"])
    #expect(template[path: "metadata", "labels", Watches.objectLabel] == "platform")
    for (member, name) in [("initContainers", AgentPod.preflightName), ("containers", AgentPod.agentName)] {
      #expect(template["spec"]?[member]?.array?.map { $0["name"]?.string } == [name])
    }
  }
}
