// SPDX-License-Identifier: Apache-2.0

import DevCluster
import JSON
import Testing

@Suite("Lists: pages, selectors, forms")
struct ListTests {
  private func cluster() async -> TestCluster {
    let cluster = await TestCluster()
    for name in ["a", "b", "c"] {
      await cluster.send("POST", Paths.configMaps, Samples.configMap(name, labels: ["name": .string(name)]))
    }
    return cluster
  }

  private func names(_ list: JSONValue) -> [String] {
    (list["items"]?.array ?? []).compactMap { $0[path: "metadata", "name"]?.string }
  }

  @Test func pagesShowOneMomentInTime() async {
    let cluster = await cluster()
    let first = await cluster.send("GET", Paths.configMaps + "?limit=2").json
    #expect(names(first) == ["a", "b"])
    #expect(first[path: "metadata", "remainingItemCount"] == 1)
    await cluster.send("DELETE", Paths.configMaps + "/c")
    await cluster.send("POST", Paths.configMaps, Samples.configMap("d"))
    let token = first[path: "metadata", "continue"]?.string ?? ""
    let second = await cluster.send("GET", Paths.configMaps + "?limit=2&continue=\(token)").json
    #expect(names(second) == ["c"])
    #expect(second[path: "metadata", "resourceVersion"] == first[path: "metadata", "resourceVersion"])
    #expect(second[path: "metadata", "continue"] == nil)
  }

  @Test func aPageOfAForgottenMomentIsExpired() async {
    let cluster = await TestCluster { $0.historyLimit = 4 }
    for name in ["a", "b", "c"] { await cluster.send("POST", Paths.configMaps, Samples.configMap(name)) }
    let token =
      await cluster.send("GET", Paths.configMaps + "?limit=1").json[path: "metadata", "continue"]?.string ?? ""
    for number in 0..<20 { await cluster.send("POST", Paths.configMaps, Samples.configMap("x\(number)")) }
    let answer = await cluster.send("GET", Paths.configMaps + "?limit=1&continue=\(token)")
    #expect(answer.status == 410)
    #expect(answer.json["reason"] == "Expired")
  }

  @Test(
    arguments: [
      ("labelSelector=name%3Da", ["a"]), ("labelSelector=name+in+(a,c)", ["a", "c"]),
      ("labelSelector=name!%3Da", ["b", "c"]), ("labelSelector=!name", []), ("labelSelector=name", ["a", "b", "c"]),
      ("labelSelector=name+notin+(a),name!%3Db", ["c"]), ("fieldSelector=metadata.name%3Db", ["b"]),
      ("fieldSelector=metadata.name!%3Db,metadata.namespace%3Drec", ["a", "c"]),
    ])
  func selectorsSelect(_ query: String, _ expected: [String]) async {
    #expect(names(await cluster().send("GET", Paths.configMaps + "?" + query).json) == expected)
  }

  @Test(
    arguments: [
      ("labelSelector=%3D%3D%3D", "found '==', expected: !, identifier, or 'end of string'"),
      ("fieldSelector=spec.mode%3Dx", "field label \"spec.mode\" not supported for ConfigMap"),
      (
        "continue=zzz",
        "invalid continue token: continue key is not valid: "
          + "invalid character '\\xcf' looking for beginning of value"
      ),
      ("fieldSelector=nonsense", "invalid selector: 'nonsense'; can't understand 'nonsense'"),
    ])
  func badSelectorsAreNamed(_ query: String, _ message: String) async {
    let answer = await cluster().send("GET", Paths.configMaps + "?" + query)
    #expect(answer.status == 400)
    #expect(answer.json["message"] == .string(message))
  }

  @Test func metadataAloneCanBeHad() async {
    let list = await cluster().send(
      "GET", Paths.configMaps, accept: "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"
    ).json
    #expect(list["kind"] == "PartialObjectMetadataList")
    #expect(list["items"]?.array?.allSatisfy { $0["data"] == nil && $0["kind"] == "PartialObjectMetadata" } == true)
  }

  @Test func tablesHaveTheColumnsOfTheDefinition() async {
    let cluster = await cluster()
    await cluster.send("POST", Paths.definitions, Samples.definition)
    await cluster.send("POST", Paths.widgets, Samples.widget("one"))
    await cluster.send(
      "PATCH", Paths.widgets + "/one/status",
      ["status": ["conditions": [["type": "Other", "status": "False"], ["type": "Ready", "status": "True"]]]],
      type: "application/merge-patch+json")
    let table = await cluster.send(
      "GET", Paths.widgets, accept: "application/json;as=Table;g=meta.k8s.io;v=v1,application/json"
    ).json
    #expect(table["columnDefinitions"]?.array?.compactMap { $0["name"]?.string } == ["Name", "Ready"])
    #expect(table["rows"]?.array?.first?["cells"] == ["one", "True"])
  }

  @Test func aFormThatIsNotHadIsRefused() async {
    let answer = await cluster().send("GET", Paths.configMaps, accept: "text/html")
    #expect(answer.status == 406)
    #expect(answer.json["reason"] == "NotAcceptable")
  }
}
