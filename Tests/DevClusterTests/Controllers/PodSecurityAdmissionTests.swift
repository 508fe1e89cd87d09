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
}
