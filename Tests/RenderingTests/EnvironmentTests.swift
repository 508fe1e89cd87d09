// SPDX-License-Identifier: Apache-2.0

import JSON
import ObservabilityAPI
import Rendering
import Testing

/// What the agent is told by its environment.
@Suite struct EnvironmentTests {
  private func endpoint(_ text: String, login: Bool = false, labels: [String: String] = [:]) throws -> String? {
    let url = try HTTPURL(text)
    return Fixture(
      "endpoint",
      {
        $0.metrics.labels = labels
        if login { $0.metrics.victoriaMetrics.credentialsSecretRef = .secret("login") }
      }, facts: { $0.metrics = .init(writeURL: url) }
    ).environment["METRICS_ENDPOINT"]
  }

  @Test(arguments: [
    ("http://vm.example.org/api/v1/write", "http://vm.example.org/api/v1/write?extra_label=observability=platform"),
    ("https://[2001:db8::1]:8480/w", "https://[2001:db8::1]:8480/w?extra_label=observability=platform"),
    ("http://vm:8480/w?a=b", "http://vm:8480/w?a=b&extra_label=observability=platform"),
    ("http://vm:8480/w?", "http://vm:8480/w?extra_label=observability=platform"),
    ("http://vm:8480", "http://vm:8480?extra_label=observability=platform"),
    ("HTTP://VM:8480/a$(B)", "http://VM:8480/a$$(B)?extra_label=observability=platform"),
    ("http://me:secret@vm/w", "http://vm/w?extra_label=observability=platform"),
  ])
  func theWriteURLCarriesTheLabels(_ url: String, _ expected: String) throws {
    #expect(try endpoint(url) == expected)
  }

  @Test("Labels in the write URL are sorted and percent-encoded") func labelsAreSortedAndEncoded() throws {
    #expect(
      try endpoint("http://vm/w", labels: ["z": "a b&c=d", "a": "ü\n%", "none": "", "observability": "mine"])
        == "http://vm/w?extra_label=a=%C3%BC%0A%25&extra_label=observability=platform&extra_label=z=a%20b%26c%3Dd")
  }

  @Test func credentialsStayInTheirSecret() throws {
    #expect(
      try endpoint("https://vm.example.org:8443/w", login: true)
        == "https://$(METRICS_USERNAME):$(METRICS_PASSWORD)@vm.example.org:8443/w?extra_label=observability=platform")
    let fixture = Fixture("login") { $0.metrics.victoriaMetrics.credentialsSecretRef = .secret("login") }
    let entries = try #require(fixture.agent?["env"]?.array)
    #expect(
      entries.compactMap { $0["name"]?.string }.prefix(3) == [
        "METRICS_USERNAME", "METRICS_PASSWORD", "METRICS_ENDPOINT",
      ])
    #expect(entries[0][path: "valueFrom", "secretKeyRef"] == ["name": "login", "key": "username"])
    #expect(entries[1][path: "valueFrom", "secretKeyRef"] == ["name": "login", "key": "password"])
  }

  @Test func scrapeNamesNoBackend() {
    let fixture = Fixture("scrape") {
      $0.metrics.delivery = .scrape
      $0.metrics.victoriaMetrics.credentialsSecretRef = .secret("login")
      $0.metrics.victoriaMetrics.caSecretRef = .secret("ca")
    }
    for name in ["METRICS_ENDPOINT", "METRICS_USERNAME", "SCRAPE_INTERVAL", "MAX_SPOOL_SIZE", "CA_FILE"] {
      #expect(fixture.environment[name] == nil)
    }
    #expect(fixture.environment["LISTEN"] == ":10300")
    #expect(fixture.agent?["ports"] == [["name": "metrics", "containerPort": 10300, "protocol": "TCP"]])
    #expect(fixture.pod?["volumes"]?.array?.count == 2)
  }

  @Test func thePushAgentIsToldNoAddressAndProbedFromInside() {
    let fixture = Fixture("push")
    #expect(fixture.environment["LISTEN"] == nil)
    #expect(fixture.agent?["ports"] == nil)
    for probe in ["startupProbe", "readinessProbe", "livenessProbe"] {
      #expect(
        fixture.agent?[path: probe, "exec", "command"]
          == ["curl", "-sf", "-o", "/dev/null", "http://127.0.0.1:10300/debug/pprof/cmdline"])
    }
    let scrape = Fixture("scrape") { $0.metrics.delivery = .scrape }
    #expect(scrape.agent?[path: "livenessProbe", "httpGet"] == ["path": "/debug/pprof/cmdline", "port": "metrics"])
  }

  @Test func listsAreLinesAndDollarsAreEscaped() {
    let environment = Fixture("lists") {
      $0.nodeAgent.containers.allow = ["^/k8s/a/.*$", "$(HOME)"]
      $0.nodeAgent.containers.deny = ["x"]
      $0.nodeAgent.trackPublicNetworks = ["203.0.113.0/24", "198.51.100.0/24"]
    }.environment
    #expect(environment["CONTAINER_ALLOWLIST"] == "^/k8s/a/.*$$\n$$(HOME)")
    #expect(environment["CONTAINER_DENYLIST"] == "x")
    #expect(environment["TRACK_PUBLIC_NETWORK"] == "203.0.113.0/24\n198.51.100.0/24")
    #expect(Fixture("none").environment["CONTAINER_ALLOWLIST"] == nil)
  }

  /// The parser of sizes that the agent uses takes no number without a unit and would stop the process.
  @Test func theSpoolIsGivenInBytesWithTheirUnit() {
    #expect(Fixture("default").environment["MAX_SPOOL_SIZE"] == "524288000B")
    #expect(Fixture("small") { $0.nodeAgent.spoolSize = "100M" }.environment["MAX_SPOOL_SIZE"] == "100000000B")
    #expect(Fixture("broken") { $0.nodeAgent.spoolSize = "?" }.environment["MAX_SPOOL_SIZE"] == "524288000B")
  }

  @Test func theUsersVariablesComeLastAndOnlyOnce() {
    let fixture = Fixture("env") {
      $0.nodeAgent.features.gpu = true
      $0.nodeAgent.env = [
        ["name": "REGION", "value": "$(SITE)"], ["name": "NVIDIA_VISIBLE_DEVICES", "value": "0"],
        ["name": "EMPTY", "value": ""],
      ]
    }
    let entries = fixture.agent?["env"]?.array ?? []
    #expect(entries.suffix(2) == [["name": "REGION", "value": "$(SITE)"], ["name": "EMPTY"]])
    #expect(
      entries.filter { $0["name"] == "NVIDIA_VISIBLE_DEVICES" } == [["name": "NVIDIA_VISIBLE_DEVICES", "value": "0"]])
  }
}
