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

  @Test(
    "A right to one name holds for lists and watches that ask for that name",
    arguments: [
      ("?fieldSelector=metadata.name%3Done", 200), ("?fieldSelector=metadata.name%3D%3Done", 200),
      ("?fieldSelector=metadata.namespace%3Drec,metadata.name%3Done", 200),
      ("?fieldSelector=metadata.name%3Dtwo", 403), ("?fieldSelector=metadata.name!%3Done", 403), ("", 403),
    ])
  func namedLists(_ query: String, _ status: Int) async {
    let cluster = await TestCluster()
    let rule: JSONValue = [
      "apiGroups": [""], "resources": ["secrets"], "resourceNames": ["one"], "verbs": ["list", "watch", "create"],
    ]
    await cluster.send("POST", Self.base + "/namespaces/rec/roles", role("Role", rule))
    await cluster.send(
      "POST", Self.base + "/namespaces/rec/rolebindings",
      binding("RoleBinding", to: "Role", ["kind": "User", "name": "alice", "apiGroup": "rbac.authorization.k8s.io"]))
    let secrets = "/api/v1/namespaces/rec/secrets"
    #expect(await cluster.send("GET", secrets + query, token: "alice-token").status == status)
    let watch = query.isEmpty ? "?watch=true" : query + "&watch=true"
    let watching = await cluster.send("GET", secrets + watch, token: "alice-token")
    #expect(watching.status == status)
    if case .stream(let stream) = watching.body { stream.cancel() }
    let secret: JSONValue = ["apiVersion": "v1", "kind": "Secret", "metadata": ["name": "one"]]
    #expect(
      await cluster.send("POST", secrets, secret, token: "alice-token").status == 403, "a new object has no name yet")
  }

  @Test("An apply that creates needs the right to create", arguments: [(["patch"], 403), (["patch", "create"], 201)])
  func creatingApplies(_ verbs: [String], _ status: Int) async {
    let cluster = await TestCluster()
    let rule: JSONValue = [
      "apiGroups": [""], "resources": ["configmaps"], "verbs": .array(verbs.map { .string($0) }),
    ]
    await cluster.send("POST", Self.base + "/namespaces/rec/roles", role("Role", rule))
    await cluster.send(
      "POST", Self.base + "/namespaces/rec/rolebindings",
      binding("RoleBinding", to: "Role", ["kind": "User", "name": "alice", "apiGroup": "rbac.authorization.k8s.io"]))
    let answer = await cluster.send(
      "PATCH", Paths.configMaps + "/one?fieldManager=a", Samples.configMap("one"), type: "application/apply-patch+yaml",
      token: "alice-token")
    #expect(answer.status == status, "\(answer.text)")
    if status == 403 { #expect(answer.json["message"] == "configmaps \"one\" is forbidden: ") }
    await cluster.send("POST", Paths.configMaps, Samples.configMap("two"))
    let update = await cluster.send(
      "PATCH", Paths.configMaps + "/two?fieldManager=a&force=true", Samples.configMap("two", data: ["a": "2"]),
      type: "application/apply-patch+yaml", token: "alice-token")
    #expect(update.status == 200, "\(update.text)")
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
