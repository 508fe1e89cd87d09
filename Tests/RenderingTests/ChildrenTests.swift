// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesCore
import ObservabilityAPI
import Rendering
import Testing

/// Which children there are, and what of the object shows in them.
@Suite struct ChildrenTests {
  @Test func pushAndScrapeHaveTheirChildrenInOrder() {
    let scrape = Fixture("scrape") { $0.metrics.delivery = .scrape }
    #expect(Fixture("push").children.map(\.kind) == ["ServiceAccount", "NetworkPolicy", "DaemonSet"])
    #expect(scrape.children.map(\.type.plural) == ["serviceaccounts", "networkpolicies", "daemonsets", "vmpodscrapes"])
    #expect(scrape.children.allSatisfy { $0.name == "platform-node-agent" && $0.namespace == "cozy-coroot" })
  }

  @Test func withoutAClusterThereIsNoOwner() {
    var fixture = Fixture("render")
    fixture.object.uid = ""
    for child in fixture.children {
      #expect(child.manifest.ownerReferences.isEmpty)
    }
  }

  @Test func aChangedSecretRollsThePods() {
    func annotations(credentials: String?, ca: String?) -> JSONValue? {
      Fixture(
        "hashes",
        {
          $0.metrics.victoriaMetrics.credentialsSecretRef = .secret("login")
          $0.metrics.victoriaMetrics.caSecretRef = .secret("ca")
        }, facts: { ($0.credentialsHash, $0.caHash) = (credentials, ca) }
      ).child("DaemonSet")?[path: "spec", "template", "metadata", "annotations"]
    }
    #expect(
      annotations(credentials: "1", ca: "2") == [
        "kubectl.kubernetes.io/default-container": "node-agent",
        "observability.cozystack.io/credentials-hash": "1", "observability.cozystack.io/ca-hash": "2",
      ])
    #expect(annotations(credentials: nil, ca: nil) == ["kubectl.kubernetes.io/default-container": "node-agent"])
  }

  @Test func hashesOfSecretsThatAreNotNamedRollNothing() {
    let fixture = Fixture("stale", facts: { ($0.credentialsHash, $0.caHash) = ("1", "2") })
    #expect(fixture.child("DaemonSet") == Fixture("plain").child("DaemonSet"))
  }

  @Test func anUpgradeOfTheOperatorAloneRollsNothing() {
    let upgraded = Fixture("upgraded", facts: { $0.operatorVersion = "0.2.0" })
    #expect(upgraded.pod == Fixture("plain").pod)
    #expect(
      upgraded.child("DaemonSet")?[path: "metadata", "annotations", "observability.cozystack.io/operator-version"]
        == "0.2.0")
  }

  @Test func theCAIsMountedByItsKeyAlone() {
    let fixture = Fixture("ca") { $0.metrics.victoriaMetrics.caSecretRef = .secret("ca", key: "root.pem") }
    let volume = fixture.pod?["volumes"]?.array?.last
    #expect(volume?["secret"] == ["secretName": "ca", "items": [["key": "root.pem", "path": "ca.crt"]]])
    #expect(fixture.agent?["volumeMounts"]?.array?.last?["readOnly"] == true)
    #expect(fixture.environment["CA_FILE"] == "/etc/observability/ca/ca.crt")
    let plain = Fixture("default key") { $0.metrics.victoriaMetrics.caSecretRef = .secret("ca") }
    #expect(plain.pod?["volumes"]?.array?.last?["secret"]?["items"] == [["key": "ca.crt", "path": "ca.crt"]])
  }

  @Test func nodesThatCannotCarryTheAgentAreLeftOut() {
    let fixture = Fixture("nodes") { $0.nodeAgent.nodeSelector = ["pool": "gold"] }
    #expect(fixture.pod?["nodeSelector"] == ["kubernetes.io/os": "linux", "pool": "gold"])
    let terms = fixture.pod?[
      path: "affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution", "nodeSelectorTerms"]
    #expect(
      terms == [
        [
          "matchExpressions": [
            ["key": "kubernetes.io/arch", "operator": "In", "values": ["amd64", "arm64"]],
            ["key": "observability.cozystack.io/node-agent", "operator": "NotIn", "values": ["ineligible"]],
          ]
        ]
      ])
  }

  @Test("A label that the object asks for is rendered as it is, also where the operator has a default")
  func aUsersNodeSelectorIsNeverReplaced() {
    for system in ["linux", "windows"] {
      let fixture = Fixture("nodes") { $0.nodeAgent.nodeSelector = ["kubernetes.io/os": system] }
      #expect(fixture.pod?["nodeSelector"] == ["kubernetes.io/os": .string(system)])
    }
  }

  @Test func emptyChoicesAreLeftOut() {
    let fixture = Fixture("bare") { $0.nodeAgent.tolerations = [] }
    for field in ["tolerations", "priorityClassName", "imagePullSecrets"] { #expect(fixture.pod?[field] == nil) }
  }

  @Test(arguments: [("15s", "15s", "10s"), ("5s", "5s", "5s"), ("1m30s", "90s", "10s"), ("5.5s", "5500ms", "5500ms")])
  func aScrapeIsOverBeforeTheNext(_ interval: String, _ rendered: String, _ timeout: String) {
    let fixture = Fixture("scrape") { ($0.metrics.delivery, $0.metrics.interval) = (.scrape, interval) }
    let endpoint = fixture.child("VMPodScrape")?[path: "spec", "podMetricsEndpoints"]?.array?.first
    #expect(endpoint?["interval"]?.string == rendered)
    #expect(endpoint?["scrapeTimeout"]?.string == timeout)
  }

  @Test func scrapedSeriesCarryTheSameLabelsAsPushedOnes() {
    let fixture = Fixture("labels") {
      $0.metrics.delivery = .scrape
      $0.metrics.labels = ["tenant": "a$1", "cluster": "c", "none": ""]
    }
    let endpoint = fixture.child("VMPodScrape")?[path: "spec", "podMetricsEndpoints"]?.array?.first
    #expect(
      endpoint?["relabelConfigs"] == [
        ["targetLabel": "job", "replacement": "coroot-node-agent"],
        ["sourceLabels": ["__meta_kubernetes_pod_node_name"], "targetLabel": "node"],
        ["targetLabel": "cluster", "replacement": "c"],
        ["targetLabel": "observability", "replacement": "platform"],
        ["targetLabel": "tenant", "replacement": "a$$1"],
      ])
  }

  @Test("A key of the user's node selector is never replaced, not even one that validation refuses")
  func nodeSelectorIsKept() {
    func selector(_ labels: [String: String]) -> JSONValue? {
      Fixture("selector") { $0.nodeAgent.nodeSelector = labels }.pod?["nodeSelector"]
    }
    #expect(selector([:]) == ["kubernetes.io/os": "linux"])
    #expect(selector(["pool": "db"]) == ["kubernetes.io/os": "linux", "pool": "db"])
    #expect(selector(["kubernetes.io/os": "windows"]) == ["kubernetes.io/os": "windows"])
  }
}
