// SPDX-License-Identifier: Apache-2.0

import DevCluster
import JSON
import Testing

@Suite("Discovery, health and OpenAPI")
struct DiscoveryTests {
  @Test func theVersionIsThatOfTheRecordings() async {
    #expect(await TestCluster().send("GET", "/version").json["gitVersion"] == "v1.36.2")
  }

  @Test func groupsAndTheirVersionsAreListed() async {
    let cluster = await TestCluster()
    #expect(await cluster.send("GET", "/api").json["versions"] == ["v1"])
    let groups = await cluster.send("GET", "/apis").json["groups"]?.array ?? []
    let names = groups.compactMap { $0["name"]?.string }
    #expect(Set(names).isSuperset(of: ["apps", "events.k8s.io", "coordination.k8s.io", "apiextensions.k8s.io"]))
    #expect(names.count == Set(names).count)
    #expect(await cluster.send("GET", "/apis/apps").json[path: "preferredVersion", "version"] == "v1")
  }

  @Test func resourcesTellVerbsAndShortNames() async {
    let resources = await TestCluster().send("GET", "/apis/apps/v1").json["resources"]?.array ?? []
    let sets = resources.first { $0["name"] == "daemonsets" }
    #expect(sets?["shortNames"] == ["ds"])
    #expect(sets?["namespaced"] == true)
    #expect(
      sets?["verbs"] == ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"])
    #expect(resources.contains { $0["name"] == "daemonsets/status" })
  }

  @Test(arguments: ["/healthz", "/livez", "/readyz"])
  func healthIsOk(_ path: String) async {
    let cluster = await TestCluster()
    #expect(await cluster.send("GET", path).text == "ok")
    #expect(await cluster.send("GET", path + "?verbose").text.hasSuffix("check passed\n"))
    #expect(await cluster.send("POST", path).status == 405)
  }

  @Test func openAPITellsThatTheServerValidatesFields() async {
    let cluster = await TestCluster()
    let index = await cluster.send("GET", "/openapi/v3").json
    let place = index[path: "paths", "apis/apps/v1", "serverRelativeURL"]?.string
    #expect(place?.hasPrefix("/openapi/v3/apis/apps/v1?hash=") == true)
    let document = await cluster.send("GET", "/openapi/v3/apis/apps/v1").json
    let patch = document[path: "paths", "/apis/apps/v1/namespaces/{namespace}/daemonsets/{name}", "patch"]
    #expect(patch?["parameters"]?.array?.contains { $0["name"] == "fieldValidation" } == true)
    #expect(await cluster.send("GET", "/openapi/v3/apis/none/v1").status == 404)
  }
}
