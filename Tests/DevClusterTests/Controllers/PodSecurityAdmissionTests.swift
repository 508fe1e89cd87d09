// SPDX-License-Identifier: Apache-2.0

import DevCluster
import JSON
import Testing

@Suite("Pods that a namespace's Pod Security level forbids are refused as by the API server")
struct PodSecurityAdmissionTests {
  static let agent = """
    {"hostPID":true,"initContainers":[{"name":"preflight","image":"p:1","securityContext":{"runAsUser":0,"runAsNonRoot":false,
    "allowPrivilegeEscalation":false,"capabilities":{"drop":["ALL"],"add":["SYS_PTRACE","SYS_ADMIN"]},
    "appArmorProfile":{"type":"Unconfined"},"seccompProfile":{"type":"RuntimeDefault"}}}],
    "containers":[{"name":"agent","image":"a:1","securityContext":{"privileged":true,"seLinuxOptions":{"type":"spc_t"}}}],
    "volumes":[{"name":"tracefs","hostPath":{"path":"/sys/kernel/tracing"}},{"name":"tmp","emptyDir":{}}]}
    """

  static let examples: [(level: String, pod: String, refusal: String?)] = [
    ("privileged", agent, nil),
    ("baseline", #"{"containers":[{"name":"agent","image":"a:1"}]}"#, nil),
    (
      "baseline", #"{"hostNetwork":true,"hostPID":true,"containers":[{"name":"agent","image":"a:1"}]}"#,
      #"violates PodSecurity "baseline:latest": host namespaces (hostNetwork=true, hostPID=true)"#
    ),
    (
      "baseline", agent,
      #"violates PodSecurity "baseline:latest": forbidden AppArmor profile (container "preflight" must not set AppArmor "#
        + #"profile type to "Unconfined"), non-default capabilities (container "preflight" must not include "SYS_ADMIN", "#
        + #""SYS_PTRACE" in securityContext.capabilities.add), host namespaces (hostPID=true), hostPath volumes (volume "#
        + #""tracefs"), privileged (container "agent" must not set securityContext.privileged=true), seLinuxOptions "#
        + #"(container "agent" set forbidden securityContext.seLinuxOptions: type "spc_t")"#
    ),
    (
      "restricted", #"{"containers":[{"name":"agent","image":"a:1"}]}"#,
      #"violates PodSecurity "restricted:latest": allowPrivilegeEscalation != false (container "agent" must set "#
        + #"securityContext.allowPrivilegeEscalation=false), unrestricted capabilities (container "agent" must set "#
        + #"securityContext.capabilities.drop=["ALL"]), runAsNonRoot != true (pod or container "agent" must set "#
        + #"securityContext.runAsNonRoot=true), seccompProfile (pod or container "agent" must set "#
        + #"securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost")"#
    ),
    (
      "restricted", agent,
      #"violates PodSecurity "restricted:latest": forbidden AppArmor profile (container "preflight" must not set AppArmor "#
        + #"profile type to "Unconfined"), host namespaces (hostPID=true), privileged (container "agent" must not set "#
        + #"securityContext.privileged=true), seLinuxOptions (container "agent" set forbidden "#
        + #"securityContext.seLinuxOptions: type "spc_t"), allowPrivilegeEscalation != false (container "agent" must set "#
        + #"securityContext.allowPrivilegeEscalation=false), unrestricted capabilities (container "agent" must set "#
        + #"securityContext.capabilities.drop=["ALL"]; container "preflight" must not include "SYS_ADMIN", "SYS_PTRACE" "#
        + #"in securityContext.capabilities.add), restricted volume types (volume "tracefs" uses restricted volume type "#
        + #""hostPath"), runAsNonRoot != true (container "preflight" must not set securityContext.runAsNonRoot=false), "#
        + #"runAsUser=0 (container "preflight" must not set runAsUser=0), seccompProfile (pod or container "agent" must "#
        + #"set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost")"#
    ),
  ]

  @Test(arguments: examples)
  func theDaemonSetIsToldWhy(_ level: String, _ pod: String, _ refusal: String?) async throws {
    let cluster = await TestCluster()
    await cluster.server.addNode("n1")
    await cluster.send(
      "PATCH", "/api/v1/namespaces/rec",
      ["metadata": ["labels": ["pod-security.kubernetes.io/enforce": .string(level)]]],
      type: "application/merge-patch+json")
    let made = await cluster.send("POST", Paths.daemonSets, Samples.daemonSet("agent", pod: try JSONParser.parse(pod)))
    #expect(made.status == 201, "\(made.text)")
    let events = await cluster.server.objects("events", namespace: "rec")
    #expect(await cluster.server.objects("pods").count == (refusal == nil ? 1 : 0))
    #expect(
      events.compactMap { $0["message"]?.string }
        == (refusal.map { ["Error creating: pods \"agent-\" is forbidden: \($0)"] } ?? []))
    guard refusal != nil else { return }
    let status = await cluster.server.object("daemonsets", group: "apps", namespace: "rec", "agent")?["status"]
    #expect(status?["desiredNumberScheduled"] == 1 && status?["currentNumberScheduled"] == 0)
    await cluster.send(
      "PATCH", "/api/v1/namespaces/rec",
      ["metadata": ["labels": ["pod-security.kubernetes.io/enforce": "privileged"]]],
      type: "application/merge-patch+json")
    #expect(await cluster.server.objects("pods").count == 1)
  }

