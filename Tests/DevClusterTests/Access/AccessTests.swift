// SPDX-License-Identifier: Apache-2.0

import DevCluster
import JSON
import Testing

@Suite("Who may do what")
struct AccessTests {
  @Test func strangersAreToldApart() async {
    let cluster = await TestCluster()
    let unknown = await cluster.send("GET", Paths.configMaps, token: "nobody")
    #expect(unknown.status == 401)
    #expect(unknown.json["message"] == "Unauthorized")
    let anonymous = await cluster.send("GET", Paths.configMaps, token: nil)
    #expect(anonymous.status == 403)
    #expect(
      anonymous.json["message"]?.string
        == "configmaps is forbidden: User \"system:anonymous\" cannot list resource \"configmaps\" in API group \"\" "
        + "in the namespace \"rec\"")
    let alice = await cluster.send("GET", "/apis/apps/v1/namespaces/rec/daemonsets/x", token: "alice-token")
    #expect(
      alice.json["message"]?.string
        == "daemonsets.apps \"x\" is forbidden: User \"alice\" cannot get resource \"daemonsets\" in API group "
        + "\"apps\" in the namespace \"rec\"")
    #expect(alice.json["details"] == ["name": "x", "group": "apps", "kind": "daemonsets"])
    let nodes = await cluster.send("GET", "/api/v1/nodes", token: "alice-token")
    #expect(nodes.json["message"]?.string?.hasSuffix("at the cluster scope") == true)
  }

  @Test func healthIsPublicAndDiscoveryIsForTheKnown() async {
    let cluster = await TestCluster()
    #expect(await cluster.send("GET", "/readyz", token: nil).text == "ok")
    #expect(await cluster.send("GET", "/apis", token: nil).status == 403)
    #expect(await cluster.send("GET", "/apis", token: "alice-token").status == 200)
  }

  private func role(_ kind: String, _ rule: JSONValue) -> JSONValue {
    [
      "apiVersion": "rbac.authorization.k8s.io/v1", "kind": .string(kind), "metadata": ["name": "r"],
      "rules": [rule],
    ]
  }

  private func binding(_ kind: String, to role: String, _ subject: JSONValue) -> JSONValue {
    [
      "apiVersion": "rbac.authorization.k8s.io/v1", "kind": .string(kind), "metadata": ["name": "b"],
      "roleRef": ["apiGroup": "rbac.authorization.k8s.io", "kind": .string(role), "name": "r"],
      "subjects": [subject],
    ]
  }

  private static let base = "/apis/rbac.authorization.k8s.io/v1"

  @Test func aClusterRoleHoldsEverywhere() async {
    let cluster = await TestCluster { configuration in
      configuration.tokens["operator"] = .serviceAccount(namespace: "rec", name: "op")
    }
    let rule: JSONValue = ["apiGroups": [""], "resources": ["nodes", "pods/status"], "verbs": ["list", "patch"]]
    await cluster.send("POST", Self.base + "/clusterroles", role("ClusterRole", rule))
    await cluster.send(
      "POST", Self.base + "/clusterrolebindings",
      binding("ClusterRoleBinding", to: "ClusterRole", ["kind": "ServiceAccount", "name": "op", "namespace": "rec"]))
    #expect(await cluster.send("GET", "/api/v1/nodes", token: "operator").status == 200)
    #expect(await cluster.send("GET", "/api/v1/nodes/x", token: "operator").status == 403)
    let account = Identity.serviceAccount(namespace: "rec", name: "op")
    #expect(
      await cluster.server.allows(
        account, verb: "patch", group: "", resource: "pods", subresource: "status", name: "p", namespace: "any"))
    #expect(
      await cluster.server.allows(account, verb: "patch", group: "", resource: "pods", namespace: "any") == false)
  }

  @Test func aRoleHoldsInItsNamespaceAndForItsNames() async {
    let cluster = await TestCluster()
    let rule: JSONValue = [
      "apiGroups": [""], "resources": ["configmaps"], "resourceNames": ["one"], "verbs": ["get"],
    ]
    await cluster.send("POST", Self.base + "/namespaces/rec/roles", role("Role", rule))
    await cluster.send(
      "POST", Self.base + "/namespaces/rec/rolebindings",
      binding("RoleBinding", to: "Role", ["kind": "User", "name": "alice", "apiGroup": "rbac.authorization.k8s.io"]))
    let alice = Identity(user: "alice")
    for (name, namespace, expected) in [("one", "rec", true), ("two", "rec", false), ("one", "default", false)] {
      #expect(
        await cluster.server.allows(
          alice, verb: "get", group: "", resource: "configmaps", name: name, namespace: namespace) == expected)
    }
  }

  @Test func aReviewTellsOnesOwnRights() async {
    let cluster = await TestCluster()
    let review: JSONValue = [
      "apiVersion": "authorization.k8s.io/v1", "kind": "SelfSubjectAccessReview",
      "spec": ["resourceAttributes": ["group": "apps", "resource": "daemonsets", "verb": "patch", "namespace": "rec"]],
    ]
    let path = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
    #expect(await cluster.send("POST", path, review).json[path: "status", "allowed"] == true)
    #expect(await cluster.send("POST", path, review, token: "alice-token").json[path: "status", "allowed"] == false)
  }
}
