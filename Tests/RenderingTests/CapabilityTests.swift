// SPDX-License-Identifier: Apache-2.0

import JSON
import ObservabilityAPI
import Rendering
import Testing

/// Capabilities follow the features.
@Suite struct CapabilityTests {
  private static let base = ["SYS_ADMIN", "SYS_PTRACE", "NET_ADMIN", "DAC_READ_SEARCH", "IPC_LOCK"]

  private func names(_ change: (inout NodeAgent.Features) -> Void) -> [String] {
    let fixture = Fixture("capabilities") {
      $0.nodeAgent.features = .all(false)
      change(&$0.nodeAgent.features)
    }
    let rendered = fixture.agent?[path: "securityContext", "capabilities", "add"]?.array?.compactMap(\.string)
    #expect(rendered == Renderer.capabilities(for: fixture.object.spec).map(\.name))
    return rendered ?? []
  }

  @Test func theBaseSetIsWhatTheAgentCannotStartWithout() {
    #expect(names { _ in } == Self.base)
  }

  @Test func featuresAddTheirOwn() {
    #expect(names { $0.ping = true } == Self.base + ["NET_RAW"])
    #expect(names { $0.dotnet = true } == Self.base + ["DAC_OVERRIDE"])
    #expect(names { ($0.jvm, $0.l7) = (true, true) } == Self.base + ["KILL", "DAC_OVERRIDE"])
    for change: (inout NodeAgent.Features) -> Void in [
      { $0.l7 = true }, { $0.goHeap = true }, { $0.gpu = true }, { $0.diskDelay = true },
      { $0.logMetrics = true },
    ] { #expect(names(change) == Self.base) }
  }

  @Test func javaWithoutL7GetsNothingAsItsTLSWouldNotBeRead() {
    #expect(names { $0.jvm = true } == Self.base)
    let fixture = Fixture("jvm") { ($0.nodeAgent.features.jvm, $0.nodeAgent.features.l7) = (true, false) }
    #expect(fixture.environment["ENABLE_JAVA_TLS"] == nil)
  }

  @Test func profilesAskTheInitContainerForBTFAndLoadAProfilerIntoJava() {
    let fixture = Fixture("profiles") {
      ($0.mode, $0.profiles.enabled) = (.full, true)
      ($0.nodeAgent.features.jvm, $0.nodeAgent.features.l7) = (true, false)
    }
    #expect(fixture.preflight?["args"] == ["--conntrack-events", "--profiles"])
    #expect(fixture.environment["ENABLE_JAVA_ASYNC_PROFILER"] == "true")
    #expect(fixture.environment["ENABLE_JAVA_TLS"] == nil)
    let grants = Renderer.capabilities(for: fixture.object.spec)
    #expect(grants.map(\.name) == Self.base + ["NET_RAW", "KILL", "DAC_OVERRIDE"])
    #expect(grants.first { $0.name == "KILL" }?.for == "signal JVMs to open their attach socket")
    #expect(grants[0].for.hasSuffix("; sample the call stacks of processes"))
  }

  @Test func theStatusGivesEveryReason() throws {
    let fixture = Fixture("reasons") { $0.nodeAgent.features = .all(true) }
    var everything = fixture.object.spec
    everything.profiles.enabled = true
    #expect(Renderer.capabilities(for: everything).allSatisfy { !$0.for.isEmpty && $0.for.count <= 256 })
    let grants = Renderer.capabilities(for: fixture.object.spec)
    let admin = try #require(grants.first { $0.name == "SYS_ADMIN" })
    #expect(
      admin.for
        == "enter the host's UTS, network and cgroup namespaces, load and attach eBPF programs; "
        + "attach uprobes to TLS libraries")
    let override = try #require(grants.first { $0.name == "DAC_OVERRIDE" })
    #expect(override.for.contains("JVMs") && override.for.contains(".NET"))
    // The status takes no more than 256 characters.
    #expect(grants.allSatisfy { !$0.for.isEmpty && $0.for.count <= 256 })
  }

