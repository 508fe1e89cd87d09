// SPDX-License-Identifier: Apache-2.0

import DevCluster
import JSON
import Testing

@Suite("Sample cluster, manifests and the metrics stand-in")
struct SampleTests {
  @Test func theSampleClusterHasWhatCozystackHas() async throws {
    let cluster = await TestCluster()
    try await SampleCluster.seed(cluster.server)
    let nodes = await cluster.server.objects("nodes")
    #expect(
      nodes.map { $0[path: "status", "nodeInfo", "architecture"] } == ["amd64", "amd64", "arm64"])
    let service = await cluster.server.object("services", namespace: "tenant-root", "vminsert-shortterm")
    #expect(service?[path: "spec", "ports"]?.array?.first?["port"] == 8480)
    let namespace = await cluster.server.object("namespaces", "cozy-coroot")
    #expect(namespace?[path: "metadata", "labels", "pod-security.kubernetes.io/enforce"] == "privileged")
  }

  @Test func manifestsAreAppliedInOrder() async throws {
    let cluster = await TestCluster()
    try await cluster.server.apply(
      yaml: """
        apiVersion: v1
        kind: Namespace
        metadata: {name: made}
        ---
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: c, namespace: made}
        data: {a: "1"}
        """)
    #expect(await cluster.server.object("configmaps", namespace: "made", "c")?[path: "data", "a"] == "1")
  }

  @Test(
    arguments: [
      ("apiVersion: v9\nkind: Nothing\nmetadata: {name: x}", "no type Nothing of v9 is served"),
      ("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: X}", "ConfigMap X: "),
      ("a: [", "the manifest cannot be read: "),
    ])
  func aManifestThatIsRefusedIsNamed(_ text: String, _ message: String) async throws {
    let cluster = await TestCluster()
    let error = await #expect(throws: ManifestError.self) { try await cluster.server.apply(yaml: text) }
    #expect(error?.message.hasPrefix(message) == true, "\(error?.message ?? "")")
  }

  @Test func aKubeconfigNamesServerAndToken() {
    let text = Kubeconfig(server: "http://127.0.0.1:1", token: "t").text
    #expect(text.contains("server: http://127.0.0.1:1\n"))
    #expect(text.contains("token: t\n"))
    #expect(text.contains("current-context: devcluster\n"))
  }

  @Test(
    arguments: [
      ("GET", "/health", 200, "OK"), ("GET", "/insert/0/prometheus/api/v1/write?get_vm_proto_version=1", 200, "1"),
      ("POST", "/insert/0/prometheus/api/v1/write?extra_label=a=b", 204, ""),
      ("POST", "/api/v1/write?extra_label=a", 400, "missing tag value in extra_label=\"a\"\n"),
      ("GET", "/nothing", 400, "unsupported path requested: \"/nothing\"\n"),
    ])
  func theStandInAnswersAsVictoriaMetrics(_ method: String, _ target: String, _ status: Int, _ text: String) {
    let answer = MetricsStandIn().handle(APIRequest(method, target, body: method == "POST" ? [1] : []))
    #expect(answer.status == status)
    #expect(answer.text == text)
  }

  @Test func theStandInAnswersQueries() {
    let standIn = MetricsStandIn()
    let answer = standIn.handle(APIRequest("GET", "/select/0/prometheus/api/v1/query?query=1")).json
    #expect(answer["status"] == "success")
    #expect(answer["isPartial"] == false)
    #expect(answer[path: "data", "result"]?.array?.count == 1)
    let posted = standIn.handle(APIRequest("POST", "/api/v1/query", body: Array("query=up".utf8))).json
    #expect(posted[path: "data", "result"] == [])
    #expect(posted["isPartial"] == nil)
    #expect(standIn.handle(APIRequest("GET", "/api/v1/query")).status == 422)
    standIn.setHealthy(false)
    #expect(standIn.handle(APIRequest("GET", "/health")).status == 503)
  }
}
