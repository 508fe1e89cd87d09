// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Telemetry

@Suite struct MetricsTests {
  @Test func rendersTheTextFormat() {
    let registry = MetricsRegistry()
    let requests = registry.counter("requests_total", help: "Requests\nby \\ code.", labels: ["verb", "code"])
    requests.initialise(["get", "500"])
    requests.increment(["get", "200"])
    requests.increment(["get", "200"], by: 2.5)
    requests.increment(["a\"b\\c\nd", "é"])
    requests.increment(["get", "500"], by: -1)
    let depth = registry.gauge("depth", help: "Depth.")
    let seconds = registry.histogram("seconds", help: "Time.", labels: ["step"], buckets: [0.1, 1])
    for value in [0.1, 0.5, 3] { seconds.observe(value, ["apply"]) }
    seconds.observe(.milliseconds(500), ["apply"])
    seconds.initialise(["prune"])
    depth.set(-2)
    depth.add(0.5)
    #expect(
      registry.render() == """
        # HELP depth Depth.
        # TYPE depth gauge
        depth -1.5
        # HELP requests_total Requests\\nby \\\\ code.
        # TYPE requests_total counter
        requests_total{verb="a\\"b\\\\c\\nd",code="é"} 1
        requests_total{verb="get",code="200"} 3.5
        requests_total{verb="get",code="500"} 0
        # HELP seconds Time.
        # TYPE seconds histogram
        seconds_bucket{step="apply",le="0.1"} 1
        seconds_bucket{step="apply",le="1"} 3
        seconds_bucket{step="apply",le="+Inf"} 4
        seconds_sum{step="apply"} 4.1
        seconds_count{step="apply"} 4
        seconds_bucket{step="prune",le="0.1"} 0
        seconds_bucket{step="prune",le="1"} 0
        seconds_bucket{step="prune",le="+Inf"} 0
        seconds_sum{step="prune"} 0
        seconds_count{step="prune"} 0

        """)
  }

  @Test func startsAtZeroWithoutLabels() {
    let registry = MetricsRegistry()
    _ = registry.counter("a_total", help: "A.")
    #expect(registry.render().contains("\na_total 0\n"))
  }

  @Test func returnsTheSameFamilyAgain() {
    let registry = MetricsRegistry()
    registry.counter("a_total", help: "A.").increment()
    registry.counter("a_total", help: "A.").increment()
    #expect(registry.counter("a_total", help: "A.").value() == 2)
  }

  @Test func forgetsASeries() {
    let registry = MetricsRegistry()
    let gauge = registry.gauge("g", help: "G.", labels: ["node"])
    gauge.set(3, ["a"])
    gauge.set(4, ["b"])
    gauge.remove(["a"])
    #expect(!registry.render().contains(#"node="a""#))
    #expect(gauge.value(["b"]) == 4)
  }

  @Test func boundsTheNumberOfSeries() {
    let family = MetricFamily(name: "f", help: "", kind: .counter, labels: ["x"], buckets: [])
    for index in 0..<(MetricFamily.seriesLimit + 5) { family.update(["\(index)"]) { $0 += 1 } }
    #expect(family.value(["other"]) == 5)
    #expect(family.value(["0"]) == 1)
  }

  @Test(
    arguments: [
      (0, "0"), (-0.0, "0"), (1e15, "1000000000000000"), (1e300, "1e+300"), (0.1, "0.1"), (.nan, "NaN"),
      (.infinity, "+Inf"), (-.infinity, "-Inf"), (1e-7, "1e-07"),
    ] as [(Double, String)])
  func spellsNumbers(_ value: Double, _ text: String) {
    #expect(PrometheusText.number(value) == text)
  }

  @Test func countsFromManyTasks() async {
    let registry = MetricsRegistry()
    let counter = registry.counter("c_total", help: "C.", labels: ["x"])
    await withTaskGroup { group in
      for _ in 0..<8 { group.addTask { for index in 0..<500 { counter.increment(["\(index % 3)"]) } } }
    }
    #expect((0..<3).map { counter.value(["\($0)"]) }.reduce(0, +) == 4000)
  }

  @Test func tellsOfTheProcess() throws {
    let registry = MetricsRegistry()
    registry.registerProcessMetrics()
    registry.registerBuildInfo("thing_build_info", ["version": "1.2", "revision": "abc"])
    let text = registry.render()
    func value(_ name: String) throws -> Double {
      let line = try #require(text.split(separator: "\n").first { $0.hasPrefix(name + " ") })
      return try #require(Double(line.dropFirst(name.count + 1)))
    }
    #expect(try value("process_resident_memory_bytes") > 1_000_000)
    #expect(try value("process_open_fds") >= 1)
    #expect(try value("process_start_time_seconds") > 1_700_000_000)
    #expect(try value("process_cpu_seconds_total") >= 0)
    #expect(text.contains("# TYPE process_cpu_seconds_total counter\n"))
    #expect(text.contains("thing_build_info{revision=\"abc\",version=\"1.2\"} 1\n"))
  }

  @Test func readsAProcessWithAnOddName() throws {
    let fields = (3...24).map { String($0) }.joined(separator: " ")
    let status = try #require(ProcessStatus(stat: "7 (a) R 1 (b) \(fields)", ticks: 2, page: 10))
    #expect(status.cpuSeconds == 14.5 && status.startSeconds == 11 && status.residentBytes == 240)
    #expect(ProcessStatus(stat: "7 (a) R", ticks: 1, page: 1) == nil)
    #expect(ProcessStatus(stat: "", ticks: 1, page: 1) == nil)
  }

  @Test func leavesOutWhatIsUnknown() {
    let registry = MetricsRegistry()
    registry.computed("unknown", help: "U.", kind: .gauge) { nil }
    #expect(registry.render().isEmpty)
  }
}
