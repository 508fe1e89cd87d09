// SPDX-License-Identifier: Apache-2.0

import DevCluster
import JSON
import Testing

@Suite("Stand-ins of the Grafana operator and the VictoriaMetrics operator")
struct NeighbourTests {
  private static let dashboards = "/apis/grafana.integreatly.org/v1beta1/namespaces/tenant-root/grafanadashboards"
  private static let rules = "/apis/operator.victoriametrics.com/v1beta1/namespaces/tenant-root/vmrules"
  /// `{"uid":"one"}`, by gzip of GNU.
  private static let packed = "H4sIAAAAAAACA6tWKs1MUbJSys9LVaoFAK3Y7v8NAAAA"

  private static func cluster() async throws -> TestCluster {
    let cluster = await TestCluster()
    await cluster.server.addNamespace("tenant-root")
    for manifest in NeighbourDefinitions.grafana + NeighbourDefinitions.rules + [NeighbourDefinitions.instance] {
      try await cluster.server.apply(manifest)
    }
    return cluster
  }

  private static func dashboard(_ name: String, selecting label: String = "grafana") -> JSONValue {
    [
      "apiVersion": "grafana.integreatly.org/v1beta1", "kind": "GrafanaDashboard", "metadata": ["name": .string(name)],
      "spec": ["instanceSelector": ["matchLabels": ["dashboards": .string(label)]], "gzipJson": .string(packed)],
    ]
  }

  private static func status(_ cluster: TestCluster, _ group: String, _ plural: String, _ name: String) async
    -> JSONValue?
  {
    await cluster.server.object(plural, group: group, namespace: "tenant-root", name)?["status"]
  }

  @Test("A Grafana lists the dashboards of its namespace that select it, by the uid that they hold, until they go")
  func grafana() async throws {
    let cluster = try await Self.cluster()
    func listed() async -> JSONValue? {
      await Self.status(cluster, "grafana.integreatly.org", "grafanas", "grafana")?["dashboards"]
    }
    await cluster.send("POST", Self.dashboards, Self.dashboard("other", selecting: "another"))
    #expect(await listed() == [])
    await cluster.send("POST", Self.dashboards, Self.dashboard("mine"))
    #expect(await listed() == ["tenant-root/mine/one"])
    await cluster.server.setNeighbours { $0.importsDashboards = false }
    await cluster.send("POST", Self.dashboards, Self.dashboard("late"))
    #expect(await listed() == ["tenant-root/mine/one"])
    await cluster.send("DELETE", Self.dashboards + "/mine")
    #expect(await listed() == [])
  }

  @Test("A vmalert takes each rule as it is, leaves it out for a cause, or does not select it")
  func vmalert() async throws {
    let cluster = try await Self.cluster()
    let rule: JSONValue = [
      "apiVersion": "operator.victoriametrics.com/v1beta1", "kind": "VMRule", "metadata": ["name": "one"],
      "spec": ["groups": []],
    ]
    await cluster.send("POST", Self.rules, rule)
    func condition() async -> JSONValue? {
      await Self.status(cluster, "operator.victoriametrics.com", "vmrules", "one")?["conditions"]?.array?.first
    }
    #expect(await condition()?["status"] == "True")
    #expect(await condition()?["type"] == "vmalert-shortterm.tenant-root.vmalert.victoriametrics.com/Applied")
    await cluster.server.setNeighbours { $0.ruleError = "no such function" }
    #expect(await condition()?["status"] == "False")
    #expect(await condition()?["message"] == "no such function")
    await cluster.server.setNeighbours { $0.selectsRules = false }
    #expect(await condition() == nil)
  }
}