  @Test func aNamespaceWithoutTheLabelHasTheDefaultOfTheServer() async throws {
    let cluster = await TestCluster { $0.podSecurityDefault = "baseline" }
    await cluster.server.addNode("n1")
    await cluster.send("POST", Paths.daemonSets, Samples.daemonSet("agent", pod: ["hostPID": true]))
    #expect(await cluster.server.objects("pods").isEmpty)
  }

  // MARK: - Requests

  private static let pods = "/api/v1/namespaces/rec/pods"
  private static let violation =
    #""baseline:latest": host namespaces (hostPID=true)"#

  private static func pod(_ name: String, _ image: String = "x:1", hostPID: JSONValue = true) -> JSONValue {
    [
      "apiVersion": "v1", "kind": "Pod", "metadata": ["name": .string(name)],
      "spec": ["hostPID": hostPID, "containers": [["name": "c", "image": .string(image)]]],
    ]
  }

  private func label(_ cluster: TestCluster, _ labels: [String: String]) async -> APIResponse {
    var all: JSONValue = [:]
    for (mode, level) in labels { all["pod-security.kubernetes.io/\(mode)"] = .string(level) }
    return await cluster.send(
      "PATCH", "/api/v1/namespaces/rec", ["metadata": ["labels": all]], type: "application/merge-patch+json")
  }

  private func warnings(_ response: APIResponse) -> [String] {
    response.headers.filter { $0.name == "Warning" }.map { $0.value.replacing("\\\"", with: "\"") }
  }

  @Test("A pod that its namespace forbids is refused to every user")
  func podsAreRefused() async {
    let cluster = await TestCluster()
    _ = await label(cluster, ["enforce": "baseline"])
    let refused = await cluster.send("POST", Self.pods, Self.pod("a"))
    #expect(refused.status == 403)
    #expect(refused.json["message"]?.string == "pods \"a\" is forbidden: violates PodSecurity \(Self.violation)")
    #expect(refused.json["details"] == ["name": "a", "kind": "pods"])
    #expect(warnings(refused).isEmpty)
    #expect(await cluster.send("POST", Self.pods, Self.pod("b", hostPID: false)).status == 201)
  }

  @Test(
    "A workload whose pods would be refused is accepted with a warning",
    arguments: [
      (["enforce": "baseline"], true), (["warn": "baseline"], true),
      (["enforce": "baseline", "warn": "privileged"], false),
      (["audit": "baseline"], false), ([:], false),
    ])
  func workloadsAreWarnedAbout(_ labels: [String: String], _ isWarned: Bool) async {
    let cluster = await TestCluster()
    _ = await label(cluster, labels)
    let expected = isWarned ? ["299 - \"would violate PodSecurity \(Self.violation)\""] : []
    for kind in ["DaemonSet", "Deployment", "StatefulSet"] {
      var workload = Samples.daemonSet("w", pod: ["hostPID": true])
      workload["kind"] = .string(kind)
      let path = "/apis/apps/v1/namespaces/rec/\(kind.lowercased())s"
      let created = await cluster.send("POST", path, workload)
      #expect(created.status == 201 && warnings(created) == expected, "\(kind)")
      #expect(warnings(await cluster.apply(path + "/w", workload)) == expected, "\(kind)")
      let scaled = await cluster.send(
        "PATCH", path + "/w/status", ["status": [:]], type: "application/merge-patch+json")
      #expect(warnings(scaled).isEmpty, "\(kind): a status has no pods")
    }
  }

  @Test("A running pod is judged again only when an image changes")
  func runningPods() async {
    let cluster = await TestCluster()
    await cluster.send("POST", Self.pods, Self.pod("a"))
    await cluster.send("POST", Self.pods, Self.pod("b"))
    let stricter = await label(cluster, ["enforce": "baseline"])
    #expect(
      warnings(stricter) == [
        "299 - \"existing pods in namespace \"rec\" violate the new PodSecurity enforce level \"baseline:latest\"\"",
        "299 - \"a (and 1 other pod): host namespaces\"",
      ])
    func change(_ patch: JSONValue) async -> Int {
      await cluster.send("PATCH", Self.pods + "/a", patch, type: "application/merge-patch+json").status
    }
    #expect(await change(["metadata": ["labels": ["a": "b"]]]) == 200)
    #expect(await change(["spec": ["containers": [["name": "c", "image": "x:2"]]]]) == 403)
    #expect(warnings(await label(cluster, ["enforce": "privileged"])).isEmpty)
  }

  @Test(
    "A level or a version that does not exist is refused",
    arguments: [
      ("enforce", "foo", "must be one of privileged, baseline, restricted"),
      ("warn-version", "1.36", #"must be "latest" or "v1.x""#), ("audit-version", "v1.36", nil),
    ])
  func unknownLabels(_ mode: String, _ value: String, _ detail: String?) async {
    let answer = await label(await TestCluster(), [mode: value])
    #expect(answer.status == (detail == nil ? 200 : 422))
    guard let detail else { return }
    #expect(
      answer.json["message"]?.string
        == "Namespace \"rec\" is invalid: metadata.labels[pod-security.kubernetes.io/\(mode)]: Invalid value: \"\(value)\": "
        + detail)
  }
}
