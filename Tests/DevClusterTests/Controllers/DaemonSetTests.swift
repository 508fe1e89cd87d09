// SPDX-License-Identifier: Apache-2.0

import DevCluster
import JSON
import Testing

@Suite("DaemonSets get a pod on each node that they select")
struct DaemonSetTests {
  private func cluster(_ change: (inout APIServerConfiguration) -> Void = { _ in }) async -> TestCluster {
    let cluster = await TestCluster(change)
    await cluster.server.addNode("n1", labels: ["pool": "a"])
    await cluster.server.addNode("n2", labels: ["pool": "b"], architecture: "arm64")
    await cluster.server.addNode(
      "n3", taints: [["key": "dedicated", "value": "db", "effect": "NoSchedule"]])
    return cluster
  }

  private func nodes(_ cluster: TestCluster) async -> [String] {
    await cluster.server.objects("pods", namespace: "rec").compactMap { $0[path: "spec", "nodeName"]?.string }.sorted()
  }

  private func status(_ cluster: TestCluster) async -> JSONValue {
    await cluster.server.object("daemonsets", group: "apps", namespace: "rec", "agent")?["status"] ?? [:]
  }

  static let placements: [(pod: String, nodes: [String])] = [
    ("{}", ["n1", "n2"]),
    (#"{"tolerations":[{"operator":"Exists"}]}"#, ["n1", "n2", "n3"]),
    (#"{"tolerations":[{"key":"dedicated","value":"db","effect":"NoSchedule"}]}"#, ["n1", "n2", "n3"]),
    (#"{"tolerations":[{"key":"dedicated","operator":"Equal","value":"web"}]}"#, ["n1", "n2"]),
    (#"{"nodeSelector":{"kubernetes.io/arch":"arm64"}}"#, ["n2"]),
    (affinity(#""matchExpressions":[{"key":"pool","operator":"NotIn","values":["a"]}]"#), ["n2"]),
    (affinity(#""matchExpressions":[{"key":"pool","operator":"In","values":["a"]}]"#), ["n1"]),
    (affinity(#""matchExpressions":[{"key":"pool","operator":"Exists"}]"#), ["n1", "n2"]),
    (affinity(#""matchExpressions":[{"key":"pool","operator":"DoesNotExist"}]"#), []),
    (affinity(#""matchFields":[{"key":"metadata.name","operator":"In","values":["n2"]}]"#), ["n2"]),
  ]

  private static func affinity(_ term: String) -> String {
    #"{"affinity":{"nodeAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":{"nodeSelectorTerms":[{\#(term)}]}}}}"#
  }

  @Test(arguments: placements)
  func podsGoWhereTheTemplateWantsThem(_ pod: String, _ expected: [String]) async throws {
    let cluster = await cluster()
    let body = Samples.daemonSet("agent", pod: try JSONParser.parse(pod))
    let made = await cluster.send("POST", Paths.daemonSets, body)
    #expect(made.status == 201, "\(made.text)")
    #expect(await nodes(cluster) == expected)
    #expect(await status(cluster)["desiredNumberScheduled"]?.integer == Int64(expected.count))
    #expect(await status(cluster)["observedGeneration"] == 1)
  }

  @Test func podsCarryTheirOwnerAndTemplate() async {
    let cluster = await cluster()
    let set = await cluster.send("POST", Paths.daemonSets, Samples.daemonSet("agent")).json
    let pod = await cluster.server.objects("pods", namespace: "rec").first ?? [:]
    let owner = pod[path: "metadata", "ownerReferences"]?.array?.first
    #expect(owner?["uid"] == set[path: "metadata", "uid"])
    #expect(owner?["controller"] == true)
    #expect(pod[path: "metadata", "labels", "app"] == "agent")
    #expect(pod[path: "metadata", "labels", "controller-revision-hash"]?.string != nil)
    #expect(pod[path: "metadata", "name"]?.string?.hasPrefix("agent-") == true)
    #expect(pod[path: "status", "phase"] == "Running")
  }

  @Test func aNewTemplateRollsAllPods() async {
    let cluster = await cluster()
    await cluster.send("POST", Paths.daemonSets, Samples.daemonSet("agent"))
    let before = Set(await cluster.server.objects("pods", namespace: "rec").map { $0[path: "metadata", "name"] })
    await cluster.send(
      "PATCH", Paths.daemonSets + "/agent",
      ["spec": ["template": ["spec": ["containers": [["name": "agent", "image": "example/agent:2"]]]]]],
      type: "application/strategic-merge-patch+json")
    let pods = await cluster.server.objects("pods", namespace: "rec")
    #expect(before.isDisjoint(with: pods.map { $0[path: "metadata", "name"] }))
    #expect(pods.allSatisfy { $0[path: "spec", "containers"]?.array?.first?["image"] == "example/agent:2" })
    #expect(await status(cluster)["updatedNumberScheduled"] == 2)
    #expect(await status(cluster)["observedGeneration"] == 2)
  }

  @Test func aRolloutStopsWhereNewPodsDoNotBecomeReady() async {
    let cluster = await cluster {
      $0.podFate = { pod, _ in
        pod[path: "spec", "containers"]?.array?.first?["image"] == "bad:1"
          ? .waiting(reason: "ImagePullBackOff", message: "no such image") : .ready
      }
    }
    await cluster.send("POST", Paths.daemonSets, Samples.daemonSet("agent"))
    await cluster.apply(Paths.daemonSets + "/agent", Samples.daemonSet("agent", image: "bad:1"))
    let status = await status(cluster)
    #expect(status["updatedNumberScheduled"] == 1)
    #expect(status["numberUnavailable"] == 1)
    #expect(status["numberReady"] == 1)
  }

  @Test func podsLeaveNodesThatStopMatching() async {
    let cluster = await cluster()
    await cluster.send(
      "POST", Paths.daemonSets, Samples.daemonSet("agent", pod: ["nodeSelector": ["pool": "a"]]))
    #expect(await nodes(cluster) == ["n1"])
    await cluster.send(
      "PATCH", "/api/v1/nodes/n1", ["metadata": ["labels": ["pool": "b"]]], type: "application/merge-patch+json")
    #expect(await nodes(cluster) == [])
    await cluster.server.addNode("n4", labels: ["pool": "a"])
    #expect(await nodes(cluster) == ["n4"])
    await cluster.server.delete("nodes", "n4")
    #expect(await nodes(cluster) == [])
  }

  @Test func aMissingServiceAccountKeepsPodsAway() async {
    let cluster = await cluster()
    await cluster.send(
      "POST", Paths.daemonSets, Samples.daemonSet("agent", pod: ["serviceAccountName": "agent"]))
    #expect(await nodes(cluster) == [])
    let event = await cluster.server.objects("events", namespace: "rec").first
    #expect(event?["reason"] == "FailedCreate")
    #expect(event?["message"]?.string?.hasSuffix("serviceaccount \"agent\" not found") == true)
    await cluster.send(
      "POST", "/api/v1/namespaces/rec/serviceaccounts",
      ["apiVersion": "v1", "kind": "ServiceAccount", "metadata": ["name": "agent"]])
    #expect(await nodes(cluster) == ["n1", "n2"])
  }

  @Test func fatesCanBeChangedLater() async {
    let cluster = await cluster()
    await cluster.send(
      "POST", Paths.daemonSets,
      Samples.daemonSet("agent", pod: ["initContainers": [["name": "preflight", "image": "p:1"]]]))
    #expect(await status(cluster)["numberReady"] == 2)
    await cluster.server.setPodFate { _, node in
      node[path: "metadata", "name"] == "n1" ? .initFailed(exitCode: 42, terminationMessage: "no tracefs") : .ready
    }
    #expect(await status(cluster)["numberReady"] == 1)
    #expect(await status(cluster)["numberUnavailable"] == 1)
    let pod = await cluster.server.objects("pods").first { $0[path: "spec", "nodeName"] == "n1" }
    let container = pod?[path: "status", "initContainerStatuses"]?.array?.first
    #expect(container?[path: "lastState", "terminated", "exitCode"] == 42)
    #expect(container?[path: "lastState", "terminated", "message"] == "no tracefs")
    await cluster.server.setPodFate { _, _ in
      .crashLoop(exitCode: 1, reason: "Error", message: "failed to load program", restarts: 4)
    }
    let crashed = await cluster.server.objects("pods").first?[path: "status", "containerStatuses"]?.array?.first
    #expect(crashed?["restartCount"] == 4)
    #expect(crashed?[path: "state", "waiting", "reason"] == "CrashLoopBackOff")
    await cluster.server.setPodFate { _, _ in .ready }
    #expect(await status(cluster)["numberAvailable"] == 2)
    #expect(await status(cluster)["numberUnavailable"] == nil)
  }

  @Test func workloadsAreReportedAsRolledOut() async {
    let cluster = await cluster()
    var deployment = Samples.daemonSet("web")
    deployment["kind"] = "Deployment"
    await cluster.send("POST", "/apis/apps/v1/namespaces/rec/deployments", deployment)
    let stored = await cluster.server.object("deployments", group: "apps", namespace: "rec", "web")
    #expect(stored?[path: "status", "availableReplicas"] == 1)
    #expect(stored?[path: "status", "observedGeneration"] == 1)
  }
}
