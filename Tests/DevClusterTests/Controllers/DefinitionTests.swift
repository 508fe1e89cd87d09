// SPDX-License-Identifier: Apache-2.0

import DevCluster
import JSON
import Testing

@Suite("CustomResourceDefinitions")
struct DefinitionTests {
  @Test func aDefinitionIsServedAtOnce() async {
    let cluster = await TestCluster()
    #expect(await cluster.send("GET", "/apis/example.org/v1").status == 404)
    let made = await cluster.send("POST", Paths.definitions, Samples.definition)
    #expect(made.status == 201)
    #expect(made.json[path: "status", "conditions"] == .null)
    let stored = await cluster.send("GET", Paths.definitions + "/widgets.example.org").json
    let conditions = stored[path: "status", "conditions"]?.array ?? []
    #expect(conditions.map { $0["type"] } == ["NamesAccepted", "Established"])
    #expect(conditions.allSatisfy { $0["status"] == "True" })
    let resources = await cluster.send("GET", "/apis/example.org/v1").json["resources"]?.array ?? []
    #expect(resources.map { $0["name"] } == ["widgets", "widgets/status"])
    let groups = await cluster.send("GET", "/apis").json["groups"]?.array ?? []
    #expect(groups.contains { $0["name"] == "example.org" })
  }

  @Test func validationNamesTheField() async {
    let cluster = await TestCluster()
    await cluster.send("POST", Paths.definitions, Samples.definition)
    let answer = await cluster.send("POST", Paths.widgets, Samples.widget("one", mode: "C"))
    #expect(answer.status == 422)
    let cause = answer.json[path: "details", "causes"]?.array?.first
    #expect(cause?["field"] == "spec.mode")
    #expect(cause?["reason"] == "FieldValueNotSupported")
  }

  @Test func aChangedSchemaHoldsFromThenOn() async {
    let cluster = await TestCluster()
    await cluster.apply(Paths.definitions + "/widgets.example.org", Samples.definition)
    var changed = Samples.definition
    var version = changed[path: "spec", "versions"]?.array?.first ?? [:]
    version["schema"] = ["openAPIV3Schema": ["type": "object", "x-kubernetes-preserve-unknown-fields": true]]
    changed["spec"]?["versions"] = [version]
    #expect(await cluster.apply(Paths.definitions + "/widgets.example.org", changed).status == 200)
    #expect(await cluster.send("POST", Paths.widgets, Samples.widget("one", mode: "C")).status == 201)
  }

  @Test func itsObjectsGoWithIt() async {
    let cluster = await TestCluster()
    await cluster.send("POST", Paths.definitions, Samples.definition)
    await cluster.send("POST", Paths.widgets, Samples.widget("one"))
    await cluster.send("DELETE", Paths.definitions + "/widgets.example.org")
    #expect(await cluster.send("GET", Paths.widgets).status == 404)
    await cluster.send("POST", Paths.definitions, Samples.definition)
    #expect(await cluster.send("GET", Paths.widgets).json["items"] == [])
  }

  @Test func aDefinitionWaitsForFinalizersOfItsObjects() async {
    let cluster = await TestCluster()
    await cluster.send("POST", Paths.definitions, Samples.definition)
    await cluster.send("POST", Paths.widgets, Samples.widget("one", finalizers: ["example.org/hold"]))
    await cluster.send("DELETE", Paths.definitions + "/widgets.example.org")
    let held = await cluster.send("GET", Paths.widgets + "/one").json
    #expect(held[path: "metadata", "deletionTimestamp"]?.string != nil)
    await cluster.send(
      "PATCH", Paths.widgets + "/one", ["metadata": ["finalizers": .null]], type: "application/merge-patch+json")
    #expect(await cluster.send("GET", Paths.definitions + "/widgets.example.org").status == 404)
    #expect(await cluster.send("GET", Paths.widgets).status == 404)
  }

  @Test func aDefinitionThatContradictsItselfIsRefused() async {
    let cluster = await TestCluster()
    var wrong = Samples.definition
    wrong["metadata"] = ["name": "gadgets.example.org"]
    let answer = await cluster.send("POST", Paths.definitions, wrong)
    #expect(answer.status == 422)
    #expect(answer.json["message"]?.string?.contains("must be spec.names.plural+\".\"+spec.group") == true)
  }
}
