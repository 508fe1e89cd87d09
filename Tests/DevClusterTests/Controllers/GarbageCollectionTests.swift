// SPDX-License-Identifier: Apache-2.0

import DevCluster
import JSON
import Testing

@Suite("Garbage collection and namespaces")
struct GarbageCollectionTests {
  private func owned(_ name: String, by owner: JSONValue, blocks: Bool = true) -> JSONValue {
    var object = Samples.configMap(name)
    object["metadata"]?["ownerReferences"] = [
      [
        "apiVersion": owner["apiVersion"] ?? "", "kind": owner["kind"] ?? "",
        "name": owner[path: "metadata", "name"] ?? "", "uid": owner[path: "metadata", "uid"] ?? "",
        "controller": true, "blockOwnerDeletion": .bool(blocks),
      ]
    ]
    return object
  }

  private func exists(_ cluster: TestCluster, _ path: String) async -> Bool {
    await cluster.send("GET", path).status == 200
  }

  @Test func childrenGoWithTheirOwnerEvenAcrossNamespaces() async {
    let cluster = await TestCluster()
    await cluster.server.addNamespace("other")
    await cluster.server.addNode("owner")
    let node = await cluster.send("GET", "/api/v1/nodes/owner").json
    await cluster.send("POST", Paths.configMaps, owned("a", by: node))
    await cluster.send("POST", "/api/v1/namespaces/other/configmaps", owned("b", by: node))
    await cluster.send("DELETE", "/api/v1/nodes/owner")
    #expect(await exists(cluster, Paths.configMaps + "/a") == false)
    #expect(await exists(cluster, "/api/v1/namespaces/other/configmaps/b") == false)
  }

  @Test func aChildOfNobodyIsCollectedAtOnce() async {
    let cluster = await TestCluster()
    let ghost: JSONValue = ["apiVersion": "v1", "kind": "Node", "metadata": ["name": "x", "uid": "gone"]]
    #expect(await cluster.send("POST", Paths.configMaps, owned("a", by: ghost)).status == 201)
    #expect(await exists(cluster, Paths.configMaps + "/a") == false)
  }

  @Test func withoutControllersNothingIsCollected() async {
    let cluster = await TestCluster { $0.runsControllers = false }
    let ghost: JSONValue = ["apiVersion": "v1", "kind": "Node", "metadata": ["name": "x", "uid": "gone"]]
    await cluster.send("POST", Paths.configMaps, owned("a", by: ghost))
    #expect(await exists(cluster, Paths.configMaps + "/a"))
  }

  @Test func foregroundWaitsForTheChildren() async {
    let cluster = await TestCluster()
    await cluster.send("POST", Paths.configMaps, Samples.configMap("owner"))
    let owner = await cluster.send("GET", Paths.configMaps + "/owner").json
    var child = owned("child", by: owner)
    child["metadata"]?["finalizers"] = ["example.org/hold"]
    await cluster.send("POST", Paths.configMaps, child)
    await cluster.send("DELETE", Paths.configMaps + "/owner", ["propagationPolicy": "Foreground"])
    #expect(await exists(cluster, Paths.configMaps + "/owner"))
    await cluster.send(
      "PATCH", Paths.configMaps + "/child", ["metadata": ["finalizers": .null]], type: "application/merge-patch+json")
    #expect(await exists(cluster, Paths.configMaps + "/child") == false)
    #expect(await exists(cluster, Paths.configMaps + "/owner") == false)
  }

  @Test func orphansStayAndForgetTheirOwner() async {
    let cluster = await TestCluster()
    await cluster.send("POST", Paths.configMaps, Samples.configMap("owner"))
    let owner = await cluster.send("GET", Paths.configMaps + "/owner").json
    await cluster.send("POST", Paths.configMaps, owned("child", by: owner))
    await cluster.send("DELETE", Paths.configMaps + "/owner", ["propagationPolicy": "Orphan"])
    #expect(await exists(cluster, Paths.configMaps + "/owner") == false)
    let child = await cluster.send("GET", Paths.configMaps + "/child").json
    #expect(child[path: "metadata", "name"] == "child")
    #expect(child[path: "metadata", "ownerReferences"] == nil)
  }

  @Test func anotherOwnerKeepsTheChild() async {
    let cluster = await TestCluster()
    await cluster.send("POST", Paths.configMaps, Samples.configMap("one"))
    await cluster.send("POST", Paths.configMaps, Samples.configMap("two"))
    var child = owned("child", by: await cluster.send("GET", Paths.configMaps + "/one").json)
    let second = owned("child", by: await cluster.send("GET", Paths.configMaps + "/two").json)
    var references = child[path: "metadata", "ownerReferences"]?.array ?? []
    references += (second[path: "metadata", "ownerReferences"]?.array ?? []).map {
      var reference = $0
      reference["controller"] = false
      return reference
    }
    child["metadata"]?["ownerReferences"] = .array(references)
    #expect(await cluster.send("POST", Paths.configMaps, child).status == 201)
    await cluster.send("DELETE", Paths.configMaps + "/one")
    #expect(await exists(cluster, Paths.configMaps + "/child"))
    await cluster.send("DELETE", Paths.configMaps + "/two")
    #expect(await exists(cluster, Paths.configMaps + "/child") == false)
  }

  @Test func aNamespaceGoesWithItsContent() async {
    let cluster = await TestCluster()
    await cluster.send("POST", Paths.configMaps, Samples.configMap("one"))
    let deleted = await cluster.send("DELETE", "/api/v1/namespaces/rec").json
    #expect(deleted[path: "status", "phase"] == "Terminating")
    #expect(await exists(cluster, "/api/v1/namespaces/rec") == false)
    #expect(await cluster.server.objects("configmaps", namespace: "rec").isEmpty)
    #expect(await cluster.server.objects("serviceaccounts", namespace: "rec").isEmpty)
  }

  @Test func aNamespaceWaitsForFinalizersAndTakesNothingNew() async {
    let cluster = await TestCluster()
    var held = Samples.configMap("held")
    held["metadata"]?["finalizers"] = ["example.org/hold"]
    await cluster.send("POST", Paths.configMaps, held)
    await cluster.send("DELETE", "/api/v1/namespaces/rec")
    #expect(await exists(cluster, "/api/v1/namespaces/rec"))
    let refused = await cluster.send("POST", Paths.configMaps, Samples.configMap("new"))
    #expect(refused.status == 403)
    #expect(refused.json[path: "details", "causes"]?.array?.first?["reason"] == "NamespaceTerminating")
    await cluster.send(
      "PATCH", Paths.configMaps + "/held", ["metadata": ["finalizers": .null]], type: "application/merge-patch+json")
    #expect(await exists(cluster, "/api/v1/namespaces/rec") == false)
  }

  @Test func everyNamespaceHasADefaultServiceAccount() async {
    let cluster = await TestCluster()
    #expect(await exists(cluster, "/api/v1/namespaces/rec/serviceaccounts/default"))
    #expect(await exists(cluster, "/api/v1/namespaces/default/serviceaccounts/default"))
  }
}
