// SPDX-License-Identifier: Apache-2.0

import DevCluster
import JSON
import Testing

@Suite("Writes: versions, generations, conflicts")
struct WriteTests {
  @Test func aCreatedObjectGetsItsIdentity() async {
    let cluster = await TestCluster()
    let made = await cluster.send("POST", Paths.configMaps, Samples.configMap("one"))
    #expect(made.status == 201)
    #expect(made.json[path: "metadata", "namespace"] == "rec")
    #expect(made.json[path: "metadata", "uid"]?.string?.count == 36)
    #expect(made.json[path: "metadata", "creationTimestamp"]?.string?.hasSuffix("Z") == true)
    #expect(made.json[path: "metadata", "generation"] == nil)
    let again = await cluster.send("POST", Paths.configMaps, Samples.configMap("one"))
    #expect(again.status == 409)
    #expect(again.json["reason"] == "AlreadyExists")
    #expect(again.json["message"] == "configmaps \"one\" already exists")
  }

  @Test func generatedNamesDiffer() async {
    let cluster = await TestCluster()
    let body: JSONValue = ["apiVersion": "v1", "kind": "ConfigMap", "metadata": ["generateName": "gen-"]]
    let first = await cluster.send("POST", Paths.configMaps, body).json[path: "metadata", "name"]?.string ?? ""
    let second = await cluster.send("POST", Paths.configMaps, body).json[path: "metadata", "name"]?.string ?? ""
    #expect(first.hasPrefix("gen-"))
    #expect(first.count == 9)
    #expect(first != second)
  }

  @Test func aNamespaceMustExist() async {
    let cluster = await TestCluster()
    let answer = await cluster.send("POST", "/api/v1/namespaces/absent/configmaps", Samples.configMap("one"))
    #expect(answer.status == 404)
    #expect(answer.json["message"] == "namespaces \"absent\" not found")
  }

  @Test func anUpdateFromAStaleCopyConflicts() async {
    let cluster = await TestCluster()
    let stale = await cluster.send("POST", Paths.configMaps, Samples.configMap("one")).json
    var fresh = stale
    fresh["data"] = ["a": "2"]
    let updated = await cluster.send("PUT", Paths.configMaps + "/one", fresh)
    #expect(updated.status == 200)
    #expect(updated.json[path: "metadata", "resourceVersion"] != stale[path: "metadata", "resourceVersion"])
    let conflict = await cluster.send("PUT", Paths.configMaps + "/one", stale)
    #expect(conflict.status == 409)
    #expect(conflict.json["reason"] == "Conflict")
  }

  @Test func aChangeThatChangesNothingIsNotWritten() async {
    let cluster = await TestCluster()
    let made = await cluster.send("POST", Paths.configMaps, Samples.configMap("one")).json
    let same = await cluster.send("PUT", Paths.configMaps + "/one", made).json
    #expect(same == made)
    let applied = await cluster.apply(Paths.configMaps + "/two", Samples.configMap("two"))
    #expect(applied.status == 201)
    let again = await cluster.apply(Paths.configMaps + "/two", Samples.configMap("two"))
    #expect(again.status == 200)
    #expect(again.json == applied.json)
  }

  @Test func onlyTheSpecMovesTheGeneration() async {
    let cluster = await TestCluster()
    await cluster.send("POST", Paths.definitions, Samples.definition)
    let made = await cluster.send("POST", Paths.widgets, Samples.widget("one")).json
    #expect(made[path: "metadata", "generation"] == 1)
    #expect(made[path: "spec", "size"] == 2)
    let merge = "application/merge-patch+json"
    let status = await cluster.send("PATCH", Paths.widgets + "/one/status", ["status": ["seen": 1]], type: merge).json
    #expect(status[path: "metadata", "generation"] == 1)
    #expect(status[path: "status", "seen"] == 1)
    let labelled = await cluster.send(
      "PATCH", Paths.widgets + "/one", ["metadata": ["labels": ["a": "b"]], "status": ["seen": 9]], type: merge
    ).json
    #expect(labelled[path: "metadata", "generation"] == 1)
    #expect(labelled[path: "status", "seen"] == 1)
    let changed = await cluster.send("PATCH", Paths.widgets + "/one", ["spec": ["size": 3]], type: merge).json
    #expect(changed[path: "metadata", "generation"] == 2)
  }

  @Test func aDryRunLeavesNothingBehind() async {
    let cluster = await TestCluster()
    let answer = await cluster.send("POST", Paths.configMaps + "?dryRun=All", Samples.configMap("one"))
    #expect(answer.status == 201)
    #expect(answer.json[path: "metadata", "resourceVersion"] == nil)
    #expect(await cluster.send("GET", Paths.configMaps + "/one").status == 404)
  }

  @Test func unknownFieldsAreWarnedOfOrRefused() async {
    let cluster = await TestCluster()
    await cluster.send("POST", Paths.definitions, Samples.definition)
    var widget = Samples.widget("one")
    widget["spec"]?["surplus"] = 1
    let strict = await cluster.send("POST", Paths.widgets + "?fieldValidation=Strict", widget)
    #expect(strict.status == 400)
    #expect(strict.json["message"]?.string?.contains("unknown field \"spec.surplus\"") == true)
    let warned = await cluster.send("POST", Paths.widgets, widget)
    #expect(warned.status == 201)
    #expect(warned.header("warning") == "299 - \"unknown field \\\"spec.surplus\\\"\"")
    #expect(warned.json[path: "spec", "surplus"] == nil)
  }

  /// Unlike in a write, in an apply of a custom resource, too (kubernetes/kubernetes#139253).
  @Test("An applied field that the type does not have is refused, whatever the request asks for")
  func unknownFieldsCannotBeApplied() async {
    let cluster = await TestCluster()
    await cluster.send("POST", Paths.definitions, Samples.definition)
    var widget = Samples.widget("one")
    widget["spec"]?["surplus"] = 1
    for validation in ["Strict", "Warn", "Ignore"] {
      let answer = await cluster.send(
        "PATCH", Paths.widgets + "/one?fieldManager=a&fieldValidation=\(validation)", widget,
        type: "application/apply-patch+yaml")
      #expect(answer.status == 500)
      #expect(answer.json["message"]?.string?.hasSuffix(".spec.surplus: field not declared in schema") == true)
    }
  }

  @Test func aNullInACustomResourceCountsAsNotGiven() async {
    let cluster = await TestCluster()
    await cluster.send("POST", Paths.definitions, Samples.definition)
    var widget = Samples.widget("one")
    widget["spec"]?["size"] = .null
    widget["status"] = .null
    #expect(await cluster.send("POST", Paths.widgets, widget).json["spec"] == ["mode": "A", "size": 2])
    widget["spec"]?["mode"] = .null
    widget["metadata"]?["name"] = "two"
    let refused = await cluster.send("POST", Paths.widgets, widget)
    #expect(refused.json[path: "details", "causes"]?.array?.first?["message"] == "Required value")
  }
}
