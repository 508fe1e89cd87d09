// SPDX-License-Identifier: Apache-2.0

import JSON
import Testing

@testable import DevCluster

@Suite("The protobuf that kubectl and Helm send")
struct ProtobufBodyTests {
  private func field(_ number: UInt8, _ content: [UInt8]) -> [UInt8] {
    [number << 3 | 2, UInt8(content.count)] + content
  }

  private func field(_ number: UInt8, _ text: String) -> [UInt8] { field(number, Array(text.utf8)) }

  private func envelope(_ apiVersion: String, _ kind: String, _ raw: [UInt8]) -> [UInt8] {
    Array("k8s\0".utf8) + field(1, field(1, apiVersion) + field(2, kind)) + field(2, raw) + field(3, "") + field(4, "")
  }

  @Test func aConfigMapIsRead() throws {
    let entry = field(1, "a") + field(2, "1")
    let metadata = field(1, "one") + field(2, "") + field(11, field(1, "app") + field(2, "x")) + [7 << 3, 0]
    let object = try ProtobufBody.object(envelope("v1", "ConfigMap", field(1, metadata) + field(2, entry)))
    #expect(
      object
        == [
          "apiVersion": "v1", "kind": "ConfigMap", "metadata": ["name": "one", "labels": ["app": "x"]],
          "data": ["a": "1"],
        ])
  }

  @Test func aSecretKeepsItsBytes() throws {
    let entry = field(1, "p") + field(2, [0xff, 0])
    let object = try ProtobufBody.object(envelope("v1", "Secret", field(2, entry) + field(3, "Opaque")))
    #expect(object[path: "data", "p"] == "/wA=")
    #expect(object["type"] == "Opaque")
  }

  @Test func aNamespaceCanBeCreatedWithIt() async {
    let cluster = await TestCluster()
    var request = APIRequest(
      "POST", "/api/v1/namespaces",
      headers: [
        ("Authorization", "Bearer admin-token"), ("Content-Type", "application/vnd.kubernetes.protobuf"),
        ("Accept", "application/vnd.kubernetes.protobuf,application/json"),
      ])
    request.body = envelope("v1", "Namespace", field(1, field(1, "made")) + field(2, []) + field(3, field(1, "")))
    let answer = await cluster.server.handle(request)
    #expect(answer.status == 201, "\(answer.text)")
    #expect(await cluster.server.object("namespaces", "made") != nil)
  }

  @Test("Helm deletes its releases with options in protobuf, whose preconditions hold")
  func deleteOptionsAreRead() async {
    let cluster = await TestCluster()
    await cluster.send("POST", Paths.configMaps, Samples.configMap("one"))
    var request = APIRequest(
      "DELETE", Paths.configMaps + "/one",
      headers: [
        ("Authorization", "Bearer admin-token"), ("Content-Type", "application/vnd.kubernetes.protobuf"),
        ("Accept", "application/json"),
      ])
    request.body = envelope("v1", "DeleteOptions", field(2, field(1, "other")) + field(4, "Background"))
    let refused = await cluster.server.handle(request)
    #expect(refused.status == 409, "\(refused.text)")
    request.body = envelope("v1", "DeleteOptions", field(4, "Background"))
    let deleted = await cluster.server.handle(request)
    #expect(deleted.status == 200, "\(deleted.text)")
    #expect(await cluster.send("GET", Paths.configMaps + "/one").status == 404)
  }

  @Test func brokenBodiesAreNamed() {
    let whole = envelope("v1", "ConfigMap", field(1, field(1, "one")))
    let cases: [(body: [UInt8], message: String)] = [
      ([], "the protobuf envelope is missing"),
      (Array(whole.dropLast(5)), "the protobuf body ends in the middle of a field"),
      (
        envelope("apps/v1", "DaemonSet", []),
        "protobuf is not understood for DaemonSet; send JSON, as kubectl apply does"
      ),
      (
        envelope("v1", "ConfigMap", field(9, "x")),
        "protobuf field 9 of ConfigMap is not understood; send JSON, as kubectl apply does"
      ),
      (envelope("v1", "ConfigMap", [0x0d]), "the protobuf body has a field of wire type 5"),
      (envelope("v1", "ConfigMap", [0x8a]), "the protobuf body ends in the middle of a number"),
    ]
    for (body, message) in cases {
      let error = #expect(throws: ProtobufBody.Failure.self) { try ProtobufBody.object(body) }
      #expect(error?.message == message)
    }
  }
}
