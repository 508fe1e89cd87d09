// SPDX-License-Identifier: Apache-2.0

import ControllerRuntime
import JSON
import KubernetesClient
import KubernetesCore
import ObservabilityAPI
import Testing

@testable import ObservabilityController

/// Which states of a pod are a failure, and how they are told.
@Suite struct AgentFailureTests {
  struct Example: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var pod: KubernetesObject
    /// Seconds after 2026-01-01T00:01:00Z, when the pod became not ready.
    var after: Int64 = 10
    /// The reason and the words; nil if it is no failure.
    var told: [String]?
    var remedy: AgentFailure.Remedy = .describe
  }

  static let backOff: JSONValue = ["waiting": ["reason": "CrashLoopBackOff", "message": "back-off 40s"]]

  static func end(_ code: Int64, _ message: String = "", reason: String = "Error", seconds: Int = 5) -> JSONValue {
    [
      "exitCode": .integer(code), "reason": .string(reason), "message": .string(message),
      "startedAt": "2026-01-01T00:00:00Z",
      "finishedAt": .string("2026-01-01T00:\(seconds / 60 < 10 ? "0" : "")\(seconds / 60):0\(seconds % 60)Z"),
    ]
  }

  static func waiting(_ reason: String, _ message: String = "") -> KubernetesObject {
    AgentPodTests.agent(["waiting": ["reason": .string(reason), "message": .string(message)]])
  }

  static let pull = #"failed to pull and unpack image "a:1": failed to resolve reference "a:1": a:1: not found"#
  static let logs = AgentFailure.Remedy.logs(container: "node-agent")

  static let unschedulable = AgentPodTests.changed { pod in
    pod["spec"]?["nodeName"] = nil
    pod["metadata"]?["creationTimestamp"] = "2026-01-01T00:01:00Z"
    pod["status"] = [
      "phase": "Pending",
      "conditions": [
        ["type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": "1 Insufficient memory."]
      ],
    ]
  }

  static let evicted = AgentPodTests.changed { pod in
    pod["status"] = [
      "phase": "Failed", "reason": "Evicted", "message": "The node was low on resource: ephemeral-storage.",
      "conditions": [["type": "Ready", "status": "False", "lastTransitionTime": "2026-01-01T00:01:00Z"]],
    ]
  }

  static let readyAgain = AgentPodTests.changed { pod in
    pod["status"]?["containerStatuses"] = [
      [
        "name": "node-agent", "restartCount": 5, "state": ["running": [:]],
        "lastState": [
          "terminated": [
            "exitCode": 137, "reason": "OOMKilled", "startedAt": "2026-01-01T00:00:00Z",
            "finishedAt": "2026-01-01T00:01:00Z",
          ]
        ],
      ]
    ]
  }

  static let progress: [Example] = [
    Example(testDescription: "ready", pod: AgentPodTests.pod),
    Example(testDescription: "ready, and its last end lies a day ahead", pod: readyAgain, after: -86_400),
    Example(testDescription: "being made", pod: waiting("ContainerCreating")),
    Example(testDescription: "preflight runs", pod: waiting("PodInitializing")),
    Example(testDescription: "running", pod: AgentPodTests.agent(["running": [:]])),
    Example(testDescription: "a first end", pod: AgentPodTests.agent(["terminated": end(1, "no")])),
    Example(testDescription: "a first restart", pod: AgentPodTests.agent(restarts: 1, last: end(1), ["running": [:]])),
    Example(
      testDescription: "an end now and then",
      pod: AgentPodTests.agent(restarts: 9, last: end(1, seconds: 601), ["running": [:]])
    ),
    Example(testDescription: "a pod that is replaced", pod: evicted),
    Example(testDescription: "a pod that waits for the scheduler", pod: unschedulable),
    Example(testDescription: "long ready after ends", pod: readyAgain, after: 601),
    Example(
      testDescription: "being deleted",
      pod: {
        var pod = waiting("CreateContainerError", "no")
        pod["metadata"]?["deletionTimestamp"] = "2026-01-01T00:00:00Z"
        return pod
      }()),
  ]

  static let failures: [Example] = [
    Example(
      testDescription: "a pull that fails", pod: waiting("ErrImagePull", "rpc error: code = NotFound desc = \(pull)"),
      told: ["ImagePullBackOff", pull], remedy: .image),
    Example(
      testDescription: "a pull that waits",
      pod: waiting(
        "ImagePullBackOff", #"Back-off pulling image "a:1": ErrImagePull: rpc error: code = NotFound desc = \#(pull)"#),
      told: ["ImagePullBackOff", pull], remedy: .image),
    Example(
      testDescription: "a pull that waits, before 1.32",
      pod: waiting("ImagePullBackOff", #"Back-off pulling image "a:1""#),
      told: ["ImagePullBackOff", #"Back-off pulling image "a:1""#], remedy: .image),
    Example(
      testDescription: "a name that is none",
      pod: waiting("InvalidImageName", #"Failed to apply default image tag "A""#),
      told: ["InvalidImageName", #"Failed to apply default image tag "A""#], remedy: .image),
    Example(
      testDescription: "a Secret that is missing", pod: waiting("CreateContainerConfigError", #"secret "s" not found"#),
      told: ["CreateContainerConfigError", #"secret "s" not found"#], remedy: .reference),
    Example(
      testDescription: "a path that is missing",
      pod: waiting("CreateContainerError", "mkdir /sys/kernel/tracing:\n operation not permitted"),
      told: ["CreateContainerError", "mkdir /sys/kernel/tracing: operation not permitted"]),
    Example(
      testDescription: "killed at its limit", pod: AgentPodTests.agent(restarts: 3, last: AgentPodTests.oom, backOff),
      told: ["OOMKilled", "killed at its memory limit of 1Gi"], remedy: .memory),
    Example(
      testDescription: "between two kills",
      pod: AgentPodTests.agent(restarts: 3, last: AgentPodTests.oom, ["running": [:]]),
      told: ["OOMKilled", "killed at its memory limit of 1Gi"], remedy: .memory),
    Example(
      testDescription: "ready between two kills", pod: readyAgain, after: 599,
      told: ["OOMKilled", "killed at its memory limit of 1Gi"], remedy: .memory),
    Example(
      testDescription: "killed just now", pod: AgentPodTests.agent(restarts: 1, ["terminated": AgentPodTests.oom]),
      told: ["OOMKilled", "killed at its memory limit of 1Gi"], remedy: .memory),
    Example(
      testDescription: "an exit by klog",
      pod: AgentPodTests.agent(
        restarts: 2,
        last: end(1, "I0806 10:00:00.1 1 a.go:1] hello\nF0806 10:00:00.2       1 main.go:98] conntrack: EPERM\n\n"),
        backOff),
      told: ["CrashLoopBackOff", "exit code 1: conntrack: EPERM"], remedy: logs),
    Example(
      testDescription: "a panic",
      pod: AgentPodTests.agent(restarts: 2, last: end(2, "panic: nil map\n\ngoroutine 1:\nexit status 2"), backOff),
      told: ["CrashLoopBackOff", "exit code 2: panic: nil map"], remedy: logs),
    Example(
      testDescription: "an exit without a word",
      pod: AgentPodTests.agent(restarts: 1, last: end(0, reason: "Completed"), backOff),
      told: ["CrashLoopBackOff", "exit code 0"], remedy: logs),
    Example(
      testDescription: "a runtime that cannot start it",
      pod: AgentPodTests.agent(
        restarts: 2, last: end(128, "error mounting /sys/kernel/tracing", reason: "StartError"), backOff),
      told: ["StartError", "exit code 128: error mounting /sys/kernel/tracing"]),
    Example(
      testDescription: "a verdict of preflight",
      pod: AgentPodTests.preflight(
        JSONWriter.text(PreflightReport(verdict: .failed, reason: "SysctlRefused", message: "Set it yourself.").json),
        code: 11),
      told: ["SysctlRefused", "preflight: Set it yourself."], remedy: .none),
    Example(
      testDescription: "preflight without a verdict", pod: AgentPodTests.preflight("exec format error", code: 255),
      told: ["CrashLoopBackOff", "preflight: exit code 255: exec format error"], remedy: .logs(container: "preflight")),
    Example(
      testDescription: "no room", pod: unschedulable, after: 31, told: ["Unschedulable", "1 Insufficient memory."],
      remedy: .room),
    Example(
      testDescription: "evicted and not replaced", pod: evicted, after: 31,
      told: ["Evicted", "The node was low on resource: ephemeral-storage."]),
    Example(
      testDescription: "a volume that cannot be mounted", pod: waiting("ContainerCreating"), after: 601,
      told: ["NotStarted", "not started for more than 10 minutes, as when a volume cannot be mounted"]),
    Example(
      testDescription: "a node that is down", pod: AgentPodTests.agent(["running": [:]]), after: 601,
      told: ["NotReady", "not ready for more than 10 minutes; does its node answer (kubectl get node worker-1)?"]),
  ]

  static let start = Timestamp(rfc3339: "2026-01-01T00:01:00Z")?.secondsSinceEpoch ?? 0

  @Test(arguments: progress + failures)
  func theTable(_ example: Example) {
    let pod = AgentPod(AgentPod.project(example.pod))
    let failure = pod.failure(now: Timestamp(secondsSinceEpoch: Self.start + example.after))
    #expect(failure.map { [$0.reason, $0.words] } == example.told)
    guard let failure else { return }
    #expect(failure.remedy == example.remedy)
    #expect(failure.node == "worker-1" && failure.pod == pod.name && failure.namespace == "cozy-coroot")
    #expect(failure.note.hasPrefix("worker-1 \(pod.name): \(failure.reason): ") && failure.note.utf8.count <= 1024)
  }

  @Test(arguments: progress + failures)
  func whatTimeChangesIsLookedAtInTime(_ example: Example) {
    let pod = AgentPod(example.pod)
    var last = pod.failure(now: Timestamp(secondsSinceEpoch: Self.start))?.reason
    var next = pod.nextLook(now: Timestamp(secondsSinceEpoch: Self.start)).map { Self.start + $0 }
    for second in 0...1300 {
      let now = Timestamp(secondsSinceEpoch: Self.start + Int64(second))
      let reason = pod.failure(now: now)?.reason
      if let due = next, due <= now.secondsSinceEpoch {
        last = reason
        next = pod.nextLook(now: now).map { now.secondsSinceEpoch + $0 }
      }
      #expect(reason == last, "at \(second) s")
    }
  }

  static func failure(_ index: Int, words: String = "w", remedy: AgentFailure.Remedy = .memory) -> AgentFailure {
    AgentFailure(
      node: "node-\(index)", namespace: "n", pod: "pod-\(index)", reason: "OOMKilled", words: words, remedy: remedy)
  }

  @Test func aSummaryNamesThreeAndEachRemedyOnce() {
    let failures = (0..<5).map { Self.failure($0, remedy: $0 == 1 ? .describe : .memory) }
    #expect(
      AgentFailure.summary(failures, of: 7)
        == "5 of 7 agents fail: node-0 pod-0: OOMKilled: w; node-1 pod-1: OOMKilled: w; node-2 pod-2: OOMKilled: w; "
        + "and 2 more. Raise spec.nodeAgent.resources.limits.memory. See kubectl -n n describe pod pod-1.")
  }

  @Test func aSummaryFitsAConditionWithItsRemedies() {
    let long = String(repeating: "ä ", count: 2000)
    let failures = (0..<4).map {
      Self.failure($0, words: long, remedy: $0 == 0 ? .room : .logs(container: "node-agent"))
    }
    let text = AgentFailure.summary(failures, of: 4)
    #expect((900...Condition.longestMessage).contains(text.utf8.count), "\(text.utf8.count)")
    #expect(text.hasSuffix("; and 1 more. \(failures[0].remedyText) \(failures[1].remedyText)"))
  }
}
