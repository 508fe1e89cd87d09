// SPDX-License-Identifier: Apache-2.0

import DevCluster
import JSON
import Testing

@Suite("Deletion: finalizers, preconditions, dry run, collections")
struct DeletionTests {
  private func cluster() async -> TestCluster {
    let cluster = await TestCluster()
    await cluster.send("POST", Paths.definitions, Samples.definition)
    return cluster
  }

  @Test func aFinalizerHoldsTheObjectUntilItGoes() async {
    let cluster = await cluster()
    await cluster.send("POST", Paths.widgets, Samples.widget("one", finalizers: ["example.org/hold"]))
    let marked = await cluster.send("DELETE", Paths.widgets + "/one").json
    #expect(marked[path: "metadata", "deletionTimestamp"]?.string != nil)
    #expect(marked[path: "metadata", "generation"] == 2)
    let merge = "application/merge-patch+json"
    let refused = await cluster.send(
      "PATCH", Paths.widgets + "/one", ["metadata": ["finalizers": ["example.org/hold", "example.org/more"]]],
      type: merge)
    #expect(refused.status == 422)
    let freed = await cluster.send(
      "PATCH", Paths.widgets + "/one", ["metadata": ["finalizers": .null]], type: merge)
    #expect(freed.status == 200)
    #expect(await cluster.send("GET", Paths.widgets + "/one").status == 404)
  }

  @Test func preconditionsMustHold() async {
    let cluster = await cluster()
    let uid = await cluster.send("POST", Paths.widgets, Samples.widget("one")).json[path: "metadata", "uid"] ?? ""
    let wrong = await cluster.send("DELETE", Paths.widgets + "/one", ["preconditions": ["uid": "other"]])
    #expect(wrong.status == 409)
    #expect(wrong.json["reason"] == "Conflict")
    let version = await cluster.send("DELETE", Paths.widgets + "/one", ["preconditions": ["resourceVersion": "1"]])
    #expect(version.status == 409)
    let right = await cluster.send("DELETE", Paths.widgets + "/one", ["preconditions": ["uid": uid]])
    #expect(right.status == 200)
    #expect(right.json["status"] == "Success")
    #expect(right.json[path: "details", "uid"] == uid)
  }

  @Test func aDryRunDeletesNothing() async {
    let cluster = await cluster()
    await cluster.send("POST", Paths.widgets, Samples.widget("one"))
    #expect(await cluster.send("DELETE", Paths.widgets + "/one?dryRun=All").json["status"] == "Success")
    #expect(await cluster.send("GET", Paths.widgets + "/one").status == 200)
  }

  @Test func aCollectionIsDeletedBySelector() async {
    let cluster = await cluster()
    await cluster.send("POST", Paths.configMaps, Samples.configMap("a", labels: ["app": "x"]))
    await cluster.send("POST", Paths.configMaps, Samples.configMap("b", labels: ["app": "y"]))
    let deleted = await cluster.send("DELETE", Paths.configMaps + "?labelSelector=app%3Dx").json
    #expect(deleted["items"]?.array?.count == 1)
    let left = await cluster.send("GET", Paths.configMaps).json["items"]?.array ?? []
    #expect(left.map { $0[path: "metadata", "name"] } == ["b"])
  }

  @Test func anUnknownPolicyIsNamed() async {
    let cluster = await cluster()
    await cluster.send("POST", Paths.widgets, Samples.widget("one"))
    let answer = await cluster.send("DELETE", Paths.widgets + "/one", ["propagationPolicy": "Sometimes"])
    #expect(answer.status == 422)
    #expect(answer.json["message"]?.string?.contains("Sometimes") == true)
  }
}