  @Test func privilegedSaysSo() {
    let fixture = Fixture("privileged") { $0.nodeAgent.security.mode = .privileged }
    let grants = Renderer.capabilities(for: fixture.object.spec)
    #expect(grants.map(\.name) == ["ALL"])
    #expect(grants.first?.for.hasPrefix("spec.nodeAgent.security.mode is Privileged") == true)
  }

  /// Which settings about logs an object gets.
  struct LogCase: Sendable {
    var change: @Sendable (inout ObservabilitySpec) -> Void
    var parsing: String?
    var patterns: String?
    var length: String?
  }

  @Test(
    "The text of a log becomes a label only where patterns are asked for",
    arguments: [
      LogCase(change: { _ in }, parsing: "true"),
      LogCase(change: { $0.nodeAgent.features.logMetrics = true }, length: "200"),
      LogCase(change: { ($0.nodeAgent.features.logMetrics, $0.metrics.delivery) = (true, .scrape) }, length: "200"),
      LogCase(change: { $0.logs.destination = .victoriaLogs }, patterns: "0"),
      LogCase(change: { ($0.logs.destination, $0.metrics.delivery) = (.victoriaLogs, .scrape) }, patterns: "0"),
      LogCase(
        change: { ($0.logs.destination, $0.nodeAgent.features.logMetrics) = (.victoriaLogs, true) }, length: "200"),
      LogCase(change: { $0.mode = .full }),
      LogCase(change: { ($0.mode, $0.nodeAgent.features.logMetrics) = (.full, true) }),
      LogCase(
        change: {
          $0.nodeAgent.features.logMetrics = true
          $0.nodeAgent.env = [["name": "MAX_LABEL_LENGTH", "value": "0"]]
        }, length: "0"),
    ])
  func logSettings(example: LogCase) {
    let fixture = Fixture("logs", example.change)
    let environment = fixture.environment
    #expect(environment["DISABLE_LOG_PARSING"] == example.parsing)
    #expect(environment["LOG_PATTERNS_PER_CONTAINER"] == example.patterns)
    #expect(environment["MAX_LABEL_LENGTH"] == example.length)
    #expect(fixture.object.spec.countsLogMessages == (example.parsing == nil))
  }

  @Test func theInitContainerGetsWhatItsSysctlNeeds() {
    let fixture = Fixture("preflight") { $0.nodeAgent.features.diskDelay = true }
    #expect(
      fixture.preflight?[path: "securityContext", "capabilities", "add"] == ["SYS_ADMIN", "SYS_PTRACE", "NET_ADMIN"])
    #expect(fixture.preflight?["command"] == ["/observability-operator", "preflight"])
    #expect(fixture.preflight?["args"] == ["--conntrack-events", "--task-delay-accounting"])
    #expect(Fixture("plain").preflight?["args"] == ["--conntrack-events"])
    let privileged = Fixture("privileged") { $0.nodeAgent.security.mode = .privileged }
    #expect(privileged.preflight?["args"] == ["--conntrack-events", "--minimum-kernel=5.1"])
  }

  @Test func switchesAreRenderedOnlyWhereTheyDifferFromTheAgentsDefault() {
    let on = Fixture("on") {
      $0.nodeAgent.features = .all(true)
      $0.logs.destination = .victoriaLogs
    }.environment
    for name in ["DISABLE_L7_TRACING", "DISABLE_PINGER", "DISABLE_GPU_MONITORING", "DISABLE_LOG_PARSING"] {
      #expect(on[name] == nil)
    }
    #expect(on["ENABLE_JAVA_TLS"] == "true")
    #expect(on["GO_HEAP_PROFILER"] == "enabled")
    #expect(on["NVIDIA_VISIBLE_DEVICES"] == "all")
    let off = Fixture("off") { $0.nodeAgent.features = .all(false) }.environment
    for name in ["DISABLE_L7_TRACING", "DISABLE_PINGER", "DISABLE_GPU_MONITORING", "DISABLE_LOG_PARSING"] {
      #expect(off[name] == "true")
    }
    #expect(off["GO_HEAP_PROFILER"] == "disabled")
  }
}
