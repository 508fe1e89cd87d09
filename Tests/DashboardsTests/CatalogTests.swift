// SPDX-License-Identifier: Apache-2.0

import Dashboards
import Glibc
import JSON
import LocalServers
import ObservabilityAPI
import Rendering
import Testing

@Suite struct CatalogTests {
  private static let everything = Set(Signal.allCases)

  private static func spec(_ members: JSONValue) throws -> ObservabilitySpec {
    try ObservabilityDecoder.decode([
      "apiVersion": "observability.cozystack.io/v1alpha1", "kind": "Observability", "metadata": ["name": "platform"],
      "spec": members,
    ]).spec
  }

  @Test("Nine dashboards with everything on; none of GPUs without them")
  func dashboards() {
    let names = DashboardCatalog.documents(Self.everything).map(\.name)
    #expect(
      names == [
        DashboardUID.overview, DashboardUID.serviceMap, DashboardUID.application, DashboardUID.network,
        DashboardUID.runtimes, DashboardUID.nodes, DashboardUID.gpu, DashboardUID.agents, DashboardUID.operator,
      ])
    #expect(!DashboardCatalog.documents([.l7, .ping]).map(\.name).contains(DashboardUID.gpu))
  }

  @Test("Every dashboard is below 256 KiB, and the same signals give the same bytes")
  func sizes() {
    let documents = DashboardCatalog.documents(Self.everything)
    for (document, again) in zip(documents, DashboardCatalog.documents(Self.everything)) {
      let bytes = JSONWriter.bytes(document.json)
      #expect(bytes == JSONWriter.bytes(again.json))
      #expect(bytes.count < 256 << 10, "\(document.name) has \(bytes.count) bytes")
    }
    let inputs = AlertInputs(
      object: "platform", namespace: "cozy-coroot", signals: Self.everything, spoolBytes: 1, watchesApplications: true)
    let rules = [
      RuleCatalog.recording(object: "platform", signals: Self.everything), RuleCatalog.alerts(inputs),
      RuleCatalog.operatorAlerts(),
    ]
    #expect(rules.map(\.name) == ["platform-recording", "platform-alerts", "observability-operator-alerts"])
    for rule in rules { #expect(JSONWriter.bytes(rule.spec).count < 256 << 10, "\(rule.name)") }
    // The operator of VictoriaMetrics refuses an object in which two groups have one name.
    for rule in rules {
      let names = (rule.spec["groups"]?.array ?? []).compactMap { $0["name"]?.string }
      #expect(!names.isEmpty && Set(names).count == names.count)
    }
  }

  @Test(
    "Writes the dashboards and rules into the folder that DASHBOARD_FOLDER names",
    .enabled(if: getenv("DASHBOARD_FOLDER") != nil, "DASHBOARD_FOLDER names no folder"))
  func write() throws {
    let folder = try #require(getenv("DASHBOARD_FOLDER").map { String(cString: $0) })
    func put(_ name: String, _ bytes: [UInt8]) throws {
      let file = try #require(fopen("\(folder)/\(name)", "w"))
      defer { fclose(file) }
      #expect(fwrite(bytes, 1, bytes.count, file) == bytes.count)
    }
    for document in DashboardCatalog.documents(Self.everything) {
      try put(document.name + ".json", JSONWriter.bytes(document.json))
    }
    try put(
      "recording.json", Tools.ruleFile(RecordingCatalog(object: "platform", signals: Self.everything).groups))
    let inputs = AlertInputs(
      object: "platform", namespace: "cozy-coroot", signals: Self.everything, spoolBytes: 500 << 20,
      watchesApplications: true)
    try put("alerts.json", Tools.ruleFile(AlertCatalog.groups(inputs) + AlertCatalog.operatorGroups()))
  }

  @Test("Signals follow the object's features")
  func signals() throws {
    #expect(Set(try Self.spec([:])) == [.l7, .ping])
    let some: JSONValue = ["nodeAgent": ["features": ["l7": false, "dotnet": true, "diskDelay": true]]]
    #expect(Set(try Self.spec(some)) == [.ping, .dotnet, .diskDelay])
    #expect(Set(try Self.spec(["nodeAgent": ["features": ["logMetrics": true]]])) == [.l7, .ping, .logMetrics])
    let traces: JSONValue = [
      "traces": ["destination": "OTLP", "endpoint": "http://tempo.monitoring.svc:4318/v1/traces"]
    ]
    #expect(Set(try Self.spec(traces)) == [.l7, .ping, .gateway])
    let full: JSONValue = ["mode": "Full", "clickHouse": ["application": ["name": "coroot"]]]
    #expect(Set(try Self.spec(full)).contains(.gateway), "what goes to the Coroot server goes through the gateway")
    let logs: JSONValue = ["logs": ["destination": "VictoriaLogs"]]
    #expect(Set(try Self.spec(logs)) == [.l7, .ping, .gateway, .logMetrics], "the agent counts what it sends")
  }

  @Test("A panel that reads a signal is not there without it", arguments: Signal.allCases)
  func panelsFollowSignals(signal: Signal) {
    let with = DashboardCatalog.dashboards(Self.everything).flatMap(\.panels).flatMap(\.targets)
    let without = DashboardCatalog.dashboards(Self.everything.subtracting([signal])).flatMap(\.panels)
      .flatMap(\.targets)
    #expect(without.count < with.count)
    #expect(Set(without).isSubset(of: Set(with)))
  }

  @Test("What a series takes in a spool is what the renderer estimates")
  func spoolEstimate() { #expect(AlertInputs.spoolBytesPerSeries == SpoolEstimate.bytesPerSeries) }

  @Test("Every metric that a recording rule reads is one that the agent has, by its recording or its sources")
  func metricNames() throws {
    let recorded = try RecordedExposition("kernel-6.12.prom").names.union(
      RecordedExposition("kernel-6.18.prom").names)
    let generated = Set(try Scenario(signals: Self.everything).series.map(\.name))
    let read = RecordingCatalog(object: "platform", signals: Self.everything).groups.flatMap(\.rules)
      .flatMap { $0.expression.matches(of: /\b((?:container|node)_\w+)\{/).map { String($0.1) } }
    #expect(Set(read).count > 70)
    // The agent has these for protocols that nothing in the scenario receives.
    let unheard = Set(read).subtracting(recorded).subtracting(generated).filter { !$0.contains("_inbound_") }
    #expect(unheard.isEmpty, "\(unheard.sorted())")
  }
}
