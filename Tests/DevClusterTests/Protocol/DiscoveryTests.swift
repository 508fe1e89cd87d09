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

  @Test("OpenAPI v2 describes no type, as JSON and as the message that client-go reads")
  func theOlderOpenAPIIsEmpty() async {
    let cluster = await TestCluster()
    #expect(await cluster.send("GET", "/openapi/v2").json["swagger"] == "2.0")
    let answer = await cluster.send(
      "GET", "/openapi/v2", accept: "application/com.github.proto-openapi.spec.v2@v1.0+protobuf")
    #expect(answer.header("content-type") == "application/com.github.proto-openapi.spec.v2.v1.0+protobuf")
    let expected: [UInt8] =
      [0x0a, 3] + Array("2.0".utf8) + [0x12, 21, 0x0a, 10] + Array("Kubernetes".utf8) + [0x12, 7]
      + Array("v1.36.2".utf8)
    guard case .bytes(let bytes) = answer.body else {
      Issue.record("it is not a whole body")
      return
    }
    #expect(bytes == expected)
  }

  @Test func everythingCanBeHadAtOnce() async {
    let cluster = await TestCluster()
    await cluster.send("POST", Paths.definitions, Samples.definition)
    let accept = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json"
    let answer = await cluster.send("GET", "/apis", accept: accept)
    #expect(answer.header("content-type") == "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList")
    let groups = answer.json["items"]?.array ?? []
    let own = groups.first { $0[path: "metadata", "name"] == "example.org" }
    let resource = own?["versions"]?.array?.first?["resources"]?.array?.first
    #expect(resource?["resource"] == "widgets")
    #expect(resource?["scope"] == "Namespaced")
    #expect(resource?["subresources"]?.array?.first?["subresource"] == "status")
    let core = await cluster.send("GET", "/api", accept: accept).json["items"]?.array ?? []
    #expect(core.map { $0[path: "metadata", "name"] } == [""])
    #expect(await cluster.send("GET", "/apis", accept: "application/json").json["kind"] == "APIGroupList")
    let unknown = "application/json;g=apidiscovery.k8s.io;v=v9;as=APIGroupDiscoveryList,application/json"
    #expect(await cluster.send("GET", "/apis", accept: unknown).json["kind"] == "APIGroupList")
  }

  @Test func schemasArePublishedUnderAnAddressThatChangesWithThem() async {
    let cluster = await TestCluster()
    func address() async -> String? {
      await cluster.send("GET", "/openapi/v3").json[path: "paths", "apis/example.org/v1", "serverRelativeURL"]?.string
    }
    await cluster.send("POST", Paths.definitions, Samples.definition)
    let before = await address()
    let schemas = await cluster.send("GET", before ?? "").json[path: "components", "schemas"]
    let widget = schemas?["org.example.v1.Widget"]
    #expect(
      widget?["x-kubernetes-group-version-kind"] == [["group": "example.org", "version": "v1", "kind": "Widget"]])
    #expect(widget?[path: "properties", "spec", "properties", "mode", "enum"] == ["A", "B"])
    #expect(widget?[path: "properties", "spec", "required"] == ["mode"])
    #expect(widget?[path: "properties", "spec", "properties", "size", "default"] == 2)
    #expect(widget?[path: "properties", "metadata", "description"] != nil)
    var changed = Samples.definition
    changed["metadata"] = await cluster.server.object(
      "customresourcedefinitions", group: "apiextensions.k8s.io", "widgets.example.org")?["metadata"]
    changed["spec"]?["names"]?["shortNames"] = ["wd"]
    await cluster.send("PUT", Paths.definitions + "/widgets.example.org", changed)
    #expect(await address() != before)
  }

  @Test func reviewsTellWhoOneIs() async {
    let cluster = await TestCluster()
    let review: JSONValue = ["apiVersion": "authentication.k8s.io/v1", "kind": "SelfSubjectReview"]
    let answer = await cluster.send(
      "POST", "/apis/authentication.k8s.io/v1/selfsubjectreviews", review, token: "alice-token")
    #expect(answer.json[path: "status", "userInfo", "username"] == "alice")
    let question: JSONValue = [
      "apiVersion": "authorization.k8s.io/v1", "kind": "SubjectAccessReview",
      "spec": ["user": "alice", "nonResourceAttributes": ["path": "/metrics", "verb": "get"]],
    ]
    let verdict = await cluster.send("POST", "/apis/authorization.k8s.io/v1/subjectaccessreviews", question)
    #expect(verdict.json[path: "status", "allowed"] == false)
  }
}
