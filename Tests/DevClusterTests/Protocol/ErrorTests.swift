// SPDX-License-Identifier: Apache-2.0

import DevCluster
import JSON
import Testing

@Suite("Bad requests get one clear message")
struct ErrorTests {
  private func post(_ body: String, type: String = "application/json") async -> APIResponse {
    let cluster = await TestCluster()
    return await cluster.server.handle(
      APIRequest(
        "POST", Paths.configMaps, headers: [("Authorization", "Bearer admin-token"), ("Content-Type", type)],
        body: Array(body.utf8)))
  }

  @Test(
    arguments: [
      ("{nope", "invalid character 'n' looking for beginning of object key string"),
      ("", "unexpected end of JSON input (<empty>)"), ("{\"a\":1", "unexpected end of JSON input"),
      ("{\"a\" 1}", "invalid character '1' after object key"),
      ("[1 2]", "invalid character '2' after array element"),
      ("{\"a\":1]", "invalid character ']' after object key:value pair"),
      ("nope", "the object provided is unrecognized"), ("{} {}", "invalid character '{' after top-level value"),
    ])
  func malformedJSONIsDescribedInGosWords(_ body: String, _ message: String) async {
    let answer = await post(body)
    #expect(answer.status == 400)
    #expect(answer.json["reason"] == "BadRequest")
    #expect(answer.json["message"]?.string?.contains(message) == true, "\(answer.text)")
  }

  @Test func aBodyOfAnotherTypeIsRefused() async {
    let kind = await post(#"{"apiVersion":"apps/v1","kind":"DaemonSet","metadata":{"name":"x"}}"#)
    #expect(kind.status == 400)
    #expect(
      kind.json["message"]
        == "the API version in the data (apps/v1) does not match the expected API version (v1)")
    let media = await post("x", type: "text/plain")
    #expect(media.status == 415)
    #expect(media.json["reason"] == "UnsupportedMediaType")
  }

  @Test func aBodyMayBeYAML() async {
    let answer = await post(
      "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: text}\ndata: {a: \"1\"}\n", type: "application/yaml")
    #expect(answer.status == 201)
    #expect(answer.json[path: "data", "a"] == "1")
  }

  @Test func aBodyOverTheLimitIsRefused() async {
    let cluster = await TestCluster { $0.bodyLimit = 100 }
    let answer = await cluster.send(
      "POST", Paths.configMaps, Samples.configMap("big", data: ["a": .string(String(repeating: "x", count: 200))]))
    #expect(answer.status == 413)
  }

  @Test(arguments: ["/nope", "/apis/nope.example.com/v1", "/api/v1/nothings", "/apis/apps/v1/namespaces/rec/pods"])
  func unknownPathsAreNotFound(_ path: String) async {
    let answer = await TestCluster().send("GET", path)
    #expect(answer.status == 404)
    #expect(answer.text == "404 page not found\n")
  }

  @Test func patchesNeedAKnownMediaType() async {
    let cluster = await TestCluster()
    await cluster.send("POST", Paths.definitions, Samples.definition)
    await cluster.send("POST", Paths.widgets, Samples.widget("one"))
    let answer = await cluster.send(
      "PATCH", Paths.widgets + "/one", ["spec": [:]], type: "application/strategic-merge-patch+json")
    #expect(answer.status == 415)
    #expect(
      answer.json["message"]?.string?.hasSuffix("application/merge-patch+json, application/apply-patch+yaml") == true)
  }

  @Test func anApplyNeedsAManager() async {
    let answer = await TestCluster().send(
      "PATCH", Paths.configMaps + "/x", Samples.configMap("x"), type: "application/apply-patch+yaml")
    #expect(answer.status == 422)
    #expect(answer.json[path: "details", "kind"] == "PatchOptions")
  }

  @Test func anApplyUnderAnotherNameIsRefused() async {
    let answer = await TestCluster().apply(Paths.configMaps + "/x", Samples.configMap("y"))
    #expect(answer.status == 400)
    #expect(answer.json["message"] == "the name of the object (y) does not match the name on the URL (x)")
  }
}
